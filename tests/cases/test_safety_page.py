"""The safety page: the plan in her words, a check-in that runs, and what people press when somebody was not heard from."""

import pytest

from cases.models import CheckIn, CheckInStep, FollowUp, SafetyPlan
from cases.services import check_in_steps
from cases.services.calling_back import call_back
from cases.services.leaving import Work
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from telephony.services.writing import why_not
from tests.cases.check_in_rows import ACTS, DANGER, DUE, FRIEND, MOTHER, SAFE, make_rose, minutes, start, sweep_until
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case, make_follow_up, make_person, make_safe_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch):
    """The clock of the pages, which a test moves."""
    clock = {"at": NIGHT}
    monkeypatch.setattr("helpline.core.clock.now", lambda: clock["at"])
    return clock


@pytest.fixture
def case(line, thandi, on_call, lerato, naledi, now):
    return make_rose(line, thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def form_for(case, **changes):
    mother, lindiwe = case.caller.routes.order_by("position")
    return {
        "by": "03:30", "grace_minutes": "10", "every_minutes": "", "until": "", "where": "above the bakery",
        "contact_1": mother.ref, "knows_1": "Rosie", "tell_1": "", "contact_2": lindiwe.ref, "knows_2": "Rosie",
        "tell_2": "Rosie wanted to be home.", "safe_word": SAFE, "danger_word": DANGER, "police_yes": "", **changes,
    }  # fmt: skip


def press(desk, check_in, verb, **said):
    return desk.post(
        f"/cases/{check_in.case.ref}/safety/check-ins/{check_in.ref}/", {"verb": verb, **said}, follow=True
    )


def test_a_check_in_is_agreed_on_by_the_clock_of_where_she_is(desk, case):
    answer = desk.post(f"/cases/{case.ref}/safety/check-ins/", form_for(case), follow=True)
    check_in = CheckIn.objects.get()
    assert (check_in.due_at, check_in.next_at, check_in.set_by.username) == (DUE, ACTS, "thandi")
    assert [contact.knows_her_as for contact in check_in.contacts.all()] == ["Rosie", "Rosie"]
    page = text_of(answer)
    assert "Running." in page
    assert "Never. The caller did not write that the police may be called." in page
    assert "May know nothing" in page
    assert SAFE not in page
    assert DANGER not in page


def test_a_time_that_has_passed_today_is_that_of_tomorrow(desk, case):
    desk.post(f"/cases/{case.ref}/safety/check-ins/", form_for(case, by="01:30"))
    assert CheckIn.objects.get().due_at == DUE + minutes(22 * 60)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"contact_2": ""}, "At least two people"),
        ({"contact_2": "x"}, "valid choice"),
        ({"knows_1": " "}, "by which name"),
        ({"tell_1": "She is at work."}, "may know nothing"),
        ({"danger_word": "stop"}, "command"),
        ({"every_minutes": "30"}, "until when"),
        ({"by": "25:00"}, "valid time"),
        ({"where": "x" * 2001}, "at most 2000"),
    ],
)
def test_what_is_missing_is_said_by_the_field_and_nothing_typed_is_lost(desk, case, changes, sentence):
    answer = desk.post(f"/cases/{case.ref}/safety/check-ins/", form_for(case, **changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Rosie wanted to be home." in text_of(answer)
    assert not CheckIn.objects.exists()


def test_without_two_people_whom_we_may_tell_the_page_says_so_before_she_is_asked_for_words(desk, case):
    case.caller.routes.filter(position=2).delete()
    assert "At least two people are needed" in text_of(desk.get(f"/cases/{case.ref}/safety/check-ins/new/"))


def test_the_page_says_what_to_do_and_what_comes_next_when_she_was_not_heard_from(desk, case, thandi, now):
    start(case, thandi)
    sweep_until(ACTS + minutes(2), since=ACTS)
    now["at"] = ACTS + minutes(3)
    page = text_of(desk.get(f"/cases/{case.ref}/safety/"))
    for words in (
        "Somebody has to act.",
        "nobody is on it yet",
        "one of the caller’s people is told (Mother)",
        "I am on it",
        "Texted the caller",
    ):
        assert words in page


def test_i_am_on_it_and_nobody_answered(desk, case, thandi, now):
    check_in = start(case, thandi)
    sweep_until(ACTS + minutes(2), since=ACTS)
    now["at"] = ACTS + minutes(3)
    page = text_of(press(desk, check_in, "on_it"))
    assert "Thandi</strong> is on it since" in page
    press(desk, check_in, "no_answer")
    check_in_steps.sweep(at=now["at"])
    assert Message.objects.filter(route="contact").count() == 1


def test_she_has_arrived_only_with_her_word(desk, case, thandi):
    check_in = start(case, thandi)
    assert "That is not the word" in text_of(press(desk, check_in, "arrived", word="rose"))
    assert CheckIn.objects.get().state == "running"
    assert "Thank them and say goodbye as always." in text_of(press(desk, check_in, "arrived", word="Sunflower"))
    assert CheckIn.objects.get().state == "safe"


def test_the_word_for_danger_is_thanked_with_the_same_words_and_the_page_says_what_not_to_do(desk, case, thandi):
    check_in = start(case, thandi)
    page = text_of(press(desk, check_in, "arrived", word=DANGER))
    assert "Thank them and say goodbye as always." in page
    assert "They gave their word for danger." in page
    assert "Do not ring the caller" in page
    assert "30 minutes more" not in page
    assert "Show their number" not in page


def test_after_the_word_for_danger_nobody_writes_to_her_or_rings_her_from_any_page(desk, case, thandi):
    press(desk, start(case, thandi), "arrived", word=DANGER)
    page = text_of(desk.get(f"/cases/{case.ref}/"))
    assert "Do not ring them, do not write to them." in page
    answer = text_of(desk.post(f"/cases/{case.ref}/text/", {"body": "Are you well?", "key": "x"}, follow=True))
    assert "Nothing is written to them now" in answer
    assert not Message.objects.filter(route="caller").exists()
    rung = text_of(desk.post(f"/cases/{case.ref}/contact/numbers/{case.number.ref}/call/", follow=True))
    assert "their phone must not ring" in rung
    assert case.number.number not in rung


def test_more_time_begin_now_and_stop(desk, case, thandi):
    check_in = start(case, thandi)
    press(desk, check_in, "extend", minutes="30")
    assert CheckIn.objects.get().due_at == DUE
    press(desk, check_in, "extend", minutes="120")
    assert CheckIn.objects.get().due_at == NIGHT + minutes(120)
    assert "Between 5 and 120 minutes" in text_of(press(desk, check_in, "extend", minutes="9999999999999999999"))
    press(desk, check_in, "escalate")
    assert CheckIn.objects.get().state == "missed"
    assert "Say why" in text_of(press(desk, check_in, "stop", reason=""))
    press(desk, check_in, "stop", reason="She stands here.")
    assert CheckIn.objects.get().state == "stopped"


def test_the_police_button_is_there_only_where_she_wrote_yes(desk, case, thandi):
    check_in = start(case, thandi)
    press(desk, check_in, "escalate")
    assert "They were called" not in text_of(desk.get(f"/cases/{case.ref}/safety/"))
    assert "the police are not called" in text_of(press(desk, check_in, "police"))
    assert not CheckInStep.objects.filter(kind="police").exists()


def test_a_verb_that_there_is_not_and_a_check_in_of_another_case(desk, case, thandi, line):
    check_in = start(case, thandi)
    other = make_rose(line, thandi, number="+447700900290")
    assert "no such thing" in text_of(press(desk, check_in, "explode"))
    assert desk.post(f"/cases/{other.ref}/safety/check-ins/{check_in.ref}/", {"verb": "stop"}).status_code == 404


def test_a_running_check_in_stands_on_the_case_page_and_on_the_board_and_a_missed_one_is_first(desk, case, thandi, now):
    start(case, thandi)
    make_follow_up(case, owner=thandi, because="write_up", due_at=NIGHT - minutes(30))
    assert "Check-in" in text_of(desk.get(f"/cases/{case.ref}/"))
    assert "Check-in" in text_of(desk.get("/board/due/"))
    check_in_steps.sweep(at=ACTS)
    now["at"] = ACTS
    board = text_of(desk.get("/board/due/"))
    assert "act now" in board
    assert board.index("Check-ins") < board.index("Write up")
    assert "danger" not in board


def test_the_board_does_not_tell_danger_from_missed(sit_down, case, thandi, now, desk, line):
    other = make_rose(line, thandi, number="+447700900290")
    missed, danger = start(case, thandi), start(other, thandi)
    press(desk, missed, "escalate")
    press(desk, danger, "arrived", word=DANGER)
    board = text_of(sit_down(make_person("somebody", "supervisor")).get("/board/due/"))
    one, two = [part.split("</a>")[0] for part in board.split('<a class="due is-missed"')[1:3]]

    def strip(text):
        for ref in (missed.ref, danger.ref, case.ref, other.ref):
            text = text.replace(ref, "")
        return text

    assert strip(one) == strip(two)


def ring(desk, check_in, contact):
    return desk.post(f"/cases/{check_in.case.ref}/safety/people/{contact.ref}/", follow=True)


def test_a_number_of_her_people_is_shown_only_when_it_is_needed_and_where_ringing_is_allowed(desk, case, thandi):
    check_in = start(case, thandi)
    mother, friend = check_in.contacts.all()
    assert "it is still running" in text_of(ring(desk, check_in, mother))
    press(desk, check_in, "escalate")
    case.caller.routes.filter(position=1).update(may_call=True)
    page = text_of(ring(desk, check_in, mother))
    assert MOTHER in page
    assert "Nothing: ask only that the caller rings." in page
    assert FRIEND not in text_of(ring(desk, check_in, friend)), "she may be texted, not rung"
    assert Entry.objects.get(verb="route.revealed").detail["route"] == mother.route.ref


def test_who_rings_one_of_her_people_after_the_word_for_danger_is_told_what_to_say_first(desk, case, thandi):
    check_in = start(case, thandi, contacts_in_danger=True)
    case.caller.routes.update(may_call=True)
    press(desk, check_in, "arrived", word=DANGER)
    assert "nobody must ring them" in text_of(ring(desk, check_in, check_in.contacts.first()))


def test_the_numbers_of_people_whom_she_did_not_want_told_stay_shut_after_the_word_for_danger(desk, case, thandi):
    check_in = start(case, thandi)
    case.caller.routes.update(may_call=True)
    press(desk, check_in, "arrived", word=DANGER)
    answer = ring(desk, check_in, check_in.contacts.first())
    assert MOTHER not in answer.content.decode()
    assert not Entry.objects.filter(verb="route.revealed").exists()


def shared_phone(case, thandi, at):
    """Lily, who uses Rose's telephone too, with a case of her own."""
    lily = make_caller(number="", code_name="Lily")
    make_safe_contact(lily, thandi, may_text=True, may_call=True, number=case.number, whose="shared", at=at)
    return make_case(caller=lily, owner=thandi, number=case.number, line=case.line, at=at)


def test_after_her_word_for_danger_her_phone_is_not_rung_or_texted_for_somebody_else_and_nothing_is_told(
    desk, case, thandi, now
):
    other = shared_phone(case, thandi, now["at"])
    check_in = start(case, thandi)
    press(desk, check_in, "arrived", word=DANGER)
    with pytest.raises(NotAllowed, match="Try again later") as refused:
        call_back(case=other, by=thandi, at=now["at"])
    assert "danger" not in str(refused.value)
    assert why_not(case=other, at=now["at"]).startswith("Not at the moment")


@pytest.mark.parametrize("reason", ["call_back", "safety", "asked"])
def test_after_her_word_for_danger_her_number_is_shown_for_no_reason_but_to_compare_it(desk, case, thandi, reason):
    check_in = start(case, thandi)
    press(desk, check_in, "arrived", word=DANGER)
    address = f"/cases/{case.ref}/numbers/{case.number.ref}/"
    shown = desk.post(address, {"reason": reason}, headers={"HX-Request": "true"})
    assert (shown.status_code, case.number.number in shown.content.decode()) == (403, False)
    assert case.number.number in desk.post(address, {"reason": "check"}).content.decode()


def test_somebody_who_leaves_is_on_no_check_in_any_more(desk, case, thandi, naledi, now):
    check_in = start(case, thandi)
    press(desk, check_in, "escalate")
    press(desk, check_in, "on_it")
    check_in_steps.sweep(at=now["at"])
    thandi.is_active = False
    thandi.save()
    Work().hand_on(user=thandi, to=None, by=naledi, at=now["at"] + minutes(2))
    check_in_steps.sweep(at=now["at"] + minutes(2))
    assert CheckInStep.objects.get(kind="staff").person.username == "nomsa"


# The plan


def plan_form(**changes):
    return {"warning_signs": "He drinks.", "we_do_not": "Never ring him.", "readers": "team", "version": "0", **changes}


def test_a_plan_is_kept_in_her_words_and_is_gone_through_again_in_a_month(desk, case):
    page = text_of(desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(), follow=True))
    assert "He drinks." in page
    assert "Never ring him." in page
    again = FollowUp.objects.get(because="safety_plan")
    assert again.due_at == NIGHT + minutes(30 * 24 * 60)
    desk.post(f"/cases/{case.ref}/safety/plan/confirm/")
    assert FollowUp.objects.unfinished().filter(because="safety_plan").count() == 1


def test_two_who_change_a_plan_at_the_same_time_lose_no_words(desk, case, sit_down, naledi):
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form())
    other = sit_down(naledi)
    other.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(version="1", warning_signs="He counts her money."))
    answer = desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(version="1", children="Her sister."))
    page = text_of(answer)
    assert answer.status_code == 409
    assert "He counts her money." in page
    assert "Her sister." in page
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(version="2", children="Her sister."))
    assert SafetyPlan.objects.get().children == "Her sister."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"warning_signs": "", "we_do_not": " "}, "nothing in this plan"), ({"people": "x" * 4001}, "at most 4000"), ({"readers": "all"}, "valid choice")],
)  # fmt: skip
def test_a_plan_that_cannot_be_kept_says_why(desk, case, changes, sentence):
    answer = desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(**changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not SafetyPlan.objects.exists()


def test_hostile_words_are_shown_as_they_were_written(desk, case):
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(people="<script>alert(1)</script>\u202e\U0001f600"))
    assert "<script>alert(1)" not in desk.get(f"/cases/{case.ref}/safety/").content.decode()


def test_where_she_wants_it_only_who_has_her_case_reads_it_and_who_is_on_it_in_the_night(
    desk, case, sit_down, naledi, thandi, now
):
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(readers="owner"))
    other = sit_down(naledi)
    assert "He drinks." not in text_of(other.get(f"/cases/{case.ref}/safety/"))
    assert other.get(f"/cases/{case.ref}/safety/plan/").status_code == 403
    check_in = start(case, thandi)
    press(other, check_in, "escalate")
    press(other, check_in, "on_it")
    assert "He drinks." in text_of(other.get(f"/cases/{case.ref}/safety/"))


def test_it_is_printed_only_where_she_wants_paper_and_never_sent(desk, case):
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form())
    assert desk.get(f"/cases/{case.ref}/safety/paper/").status_code == 403
    desk.post(f"/cases/{case.ref}/safety/plan/keep/", plan_form(version="1", wants_paper="on"))
    paper = text_of(desk.get(f"/cases/{case.ref}/safety/paper/"))
    assert "He drinks." in paper
    assert "Never ring him." not in paper, "on paper nothing speaks of us"
    assert case.ref not in paper.split("<article")[1].split("</article>")[0]
    assert Message.objects.count() == 0


# A call from her number


def call_from(case, person):
    """Her number rings again: a new case, which is Nomsa's who picked up, and only possibly hers."""
    return make_case(line=case.line, caller=case.caller, number=case.number, owner=person, possibly_known=True)


@pytest.mark.parametrize(("word", "state"), [(SAFE, "safe"), (DANGER, "missed"), ("rose", "running")])
def test_who_picks_up_a_call_from_her_number_takes_her_word_before_anything_else_is_open(
    sit_down, case, thandi, nomsa, word, state
):
    start(case, thandi)
    new = call_from(case, nomsa)
    desk = sit_down(nomsa)
    page = text_of(desk.get(f"/cases/{new.ref}/"))
    assert "Somebody who uses this number has a check-in." in page
    assert case.ref not in page
    told = text_of(desk.post(f"/cases/{new.ref}/safety/word/", {"word": word}, follow=True))
    assert ("Thank them and say goodbye as always." in told) is (state != "running")
    assert CheckIn.objects.get().state == state


def test_a_voice_that_nobody_knows_stands_nobody_down(sit_down, case, thandi, nomsa):
    start(case, thandi, safe_word="")
    new = call_from(case, nomsa)
    sit_down(nomsa).post(f"/cases/{new.ref}/safety/word/", {"word": "safe"})
    assert CheckIn.objects.get().state == "running"


def test_a_running_check_in_stands_above_the_case_of_a_known_caller(desk, case, thandi):
    start(case, thandi)
    assert "A check-in runs." in text_of(desk.get(f"/cases/{case.ref}/"))


def test_a_case_with_a_running_check_in_is_not_closed(desk, case, thandi):
    start(case, thandi)
    assert "A check-in runs on this case" in text_of(desk.post(f"/cases/{case.ref}/close/", follow=True))
    case.refresh_from_db()
    assert case.state == "open"
