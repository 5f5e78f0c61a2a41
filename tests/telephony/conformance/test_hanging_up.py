"""The caller hangs up: cases 50 and 51. At every stage there is a record that says where, and nobody is rung for nothing."""

import pytest

from cases.models import FollowUp
from telephony.gateway.practice.phones import Accepts, Caller, Reaction, RingsOut, Stage
from telephony.gateway.practice.transcript import Kind
from telephony.models import Call, Recording
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, read

FIRST_LEG = "CA" + "2" * 32
SPEAKS = Caller(reactions=(Reaction(Stage.RECORDING, after=1, speak=30),))
# The letter of case 50, the caller, what Nomsa's phone does, the stage, the outcome, what became of the legs.
HANG_UPS = {
    "a in the greeting": (Caller().hanging_up(at=Stage.MENU, after=2), RingsOut(), "greeting", "abandoned", ["canceled"]),
    "b in the menu": (Caller().hanging_up(at=Stage.MENU, after=8), RingsOut(), "greeting", "abandoned", ["canceled"]),
    "c while ringing": (Caller().hanging_up(at=Stage.RINGING, after=6), RingsOut(), "ringing", "abandoned", ["canceled"]),
    "d in the whisper": (
        Caller().hanging_up(at=Stage.WHISPER), Accepts(key_after=5), "whisper", "abandoned", ["canceled"],
    ),
    "e in conversation": (Caller(talks=45), Accepts(), "talking", "answered", ["accepted"]),
    "h in the prompt": (
        Caller().hanging_up(at=Stage.MENU, after=13),  # longer than the greeting's menu: only the prompt's lasts so long
 RingsOut(), "prompt", "missed", ["no-answer", "no-answer"],
    ),
    "i while recording": (
        SPEAKS.hanging_up(at=Stage.RECORDING, after=15), RingsOut(), "recording", "voicemail", ["no-answer", "no-answer"],
    ),
    "i before a word is said": (
        Caller().hanging_up(at=Stage.RECORDING, after=2), RingsOut(), "prompt", "missed", ["no-answer", "no-answer"],
    ),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("from_", [CALLER, "Anonymous"], ids=["a number", "withheld"])
@pytest.mark.parametrize("when", HANG_UPS)
def test_case_50_wherever_the_caller_hangs_up_there_is_a_record_with_the_stage(when, from_, network, on_call):
    caller, phone, stage, outcome, legs = HANG_UPS[when]
    network.phones[NOMSA] = phone
    leg = network.call(from_=from_, to=LINE, caller=caller)
    network.settle()
    assert not network.transcript.problems()
    call = Call.objects.get()
    assert (call.sid, call.state, call.stage, call.outcome) == (leg.sid, "ended", stage, outcome)
    assert [each.result for each in call.legs.all()] == legs
    gone_at = next(
        event.number for event in network.transcript.of(Kind.DID) if event.who == from_ and event.text == "hangs up"
    )
    later = network.transcript.after(gone_at)
    assert not [event for event in later if event.text == "is dialled"], "nobody else is rung"
    assert all(child.is_over for child in leg.children)
    due = set(FollowUp.objects.filter(case=call.case).values_list("kind", flat=True))
    if outcome == "answered":
        assert due == {"task", "safety"}
    elif from_ == CALLER:
        assert due == {"call_back"}
        assert call.case.next_due_at == call.promise_due_at
    else:
        assert due == ({"task"} if outcome == "voicemail" else set())
    assert Recording.objects.filter(state="waiting").count() == (1 if outcome == "voicemail" else 0)


@pytest.mark.django_db
def test_case_50_f_and_g_no_caller_is_put_in_a_queue_so_none_can_hang_up_there(gateway, on_call):
    """QueueResult hangup and system-error belong to <Enqueue>, which stands in none of our documents."""
    document = read(gateway.ring())
    while "Record" not in document.verbs:
        assert not list(document.root.iter("Enqueue"))
        document = read(gateway.dialled(document, "no-answer"))
    assert not list(document.root.iter("Enqueue"))


@pytest.mark.django_db
@pytest.mark.parametrize("action_comes", [True, False], ids=["the action is asked", "the action is lost"])
@pytest.mark.parametrize("status_first", [True, False], ids=["status first", "status last"])
def test_case_51_what_we_answer_to_a_caller_who_has_gone_decides_nothing(action_comes, status_first, gateway, on_call):
    """The same record whether the gateway asks its action before, after, or never: our answer to it is not played."""
    document = read(gateway.ring())
    progress = document.phone(NOMSA)[1]
    gateway.tell(progress, gateway.of_leg(NOMSA) | {"CallStatus": "ringing", "SequenceNumber": "1"})
    if status_first:
        gateway.status("completed", CallDuration="12", SequenceNumber="0")
    if action_comes:
        answer = read(gateway.dialled(document, "canceled", call_status="completed", DialCallSid=FIRST_LEG))
        assert answer.verbs == ["Hangup"]
    if not status_first:
        gateway.status("completed", CallDuration="12", SequenceNumber="0")
    call = Call.objects.get()
    assert (call.state, call.outcome, call.stage, call.seconds) == ("ended", "abandoned", "ringing", 12)
    assert [leg.result for leg in call.legs.all()] == ["canceled"]
    assert call.step == 0
    assert FollowUp.objects.get().kind == "call_back"


@pytest.mark.django_db
@pytest.mark.parametrize("status_first", [True, False], ids=["status first", "status last"])
def test_case_51_a_message_that_ends_in_a_hang_up_is_kept_whatever_we_answer(status_first, gateway, on_call):
    first = read(gateway.ring())
    prompt = read(gateway.dialled(read(gateway.dialled(first, "no-answer")), "no-answer"))
    said = {"RecordingSid": "RE1", "RecordingDuration": "20", "Digits": "hangup", "CallStatus": "completed"}
    if status_first:
        gateway.status("completed", CallDuration="80")
    answer = read(gateway.post(prompt.path("Record"), gateway.said(**said)))
    assert answer.verbs == ["Hangup"]
    if not status_first:
        gateway.status("completed", CallDuration="80")
    call = Call.objects.get()
    assert (call.state, call.outcome, call.stage) == ("ended", "voicemail", "recording")
    assert Recording.objects.get().seconds == 20
    assert FollowUp.objects.get().kind == "call_back"
