"""What a caller meets at night, from the first ring to the promise."""

from datetime import timedelta

import pytest

from cases.models import Case, FollowUp
from telephony.gateway.practice.phones import (
    Accepts,
    Busy,
    Caller,
    Declines,
    HangsUpInWhisper,
    Mailbox,
    RingsOut,
    Stage,
)
from telephony.models import Call, Recording
from tests.telephony.voice.conftest import CALLER, LERATO, LINE, NOMSA, SIPHO

pytestmark = pytest.mark.django_db(transaction=True)


def ring(network, caller=None, *, from_=CALLER):
    network.call(from_=from_, to=LINE, caller=caller or Caller())
    network.settle()
    assert not network.transcript.problems(), network.transcript.problems()
    return Call.objects.order_by("-pk").first()


def results(call):
    return [(leg.person.username if leg.person else "last resort", leg.result) for leg in call.legs.all()]


def test_nomsa_is_rung_first_and_presses_1_and_talks(network, on_call):
    network.phones[NOMSA] = Accepts(after=5)
    call = ring(network, Caller(talks=90))
    assert (call.state, call.outcome, call.answered_by.username) == ("ended", "answered", "nomsa")
    assert results(call) == [("nomsa", "accepted")]
    assert call.case.owner.username == "nomsa"
    assert not call.anomalies
    assert call.case.next_due_at is not None


def test_sipho_is_rung_when_nomsa_does_not_answer(network, on_call):
    network.phones[NOMSA] = RingsOut()
    network.phones[SIPHO] = Accepts()
    call = ring(network)
    assert results(call) == [("nomsa", "no-answer"), ("sipho", "accepted")]
    assert call.answered_by.username == "sipho"


@pytest.mark.parametrize(
    ("phone", "result"),
    [(Mailbox(), "machine"), (Declines(), "declined"), (HangsUpInWhisper(), "declined"), (Busy(), "busy")],
)
def test_a_phone_that_no_person_accepts_on_leads_to_the_next(network, on_call, phone, result):
    network.phones[NOMSA] = phone
    network.phones[SIPHO] = Accepts()
    assert results(ring(network)) == [("nomsa", result), ("sipho", "accepted")]


def test_nobody_answers_so_the_caller_leaves_a_message_and_has_a_promise(network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = RingsOut()
    call = ring(network, Caller(message=20))
    assert (call.state, call.outcome) == ("ended", "voicemail")
    assert call.promise_due_at == call.started_at.replace(hour=6, minute=0, second=0, microsecond=0)
    follow_up = FollowUp.objects.get(kind="call_back")
    assert (follow_up.case, follow_up.due_at) == (call.case, call.promise_due_at)
    assert Recording.objects.get().call == call
    assert call.case.next_due_at == follow_up.due_at


def test_a_caller_who_hangs_up_while_it_rings_is_called_back_and_nobody_else_is_rung(network, on_call):
    network.phones[NOMSA] = RingsOut()
    call = ring(network, Caller().hanging_up(at=Stage.RINGING, after=6))
    assert (call.state, call.outcome) == ("ended", "abandoned")
    assert results(call) == [("nomsa", "canceled")]
    assert FollowUp.objects.filter(kind="call_back", case=call.case).count() == 1


def test_danger_rings_the_last_resort_before_any_message(network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = RingsOut()
    network.phones[LERATO] = Accepts()
    call = ring(network, Caller().pressing("9", at=Stage.MENU))
    assert call.in_danger
    assert results(call)[-1] == ("last resort", "accepted")
    assert call.outcome == "answered"
    assert Case.objects.get().urgency == "danger"


def test_a_withheld_number_is_answered_and_never_called_back(network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = RingsOut()
    call = ring(network, from_="+266696687")
    assert call.number is None
    assert call.caller is None
    assert call.outcome == "missed"
    assert not FollowUp.objects.filter(kind="call_back").exists()


def test_a_known_number_gets_a_case_of_its_own_marked_possibly_known(network, on_call):
    network.phones[NOMSA] = Accepts()
    first = ring(network)
    second = ring(network)
    assert first.case != second.case
    assert second.case.possibly_known
    assert not first.case.possibly_known
    assert second.caller == first.caller
    assert second.follows == first


def test_the_whole_wait_stays_under_the_lines_limit(network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = RingsOut()
    call = ring(network)
    rung = sum(step["seconds"] for step in call.plan["rung"])
    assert timedelta(seconds=rung) <= timedelta(seconds=90)
