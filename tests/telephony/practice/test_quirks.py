"""What the network may do: late, repeated, shuffled and lost callbacks, the same ones for the same seed."""

from telephony.gateway.practice.phones import Accepts
from telephony.gateway.practice.quirks import Quirks
from tests.telephony.practice.conftest import LINE, NOMSA, RUTH, WHISPER, accepting_one, dial, make_network, number
from tests.telephony.practice.scripted_app import twiml


def play(app, *, calls=6, **options):
    """Some calls that Nomsa accepts; returns the paths and SequenceNumbers of what came, in order."""
    app.heard.clear()
    app.answers |= {
        "/telephony/voice/": twiml(dial(number(NOMSA))),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml(),
    }
    with make_network(app, **options) as network:
        network.phones[NOMSA] = Accepts()
        for _ in range(calls):
            network.call(from_=RUTH, to=LINE)
            network.settle()
    return [(heard.path, heard.form.get("SequenceNumber")) for heard in app.heard]


def numbers_of_first_leg(app):
    first = app.at("/leg")[0]["CallSid"]
    return [form["SequenceNumber"] for form in app.at("/leg") if form["CallSid"] == first]


def test_without_quirks_every_callback_comes_once_and_in_order(app):
    play(app, calls=1)
    assert numbers_of_first_leg(app) == ["0", "1", "2", "3"]


def test_late_callbacks_come_in_another_order_and_none_is_missing(app):
    play(app, quirks=Quirks(late=1.0), seed=3, calls=1)
    assert sorted(numbers_of_first_leg(app)) == ["0", "1", "2", "3"]
    assert numbers_of_first_leg(app) != ["0", "1", "2", "3"]


def test_a_repeated_callback_has_the_same_idempotency_token(app):
    play(app, quirks=Quirks(repeated=1.0), calls=1)
    assert numbers_of_first_leg(app) == ["0", "0", "1", "1", "2", "2", "3", "3"]
    tokens = [heard.headers["I-Twilio-Idempotency-Token"] for heard in app.heard if heard.path == "/leg"]
    assert tokens[0] == tokens[1] != tokens[2]


def test_lost_callbacks_never_come_but_the_action_does(app):
    play(app, quirks=Quirks(lost=1.0), calls=1)
    assert app.at("/leg") == app.at("/telephony/voice/status/") == []
    assert len(app.at("/after")) == 1


def test_a_repeated_request_is_the_same_request_twice(app):
    play(app, quirks=Quirks(repeated_requests=1.0), calls=1)
    one, two = [heard for heard in app.heard if heard.path == "/telephony/voice/"]
    assert one.form == two.form
    assert one.headers["I-Twilio-Idempotency-Token"] == two.headers["I-Twilio-Idempotency-Token"]


def test_new_parameters_come_signed_on_every_request(app):
    play(app, quirks=Quirks(extra_parameters=(("Foo", "1"),)), calls=1)
    assert {heard.form.get("Foo") for heard in app.heard} == {"1"}
    assert all(heard.well_signed for heard in app.heard)


def test_the_same_seed_has_the_same_quirks_and_another_seed_has_others(app):
    quirks = Quirks(late=0.5, repeated=0.3, lost=0.2)
    first, again, other = (play(app, quirks=quirks, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
