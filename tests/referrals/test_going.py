"""Somebody of the team goes there: heard, measured, looked after until they are back, and replaced where they cannot."""

from datetime import timedelta

import pytest

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from referrals.models import Going, Offer, Referral, TeamMember
from referrals.services import answering, asking, going
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import make_district

pytestmark = pytest.mark.django_db
NUMBERS = ("+447700900131", "+447700900132", "+447700900133")


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def team(lerato, at):
    area = make_district()
    rows = [
        TeamMember.objects.create(name=name, number=number, added_at=at)
        for name, number in zip(("Sage", "Wren", "Rowan"), NUMBERS, strict=True)
    ]
    for row in rows:
        row.areas.add(area)
    return rows


@pytest.fixture
def referral(case, nomsa, team, at):
    return asking.ask(
        case=case, by=nomsa, at=at, need="rapid_response", matter="there_now", area=team[0].areas.get(), language="",
        way="together", is_team=True,
    )  # fmt: skip


def after(at, minutes):
    return at + timedelta(minutes=minutes)


def offer_to(member):
    return Offer.objects.select_related("referral__case").get(member=member, state__in=["open", "accepted", "taken"])


@pytest.fixture
def sage_goes(referral, team, at):
    answering.accept(offer=offer_to(team[0]), at=after(at, 3), how="text")
    return Going.objects.select_related("referral", "offer").get()


def hear(at, minutes, body, number=NUMBERS[0]):
    return going.hear_text(number=number, body=body, at=after(at, minutes))


def texts_to(member):
    return list(
        Message.objects.filter(route="member", to_ref=member.ref).order_by("pk").values_list("template", flat=True)
    )


def tasks(case):
    return set(FollowUp.objects.filter(case=case, state="due").values_list("because", flat=True))


def test_several_are_asked_at_once_and_the_first_yes_closes_it(sage_goes, team):
    assert [offer_to(one).state for one in team] == ["accepted", "taken", "taken"]
    assert texts_to(team[1])[0] == "offer/ask"
    assert Going.objects.count() == 1


def test_whoever_accepted_is_on_the_way_and_is_told_what_to_text(sage_goes, team, at):
    assert (sage_goes.state, sage_goes.left_at) == ("on_the_way", after(at, 3))
    assert "going/begun" in texts_to(team[0])


def test_a_lawyer_who_accepts_goes_nowhere(case, nomsa, at):
    from tests.referrals.asking_rows import ask_for_lawyer, make_three

    lawyers = make_three(make_district("Durban"))
    ask_for_lawyer(case, nomsa, persons=[lawyers[0].ref])
    answering.accept(offer=Offer.objects.select_related("referral__case").get(), at=at, how="text")
    assert not Going.objects.exists()


def test_arrival_and_outcome_come_back_by_text_and_minutes_are_measured(sage_goes, at):
    hear(at, 24, "there")
    hear(at, 40, "they let her go, released")
    hear(at, 70, "back home")
    row = Going.objects.select_related("offer").get()
    assert (row.state, row.outcome, row.outcome_at) == ("back", "released", after(at, 40))
    assert going.measure(row) == going.Minutes(to_accept=3, to_arrive=21, out=67)


def test_an_outcome_without_an_arrival_counts_as_the_arrival(sage_goes, at):
    hear(at, 30, "nobody here")
    row = Going.objects.get()
    assert (row.state, row.arrived_at, row.outcome) == ("there", after(at, 30), "not_found")


def test_still_held_asks_for_a_lawyer(sage_goes, case, at):
    hear(at, 30, "still held")
    assert "team_still_held" in tasks(case)


def test_who_is_back_without_a_word_of_the_outcome_is_asked_by_a_person(sage_goes, case, at):
    hear(at, 30, "back")
    assert "team_outcome" in tasks(case)


def test_who_cannot_go_after_all_withdraws_and_the_next_is_asked(sage_goes, referral, team, at):
    hear(at, 6, "sorry, cant")
    sage_goes.refresh_from_db()
    assert (sage_goes.state, sage_goes.ended_at) == ("withdrawn", after(at, 6))
    assert Referral.objects.get(pk=referral.pk).state == "asking"
    asked = Offer.objects.filter(referral=referral, state="open").values_list("member", flat=True)
    assert set(asked) == {team[1].pk, team[2].pk}


def test_a_plain_no_right_after_the_yes_withdraws_too(sage_goes, at):
    assert hear(at, 4, "no") is None  # the answer to the question itself: answering hears it
    answering.answer_text(number=NUMBERS[0], body="no", at=after(at, 4))
    assert Going.objects.get().state == "withdrawn"


def test_who_cannot_go_on_when_they_are_there_is_looked_after_until_they_are_back(sage_goes, at):
    hear(at, 20, "there")
    hear(at, 22, "cannot stay")
    row = Going.objects.get()
    assert (row.state, row.ended_at, row.check_by) == ("there", None, after(at, 52))


def test_who_went_once_and_gave_up_may_go_after_all(sage_goes, referral, team, at):
    hear(at, 6, "cannot")
    Offer.objects.filter(state="open").update(state="silent")
    answering.accept(
        offer=Offer.objects.select_related("referral__case").get(member=team[1], state="silent"),
        at=after(at, 8),
        how="text",
    )
    assert [row.state for row in Going.objects.order_by("pk")] == ["withdrawn", "on_the_way"]


# Looked after


def test_after_half_an_hour_without_a_word_they_are_asked_once(sage_goes, team, at):
    assert going.sweep(at=after(at, 32)) == 0
    assert going.sweep(at=after(at, 33)) == 1
    assert going.sweep(at=after(at, 34)) == 0
    assert texts_to(team[0]).count("going/check") == 1


def test_who_says_ok_is_asked_again_half_an_hour_later(sage_goes, team, at):
    going.sweep(at=after(at, 33))
    hear(at, 35, "ok")
    assert Going.objects.get().check_by == after(at, 65)
    going.sweep(at=after(at, 65))
    assert texts_to(team[0]).count("going/check") == 2


def test_no_answer_in_ten_minutes_tells_the_coordinator_once(sage_goes, case, at):
    going.sweep(at=after(at, 33))
    going.sweep(at=after(at, 43))
    going.sweep(at=after(at, 44))
    assert [alarm.kind for alarm in Alarm.objects.filter(kind="team_missed")] == ["team_missed"]
    assert FollowUp.objects.filter(case=case, because="team_missed", state="due", is_urgent=True).count() == 1


def test_a_word_from_them_lets_the_promise_rest(sage_goes, case, at):
    going.sweep(at=after(at, 33))
    going.sweep(at=after(at, 43))
    hear(at, 50, "im fine, no signal")
    assert "team_missed" not in tasks(case)
    assert Going.objects.get().check_by == after(at, 80)


def test_after_hours_in_which_nothing_ran_they_are_asked_first(sage_goes, team, at):
    going.sweep(at=after(at, 600))
    assert "going/check" in texts_to(team[0])
    assert not Alarm.objects.filter(kind="team_missed").exists()


def test_a_question_that_has_not_left_is_not_asked_once_they_were_heard(sage_goes, at):
    going.sweep(at=after(at, 33))
    hear(at, 33, "back")
    assert Message.objects.get(template="going/check").state == "canceled"


def test_trouble_rings_the_alarm_at_once_and_nothing_more_goes_to_that_phone(sage_goes, team, case, at):
    before = len(texts_to(team[0]))
    hear(at, 20, "help")
    assert Alarm.objects.filter(kind="team_danger").count() == 1
    assert "team_danger" in tasks(case)
    going.sweep(at=after(at, 600))
    assert len(texts_to(team[0])) == before


def test_a_bare_no_to_whether_all_is_well_is_trouble(sage_goes, at):
    going.sweep(at=after(at, 33))
    hear(at, 34, "no")
    assert Alarm.objects.filter(kind="team_danger").exists()


def test_the_check_goes_on_though_the_caller_does_not_need_it_any_more(sage_goes, referral, nomsa, team, at):
    asking.withdraw(referral=referral, by=nomsa, at=after(at, 10), why="caller_wants_not")
    going.sweep(at=after(at, 33))
    assert "going/check" in texts_to(team[0])
    hear(at, 40, "back")
    assert Going.objects.get().state == "back"


def test_what_cannot_be_told_is_read_by_a_person(sage_goes, case, at):
    assert hear(at, 20, "is it the blue house?").result == "unclear"
    assert "team_wrote" in tasks(case)


def test_somebody_who_is_not_out_is_not_heard_here(sage_goes, at):
    assert hear(at, 20, "there", number=NUMBERS[1]) is None


def test_an_answer_with_the_code_of_another_question_is_not_for_this_one(sage_goes, at):
    other = "Z9Z" if sage_goes.offer.code != "Z9Z" else "Y8Y"
    assert hear(at, 20, f"{other} yes") is None


def test_nobody_outside_our_own_team_hears_anything(sage_goes, at):
    hear(at, 20, "still held")
    hear(at, 30, "help")
    assert set(Message.objects.values_list("route", flat=True)) <= {"member", "staff"}


# The desk


def test_the_desk_writes_down_what_they_said_and_by_whom_it_was_heard(sage_goes, nomsa, at):
    row = going.say(going=sage_goes, what="there", at=after(at, 15), by=nomsa)
    assert (row.state, row.referral.steps.get(what="team_there").by) == ("there", nomsa)


def test_what_is_over_or_is_no_word_is_refused(sage_goes, nomsa, at):
    with pytest.raises(NotAllowed):
        going.say(going=sage_goes, what="police", at=at, by=nomsa)
    going.say(going=sage_goes, what="back", at=after(at, 15), by=nomsa)
    with pytest.raises(NotAllowed):
        going.say(going=sage_goes, what="there", at=after(at, 16), by=nomsa)


def test_the_button_asks_the_team_and_nobody_else(desk_of, nomsa, case, team, monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    desk = desk_of(nomsa)
    page = desk.get(f"/cases/{case.ref}/send-team/", follow=True).content.decode()
    assert "Sage" in page
    said = {
        "need": "rapid_response", "matter": "there_now", "area": team[0].areas.get().ref, "language": "", "way": "together",
        "promised_minutes": "30", "consent": "", "may_be_told": "", "key": "one",
    }  # fmt: skip
    assert desk.post(f"/cases/{case.ref}/ask/", said).status_code == 302
    row = Referral.objects.get()
    assert (row.is_team, {one.member for one in row.offers.all()}) == (True, set(team))


def test_the_page_of_the_referral_shows_who_went_and_for_how_long(desk_of, nomsa, case, sage_goes, monkeypatch, at):
    hear(at, 24, "there")
    monkeypatch.setattr("helpline.core.clock.now", lambda: after(at, 30))
    desk = desk_of(nomsa)
    here = f"/cases/{case.ref}/referrals/{sage_goes.referral.ref}/"
    page = desk.get(here).content.decode()
    assert "(21 min after the yes)" in page
    assert desk.post(f"{here}going/{sage_goes.ref}/", {"verb": "back"}).status_code == 302
    assert "(27 min in all)" in desk.get(here).content.decode()


def test_the_case_shows_who_is_out(desk_of, nomsa, case, sage_goes, monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: after(at, 5))
    page = desk_of(nomsa).get(f"/cases/{case.ref}/").content.decode()
    assert "Response team" in page
    assert "on the way" in page
