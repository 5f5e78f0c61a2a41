"""Who is calling: cases 27 to 34. Nobody is lost for how their number looks, and nobody is taken for somebody else."""

from datetime import timedelta

import pytest

from cases.models import Caller, Case, FollowUp, Number
from helpline.core.outbox.models import Message
from telephony.models import Call, Recording
from tests.telephony.conformance.signing import CALLER, NOMSA, SIPHO, read

WITHHELD = [
    None,
    "",
    "   ",
    "Anonymous",
    "anonymous",
    "+Anonymous",
    "Restricted",
    "Unavailable",
    "Private number",
    "+266696687",
    "266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "sip:anonymous@anonymous.invalid",
]


def ring_out(gateway, **who):
    """Nobody picks up, and the caller comes to the prompt: the document that is heard there."""
    first = read(gateway.ring(**who))
    assert first.numbers == [NOMSA]
    second = read(gateway.dialled(first, "no-answer", **who))
    assert second.numbers == [SIPHO]
    return read(gateway.dialled(second, "no-answer", **who))


@pytest.mark.django_db
@pytest.mark.parametrize("from_", WITHHELD)
def test_case_27_a_withheld_caller_is_served_in_full_and_nothing_goes_back_to_a_number(from_, gateway, on_call):
    prompt = ring_out(gateway, From=from_)
    assert "We cannot see your number" in prompt.words
    assert "call you back" not in prompt.words
    gateway.post(
        prompt.path("Record"), gateway.said(From=from_, RecordingSid="RE1", RecordingDuration="9", Digits="hangup")
    )
    gateway.status("completed", From=from_, CallDuration="40")
    call = Call.objects.get()
    assert (call.sent_from_kind, call.number, call.caller) == ("withheld", None, None)
    assert call.sent_from == (from_ or "")
    assert (call.state, call.outcome) == ("ended", "voicemail")
    assert call.case.caller is None
    assert not call.case.possibly_known
    assert not Number.objects.exists()
    assert not Caller.objects.exists()
    assert not FollowUp.objects.filter(kind="call_back").exists()
    assert FollowUp.objects.get().because == "message_without_number"
    assert not Message.objects.filter(route="caller").exists()


@pytest.mark.django_db
def test_case_27_the_desk_shows_a_withheld_number_as_withheld(gateway, on_call, thandi, client):
    gateway.ring(From="+266696687")
    client.force_login(thandi)
    page = client.get(f"/cases/{Case.objects.get().ref}/")
    assert "withheld" in page.content.decode()
    assert "266696687" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("from_", ["+266696687", "Anonymous", None])
def test_case_28_two_withheld_callers_are_two_contacts_and_never_known(from_, gateway, on_call):
    for sid in ("CA1", "CA2"):
        gateway.ring(CallSid=sid, From=from_)
        gateway.status("completed", CallSid=sid, From=from_)
    first, second = Call.objects.order_by("pk")
    assert first.case != second.case
    assert not Case.objects.filter(possibly_known=True).exists()
    assert second.follows is None
    assert not Caller.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "from_", ["sip:zola@sip.example.org;transport=tls", "client:Zola_7", "SIP:Zola@example.org", "Zola"]
)
def test_case_29_an_address_is_kept_word_for_word_and_the_flow_works(from_, gateway, on_call):
    prompt = ring_out(gateway, From=from_)
    assert "Record" in prompt.verbs
    gateway.status("completed", From=from_)
    call = Call.objects.get()
    assert (call.sent_from, call.sent_from_kind, call.number) == (from_, "address", None)
    assert call.outcome == "missed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("from_", "number"),
    [
        ("+27821234567", "+27821234567"),
        ("+254712345678", "+254712345678"),
        ("+380501234567", "+380501234567"),
        ("+1 (415) 867-5309", "+14158675309"),
        ("0800123456", "+27800123456"),
        ("082 123 4567", "+27821234567"),
        ("0027821234567", "+27821234567"),
        ("+٢٧٨٢١٢٣٤٥٦٧", "+27821234567"),
        ("+123456789012345", None),
        ("+4915112345678901", None),
        ("1234567", None),
        ("5551234", None),
        ("0800", None),
        ("+1", None),
        ("0" * 300, None),
        ("+27' OR 1=1 --", None),
    ],
)
def test_case_30_a_number_is_normalised_only_where_it_is_valid_and_always_kept_as_it_came(
    from_, number, gateway, on_call
):
    ring_out(gateway, From=from_)
    gateway.status("completed", From=from_)
    call = Call.objects.get()
    assert call.sent_from == from_
    assert call.raw["From"] == from_
    assert (call.number.number if call.number else None) == number
    assert FollowUp.objects.filter(kind="call_back").exists() is (number is not None)
    assert call.outcome == "missed"


@pytest.mark.django_db
def test_case_30_the_same_number_in_two_spellings_is_the_same_number(gateway, on_call):
    gateway.ring(CallSid="CA1", From="+27821234567")
    gateway.ring(CallSid="CA2", From="082 123-4567")
    assert Number.objects.count() == 1
    assert list(Case.objects.order_by("pk").values_list("possibly_known", flat=True)) == [False, True]


@pytest.mark.django_db
def test_case_31_who_forwarded_the_call_is_kept_and_never_taken_for_the_caller(gateway, on_call):
    gateway.ring(ForwardedFrom="+447700900299")
    call = Call.objects.get()
    assert call.raw["ForwardedFrom"] == "+447700900299"
    assert call.number.number == CALLER
    gateway.ring(CallSid="CA2", From="Anonymous", ForwardedFrom="+447700900299")
    assert Call.objects.get(sid="CA2").number is None
    assert Number.objects.count() == 1


@pytest.mark.django_db
def test_case_32_a_blocked_number_is_refused_and_logged_and_can_be_let_in_again(gateway, on_call, clock):
    gateway.ring(CallSid="CA1")
    gateway.status("completed", CallSid="CA1")
    number = Number.objects.get()
    number.blocked_until = clock.at + timedelta(hours=2)
    number.save()
    clock.move(minutes=5)
    assert read(gateway.ring(CallSid="CA2")).verbs == ["Reject"]
    assert read(gateway.ring(CallSid="CA2")).verbs == ["Reject"]
    gateway.status("no-answer", CallSid="CA2")
    blocked = Call.objects.get(sid="CA2")
    assert (blocked.state, blocked.outcome, blocked.number) == ("ended", "blocked", number)
    assert blocked.case is not None
    assert blocked.legs.count() == 0
    assert not FollowUp.objects.filter(case=blocked.case).exists()
    clock.move(hours=2)
    assert read(gateway.ring(CallSid="CA3")).numbers == [NOMSA], "a block ends by itself"
    number.blocked_until = clock.at + timedelta(hours=2)
    number.save()
    assert read(gateway.ring(CallSid="CA4")).verbs == ["Reject"]
    number.blocked_until = None
    number.save()
    assert read(gateway.ring(CallSid="CA5")).verbs != ["Reject"], "and can be lifted"


@pytest.mark.django_db
def test_case_32_a_block_holds_for_one_number_alone(gateway, on_call, clock):
    gateway.ring(CallSid="CA1")
    Number.objects.update(blocked_until=clock.at + timedelta(hours=12))
    assert read(gateway.ring(CallSid="CA2", From="+447700900201")).verbs != ["Reject"]
    assert read(gateway.ring(CallSid="CA3", From="Anonymous")).verbs != ["Reject"]


@pytest.mark.django_db
def test_case_33_ids_in_the_form_of_other_gateways_work_throughout(gateway, on_call):
    sid, leg = "8d8e7f9e-3f6a-4a3b-9a0b-7a4d3c2b1a00", "0c6ad2a1-55a1-4fd2-8f9b-0123456789ab"
    document = read(gateway.ring(CallSid=sid))
    whisper = gateway.pick_up(document, NOMSA, sid=leg, parent=sid)
    gateway.press(whisper, "1", sid=leg, parent=sid)
    gateway.dialled(document, "completed", CallSid=sid, DialCallSid=leg, call_status="completed")
    gateway.status("completed", CallSid=sid)
    call = Call.objects.get()
    assert (call.sid, call.outcome) == (sid, "answered")
    assert call.legs.get().sid == leg
    recording = {"CallSid": sid, "RecordingSid": leg, "RecordingStatus": "completed", "RecordingDuration": "3"}
    gateway.tell("/telephony/voice/recording/", gateway.said(**recording))
    assert Recording.objects.get().sid == leg


@pytest.mark.django_db
def test_case_34_a_caller_with_the_number_of_a_paralegal_is_a_caller(gateway, on_call):
    document = read(gateway.ring(From=NOMSA))
    assert document.numbers == [NOMSA]
    second = read(gateway.dialled(document, "busy", From=NOMSA))
    assert second.numbers == [SIPHO]
    read(gateway.dialled(second, "no-answer", From=NOMSA))
    gateway.status("completed", From=NOMSA)
    call = Call.objects.get()
    assert call.number.number == NOMSA
    assert call.case.caller is not None
    assert FollowUp.objects.filter(kind="call_back", case=call.case).exists()
