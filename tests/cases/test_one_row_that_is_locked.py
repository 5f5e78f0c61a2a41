"""Somebody holds one row and does not let go: the database is well all the same, and everybody else is served."""

import sqlite3
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction

from cases.models import CheckIn, Clock, Complaint, Hearing, Station, StationPromise
from cases.services import check_in_steps, clocks, complaints, hearing_reminders, hearings, reminders, stations
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from helpline.core.postgresql.away import is_away, is_busy
from helpline.dashboard import tasks
from tests.cases.check_in_rows import ACTS, make_rose, start
from tests.factories import make_caller, make_case, make_follow_up, make_safe_contact
from tests.locked import held, little_patience

LOCKED = pytest.mark.django_db(transaction=True)


def from_driver(error, cause):
    """An error as Django passes it on, with the driver's own behind it."""
    error.__cause__ = cause
    return error


class TestWhatIsAnOutage:
    @pytest.mark.parametrize(
        "error",
        [
            OperationalError("the connection is closed"),
            InterfaceError("connection already closed"),
            from_driver(OperationalError(), psycopg.OperationalError("server closed the connection unexpectedly")),
            from_driver(OperationalError(), psycopg.errors.ConnectionFailure()),  # 08006
            from_driver(OperationalError(), psycopg.errors.AdminShutdown()),  # 57P01
            from_driver(OperationalError(), psycopg.errors.CannotConnectNow()),  # 57P03
        ],
    )
    def test_a_connection_that_is_lost(self, error):
        assert is_away(error)
        assert not is_busy(error)

    @pytest.mark.parametrize(
        "cause",
        [
            psycopg.errors.LockNotAvailable(),
            psycopg.errors.QueryCanceled(),
            psycopg.errors.DeadlockDetected(),
            psycopg.errors.SerializationFailure(),
        ],
    )
    def test_no_lock_that_was_not_given(self, cause):
        error = from_driver(OperationalError(), cause)
        assert not is_away(error)
        assert is_busy(error)

    def test_no_row_that_is_wrong(self):
        for error in (IntegrityError(), DatabaseError(), ValueError()):
            assert not is_away(error)
            assert not is_busy(error)

    def test_in_sqlite_a_file_that_another_writes_is_busy_and_one_that_is_not_there_is_away(self, tmp_path):
        first, second = (sqlite3.connect(tmp_path / "x", timeout=0.01, isolation_level=None) for _ in range(2))
        first.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as busy:
            second.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as gone:
            sqlite3.connect(tmp_path / "nowhere" / "x")
        assert not is_away(from_driver(OperationalError(), busy.value))
        assert is_away(from_driver(OperationalError(), gone.value))


@LOCKED
def test_a_complaint(lerato, at):
    rows = [
        Complaint.objects.create(
            came="call", said="x", received_by=lerato, received_at=at, acknowledge_by=at, answer_by=at, remind_at=at,
            handler=lerato,
        )
        for _ in range(2)
    ]  # fmt: skip
    with held(rows[0]), little_patience():
        assert complaints.remind_due(at=at) == 1
    assert complaints.remind_due(at=at) == 1
    assert Message.objects.count() == 2


@LOCKED
def test_a_promise_of_a_station(lerato, at):
    station = Station.objects.create(name="Central", created_at=at)
    rows = [
        StationPromise.objects.create(
            station=station, promised="x", by_whom="y", due_at=at, owner=lerato, remind_at=at, recorded_at=at
        )
        for _ in range(2)
    ]
    with held(rows[0]), little_patience():
        assert stations.remind_due(at=at) == 1
    assert stations.remind_due(at=at) == 1


@LOCKED
def test_a_follow_up_whose_message_waits_for_somebody_else(line, thandi, at, monkeypatch):
    case, other = (make_case(line=line, owner=thandi, at=at) for _ in range(2))
    for one in (case, other):
        make_follow_up(one, owner=thandi, due_at=at)
    put = reminders.outbox.put

    def lock_and_put(**message):
        type(case).objects.select_for_update().get(ref=message["about"])
        return put(**message)

    monkeypatch.setattr(reminders.outbox, "put", lock_and_put)
    with held(case), little_patience():
        assert reminders.remind_due(at=at) == 1
    assert Message.objects.get().about == other.ref


@LOCKED
def test_a_day_in_court(line, thandi, at):
    cases = []
    for number in ("+447700900231", "+447700900232"):
        caller = make_caller(number=number)
        make_safe_contact(caller, thandi, may_text=True)
        cases.append(make_case(line=line, caller=caller, owner=thandi))
        hearings.add(case=cases[-1], by=thandi, at=at, day_at=at + timedelta(days=3))
    Hearing.objects.update(remind_at=at + timedelta(days=2, hours=12))
    with held(cases[0]), little_patience():
        assert hearing_reminders.tell_due(at=at + timedelta(days=2, hours=12)) == 1


@LOCKED
def test_a_clock(line, thandi, at):
    cases = [make_case(line=line, caller=make_caller(), owner=thandi, at=at) for _ in range(2)]
    for case in cases:
        clocks.start(case=case, rules=["ZA"], by=thandi, at=at, earliest_at=at)
    line.holidays = [f"{Clock.objects.first().ends_at:%Y-%m-%d}"]
    line.save()
    with held(cases[0]), little_patience():
        assert clocks.recount_custody(at=at) == 1
    assert clocks.recount_custody(at=at) == 1


@LOCKED
def test_a_check_in_and_people_hear_of_it_only_once_it_is_late(line, thandi, lerato, naledi, on_call):
    first, second = make_rose(line, thandi), make_rose(line, thandi, number="+447700900290")
    start(first, thandi)
    start(second, thandi)
    CheckIn.objects.update(next_at=ACTS)
    with held(first), little_patience():
        assert check_in_steps.sweep(at=ACTS) == 1
        assert set(Alarm.objects.values_list("about", flat=True)) == {second.ref}
        check_in_steps.sweep(at=ACTS + timedelta(minutes=1))
        assert Alarm.objects.filter(about=first.ref).count() == 1
    assert check_in_steps.sweep(at=ACTS + timedelta(minutes=1)) >= 1
    assert CheckIn.objects.get(case=first).state == "missed"


@LOCKED
def test_the_hand_over_of_a_shift(line, at, monkeypatch):
    ran = []

    def wait_for_it(**_said):
        with transaction.atomic():
            type(line).objects.select_for_update().get(pk=line.pk)

    monkeypatch.setattr(tasks.shift_change, "tell_waiting", wait_for_it)
    monkeypatch.setattr(tasks.handover, "expire_due", lambda **_said: ran.append("expired"))
    with held(line), little_patience():
        try:
            tasks.watch_hand_overs()
        except OperationalError:
            ran.append("stopped")
    assert ran == ["expired"]
