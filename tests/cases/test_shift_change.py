"""At two in the morning Nomsa hands the line to Sipho. Until he has it all, what falls due is told to Nomsa."""

from datetime import timedelta

import pytest

from cases.access import may_read_story
from cases.models import HandedItem, ItemKind, ShiftHandOver
from cases.services import reminders, shift_change
from cases.services.shift_change import Open
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.outbox.models import Message
from tests.factories import make_case, make_follow_up, make_shift

STORY = "quokka"


@pytest.fixture
def case(line, nomsa, at):
    return make_case(line=line, owner=nomsa, at=at, summary=STORY)


@pytest.fixture
def call_back(case, nomsa, at):
    return make_follow_up(case, kind="call_back", owner=nomsa, due_at=at + timedelta(hours=3), why=STORY)


@pytest.fixture
def things(case, call_back):
    return [
        Open(ItemKind.CUSTODY, case.ref, case, is_urgent=True),
        Open(ItemKind.CALL_BACK, call_back.ref, case, due_at=call_back.due_at, because="call_back"),
    ]


@pytest.fixture
def offered(line, nomsa, sipho, things, at):
    return shift_change.offer(line=line, giver=nomsa, taker=sipho, things=things, note=f"{STORY} note", at=at)


def item(offered, kind):
    return offered.items.get(kind=kind)


def test_an_offer_changes_nothing_but_that_sipho_is_told(offered, call_back, nomsa):
    call_back.refresh_from_db()
    assert call_back.owner == nomsa
    told = Message.objects.get()
    assert (told.to_ref, told.template, told.words, told.about) == ("sipho", "staff/hand_over", {}, "")


def test_sipho_takes_one_thing_and_it_is_his_while_the_rest_stays(offered, call_back, case, sipho, at):
    now = shift_change.take(hand_over=offered, by=sipho, at=at, item_ref=item(offered, "call_back").ref)
    call_back.refresh_from_db()
    assert (call_back.owner, now.state) == (sipho, "offered")
    assert may_read_story(sipho, case)
    taken = item(offered, "call_back")
    assert (taken.taken_by, taken.taken_at) == (sipho, at)
    assert item(offered, "custody").taken_at is None


def test_with_the_last_thing_it_is_accepted_and_kept_by_whom_and_when(offered, sipho, at):
    for kind, minute in (("call_back", 1), ("custody", 2)):
        shift_change.take(
            hand_over=offered, by=sipho, at=at + timedelta(minutes=minute), item_ref=item(offered, kind).ref
        )
    now = ShiftHandOver.objects.get()
    assert (now.state, now.answered_by, now.answered_at) == ("accepted", sipho, at + timedelta(minutes=2))
    assert Message.objects.get().state == "canceled"


def test_sipho_takes_all_of_it_at_once(offered, call_back, sipho, at):
    assert shift_change.take(hand_over=offered, by=sipho, at=at).state == "accepted"
    call_back.refresh_from_db()
    assert call_back.owner == sipho
    assert not HandedItem.objects.filter(taken_by=None).exists()


def test_taking_twice_is_taking_once(offered, sipho, at):
    ref = item(offered, "custody").ref
    for minute in (1, 2):
        shift_change.take(hand_over=offered, by=sipho, at=at + timedelta(minutes=minute), item_ref=ref)
    assert item(offered, "custody").taken_at == at + timedelta(minutes=1)
    assert Entry.objects.filter(verb="shift.item_taken").count() == 1


def test_a_promise_that_is_a_third_person_s_stays_theirs(offered, call_back, thandi, sipho, at):
    call_back.owner = thandi
    call_back.save()
    shift_change.take(hand_over=offered, by=sipho, at=at)
    call_back.refresh_from_db()
    assert call_back.owner == thandi


def test_a_promise_that_was_kept_meanwhile_is_no_obstacle(offered, call_back, nomsa, sipho, at):
    call_back.state, call_back.finished_at = "done", at
    call_back.save()
    assert shift_change.take(hand_over=offered, by=sipho, at=at).state == "accepted"
    call_back.refresh_from_db()
    assert call_back.owner == nomsa


@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter", "zola", "thandi"])
def test_nobody_else_takes_it(offered, request, who, at):
    with pytest.raises(NotAllowed):
        shift_change.take(hand_over=offered, by=request.getfixturevalue(who), at=at)
    with pytest.raises(NotFound):
        shift_change.find("A" * 18, request.getfixturevalue(who), at)


def test_a_supervisor_and_whoever_stands_in_on_call_may_take_it(offered, line, thandi, naledi, at):
    assert shift_change.may_take(offered, naledi, at)
    make_shift(line, thandi)
    assert shift_change.may_take(offered, thandi, at)
    assert shift_change.take(hand_over=offered, by=thandi, at=at).answered_by == thandi


def test_what_is_not_on_it_cannot_be_taken(offered, sipho, at):
    with pytest.raises(NotFound):
        shift_change.take(hand_over=offered, by=sipho, at=at, item_ref="A" * 18)


def test_nomsa_takes_it_back_and_then_nobody_can_take_it(offered, nomsa, sipho, at):
    with pytest.raises(NotAllowed):
        shift_change.withdraw(hand_over=offered, by=sipho, at=at)
    assert shift_change.withdraw(hand_over=offered, by=nomsa, at=at).state == "withdrawn"
    with pytest.raises(NotAllowed):
        shift_change.take(hand_over=offered, by=sipho, at=at)


def test_offered_anew_to_somebody_else_what_was_taken_stays_taken(
    offered, line, nomsa, sipho, thandi, case, things, at
):
    shift_change.take(hand_over=offered, by=sipho, at=at, item_ref=item(offered, "custody").ref)
    more = [*things, Open(ItemKind.MESSAGE, "M" * 18, case)]
    again = shift_change.offer(line=line, giver=nomsa, taker=thandi, things=more, at=at + timedelta(minutes=5))
    assert (again, again.taker, again.note) == (offered, thandi, f"{STORY} note")
    assert sorted(one.kind for one in again.items.all()) == ["call_back", "custody", "message"]
    assert item(again, "custody").taken_by == sipho


def test_one_hand_over_of_a_line_waits_at_a_time(offered, line, thandi, naledi, at):
    with pytest.raises(Conflict):
        shift_change.offer(line=line, giver=thandi, taker=naledi, things=[], at=at)


@pytest.mark.parametrize("who", ["nomsa", "lerato", "zola"])
def test_it_goes_to_somebody_else_who_answers_callers(line, nomsa, request, who, at):
    with pytest.raises(NotAllowed):
        shift_change.offer(line=line, giver=nomsa, taker=request.getfixturevalue(who), things=[], at=at)


def test_what_is_nobody_s_is_told_to_nomsa_until_sipho_has_it(offered, line, sipho, at):
    make_shift(line, sipho)  # the rota says Sipho already
    make_follow_up(make_case(line=line, at=at), due_at=at)
    reminders.remind_due(at=at)
    shift_change.take(hand_over=offered, by=sipho, at=at)
    reminders.remind_due(at=at + reminders.REMIND_AGAIN_AFTER)
    told = Message.objects.filter(template="staff/follow_up_due").order_by("pk")
    assert [one.to_ref for one in told] == ["nomsa", "sipho"]


def test_where_nomsa_cannot_be_reached_any_more_the_rota_counts(offered, line, nomsa, sipho, at):
    nomsa.is_active = False
    nomsa.save()
    make_shift(line, sipho)
    make_follow_up(make_case(line=line, at=at), due_at=at)
    reminders.remind_due(at=at)
    assert [one.to_ref for one in Message.objects.filter(template="staff/follow_up_due")] == ["sipho"]


def test_sipho_is_told_again_and_then_the_supervisors_are(offered, naledi, at):
    for minutes in (0, 14, 15, 15, 29, 30, 30, 90):
        shift_change.tell_waiting(at=at + timedelta(minutes=minutes))
    told = Message.objects.filter(template="staff/hand_over")
    assert [(one.to_ref, one.created_at - at) for one in told.order_by("pk")] == [
        ("sipho", timedelta()),
        ("sipho", timedelta(minutes=15)),
    ]
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["hand_over_waits"]
    assert Message.objects.filter(template="staff/alarm", to_ref="naledi").count() == 1


def test_an_accepted_one_is_told_to_nobody(offered, sipho, at):
    shift_change.take(hand_over=offered, by=sipho, at=at)
    assert shift_change.tell_waiting(at=at + timedelta(hours=2)) == 0


def test_nothing_that_was_told_is_in_the_audit_or_in_a_text(offered, sipho, at):
    shift_change.take(hand_over=offered, by=sipho, at=at)
    kept = str(list(Entry.objects.values())) + str([(one.words, one.about) for one in Message.objects.all()])
    assert STORY not in kept
    assert ShiftHandOver.objects.get().note == f"{STORY} note"


def test_the_system_opens_it_once_for_each_change_of_shift(line, nomsa, sipho, things, at):
    opened = [
        shift_change.open_for(line=line, giver=nomsa, taker=sipho, things=things, key="K1", at=at) for _ in range(2)
    ]
    assert opened == [True, False]
    assert Entry.objects.get(verb="shift.offered").who is None
    assert not shift_change.open_for(line=line, giver=nomsa, taker=sipho, things=[], key="K2", at=at)
