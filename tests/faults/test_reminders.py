"""Reminders through the Procfile's own workers and beats to the network's REST side: each one once, whatever breaks."""

import contextlib

import pytest

from telephony.gateway.practice.control import PracticeControl, PracticeUnavailable
from tests.faults.conftest import started, wait_until
from tests.telephony.conformance.signing import NOMSA

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
NIGHT = "2026-11-23T02:10:00+02:00"
MAKE_DUE = """
from cases.models import *; from helpline.core import clock; from helpline.core.staff.models import User
from helpline.core.privacy.references import new_code
at, nomsa = clock.now(), User.objects.get(username="paralegal1")
case = Case.objects.create(ref="HL-" + new_code(8), source="walk_in", owner=nomsa, opened_at=at)
FollowUp.objects.bulk_create(
    FollowUp(case=case, kind="task", due_at=at, remind_at=at, created_at=at, owner=nomsa, because="{mark}") for _ in range({many})
)
"""


@pytest.fixture(scope="module")
def line(database, broker):
    """Two workers and two beats: one more of each than there should be."""
    processes = ("worker", "beat", "practice")
    with started(database, *processes, PRACTICE_NOW=NIGHT, REDIS_URL=broker.address) as line:
        line.start_another("worker")
        line.start_another("beat")
        yield line


@pytest.fixture(scope="module")
def network(line):
    network = PracticeControl(line.env.twilio_api_url, line.env.twilio_auth_tokens[0], timeout=30)
    wait_until(network.is_there, what="the practice network")
    return network


def make_due(line, many, mark):
    line.manage_python(MAKE_DUE.format(many=many, mark=mark))


def reminders(line, mark, state=None):
    """The messages of these follow-ups; in all states or in one."""
    of_state = f" AND m.state = '{state}'" if state else ""
    return line.ask(
        "SELECT m.sid FROM outbox_message m JOIN cases_followup f ON m.key = 'follow-up-' || f.ref || '-reminder-1'"
        f" WHERE f.because = '{mark}'{of_state}"
    )


def gone_out(line, mark, many):
    """All of them have been taken by the network (which tells of its progress only where web is there to hear)."""
    return len(reminders(line, mark, "sent")) == many


def sids_at(network):
    """What the network was given for Nomsa's phone. Asked again where the network was too busy to answer."""
    texts = []

    def has_told():
        with contextlib.suppress(PracticeUnavailable):
            texts[:] = network.texts(NOMSA)
            return True
        return False

    wait_until(has_told, what="the network's list of texts")
    return [text.sid for text in texts if text.to == NOMSA]


def sids_of_ours(line):
    return {sid for (sid,) in line.ask("SELECT sid FROM outbox_message WHERE sid IS NOT NULL")}


def check_each_went_once(line, network, mark, many):
    """One text for each reminder; and whatever else the network was given meanwhile is a message of ours, once each."""
    sids = [sid for (sid,) in reminders(line, mark)]
    assert len(sids) == len(set(sids)) == many
    at_network = sids_at(network)
    assert len(at_network) == len(set(at_network))
    assert set(sids) <= set(at_network)
    # Practice time runs on with each text, so some owners are told a second time: a message of its own.
    wait_until(lambda: set(sids_at(network)) <= sids_of_ours(line), what="a message of ours for each text")
    assert line.count("outbox_message WHERE tries > 1") == 0


def test_a_thousand_reminders_are_a_thousand_texts_with_two_workers_and_two_beats(line, network):
    make_due(line, 1000, "thousand")
    wait_until(lambda: gone_out(line, "thousand", 1000), within=150, what="a thousand texts")
    check_each_went_once(line, network, "thousand", 1000)


def test_a_broker_that_forgets_everything_in_between_loses_no_reminder_and_sends_none_twice(line, network, broker):
    make_due(line, 200, "flushed")
    broker.forget_everything()
    wait_until(lambda: len(reminders(line, "flushed")) > 0, what="the first reminder")
    broker.forget_everything()
    wait_until(lambda: gone_out(line, "flushed", 200), within=90, what="all reminders")
    check_each_went_once(line, network, "flushed", 200)


def test_a_broker_that_was_away_loses_no_reminder(line, network, broker):
    broker.stop()
    make_due(line, 50, "away")
    broker.start_again()
    wait_until(lambda: gone_out(line, "away", 50), within=90, what="all reminders")
    check_each_went_once(line, network, "away", 50)
