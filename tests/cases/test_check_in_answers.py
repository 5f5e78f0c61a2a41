"""What Rose says: well, in danger, or more time. What her phone sees after either word is the same."""

from datetime import timedelta

import pytest

from cases.models import CheckIn, CheckInStep, FollowUp, Number, SafeContact
from cases.services import check_in_people, check_in_steps
from cases.services.check_in_answers import Heard, hear_on_phone
from cases.services.check_ins import NotAgreed
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox.models import Message
from helpline.core.staff.models import User
from tests.cases.check_in_rows import (
    ACTS,
    DANGER,
    DUE,
    SAFE,
    kinds_of,
    make_rose,
    messages,
    minutes,
    start,
    sweep_until,
    texts,
)  # fmt: skip
from tests.factories import NIGHT

pytestmark = pytest.mark.django_db
EARLY = DUE - minutes(20)
SERIES = {"due_at": DUE, "every_minutes": 40, "ends_at": DUE + minutes(120)}


@pytest.fixture
def case(line, thandi, on_call, lerato, naledi):
    return make_rose(line, thandi)


@pytest.fixture
def check_in(case, thandi):
    return start(case, thandi)


def now(check_in):
    return CheckIn.objects.get(pk=check_in.pk)


def to_her():
    """What leaves for her phone, without keys and references."""
    return [
        (row.to_ref, row.template, row.words, row.not_before, row.expires_at, row.is_urgent)
        for row in Message.objects.filter(route="caller").order_by("pk")
    ]


def test_her_word_ends_it_and_she_is_thanked(case, check_in):
    assert texts(case, "Sunflower!", at=EARLY)
    assert (now(check_in).state, now(check_in).next_at) == ("safe", None)
    assert messages() == [(case.number.ref, "caller/check_in_thanks", {})]
    sweep_until(ACTS + minutes(5), since=ACTS)
    assert kinds_of(check_in) == ["set", "arrived"]


def test_a_wrong_word_is_no_answer(case, check_in):
    assert not texts(case, "SAFE", at=EARLY)
    assert not texts(case, "sunflowers", at=EARLY)
    assert now(check_in).state == "running"
    assert Message.objects.count() == 0


def test_where_she_left_no_word_safe_is_enough_in_her_language(case, thandi):
    check_in = start(case, thandi, safe_word="")
    assert texts(case, "У безпеці.", at=EARLY)
    assert now(check_in).state == "safe"


def answer(line, owner, number, word, **changes):
    """Another caller like Rose who answers with a word; returns what her phone gets."""
    case = make_rose(line, owner, number=number)
    check_in = start(case, owner, **changes)
    texts(case, word, at=EARLY, ref=word)
    return check_in, [(template, words) for _to, template, words in messages(about=case.ref, route="caller")]


def test_after_the_word_for_danger_her_phone_gets_the_very_same_answer(line, thandi, on_call):
    well, safe_answer = answer(line, thandi, "+447700900291", SAFE)
    danger, danger_answer = answer(line, thandi, "+447700900292", DANGER)
    assert danger_answer == safe_answer == [("caller/check_in_thanks", {})]
    one, other = Message.objects.filter(route="caller").order_by("pk")
    same = ("template", "words", "created_at", "not_before", "expires_at", "is_urgent", "state")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert (now(well).state, now(danger).state) == ("safe", "missed")


def test_after_the_word_for_danger_staff_are_told_at_once_and_nothing_goes_to_her_or_her_people(case, check_in):
    texts(case, "all good, thunder", at=EARLY)
    sweep_until(EARLY + minutes(180), since=EARLY, every=30)
    assert [to for to, template, _ in messages(route="staff") if template == "staff/check_in"][:2] == ["nomsa", "sipho"]
    assert Message.objects.filter(route="caller").count() == 1, "the thanks and nothing else"
    assert not Message.objects.filter(route="contact").exists()
    assert {"text_her", "call_her", "contact"} & set(kinds_of(check_in)) == set()


def test_the_alarm_and_the_texts_to_staff_are_those_of_any_missed_check_in(case, check_in):
    texts(case, DANGER, at=EARLY)
    check_in_steps.sweep(at=EARLY)
    assert set(Alarm.objects.values_list("kind", flat=True)) == {"check_in_missed", "check_in_team"}
    assert set(FollowUp.objects.values_list("kind", "because")) == {("check", "check_in")}


def test_her_people_are_told_after_the_word_for_danger_only_where_she_wanted_that(case, thandi):
    check_in = start(case, thandi, contacts_in_danger=True)
    texts(case, DANGER, at=EARLY)
    sweep_until(EARLY + minutes(12), since=EARLY)
    assert CheckInStep.objects.filter(check_in=check_in, kind="contact").count() == 2


def test_no_word_takes_the_word_for_danger_back(case, check_in, thandi):
    texts(case, DANGER, at=EARLY)
    assert not texts(case, SAFE, at=EARLY + minutes(1), ref="second"), (
        "a text like any other, as after the word for safe"
    )
    assert hear_on_phone(check_in=check_in, by=thandi, said=SAFE, at=EARLY + minutes(2)) == Heard.SAFE
    assert (now(check_in).state, now(check_in).is_danger) == ("missed", True)
    with pytest.raises(NotAllowed):
        check_in_people.extend(check_in=check_in, by=thandi, minutes=30, at=EARLY + minutes(3))
    check_in_people.stop(check_in=check_in, by=thandi, reason="met her, she is with us", at=EARLY + minutes(4))
    assert now(check_in).state == "stopped"


def conversation(line, owner, number, words, **changes):
    """A series of texts, twenty minutes apart; returns what her phone got for each."""
    case = make_rose(line, owner, number=number)
    start(case, owner, **changes)
    heard, at = [], EARLY
    for place, word in enumerate(words):
        before = Message.objects.filter(about=case.ref, route="caller").count()
        was_answer = texts(case, word, at=at, ref=f"{place}")
        check_in_steps.sweep(at=at)
        new = messages(about=case.ref, route="caller")[before:]
        heard.append((was_answer, [(template, said) for _to, template, said in new]))
        at += minutes(20)
    return heard


@pytest.mark.parametrize("changes", [{}, SERIES], ids=["single", "series"])
@pytest.mark.parametrize(
    "after", [[SAFE, SAFE], ["30", SAFE], ["hello", "30"], [SAFE, "30", "30", "30", "30"], [DANGER]]
)
def test_whatever_she_writes_after_either_word_is_answered_alike(line, thandi, on_call, after, changes):
    well = conversation(line, thandi, "+447700900293", [SAFE, *after], **changes)
    danger = conversation(line, thandi, "+447700900294", [DANGER, *after], **changes)
    if DANGER in after and not changes:
        assert danger[0] == well[0]
    else:
        assert danger == well


def test_in_a_series_a_word_begins_the_next_round_and_the_last_one_ends_it(case, thandi):
    check_in = start(case, thandi, **SERIES)
    assert texts(case, SAFE, at=EARLY, ref="1")
    assert (now(check_in).state, now(check_in).due_at, now(check_in).round) == ("running", EARLY + minutes(40), 2)
    assert texts(case, SAFE, at=DUE + minutes(90), ref="2")
    assert now(check_in).due_at == DUE + minutes(120)
    assert texts(case, SAFE, at=DUE + minutes(115), ref="3")
    assert now(check_in).state == "safe"


def test_in_a_series_each_round_goes_down_the_list_anew(case, thandi):
    check_in = start(case, thandi, **SERIES)
    sweep_until(ACTS + minutes(2), since=ACTS)
    texts(case, SAFE, at=ACTS + minutes(3))
    again = ACTS + minutes(3 + 40 + 10)
    sweep_until(again - minutes(1), since=ACTS + minutes(3), every=30)
    assert CheckInStep.objects.filter(kind="text_her").count() == 1
    check_in_steps.sweep(at=again)
    assert CheckInStep.objects.filter(check_in=check_in, kind="text_her").count() == 2


def test_half_an_hour_more_is_half_an_hour_more_and_not_for_ever(case, check_in):
    assert texts(case, "30", at=DUE, ref="1")
    assert (now(check_in).due_at, now(check_in).next_at) == (DUE + minutes(30), DUE + minutes(40))
    assert texts(case, "more", at=DUE + minutes(29), ref="2")
    assert texts(case, "45 min", at=DUE + minutes(55), ref="3")
    assert not texts(case, "30", at=DUE + minutes(60), ref="4")
    assert [template for _to, template, _words in messages()] == ["caller/check_in_later"] * 3


def test_once_she_is_missed_only_her_word_counts(case, check_in):
    check_in_steps.sweep(at=ACTS)
    assert not texts(case, "30", at=ACTS + minutes(1))
    assert texts(case, SAFE, at=ACTS + minutes(1))
    assert now(check_in).state == "safe"


def test_her_people_who_were_told_hear_that_she_rang_and_those_who_were_not_hear_nothing(case, check_in):
    sweep_until(ACTS + minutes(7), since=ACTS)
    Message.objects.filter(route="contact").update(state="delivered")
    texts(case, SAFE, at=ACTS + minutes(8))
    mother = case.caller.routes.get(position=1)
    assert messages(template="contact/check_in_over") == [(mother.ref, "contact/check_in_over", {"name": "Rosie"})]


def test_what_has_not_left_when_she_answers_never_leaves(case, check_in):
    sweep_until(ACTS + minutes(7), since=ACTS)
    texts(case, SAFE, at=ACTS + minutes(8))
    assert set(Message.objects.filter(template="contact/check_in_ask").values_list("state", flat=True)) == {"canceled"}
    assert not Message.objects.filter(template="contact/check_in_over").exists()
    assert FollowUp.objects.get(because="check_in").state == "skipped"
    assert not Alarm.objects.open().exists()


def test_on_the_phone_she_gives_her_word_and_without_it_nothing_ends(check_in, thandi):
    assert hear_on_phone(check_in=check_in, by=thandi, said="", at=EARLY) == Heard.WRONG
    assert hear_on_phone(check_in=check_in, by=thandi, said="tournesol", at=EARLY) == Heard.WRONG
    assert now(check_in).state == "running"
    assert hear_on_phone(check_in=check_in, by=thandi, said="sunflower", at=EARLY, is_over=True) == Heard.SAFE
    assert now(check_in).state == "safe"


def test_on_the_phone_the_word_for_danger_is_taken_in_silently(check_in, thandi):
    assert hear_on_phone(check_in=check_in, by=thandi, said="Thunder", at=EARLY) == Heard.DANGER
    assert (now(check_in).state, now(check_in).is_danger) == ("missed", True)


def test_the_audit_keeps_the_same_for_every_word(line, thandi, on_call):
    kept = []
    for number, word in (("+447700900295", SAFE), ("+447700900296", DANGER), ("+447700900297", "wrong")):
        check_in = start(make_rose(line, thandi, number=number), thandi)
        since = Entry.objects.order_by("-pk").first().pk
        hear_on_phone(check_in=check_in, by=thandi, said=word, at=EARLY)
        kept.append([(e.verb, sorted(e.detail)) for e in Entry.objects.filter(pk__gt=since).order_by("pk")])
    assert kept[0] == kept[1] == kept[2] == [("check_in.word", ["check_in"])]


def test_on_a_shared_phone_only_a_word_tells_whose_answer_it_is(line, thandi, on_call):
    """Two who work together share a telephone. SAFE would stand down somebody, and perhaps the wrong one."""
    case = make_rose(line, thandi)
    rose = start(case, thandi, safe_word="", danger_word="")
    other_case = make_rose(line, thandi, number="+447700900298")
    number = Number.objects.get(pk=case.number_id)
    SafeContact.objects.create(
        caller=other_case.caller, number=number, whose="shared", may_text=True, confirmed_at=NIGHT, confirmed_by=thandi
    )
    other = start(other_case, thandi, safe_word="teapot")
    assert not texts(case, "SAFE", at=EARLY, number=number)
    assert texts(case, "teapot", at=EARLY, number=number)
    assert (now(rose).state, now(other).state) == ("running", "safe")


@pytest.mark.parametrize("word", [SAFE, DANGER])
def test_whoever_shares_her_phone_is_answered_alike_after_either_word(line, thandi, on_call, word):
    """A plain SAFE from the same phone must not be met with silence because the first of the two is in danger."""
    case = make_rose(line, thandi)
    start(case, thandi)
    other_case = make_rose(line, thandi, number="+447700900298")
    number = Number.objects.get(pk=case.number_id)
    SafeContact.objects.create(
        caller=other_case.caller, number=number, whose="shared", may_text=True, confirmed_at=NIGHT, confirmed_by=thandi
    )
    other = start(other_case, thandi, safe_word="", danger_word="")
    assert texts(case, word, at=EARLY, number=number)
    assert texts(case, "SAFE", at=EARLY + minutes(1), number=number, ref="LATER")
    assert now(other).state == "safe"


def test_no_thanks_where_a_text_is_not_safe(case, check_in):
    SafeContact.objects.update(may_text=False)
    assert texts(case, SAFE, at=EARLY)
    assert Message.objects.count() == 0


def test_the_police_are_never_called_unless_she_wrote_yes(case, check_in, thandi, line):
    with pytest.raises(NotAllowed):
        check_in_people.note_police(check_in=check_in, by=thandi, at=ACTS)
    assert kinds_of(check_in) == ["set"]
    wrote = start(make_rose(line, thandi, number="+447700900299"), thandi, police_yes="Yes, if I am gone for a day.")
    check_in_people.note_police(check_in=wrote, by=thandi, at=ACTS)
    assert (kinds_of(wrote)[-1], wrote.police_yes_at) == ("police", NIGHT)


def test_no_step_that_is_taken_by_itself_goes_to_the_police(case, thandi):
    start(case, thandi, police_yes="Yes.")
    sweep_until(ACTS + minutes(120), since=ACTS, every=60)
    assert "police" not in CheckInStep.objects.values_list("kind", flat=True)
    staff = set(User.objects.values_list("username", flat=True))
    assert {to for to, _template, _words in messages(route="staff")} <= staff


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_at": NIGHT - minutes(1)}, "due_at"),
        ({"due_at": NIGHT + timedelta(days=3)}, "due_at"),
        ({"grace_minutes": 61}, "grace_minutes"),
        ({"every_minutes": 30}, "ends_at"),
        ({"every_minutes": 5, "ends_at": DUE + minutes(60)}, "every_minutes"),
        ({"every_minutes": 30, "ends_at": DUE - minutes(1)}, "ends_at"),
        ({"ends_at": DUE + minutes(60)}, "every_minutes"),
        ({"safe_word": "STOP"}, "safe_word"),
        ({"danger_word": "sunflower"}, "danger_word"),
        ({"danger_word": "no"}, "danger_word"),
        ({"contacts": []}, "contacts"),
    ],
)
def test_what_cannot_be_agreed_is_refused_with_the_field_and_a_sentence(case, thandi, changes, field):
    with pytest.raises(NotAgreed) as refused:
        start(case, thandi, **changes)
    assert refused.value.field == field
    assert str(refused.value)
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": NIGHT},
        {"may_text": False},
        {"confirmed_at": NIGHT - timedelta(days=100)},
    ],
)
def test_two_contacts_whose_cards_allow_it_or_none(case, thandi, change):
    case.caller.routes.filter(position=2).update(**change)
    with pytest.raises(NotAgreed) as refused:
        start(case, thandi)
    assert refused.value.field == "contacts"


def test_one_telephone_is_one_person_and_her_own_is_none(case, thandi):
    route = case.caller.routes.get(position=2)
    for number in (case.caller.routes.get(position=1).number, case.number.number):
        route.number = number
        route.save()
        with pytest.raises(NotAgreed):
            start(case, thandi)


def test_nobody_can_be_asked_about_somebody_we_do_not_know(case, thandi):
    case.possibly_known = True
    case.save()
    with pytest.raises(NotAgreed):
        start(case, thandi)


def test_one_at_a_time(case, check_in, thandi):
    with pytest.raises(Conflict):
        start(case, thandi)


def test_begun_by_hand_and_stopped_with_a_reason(check_in, thandi):
    check_in_people.escalate(check_in=check_in, by=thandi, at=EARLY)
    check_in_steps.sweep(at=EARLY)
    assert kinds_of(check_in) == ["set", "escalated", "text_her"]
    with pytest.raises(NotAllowed):
        check_in_people.stop(check_in=check_in, by=thandi, reason=" ", at=EARLY)
    check_in_people.stop(check_in=check_in, by=thandi, reason="She stands at the desk.", at=EARLY)
    assert (now(check_in).state, check_in.steps.last().note) == ("stopped", "She stands at the desk.")


def test_what_is_over_cannot_be_changed(check_in, thandi, case):
    texts(case, SAFE, at=EARLY)
    for deed in (check_in_people.acknowledge, check_in_people.escalate, check_in_people.note_no_answer):
        with pytest.raises(NotAllowed):
            deed(check_in=check_in, by=thandi, at=EARLY)
