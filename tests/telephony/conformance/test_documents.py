"""What we answer: cases 25 and 26. tests/twiml.py holds every document of every test against the gateway's own schema."""

from xml.etree import ElementTree

import pytest

from telephony.gateway.practice.phones import Accepts, Busy, Caller, Declines, Mailbox, RingsOut, Stage
from telephony.gateway.practice.transcript import Kind
from telephony.models import Call, CallEvent
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, SIPHO, read
from tests.twiml import load_checker

PUBLIC = "https://line.example.org:8443"
ADDRESSES = {"action", "url", "statusCallback", "recordingStatusCallback", "waitUrl"}
LARGEST = 64 * 1024  # bytes, error 11750
FLOWS = {
    "answered": ({NOMSA: Accepts()}, Caller()),
    "the second answers": ({NOMSA: Declines(), SIPHO: Accepts()}, Caller()),
    "a mailbox, then a message": ({NOMSA: Mailbox(), SIPHO: Busy()}, Caller(message=8)),
    "no message": ({NOMSA: RingsOut(), SIPHO: RingsOut()}, Caller()),
    "danger": ({NOMSA: RingsOut(), SIPHO: RingsOut()}, Caller().pressing("9")),
    "danger at the prompt": ({NOMSA: Busy(), SIPHO: Busy()}, Caller().pressing("9", after=20)),
    "a key without a meaning": ({NOMSA: Accepts()}, Caller().pressing("4")),
    "gone in the whisper": ({NOMSA: Accepts(key_after=4)}, Caller().hanging_up(at=Stage.WHISPER)),
}
ALL_ADDRESSES = {
    "/telephony/voice/",
    "/telephony/voice/pressed/",
    "/telephony/voice/dialled/",
    "/telephony/voice/whisper/",
    "/telephony/voice/accept/",
    "/telephony/voice/recorded/",
    "/telephony/voice/prompt/",
    "/telephony/voice/fallback/",
}


def hold(document, *, lines=(LINE,)):
    """Everything that the gateway's schema does not say about a document of ours."""
    assert len(document) < LARGEST
    root = ElementTree.fromstring(document)
    for element in root.iter():
        for name in ADDRESSES & set(element.attrib):
            assert element.attrib[name].startswith(f"{PUBLIC}/telephony/voice/"), element.attrib[name]
        if element.tag == "Redirect":
            assert element.text.startswith(f"{PUBLIC}/telephony/voice/")
        if element.tag == "Dial":
            assert element.attrib["callerId"] in lines, "the caller's number never shows on a duty phone"
        assert element.tag not in {"Play", "Enqueue", "Conference"}


@pytest.mark.django_db(transaction=True)
def test_case_25_every_document_of_every_flow_holds(make_network, on_call, line, settings):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "line.example.org"]
    line.languages = ["uk"]
    line.name = "Umbrella & <Line> ☂"
    line.save()
    seen = set()
    for name, (phones, caller) in FLOWS.items():
        network = make_network(public_url=PUBLIC, seed=name)
        network.phones.update(phones)
        network.call(from_=CALLER, to=LINE, caller=caller)
        network.settle()
        assert not network.transcript.problems(), (name, network.transcript.problems())
        for event in network.transcript.of(Kind.ASKED):
            hold(event.details["answer"].encode())
            seen.add(kind_of(event.details["url"]))
    assert seen == ALL_ADDRESSES - {"/telephony/voice/prompt/", "/telephony/voice/fallback/"}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "en-ZA", "zu", "fr", "es", "pt-PT", "ar-EG", "fil", "xx", ""])
def test_case_25_every_document_in_every_language_holds(language, gateway, on_call, line, settings):
    settings.PUBLIC_URL = gateway.public_url = PUBLIC
    line.languages = [language] if language else []
    line.save()
    answers = [gateway.ring()]
    document = read(answers[0])
    whisper = document.phone(NOMSA)[0]
    answers.append(gateway.post(whisper, gateway.of_leg(NOMSA)))
    answers += [gateway.post(read(answers[1]).path("Gather"), gateway.of_leg(NOMSA, Digits=key)) for key in "21"]
    answers.append(gateway.dialled(document, "no-answer"))
    answers.append(gateway.dialled(read(answers[-1]), "no-answer"))
    assert read(answers[-1]).verbs[:2] == ["Gather", "Record"]
    said = gateway.said(RecordingSid="RE" + "1" * 32, RecordingDuration="5", Digits="#")
    answers.append(gateway.post(read(answers[-1]).path("Record"), said))
    for answer in answers:
        hold(answer.content)


def kind_of(url):
    parts = url.removeprefix(PUBLIC).strip("/").split("/")
    return f"/{'/'.join(parts[:3])}/"


@pytest.mark.django_db
def test_case_25_the_documents_for_an_empty_rota_and_a_failed_answer_hold_too(gateway, line, settings):
    settings.PUBLIC_URL = gateway.public_url = PUBLIC
    first = gateway.ring()
    prompt = gateway.post(read(first).root.find("Redirect").text.removeprefix(PUBLIC), gateway.said())
    fallback = gateway.post("/telephony/voice/fallback/", gateway.said(ErrorCode="11200", ErrorUrl=f"{PUBLIC}/x"))
    for answer in (first, prompt, fallback):
        assert read(answer).verbs
        hold(answer.content)


@pytest.mark.skipif(load_checker() is None, reason="the gateway's schema is not on this machine (../shared/gateway)")
def test_case_25_the_checker_finds_what_is_wrong():
    """A check that finds nothing wrong in anything proves nothing."""
    check = load_checker()
    assert not check("<Response><Hangup/></Response>")
    for wrong in (
        "<Response><Hang/></Response>",
        "<Response><Dial><Number urll='x'>1</Number></Dial></Response>",
        "<response/>",
        "\n<Response/>",
        "<Response><Record maxLength='long'/></Response>",
        f"<Response><Say>{'a' * LARGEST}</Say></Response>",
    ):
        assert check(wrong), wrong


@pytest.mark.django_db
def test_case_26_every_status_is_answered_with_nothing_at_once_also_a_second_time(gateway, on_call):
    """`tell` asserts the 204, the empty body and the second."""
    document = read(gateway.ring())
    _, progress = document.phone(NOMSA)
    gateway.pick_up(document, NOMSA)
    leg = gateway.of_leg(NOMSA)
    recorded = {name: gateway.said()[name] for name in ("AccountSid", "CallSid")}
    recorded |= {"RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed", "RecordingDuration": "4"}
    for _ in range(2):
        for number, word in enumerate(("initiated", "ringing", "in-progress", "completed")):
            gateway.tell(progress, leg | {"CallStatus": word, "SequenceNumber": str(number)})
        gateway.status("completed", SequenceNumber="0", CallDuration="4")
        gateway.tell("/telephony/voice/recording/", recorded)
    assert CallEvent.objects.exclude(kind="whisper").count() == 6
    assert Call.objects.count() == 1


@pytest.mark.django_db
def test_case_26_a_status_of_a_phone_that_we_never_rang_is_answered_with_nothing(gateway, line):
    gateway.tell("/telephony/voice/leg/NOSUCHLEG/", gateway.of_leg(NOMSA) | {"CallStatus": "completed"})
    assert not Call.objects.exists()
