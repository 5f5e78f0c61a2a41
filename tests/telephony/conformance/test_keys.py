"""What the caller presses: case 49. No key, or a wrong one, never ends in a hang-up; it ends with a person."""

import pytest

from cases.models import Case
from telephony.gateway.practice.phones import Accepts, Caller, Reaction, Stage
from telephony.models import Call
from tests.telephony.conformance.signing import CALLER, LERATO, LINE, NOMSA, read

MEANINGLESS = {
    "only #": {"Digits": "", "FinishedOnKey": "#"},
    "20 digits": {"Digits": "12345678901234567890"},
    "a star": {"Digits": "*"},
    "a blank": {"Digits": " "},
    "nothing heard": {"SpeechResult": "", "Confidence": "0.0", "Digits": None},
    "a NUL": {"Digits": "\x00"},
    "two nines": {"Digits": "99"},
}


@pytest.mark.django_db
def test_case_49_without_a_key_the_document_goes_on_to_ring_somebody(gateway, on_call):
    document = read(gateway.ring())
    assert document.verbs == ["Gather", "Dial"]
    assert document.root.find("Gather").attrib.get("actionOnEmptyResult", "false") == "false"


@pytest.mark.django_db
def test_case_49_without_a_key_and_without_anybody_to_ring_it_goes_on_to_the_prompt(gateway, line):
    document = read(gateway.ring())
    assert document.verbs == ["Gather", "Redirect"]
    prompt = read(gateway.post(document.root.find("Redirect").text.removeprefix(gateway.public_url), gateway.said()))
    assert prompt.verbs[:2] == ["Gather", "Record"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", MEANINGLESS)
def test_case_49_a_key_without_a_meaning_is_asked_again_twice_at_most_then_a_person_is_rung(kind, gateway, on_call):
    document, asked = read(gateway.ring()), 0
    while "Gather" in document.verbs:
        assert document.numbers == [NOMSA], "who keeps still after any of the questions comes to a person"
        document = read(
            gateway.post(document.path("Gather"), gateway.said(CallStatus="in-progress", **MEANINGLESS[kind]))
        )
        asked += 1
    assert asked <= 3, "the greeting, and at most two more times"
    assert document.verbs == ["Dial"]
    assert document.numbers == [NOMSA]
    assert not Call.objects.get().in_danger


@pytest.mark.django_db
def test_case_49_different_wrong_keys_are_counted_together(gateway, on_call):
    document, asked = read(gateway.ring()), 0
    for key in "2345678":
        if "Gather" not in document.verbs:
            break
        document = read(gateway.post(document.path("Gather"), gateway.said(Digits=key)))
        asked += 1
    assert asked <= 3
    assert document.verbs == ["Dial"]


@pytest.mark.django_db
def test_case_49_wrong_keys_with_nobody_to_ring_end_at_the_recording(gateway, line):
    document = read(gateway.ring())
    for _ in range(4):
        document = read(gateway.post(document.path("Gather"), gateway.said(Digits="5")))
        if "Record" in document.verbs:
            break
    assert "Record" in document.verbs


@pytest.mark.django_db(transaction=True)
def test_case_49_a_caller_who_presses_anything_all_the_time_talks_with_nomsa(network, on_call):
    network.phones[NOMSA] = Accepts()
    caller = Caller(reactions=(Reaction(Stage.MENU, after=1, press="5", times=9),), talks=30)
    network.call(from_=CALLER, to=LINE, caller=caller)
    network.settle()
    assert not network.transcript.problems()
    assert Call.objects.get().outcome == "answered"


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["in the greeting", "at the prompt"])
def test_the_danger_key_rings_the_last_resort_before_anything_is_recorded(when, gateway, on_call):
    document = read(gateway.ring())
    if when == "in the greeting":
        document = read(gateway.post(document.path("Gather"), gateway.said(Digits="9")))
    for _ in range(2):
        document = read(gateway.dialled(document, "no-answer"))
    if when == "at the prompt":
        assert document.verbs[:2] == ["Gather", "Record"]
        document = read(gateway.post(document.path("Gather"), gateway.said(Digits="9")))
    assert document.numbers == [LERATO]
    call = Call.objects.get()
    assert call.in_danger
    assert call.legs.last().is_last_resort
    assert Case.objects.get().urgency == "danger"
    gateway.press(gateway.pick_up(document, LERATO), "1", LERATO)
    gateway.dialled(document, "completed", DialBridged="true")
    gateway.status("completed")
    assert Call.objects.get().outcome == "answered"


@pytest.mark.django_db
def test_a_danger_key_told_twice_or_late_rings_nobody_twice_and_takes_nobody_from_a_conversation(gateway, on_call):
    document = read(gateway.ring())
    key = document.path("Gather")
    first = gateway.post(key, gateway.said(Digits="9"))
    again = gateway.post(key, gateway.said(Digits="9"))
    assert first.content == again.content
    gateway.press(gateway.pick_up(read(first), NOMSA), "1")
    gateway.post(key, gateway.said(Digits="9"))
    call = Call.objects.get()
    assert (call.state, call.step, call.legs.count()) == ("connected", 0, 1)
    assert call.in_danger
