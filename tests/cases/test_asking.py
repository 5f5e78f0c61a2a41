"""Somebody else asks for her. Nobody is told anything; it is counted, the supervisor hears of it, and she is asked."""

from datetime import timedelta

import pytest

from cases.models import FollowUp, SomebodyAsked
from cases.services.asking import note_asked
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from tests.factories import make_caller, make_case


@pytest.fixture
def case(line, thandi):
    return make_case(caller=make_caller(), line=line, owner=thandi)


def test_each_time_is_counted_and_kept_in_words_that_lie_nowhere_else(case, thandi, naledi, at):
    for minutes in (0, 5, 9):
        note_asked(case=case, by=thandi, at=at + timedelta(minutes=minutes), said="He says he is her lawyer.")
    assert SomebodyAsked.objects.filter(case=case).count() == 3
    assert "lawyer" not in str(list(Entry.objects.values_list("detail", flat=True)))
    assert "lawyer" not in str([message.words for message in Message.objects.all()])


def test_the_supervisor_is_told_and_whoever_has_the_case_asks_how_safe_she_is(case, thandi, naledi, at):
    note_asked(case=case, by=thandi, at=at)
    assert (Alarm.objects.get().kind, Alarm.objects.get().about) == ("somebody_asked", case.ref)
    assert Message.objects.get().to_ref == naledi.username
    task = FollowUp.objects.get()
    assert (task.because, task.kind, task.owner) == ("somebody_asked", "safety", thandi)


def test_a_day_of_asking_is_one_alarm_and_one_task(case, thandi, at):
    for minutes in range(0, 60, 10):
        note_asked(case=case, by=thandi, at=at + timedelta(minutes=minutes))
    assert Alarm.objects.count() == FollowUp.objects.count() == 1


def test_a_double_press_is_one(case, thandi, at):
    assert note_asked(case=case, by=thandi, at=at, said="x") == note_asked(case=case, by=thandi, at=at, said=" x ")
