"""At eight in the morning Nomsa offers her cases to Thandi; until Thandi accepts, they are Nomsa's."""

from datetime import timedelta
from functools import partial

import pytest

from cases.access import get_hand_over, may_read_story
from cases.models import Case, CaseState, HandOver
from cases.services import casework, handover, reminders
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.outbox.models import Message
from tests.factories import make_case, make_follow_up

declines = partial(handover.decline, why="two calls at once")


@pytest.fixture
def cases(line, nomsa, at):
    """Two cases of Nomsa's."""
    return [make_case(line=line, owner=nomsa, at=at) for _ in range(2)]


@pytest.fixture
def offered(cases, nomsa, thandi, at):
    return handover.offer(giver=nomsa, taker=thandi, cases=cases, note="the first one is in court at nine", at=at)


def owners():
    return list(Case.objects.order_by("pk").values_list("owner__username", flat=True))


def test_an_offer_changes_nothing_yet(offered, cases):
    assert owners() == ["nomsa", "nomsa"]
    assert HandOver.objects.get().note == "the first one is in court at nine"
    assert Entry.objects.get(verb="hand_over.offered").detail == {
        "taker": "thandi",
        "cases": [case.ref for case in cases],
    }


def test_thandi_accepts_and_has_cases_and_follow_ups_while_nomsa_reads_on(offered, cases, nomsa, thandi, at):
    follow_up = make_follow_up(cases[0], owner=nomsa)
    assert handover.accept(hand_over=offered, by=thandi, at=at) == cases
    assert owners() == ["thandi", "thandi"]
    follow_up.refresh_from_db()
    assert follow_up.owner == thandi
    assert may_read_story(nomsa, cases[0])
    assert HandOver.objects.get().state == "accepted"


def test_declining_and_withdrawing_leave_everything_with_nomsa(offered, cases, nomsa, thandi, at):
    handover.decline(hand_over=offered, by=thandi, at=at, why="two calls at once")
    again = handover.offer(giver=nomsa, taker=thandi, cases=cases, at=at)
    handover.withdraw(hand_over=again, by=nomsa, at=at)
    assert owners() == ["nomsa", "nomsa"]
    for answer, person in ((handover.accept, thandi), (declines, thandi), (handover.withdraw, nomsa)):
        with pytest.raises(NotAllowed):
            answer(hand_over=again, by=person, at=at)


def test_only_thandi_answers_and_only_nomsa_withdraws(offered, nomsa, thandi, sipho, at):
    for answer, person in ((handover.accept, nomsa), (declines, sipho), (handover.withdraw, thandi)):
        with pytest.raises(NotAllowed):
            answer(hand_over=offered, by=person, at=at)
    assert HandOver.objects.get().state == "offered"


def test_a_case_is_offered_to_one_person_at_a_time(offered, cases, nomsa, sipho, at):
    with pytest.raises(Conflict):
        handover.offer(giver=nomsa, taker=sipho, cases=cases[:1], at=at)


def test_what_is_not_hers_or_not_open_cannot_be_offered(cases, nomsa, sipho, thandi, at):
    not_hers, closed = make_case(owner=sipho, at=at), make_case(owner=nomsa, state=CaseState.CLOSED, at=at)
    for wrong in ([], [not_hers], [cases[0], closed]):
        with pytest.raises(NotAllowed):
            handover.offer(giver=nomsa, taker=thandi, cases=wrong, at=at)
    assert not HandOver.objects.exists()


def test_nothing_is_offered_to_oneself_the_coordinator_or_who_has_left(cases, nomsa, lerato, zola, at):
    for person in (nomsa, lerato, zola):
        with pytest.raises(NotAllowed):
            handover.offer(giver=nomsa, taker=person, cases=cases, at=at)


def test_a_case_that_sipho_took_over_meanwhile_stays_his(offered, cases, sipho, thandi, at):
    casework.take_over(case=cases[0], by=sipho, at=at)
    assert handover.accept(hand_over=offered, by=thandi, at=at) == cases[1:]
    assert owners() == ["sipho", "thandi"]


def test_where_nothing_is_left_thandi_is_told_and_may_decline(offered, cases, sipho, thandi, at):
    for case in cases:
        casework.take_over(case=case, by=sipho, at=at)
    with pytest.raises(Conflict):
        handover.accept(hand_over=offered, by=thandi, at=at)
    assert handover.decline(hand_over=offered, by=thandi, at=at, why="two calls at once").state == "declined"


def test_a_hand_over_is_between_two_people(offered, nomsa, thandi, sipho, naledi, at):
    assert get_hand_over(nomsa, offered.ref, at=at) == get_hand_over(thandi, offered.ref, at=at) == offered
    for person in (sipho, naledi):
        with pytest.raises(NotFound):
            get_hand_over(person, offered.ref, at=at)


def test_thandi_is_told_by_a_text_that_names_nothing(offered, cases, thandi, at):
    told = Message.objects.get()
    assert (told.key, told.route, told.to_ref) == (f"hand-over-{offered.ref}", "staff", "thandi")
    assert (told.template, told.words, told.about) == ("staff/hand_over", {}, cases[0].ref)
    assert told.expires_at > at


def test_a_refused_offer_tells_nobody(cases, nomsa, lerato, at):
    with pytest.raises(NotAllowed):
        handover.offer(giver=nomsa, taker=lerato, cases=cases, at=at)
    assert not Message.objects.exists()


def test_who_has_no_verified_number_sees_it_on_the_board_alone(cases, nomsa, thandi, at):
    thandi.duty_phone_verified_at = None
    thandi.save()
    handover.offer(giver=nomsa, taker=thandi, cases=cases, at=at)
    assert not Message.objects.exists()


def test_an_offer_that_was_taken_back_is_not_told_any_more(offered, nomsa, at):
    handover.withdraw(hand_over=offered, by=nomsa, at=at)
    assert Message.objects.get().state == "canceled"


def test_declined_with_a_reason_it_comes_back_and_nomsa_is_told_by_a_text_that_names_nothing(
    offered, cases, nomsa, thandi, at
):
    handover.decline(hand_over=offered, by=thandi, at=at, why=" in court myself ")
    assert handover.last_come_back(case=cases[0], giver=nomsa, at=at).why == "in court myself"
    told = Message.objects.get(template="staff/hand_over_back")
    assert (told.to_ref, told.words, told.state) == ("nomsa", {}, "waiting")
    assert "court" not in str(list(Entry.objects.values_list("detail")))


def test_nobody_declines_without_a_reason(offered, thandi, at):
    for why in ("", "  "):
        with pytest.raises(NotAllowed, match="why"):
            handover.decline(hand_over=offered, by=thandi, at=at, why=why)
    assert HandOver.objects.get().state == "offered"


def test_what_nobody_answers_within_a_shift_comes_back(offered, cases, nomsa, thandi, at):
    assert handover.expire_due(at=at + handover.LASTS - timedelta(seconds=1)) == 0
    assert handover.expire_due(at=at + handover.LASTS) == 1
    assert handover.expire_due(at=at + handover.LASTS) == 0
    assert HandOver.objects.get().state == "expired"
    assert owners() == ["nomsa", "nomsa"]
    assert [told.to_ref for told in Message.objects.filter(template="staff/hand_over_back")] == ["nomsa"]
    with pytest.raises(NotAllowed):
        handover.accept(hand_over=offered, by=thandi, at=at + handover.LASTS)
    assert handover.offer(giver=nomsa, taker=thandi, cases=cases, at=at + handover.LASTS).state == "offered"


def test_until_it_is_accepted_nomsa_is_reminded_of_what_falls_due(offered, cases, thandi, nomsa, at):
    follow_up = make_follow_up(cases[0], owner=nomsa)
    reminders.remind_due(at=at)
    handover.accept(hand_over=offered, by=thandi, at=at)
    reminders.remind_due(at=at + reminders.REMIND_AGAIN_AFTER)
    due = Message.objects.filter(template="staff/follow_up_due").order_by("pk")
    assert [told.to_ref for told in due] == ["nomsa", "thandi"]
    assert follow_up.case == cases[0]


def test_what_came_back_is_not_told_any_more_once_it_is_offered_again(offered, cases, nomsa, sipho, thandi, at):
    declines(hand_over=offered, by=thandi, at=at)
    handover.offer(giver=nomsa, taker=sipho, cases=cases, at=at + timedelta(minutes=1))
    assert handover.last_come_back(case=cases[0], giver=nomsa, at=at + timedelta(minutes=2)) is None
