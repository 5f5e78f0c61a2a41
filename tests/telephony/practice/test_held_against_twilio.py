"""The network held against what others wrote down of Twilio: its API description, its library, recorded webhooks."""

import json
from pathlib import Path

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from twilio.request_validator import RequestValidator

from telephony.gateway.practice.phones import Accepts, Caller
from telephony.gateway.practice.rest_resources import Resources
from telephony.gateway.practice.signing import sign
from tests.telephony.practice.conftest import LINE, NOMSA, RUTH, WHISPER, accepting_one, dial, number
from tests.telephony.practice.scripted_app import twiml

GATEWAY = Path(__file__).parents[4] / "shared" / "gateway"

needs_facts = pytest.mark.skipif(
    not GATEWAY.is_dir(), reason="the facts about the gateway are not beside the repository"
)


def test_the_signature_is_the_published_one():
    """Twilio's own example, and its library's opinion of an awkward form."""
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
            "To": "+18005551212"}  # fmt: skip
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    awkward = {"Body": " 🙏\x00 ", "Blank": "", "a": "1", "B": "2"}
    url = "https://line.example.org/telephony/sms/?a=%2B1"
    assert RequestValidator(TOKEN).validate(url, awkward, sign(TOKEN, url, awkward))


TOKEN = "practice-token"


@pytest.fixture
def played(app, server):
    """A call that Nomsa took, one that left a message, one text in and one out."""
    network = server.network
    app.answers |= {
        "/telephony/voice/": twiml('<Gather numDigits="1" action="/key"/>'),
        "/key": twiml(dial(number(NOMSA))),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml("<Record action='/left' recordingStatusCallback='/tape'/>"),
        "/left": twiml(),
    }
    network.phones[NOMSA] = Accepts(talks=5)
    network.call(from_=RUTH, to=LINE, caller=Caller(talks=None, message=4).pressing("1"))
    network.text(from_=RUTH, to=LINE, body="Hello")
    network.texts.send(from_=LINE, to=RUTH, body="Good morning")
    network.settle()
    return network


@needs_facts
@pytest.mark.parametrize("kind", ["call", "message", "recording"])
def test_answers_have_the_form_of_the_api_description(kind, played):
    description = json.loads((GATEWAY / "twilio_api_v2010.json").read_text())
    registry = Registry().with_resource("urn:api", Resource.from_contents(description, DRAFT202012))
    schema = {"$ref": f"urn:api#/components/schemas/api.v2010.account.{kind}"}
    validator = OAS30Validator(schema, registry=registry)
    resources = Resources(played.exchange)
    made = {
        "call": [resources.call(leg) for leg in played.shelf.legs.values()],
        "message": [resources.message(text) for text in played.texts.messages.values()],
        "recording": [resources.recording(recording) for recording in played.shelf.recordings.values()],
    }[kind]
    fields = set(description["components"]["schemas"][f"api.v2010.account.{kind}"]["properties"])
    assert made
    for resource in made:
        assert list(validator.iter_errors(resource)) == []
        assert set(resource) == fields


@needs_facts
@pytest.mark.parametrize(
    ("example", "path", "place"),
    [
        ("voice_first_request", "/telephony/voice/", 0),
        ("number_url_whisper", "/whisper", 0),
        ("child_leg_initiated", "/leg", 0),
        ("child_leg_ringing", "/leg", 1),
        ("child_leg_answered", "/leg", 2),
        ("child_leg_completed", "/leg", 3),
        ("gather_action", "/key", 0),
        ("dial_action_answered", "/after", 0),
        ("record_action_hangup", "/left", 0),
        ("recording_status_completed", "/tape", 0),
        ("number_status_callback", "/telephony/voice/status/", 0),
        ("sms_inbound", "/telephony/sms/", 0),
    ],
)
def test_webhooks_carry_every_parameter_of_the_examples(example, path, place, app, played):
    wanted = json.loads((GATEWAY / "webhook_examples.json").read_text())["examples"][example]
    sent = app.at(path)[place]
    assert set(wanted) - set(sent) == set()
    for name in ("CallStatus", "Direction", "RecordingStatus", "RecordingSource", "DialCallStatus", "DialBridged"):
        assert sent.get(name) == wanted.get(name), name
