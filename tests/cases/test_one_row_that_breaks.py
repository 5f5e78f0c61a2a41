"""A row that always raises keeps nobody else waiting: whoever is due after it is told all the same."""

from datetime import timedelta

import pytest

from cases.models import Complaint, FollowUp, Station, StationPromise
from cases.services import check_in_steps, complaints, reminders, stations
from helpline.core.outbox.models import Message
from helpline.dashboard import tasks
from tests.factories import make_case, make_follow_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def breaks_once(monkeypatch):
    """The first message that a module puts into the outbox raises, and so does the same one again."""

    def broken(module):
        put, bad = module.outbox.put, []

        def put_or_break(**message):
            if not bad:
                bad.append(message["key"])
            if message["key"] == bad[0]:
                raise ZeroDivisionError
            return put(**message)

        monkeypatch.setattr(module.outbox, "put", put_or_break)

    return broken


def test_a_follow_up(line, thandi, at, breaks_once):
    case = make_case(line=line, owner=thandi, at=at)
    for minutes in (2, 1):
        make_follow_up(case, owner=thandi, due_at=at - timedelta(minutes=minutes))
    breaks_once(reminders)
    assert reminders.remind_due(at=at) == 1
    assert Message.objects.count() == 1
    first = FollowUp.objects.order_by("due_at").first()
    assert (first.reminders, first.remind_at) == (0, first.due_at)  # nothing of it is half kept: it is tried again


def test_a_complaint(lerato, at, breaks_once):
    for _ in range(2):
        Complaint.objects.create(
            came="call", said="x", received_by=lerato, received_at=at, acknowledge_by=at, answer_by=at, remind_at=at,
            handler=lerato,
        )  # fmt: skip
    breaks_once(complaints)
    assert complaints.remind_due(at=at) == 1
    assert Message.objects.count() == 1


def test_a_promise_of_a_station(lerato, at, breaks_once):
    station = Station.objects.create(name="Central", created_at=at)
    for minutes in (2, 1):
        StationPromise.objects.create(
            station=station, promised="x", by_whom="y", due_at=at - timedelta(minutes=minutes), owner=lerato,
            remind_at=at - timedelta(minutes=minutes), recorded_at=at,
        )  # fmt: skip
    breaks_once(stations)
    assert stations.remind_due(at=at) == 1
    # both have the same minute in their key: the second is another row and another message
    assert Message.objects.count() == 1


def test_a_clock_that_cannot_be_followed_keeps_no_check_in_waiting(at, monkeypatch):
    def broken(**_said):
        raise ZeroDivisionError

    monkeypatch.setattr(check_in_steps, "follow_clock", broken)
    assert check_in_steps.sweep(at=at, ticks=object()) == 0


def test_each_step_of_the_hand_over_runs_though_another_breaks(db, at, monkeypatch):
    ran = []

    def broken(*_said, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr(tasks.sheet, "open_after_changes", broken)
    monkeypatch.setattr(tasks.shift_change, "tell_waiting", broken)
    monkeypatch.setattr(tasks.handover, "expire_due", lambda **_said: ran.append("expired"))
    tasks.watch_hand_overs()
    assert ran == ["expired"]
