"""A message is left, or none: cases 52 and 53. In whatever order it is told, there is one message, and none is lost."""

from itertools import permutations

import pytest

from cases.models import Caller as CallerRow
from cases.models import Case, FollowUp
from telephony.gateway.practice.phones import Busy, Caller
from telephony.models import Call, Recording
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, SIPHO, VOICE, read

SID = "RE" + "1" * 32
RECORDED, RECORDING = f"{VOICE}recorded/", f"{VOICE}recording/"


@pytest.fixture
def at_the_prompt(gateway, on_call):
    """A caller whom nobody answered, at the tone."""
    first = read(gateway.ring())
    return read(gateway.dialled(read(gateway.dialled(first, "no-answer")), "no-answer"))


def leave(gateway, document, **more):
    """The action of <Record>."""
    said = {
        "RecordingSid": SID,
        "RecordingUrl": f"https://api.twilio.com/{SID}",
        "RecordingDuration": "14",
        "Digits": "#",
    }
    return gateway.post(document.path("Record"), gateway.said(CallStatus="in-progress", **said | more))


def tell(gateway, word="completed", sid=SID, **more):
    """The status of a recording: it names the call, and no numbers."""
    said = {
        "AccountSid": gateway.account_sid,
        "CallSid": gateway.said()["CallSid"],
        "RecordingSid": sid,
        "RecordingStatus": word,
        "RecordingDuration": "14" if word == "completed" else "-1",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
    }
    said |= {"RecordingUrl": f"https://api.twilio.com/{sid}"} if word == "completed" else {}
    gateway.tell(RECORDING, said | more)


@pytest.mark.django_db(transaction=True)
def test_case_52_nothing_was_said_so_the_next_verb_is_played_and_the_call_counts_as_missed(network, on_call):
    network.phones[NOMSA] = network.phones[SIPHO] = Busy()
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(message=None))
    network.settle()
    assert not network.transcript.problems()
    assert leg.heard[-1] == "Goodbye."
    assert not any(event.details.get("url", "").endswith(RECORDED) for event in network.transcript.after())
    call = Call.objects.get()
    assert (call.state, call.outcome) == ("ended", "missed")
    assert Recording.objects.get().state == "absent"
    assert FollowUp.objects.get().kind == "call_back"


@pytest.mark.django_db
def test_case_52_the_end_of_the_call_alone_makes_the_missed_call(gateway, at_the_prompt):
    """Not a word was said and no status of a recording came: the number's `completed` is all there is."""
    gateway.status("completed", CallDuration="60")
    assert (Call.objects.get().outcome, Call.objects.get().state) == ("missed", "ended")
    assert FollowUp.objects.get().kind == "call_back"
    assert not Recording.objects.exists()


STEPS = {
    "action": leave,
    "ready": lambda gateway, document: tell(gateway),
    "again": lambda gateway, document: tell(gateway),
    "end": lambda gateway, document: gateway.status("completed", CallDuration="70"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(STEPS)), ids="-".join)
def test_case_53_one_message_whatever_is_told_first_and_however_often(order, gateway, at_the_prompt):
    for step in order:
        STEPS[step](gateway, at_the_prompt)
    recording = Recording.objects.get()
    assert (recording.sid, recording.seconds, recording.state) == (SID, 14, "waiting")
    assert recording.url == f"https://api.twilio.com/{SID}"
    call = Call.objects.get()
    assert (call.state, call.outcome, call.stage) == ("ended", "voicemail", "recording")
    assert FollowUp.objects.get().kind == "call_back"


@pytest.mark.django_db
def test_case_53_a_recording_without_sound_is_no_message(gateway, at_the_prompt):
    tell(gateway, "absent")
    tell(gateway, "absent")
    gateway.status("completed")
    assert Recording.objects.get().state == "absent"
    assert Call.objects.get().outcome == "missed"


@pytest.mark.django_db
def test_case_53_a_recording_that_has_only_begun_is_no_message_yet(gateway, at_the_prompt):
    tell(gateway, "in-progress")
    gateway.status("completed")
    assert Call.objects.get().outcome == "missed"
    tell(gateway)
    assert Call.objects.get().outcome == "voicemail"


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["the action", "the status"])
def test_case_53_sound_that_comes_after_an_absent_is_kept_all_the_same(then, gateway, at_the_prompt):
    tell(gateway, "absent")
    if then == "the action":
        leave(gateway, at_the_prompt)
    else:
        tell(gateway)
    gateway.status("completed")
    assert (Recording.objects.get().state, Recording.objects.get().seconds) == ("waiting", 14)
    assert Call.objects.get().outcome == "voicemail"


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["the end of the call", "the first request", "nothing"])
def test_case_53_a_recording_of_a_call_that_we_never_heard_of_is_kept_and_finds_its_caller(then, gateway, on_call):
    """Such a status carries no number. Where another request of the call brings it, the call-back is promised."""
    tell(gateway)
    call = Call.objects.get()
    assert (call.outcome, Recording.objects.get().call) == ("voicemail", call)
    assert "no TwiML served" in call.anomalies
    if then == "the end of the call":
        gateway.status("completed", CallDuration="30")
    if then == "the first request":
        gateway.ring()
    call = Call.objects.get()
    assert Case.objects.get() == call.case
    if then == "nothing":
        assert call.number is None
        assert FollowUp.objects.get().because == "message_without_number"
        return
    assert call.sent_from == CALLER
    assert call.number.number == call.case.number.number == CALLER
    assert call.case.caller == call.caller == CallerRow.objects.get()
    assert FollowUp.objects.filter(kind="call_back", case=call.case).count() == 1


@pytest.mark.django_db
def test_case_53_a_caller_found_late_is_possibly_known_where_the_number_is(gateway, on_call):
    gateway.ring(CallSid="CA0")
    gateway.status("completed", CallSid="CA0")
    tell(gateway)
    gateway.status("completed")
    late = Call.objects.latest("pk")
    assert late.case.possibly_known
    assert late.caller == Call.objects.earliest("pk").caller
    assert CallerRow.objects.count() == 1
