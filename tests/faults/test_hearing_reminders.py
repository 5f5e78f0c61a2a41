"""Somebody is reminded of a day in court by real processes: once, and not at all when the worker was away until after it."""

import json

import pytest

from telephony.gateway.practice.control import PracticeControl
from tests.faults.conftest import started, wait_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(360)]
EVE = "2026-11-30T09:59:40+02:00"  # twenty seconds before reminders of the next day begin
ROSE, LILY, IRIS = "+447700900251", "+447700900252", "+447700900253"
WRITE_DOWN = """
import json
from datetime import timedelta
from cases.models import *; from cases.services import hearings, intake
from helpline.core import clock; from helpline.core.lines.models import Line; from helpline.core.staff.models import User
at, nomsa, line = clock.now(), User.objects.get(username="paralegal1"), Line.objects.first()
told = intake.open_for_number(line_id=line.pk, number="{phone}", known=None, source="call", at=at)
case = told.case
case.owner = nomsa; case.save()
SafeContact.objects.create(caller_id=told.caller_id, number_id=told.number_id, whose="own", may_text=True, confirmed_at=at, confirmed_by=nomsa)
print(json.dumps(hearings.add(case=case, by=nomsa, at=at, day_at=at + timedelta(minutes={minutes})).ref))
"""
TELL = "from cases.services import hearing_reminders; from helpline.core import clock; hearing_reminders.tell_due(at=clock.now())"
MOVE = "from helpline.core import clock; from datetime import timedelta; clock.move(timedelta(minutes={minutes}))"


@pytest.fixture(scope="module")
def line(database, broker):
    """Two workers and two beats: one more of each than there should be."""
    with started(database, "worker", "beat", "practice", PRACTICE_NOW=EVE, REDIS_URL=broker.address) as line:
        line.start_another("worker")
        line.start_another("beat")
        yield line


@pytest.fixture(scope="module")
def network(line):
    network = PracticeControl(line.env.twilio_api_url, line.env.twilio_auth_tokens[0], timeout=30)
    wait_until(network.is_there, what="the practice network")
    return network


def write_down(line, phone, minutes):
    said = line.manage_python(WRITE_DOWN.format(phone=phone, minutes=minutes))
    return json.loads(said.strip().splitlines()[-1])


def messages(line, ref):
    return [
        state for (state,) in line.ask(f"SELECT state FROM outbox_message WHERE key LIKE 'hearing-{ref}-%' ORDER BY id")
    ]


def texts_to(network, phone):
    return [text.body for text in network.texts(phone) if text.to == phone]


def test_rose_is_told_once_with_two_workers_and_two_beats_and_lily_not_once_her_day_has_begun(line, network):
    rose = write_down(line, ROSE, minutes=23 * 60)
    wait_until(lambda: texts_to(network, ROSE), within=150, what="the reminder")
    assert len(messages(line, rose)) == 1

    for name in ("worker", "first worker", "beat", "first beat"):
        line.kill(name)
    decided = write_down(line, LILY, minutes=30)
    line.manage_python(TELL)  # a sweep decided it, and then nothing worked any more
    undecided = write_down(line, IRIS, minutes=30)
    assert (messages(line, decided), messages(line, undecided)) == (["waiting"], [])
    line.manage_python(MOVE.format(minutes=45))
    line.live.start("worker")
    line.live.start("beat")
    wait_until(lambda: messages(line, decided) == ["expired"], within=90, what="the end of what came too late")
    wait_until(
        lambda: line.count(f"cases_hearing WHERE ref = '{undecided}' AND remind_at IS NULL"), within=150, what="a sweep"
    )
    assert messages(line, undecided) == []
    assert (texts_to(network, LILY), texts_to(network, IRIS)) == ([], [])
    (body,) = texts_to(network, ROSE)
    assert body.startswith("Reminder: tomorrow at ")
