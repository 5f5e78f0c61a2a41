"""A call comes in: cases 1 to 9. Whatever the gateway sends twice, late or out of order, there is one record of it."""

import time
from datetime import timedelta

import pytest

from cases.models import Case, Number
from helpline.core.alarms.models import Alarm
from telephony.models import Call, CallEvent, Leg
from tests.telephony.conformance.signing import CALLER, NOMSA, VOICE, read


@pytest.fixture
def ringing(gateway, on_call):
    """A call that rings Nomsa; returns its document."""
    return read(gateway.ring())


@pytest.mark.django_db
def test_case_01_a_first_request_is_answered_within_a_second_recorded_once_and_kept_as_it_came(gateway, on_call):
    gateway.ring(CallSid="CA" + "0" * 32)  # a process that has just started is the business of test_real_server.py
    said = gateway.said(CallToken='{"parentCallInfoToken":"e30"}', StirVerstat="TN-Validation-Passed-A")
    began = time.monotonic()
    answer = gateway.post(VOICE, said)
    seconds = time.monotonic() - began
    document = read(answer)
    assert seconds < 1
    assert document.verbs
    call = Call.objects.get(sid=said["CallSid"])
    assert call.raw == said
    assert call.sent_from == CALLER
    assert call.case == Case.objects.order_by("-pk").first()
    assert Call.objects.count() == Case.objects.count() == 2


@pytest.mark.django_db
def test_case_02_the_same_request_twice_makes_one_record_and_gets_the_same_answer(gateway, line):
    """Nobody is on the rota, so the first request also raises an alarm: the second raises none."""
    token = {"I-Twilio-Idempotency-Token": "d9a1f2"}
    answers = [gateway.post(VOICE, gateway.said(), headers=token) for _ in range(2)]
    assert read(answers[0])
    assert answers[0].content == answers[1].content
    assert Call.objects.count() == Case.objects.count() == Alarm.objects.count() == 1


@pytest.mark.django_db
def test_case_02_the_same_request_twice_rings_nobody_a_second_time(gateway, on_call):
    answers = [gateway.ring() for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert read(answers[0]).numbers == [NOMSA]
    assert Leg.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("from_", [CALLER, "Anonymous"], ids=["a new number", "withheld"])
def test_case_03_the_same_call_on_two_workers_at_the_same_moment_is_one_record(from_, on_call, at_once):
    answers = at_once(*[lambda gateway: gateway.ring(From=from_)] * 8)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.content for answer in answers}) == 1
    assert Call.objects.count() == Case.objects.count() == Leg.objects.count() == 1


@pytest.mark.django_db
def test_case_04_a_status_of_a_call_that_we_never_heard_of_makes_its_record(gateway, on_call, lerato):
    gateway.status("completed", CallDuration="7", SequenceNumber="0")
    call = Call.objects.get()
    assert "no TwiML served" in call.anomalies
    assert not call.was_served
    assert (call.state, call.seconds, call.sent_from) == ("ended", 7, CALLER)
    assert call.case.number.number == CALLER
    assert Alarm.objects.get().kind == "call_without_answer"


@pytest.mark.django_db
def test_case_05_callbacks_in_the_wrong_order_end_where_the_right_order_does(gateway, ringing):
    gateway.status("completed", SequenceNumber="3", CallDuration="61")
    gateway.status("ringing", SequenceNumber="0")
    gateway.status("in-progress", SequenceNumber="1")
    call = Call.objects.get()
    assert (call.state, call.gateway_word, call.seconds) == ("ended", "completed", 61)
    kept = CallEvent.objects.filter(kind="status").values_list("word", flat=True)
    assert sorted(kept) == ["completed", "in-progress", "ringing"]


@pytest.mark.django_db
def test_case_06_a_gap_in_the_sequence_is_accepted_and_filled_later_without_changing_the_state(gateway, ringing):
    gateway.status("initiated", SequenceNumber="0")
    gateway.status("completed", SequenceNumber="3", CallDuration="12")
    before = Call.objects.values("state", "outcome", "gateway_word", "ended_at", "seconds").get()
    gateway.status("ringing", SequenceNumber="1")
    gateway.status("in-progress", SequenceNumber="2")
    assert Call.objects.values("state", "outcome", "gateway_word", "ended_at", "seconds").get() == before
    sequence = CallEvent.objects.filter(kind="status").order_by("sequence").values_list("sequence", "word")
    assert list(sequence) == [(0, "initiated"), (1, "ringing"), (2, "in-progress"), (3, "completed")]


@pytest.mark.django_db
def test_case_07_a_callback_replayed_a_week_later_changes_nothing(gateway, ringing, clock):
    said = {"SequenceNumber": "1", "CallDuration": "30"}
    gateway.status("completed", **said)
    case = Case.objects.get()
    case.state, case.closed_at = "closed", clock.at
    case.save()
    before = list(CallEvent.objects.values_list("pk", "received_at")), Case.objects.values().get()
    clock.move(days=7)
    gateway.status("completed", **said)
    assert (list(CallEvent.objects.values_list("pk", "received_at")), Case.objects.values().get()) == before
    assert Call.objects.get().ended_at == clock.at - timedelta(days=7)
    assert case.follow_ups.count() == 1


@pytest.mark.django_db
def test_case_08_a_parameter_that_nobody_told_us_of_is_signed_accepted_and_kept(gateway, on_call):
    document = read(gateway.ring(Foo="1", Blank="", Emoji="☂️ "))
    assert document.numbers == [NOMSA]
    assert Call.objects.get().raw.items() >= {"Foo": "1", "Blank": "", "Emoji": "☂️ "}.items()


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["teleported", "in-progres", "", "x" * 500, "ringing\x00", "\u202egnignir"])
def test_case_09_a_status_that_nobody_knows_is_kept_as_text(word, gateway, ringing):
    gateway.status(word, SequenceNumber="1")
    call = Call.objects.get()
    assert call.state == "ringing"
    event = CallEvent.objects.get(kind="status")
    assert event.raw["CallStatus"] == word
    assert event.word == word.replace("\x00", "␀")[:64]


@pytest.mark.django_db
def test_case_09_a_first_request_with_a_status_that_nobody_knows_is_answered(gateway, on_call):
    assert read(gateway.ring(CallStatus="teleported")).numbers == [NOMSA]
    assert Call.objects.get().gateway_word == "teleported"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [False, True], ids=["ten callers", "one number that rings ten times"])
def test_case_59_ten_calls_at_the_same_moment_are_ten_records_and_every_one_leads_to_somebody(same, on_call, at_once):
    def ring(place):
        return lambda gateway: gateway.ring(CallSid=f"CA{place:032}", From=CALLER if same else f"+4477009002{place:02}")

    answers = at_once(*(ring(place) for place in range(10)))
    for answer in answers:
        assert read(answer).verbs[-1] in {"Dial", "Redirect"}
    assert Call.objects.count() == Case.objects.count() == 10
    assert Number.objects.count() == (1 if same else 10)
    assert len(set(Case.objects.values_list("ref", flat=True))) == 10
    assert NOMSA in {number for answer in answers for number in read(answer).numbers}
