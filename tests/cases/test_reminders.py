"""Staff are told what is due: whoever has it, then whoever is on call, then the supervisor, each once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import FollowUp
from cases.services import followups
from cases.services.reminders import remind_due
from cases.tasks import remind_due_follow_ups
from helpline.core import clock
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from tests.factories import make_case, make_follow_up

SWEEPERS = 4  # two workers, and two beats that each set one of them off


@pytest.fixture
def case(line, nomsa, at):
    return make_case(line=line, owner=nomsa, at=at)


def told():
    return list(Message.objects.order_by("pk").values_list("to_ref", flat=True))


def test_the_owner_is_told_when_it_is_due_and_not_before(case, nomsa, at):
    follow_up = make_follow_up(case, owner=nomsa, due_at=at)
    assert remind_due(at=at - timedelta(seconds=1)) == 0
    assert remind_due(at=at) == 1
    message = Message.objects.get()
    assert (message.key, message.route, message.to_ref) == (f"follow-up-{follow_up.ref}-reminder-1", "staff", "nomsa")
    assert (message.template, message.words, message.about) == ("staff/follow_up_due", {}, case.ref)


def test_however_often_the_sweep_runs_the_owner_is_told_once_then_again_after_half_an_hour(case, nomsa, at):
    make_follow_up(case, owner=nomsa, due_at=at)
    for minutes in (0, 0, 1, 29, 30, 31):
        remind_due(at=at + timedelta(minutes=minutes))
    assert told() == ["nomsa", "nomsa"]


def test_the_third_goes_to_the_supervisor_and_then_it_stops(case, nomsa, naledi, at):
    make_follow_up(case, owner=nomsa, due_at=at)
    for minutes in (0, 30, 60, 90, 600):
        remind_due(at=at + timedelta(minutes=minutes))
    assert told() == ["nomsa", "nomsa", "naledi"]
    assert FollowUp.objects.get().remind_at is None
    assert Entry.objects.get(verb="follow_up.escalated").detail["told"] == ["naledi"]


def test_what_nobody_has_goes_to_who_is_on_call_now(line, on_call, lerato, at):
    make_follow_up(make_case(line=line, at=at), due_at=at)
    assert remind_due(at=at) == 1
    assert told() == ["nomsa", "sipho"]


@pytest.mark.usefixtures("on_call")
def test_what_belongs_to_somebody_who_has_left_or_has_no_verified_phone_goes_to_who_is_on_call(line, zola, pieter, at):
    for owner in (zola, pieter):
        make_follow_up(make_case(line=line, at=at), owner=owner, due_at=at)
    remind_due(at=at)
    assert told() == ["nomsa", "sipho"] * 2


def test_with_nobody_on_call_the_coordinator_is_told(line, lerato, at):
    make_follow_up(make_case(line=line, at=at), due_at=at)
    make_follow_up(make_case(at=at), due_at=at)
    assert remind_due(at=at) == 2
    assert told() == ["lerato", "lerato"]


def test_where_nobody_can_be_told_the_reminder_counts_and_the_rest_goes_on(line, nomsa, at):
    make_follow_up(make_case(line=line, at=at), due_at=at - timedelta(minutes=1))
    make_follow_up(make_case(line=line, owner=nomsa, at=at), owner=nomsa, due_at=at)
    assert remind_due(at=at) == 2
    assert told() == ["nomsa"]


def test_what_is_done_reminds_nobody(case, nomsa, at):
    followups.finish(follow_up=make_follow_up(case, owner=nomsa, due_at=at), by=nomsa, at=at)
    assert remind_due(at=at + timedelta(hours=1)) == 0
    assert told() == []


def test_a_try_begins_the_reminders_again(case, nomsa, naledi, at):
    follow_up = make_follow_up(case, kind="call_back", owner=nomsa, due_at=at)
    remind_due(at=at)
    followups.record_try(follow_up=follow_up, by=nomsa, at=at + timedelta(minutes=5))
    for minutes in (34, 35, 65, 95, 125):
        remind_due(at=at + timedelta(minutes=minutes))
    assert told() == ["nomsa", "nomsa", "nomsa", "naledi"]


def test_a_sweep_takes_no_more_than_its_limit_and_the_next_takes_the_rest(case, nomsa, at):
    for _ in range(5):
        make_follow_up(case, owner=nomsa, due_at=at)
    assert [remind_due(at=at, limit=3) for _ in range(3)] == [3, 2, 0]


def test_the_task_sweeps_by_the_clock(case, nomsa):
    make_follow_up(case, owner=nomsa, due_at=clock.now() - timedelta(seconds=1))
    remind_due_follow_ups()
    assert told() == ["nomsa"]


@pytest.mark.django_db(transaction=True)
def test_a_thousand_reminders_due_at_once_are_a_thousand_messages_with_two_workers_and_two_beats(line, nomsa, at):
    case = make_case(line=line, owner=nomsa, at=at)
    FollowUp.objects.bulk_create(
        FollowUp(case=case, kind="task", due_at=at, owner=nomsa, remind_at=at, created_at=at) for _ in range(1000)
    )
    start, given, broken = threading.Barrier(SWEEPERS), [], []

    def sweep():
        try:
            start.wait()
            while (number := remind_due(at=at, limit=50)) or FollowUp.objects.to_remind(at).exists():
                given.append(number)
        except Exception as error:
            broken.append(error)
            raise
        finally:
            connection.close()

    sweepers = [threading.Thread(target=sweep) for _ in range(SWEEPERS)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()
    assert not broken
    assert sum(given) == 1000
    assert Message.objects.count() == 1000
    assert set(FollowUp.objects.values_list("reminders", flat=True)) == {1}
