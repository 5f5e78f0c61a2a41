"""The clock of a machine jumps while Rose is out: nobody asks for her later than she agreed, and nothing happens twice."""

from datetime import timedelta

import pytest

from cases.models import CheckIn
from cases.services import check_in_steps
from helpline.core import clock
from helpline.core.alarms.models import Alarm
from helpline.core.clock import Ticks
from tests.cases.check_in_rows import ACTS, DUE, make_rose, minutes, start
from tests.cases.test_at_once import at_once
from tests.factories import NIGHT

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def check_in(line, thandi, on_call):
    return start(make_rose(line, thandi), thandi)


class Machine:
    """A machine whose clock is turned while time goes on. `real` is what a good clock would show."""

    def __init__(self, name="boot-1"):
        self.name, self.turned, self.taken = name, timedelta(), []

    def sweep(self, real):
        ticks = Ticks(self.name, (real - NIGHT).total_seconds() + 1000)
        check_in_steps.sweep(at=real + self.turned, ticks=ticks)

    def run(self, since, until, every=30):
        while since <= until:
            before = CheckIn.objects.get().steps.count()
            self.sweep(since)
            new = CheckIn.objects.get().steps.order_by("pk")[before:]
            self.taken += [(step.kind, (since - DUE) / minutes(1)) for step in new]
            since += timedelta(seconds=every)

    def when(self, kind):
        return next(at for taken, at in self.taken if taken == kind)


@pytest.mark.parametrize("turned", [-HOUR, timedelta(minutes=-10), timedelta(minutes=-80)])
def test_a_clock_that_is_turned_back_before_it_is_due_makes_nothing_late(check_in, turned):
    machine = Machine()
    machine.run(DUE - minutes(30), DUE - minutes(10))
    machine.turned = turned
    machine.run(DUE - minutes(10), ACTS + minutes(8))
    assert machine.when("text_her") == 10
    assert machine.when("call_her") == 12
    assert machine.when("contact") == 17
    assert Alarm.objects.filter(kind="clock_jumped").count() == 1


def test_a_clock_that_is_turned_back_between_two_steps_makes_the_next_neither_late_nor_twice(check_in):
    machine = Machine()
    machine.run(ACTS - minutes(1), ACTS + minutes(3))
    machine.turned = -HOUR
    machine.run(ACTS + minutes(3), ACTS + minutes(8))
    assert machine.when("contact") == 17
    assert len([kind for kind, _ in machine.taken if kind == "text_her"]) == 1


@pytest.mark.parametrize("turned", [HOUR, timedelta(minutes=10)])
def test_a_clock_that_is_turned_forward_begins_early_with_a_text_to_her_and_in_order(check_in, turned):
    """Too early is a text too many; too late is nobody who looks for her."""
    machine = Machine()
    machine.run(DUE - minutes(30), DUE - minutes(10))
    machine.turned = turned
    machine.run(DUE - minutes(10), ACTS + minutes(20))
    assert machine.when("text_her") <= 10
    assert machine.when("contact") >= machine.when("call_her") + 5
    kinds = [kind for kind, _ in machine.taken if kind != "staff"]
    assert kinds[:3] == ["text_her", "call_her", "contact"]


def test_a_correction_of_seconds_is_none(check_in):
    machine = Machine()
    machine.run(NIGHT, NIGHT + minutes(1))
    machine.turned = timedelta(seconds=-40)
    machine.run(NIGHT + minutes(1), NIGHT + minutes(2))
    assert CheckIn.objects.get().due_at == DUE
    assert not Alarm.objects.exists()


def test_a_machine_that_starts_anew_knows_of_no_jump(check_in):
    Machine("boot-1").sweep(NIGHT)
    later = Machine("boot-2")
    later.turned = -HOUR
    later.sweep(NIGHT + minutes(1))
    assert CheckIn.objects.get().due_at == DUE


@pytest.mark.django_db(transaction=True)
def test_four_processes_that_notice_the_same_jump_move_it_once(check_in):
    machine = Machine()
    machine.sweep(NIGHT)
    machine.turned = -HOUR
    at_once(*[lambda: machine.sweep(NIGHT + minutes(1))] * 4)
    assert CheckIn.objects.get().due_at == DUE - HOUR


def test_a_real_machine_counts_and_practice_time_does_not(monkeypatch):
    first, second = clock.ticks(), clock.ticks()
    assert first.machine == second.machine
    assert 0 <= second.seconds - first.seconds < 60
    monkeypatch.setattr(clock, "_practice", object())
    assert clock.ticks() is None
