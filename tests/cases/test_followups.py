"""What is promised by a time: made, tried, kept, put off or let go, and always seen on the case."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.access import may_read_story
from cases.models import Case, FollowUp, Note
from cases.services import casework, followups
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from tests.factories import make_case, make_follow_up


@pytest.fixture
def case(line, nomsa, at):
    """Nomsa's case of tonight."""
    return make_case(line=line, owner=nomsa, at=at)


def next_due(case):
    return Case.objects.get(pk=case.pk).next_due_at


def test_what_nomsa_adds_is_hers_and_stands_on_the_case(case, nomsa, at):
    due_at = at + timedelta(hours=2)
    follow_up = followups.add(
        case=case, kind="call_back", due_at=due_at, by=nomsa, why="when the children are at school", at=at
    )
    kept = FollowUp.objects.get()
    assert (kept, kept.owner, kept.state, kept.why) == (follow_up, nomsa, "due", "when the children are at school")
    assert next_due(case) == due_at
    assert Entry.objects.get(verb="follow_up.added").detail == {"follow_up": kept.ref, "kind": "call_back"}


def test_nothing_is_promised_for_the_past_or_on_a_closed_case(case, nomsa, thandi, at):
    with pytest.raises(NotAllowed):
        followups.add(case=case, kind="task", due_at=at - timedelta(hours=1), by=nomsa, at=at)
    casework.close(case=case, by=thandi, at=at)
    with pytest.raises(NotAllowed):
        followups.add(case=case, kind="task", due_at=at + timedelta(hours=1), by=nomsa, at=at)
    assert not FollowUp.objects.exists()


def test_what_the_system_promises_is_promised_once_for_each_key(case, at):
    promise = {"case": case, "because": "court", "key": "call-X-call-back", "urgent": False, "at": at}
    first = followups.promise_call_back(due_at=at + timedelta(hours=6), **promise)
    again = followups.promise_call_back(due_at=at + timedelta(hours=9), **promise)
    assert first == again == FollowUp.objects.get()
    assert FollowUp.objects.get().due_at == at + timedelta(hours=6)


def test_staff_are_told_half_an_hour_before_a_call_back_and_at_once_where_it_is_urgent(case, at):
    due_at = at + timedelta(hours=6)
    calm = followups.promise_call_back(case=case, due_at=due_at, because="cap", key="a", urgent=False, at=at)
    urgent = followups.promise_call_back(case=case, due_at=due_at, because="cap", key="b", urgent=True, at=at)
    at_once = followups.promise_call_back(case=case, due_at=at, because="court", key="c", urgent=False, at=at)
    assert [row.remind_at for row in (calm, urgent, at_once)] == [due_at - timedelta(minutes=30), at, at]


def test_an_answered_call_is_written_up_and_asked_after_on_the_next_day_in_desk_hours(case, nomsa, at):
    ended_at = at + timedelta(minutes=12)
    for _ in range(2):
        write_up, ask = followups.add_after_call(case=case, key="X", owner=nomsa, ended_at=ended_at, at=ended_at)
    assert FollowUp.objects.count() == 2
    assert (write_up.kind, write_up.due_at, write_up.owner) == ("task", ended_at + timedelta(minutes=15), nomsa)
    # 02:22 on the next night is no time to ring: the desk opens at 08:00 in Johannesburg.
    assert (ask.kind, ask.due_at, ask.owner) == ("safety", datetime(2026, 11, 24, 6, 0, tzinfo=UTC), nomsa)


def test_a_call_of_the_afternoon_is_asked_after_at_the_same_time_of_the_next_day(case, nomsa):
    ended_at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    _, ask = followups.add_after_call(case=case, key="X", owner=nomsa, ended_at=ended_at, at=ended_at)
    assert ask.due_at == ended_at + timedelta(days=1)


def test_who_answered_and_has_left_since_is_not_given_what_follows(case, zola, at):
    rows = followups.add_after_call(case=case, key="X", owner=zola, ended_at=at, at=at)
    assert [row.owner for row in rows] == [None, None]


def test_a_coordinator_who_answered_as_the_last_resort_keeps_what_follows(case, lerato, at):
    rows = followups.add_after_call(case=case, key="X", owner=lerato, ended_at=at, at=at)
    assert [row.owner for row in rows] == [lerato, lerato]
    assert may_read_story(lerato, case)


def test_a_try_that_reached_nobody_is_counted_and_is_due_again(case, nomsa, at):
    follow_up = make_follow_up(case, kind="call_back", reminders=2)
    tried = followups.record_try(follow_up=follow_up, by=nomsa, note="rang, a man answered", at=at)
    assert (tried.state, tried.tries) == ("tried", 1)
    assert tried.due_at == tried.remind_at == at + timedelta(minutes=30)
    assert next_due(case) == tried.due_at
    assert Note.objects.get().body == "rang, a man answered"


def test_two_people_who_try_at_once_are_one_try(case, nomsa, thandi, at):
    as_nomsa_saw_it, as_thandi_saw_it = make_follow_up(case), FollowUp.objects.get()
    followups.record_try(follow_up=as_nomsa_saw_it, by=nomsa, at=at)
    with pytest.raises(Conflict):
        followups.record_try(follow_up=as_thandi_saw_it, by=thandi, at=at)
    assert FollowUp.objects.get().tries == 1


def test_what_is_done_is_off_the_case_and_rings_nobody(case, nomsa, at):
    follow_up = make_follow_up(case, due_at=at)
    later = make_follow_up(case, due_at=at + timedelta(days=1))
    done = followups.finish(follow_up=follow_up, by=nomsa, at=at)
    assert (done.state, done.finished_at, done.remind_at) == ("done", at, None)
    assert next_due(case) == later.due_at
    with pytest.raises(NotAllowed):
        followups.finish(follow_up=follow_up, by=nomsa, at=at)


def test_giving_up_needs_a_try_and_a_reason(case, nomsa, at):
    follow_up = make_follow_up(case)
    with pytest.raises(NotAllowed):
        followups.give_up(follow_up=follow_up, by=nomsa, reason="nobody there", at=at)
    tried = followups.record_try(follow_up=follow_up, by=nomsa, at=at)
    with pytest.raises(NotAllowed):
        followups.give_up(follow_up=tried, by=nomsa, reason="  ", at=at)
    assert followups.give_up(follow_up=tried, by=nomsa, reason="five tries in a week", at=at).state == "given_up"
    assert next_due(case) is None
    assert Note.objects.get().body == "five tries in a week"


def test_skipping_says_why_in_the_story_and_not_in_the_audit(case, nomsa, at):
    followups.skip(follow_up=make_follow_up(case), by=nomsa, reason="he reads her phone", at=at)
    assert (FollowUp.objects.get().state, Note.objects.get().body) == ("skipped", "he reads her phone")
    assert "phone" not in str(Entry.objects.get(verb="follow_up.skipped").detail)


def test_putting_off_moves_the_time_and_the_reminder(case, nomsa, at):
    until = at + timedelta(hours=5)
    moved = followups.snooze(follow_up=make_follow_up(case, reminders=1), by=nomsa, until=until, reason="asleep", at=at)
    assert (moved.due_at, moved.remind_at, moved.state) == (until, until, "due")
    assert next_due(case) == until
    with pytest.raises(NotAllowed):
        followups.snooze(follow_up=moved, by=nomsa, until=at, reason="back in time", at=at)


def test_whoever_is_given_a_follow_up_may_read_its_case(case, nomsa, sipho, at):
    given = followups.assign(follow_up=make_follow_up(case, owner=nomsa), to=sipho, by=nomsa, at=at)
    assert given.owner == sipho
    assert may_read_story(sipho, case)


def test_a_follow_up_is_not_given_to_the_administrator_or_to_who_has_left(case, nomsa, pieter, zola, at):
    follow_up = make_follow_up(case, owner=nomsa)
    for person in (pieter, zola):
        with pytest.raises(NotAllowed):
            followups.assign(follow_up=follow_up, to=person, by=nomsa, at=at)


def test_what_was_finished_by_mistake_is_due_again(case, nomsa, at):
    done = followups.finish(follow_up=make_follow_up(case), by=nomsa, at=at)
    due_at = at + timedelta(hours=1)
    again = followups.reopen(follow_up=done, by=nomsa, due_at=due_at, at=at)
    assert (again.state, again.finished_at, again.remind_at) == ("due", None, due_at)
    assert next_due(case) == due_at
