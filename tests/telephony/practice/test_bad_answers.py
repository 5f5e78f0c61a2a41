"""The application answers badly, late or not at all."""

import pytest

from telephony.gateway.practice.legs import Address, Line
from telephony.gateway.practice.phones import Accepts
from telephony.gateway.practice.transport import Limits
from tests.telephony.practice.conftest import LINE, NOMSA, RUTH, dial, make_network, number
from tests.telephony.practice.scripted_app import Says, twiml

FALLBACK = "/telephony/voice/fallback/"


def codes(network):
    return [problem.details["code"] for problem in network.transcript.problems()]


def ring(network):
    leg = network.call(from_=RUTH, to=LINE)
    network.settle()
    return leg


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (Says(status=500), 11200),
        (Says(status=403), 11200),
        (Says(twiml(), content_type=""), 11200),
        (Says(twiml(), content_type="text/plain"), 12300),
        (Says(""), 11770),
        (Says("\n" + twiml()), 12100),
        (Says("<Response><Say></Response>"), 12100),
        (Says("<!DOCTYPE x><Response/>"), 12100),
        (Says("<response/>"), 12102),
        (Says(twiml(f"<Say>{'a' * 70_000}</Say>")), 11750),
    ],
)
def test_an_answer_that_is_no_twiml_leads_to_the_fallback_with_the_error(says, code, app, network):
    app.answers |= {"/telephony/voice/": says, FALLBACK: twiml("<Say>Please wait.</Say>")}
    leg = ring(network)
    (fallback,) = app.at(FALLBACK)
    assert fallback["ErrorCode"] == str(code)
    assert fallback["ErrorUrl"] == f"{app.url}/telephony/voice/"
    assert fallback["CallSid"] == leg.sid
    assert leg.heard == ["Please wait."]
    assert codes(network) == [code]


def test_an_answer_after_the_limit_is_too_late_and_the_fallback_is_asked(app):
    app.answers |= {"/telephony/voice/": Says(twiml(), waits=20), FALLBACK: twiml("<Say>Please wait.</Say>")}
    with make_network(app, limits=Limits(whole=0.3)) as network:
        leg = ring(network)
        assert codes(network) == [11205]
        assert leg.heard == ["Please wait."]


def test_where_the_fallback_fails_too_the_caller_hears_an_apology(app, network):
    app.answers |= {"/telephony/voice/": Says(status=500), FALLBACK: Says(status=500)}
    leg = ring(network)
    assert len(app.at(FALLBACK)) == 1
    assert leg.heard[0].startswith("We are sorry")
    assert app.at("/telephony/voice/status/")[0]["CallStatus"] == "completed"


def test_where_nobody_listens_it_is_tried_once_more_with_the_same_token_and_then_given_up(app):
    with make_network(app, deliver_to="http://127.0.0.1:1") as network:
        leg = ring(network)
        assert leg.heard[0].startswith("We are sorry")
        tries = [event for event in network.transcript.after() if event.text.startswith("POST /telephony/voice/ ")]
        assert len(tries) == 2


def test_a_read_failure_is_not_tried_again_unless_the_address_says_so(app):
    app.answers["/telephony/voice/"] = Says(status=503)
    with make_network(app, lines=[Line(LINE, Address(f"{app.url}/telephony/voice/#rc=2&rp=5xx"))]) as network:
        ring(network)
    assert len(app.at("/telephony/voice/")) == 3
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in app.heard}) == 1
    assert all(heard.well_signed for heard in app.heard)


def test_redirects_are_followed_and_loops_are_not(app, network):
    app.answers["/telephony/voice/"] = Says(status=307, location="/moved", content_type="")
    app.answers["/moved"] = twiml("<Say>Here.</Say>")
    assert ring(network).heard == ["Here."]
    assert app.heard[1].well_signed
    app.answers["/moved"] = Says(status=302, location="/moved", content_type="")
    ring(network)
    assert 11215 in codes(network)


@pytest.mark.parametrize(
    "verb",
    [
        "<say>hello</say>",
        "<Sing>la</Sing>",
        '<Say volume="9">x</Say>',
        '<Pause length="long"/>',
        "<Gather><Dial/></Gather>",
    ],
)
def test_what_the_grammar_does_not_know_is_skipped_with_a_warning(verb, app, network):
    app.answers["/telephony/voice/"] = twiml(verb, "<Say>The rest.</Say>")
    leg = ring(network)
    assert codes(network)[0] == 12200
    assert leg.heard[-1] == "The rest."


def test_a_status_callback_that_fails_is_only_complained_of(app, network):
    app.answers["/telephony/voice/status/"] = Says(status=500)
    ring(network)
    assert codes(network) == [15003]
    assert app.at(FALLBACK) == []


@pytest.mark.parametrize(
    "says", [Says("OK", content_type="text/plain"), Says("<p>hello</p>", content_type="text/html")]
)
def test_an_answer_to_a_status_callback_is_nothing_or_twiml(says, app, network):
    app.answers["/telephony/voice/status/"] = says
    ring(network)
    assert codes(network) == [15003]


def test_a_whisper_that_fails_joins_nobody(app, network):
    app.answers |= {
        "/telephony/voice/": twiml(dial(number(NOMSA))),
        "/whisper": Says(status=500),
        "/after": twiml(),
    }
    network.phones[NOMSA] = Accepts()
    ring(network)
    assert app.at("/after")[0]["DialBridged"] == "false"


def test_a_public_address_behind_a_proxy_is_what_is_signed(app):
    app.public_url = "https://line.example.org"
    with make_network(app, deliver_to=app.url) as network:
        ring(network)
    assert app.heard[0].well_signed
    assert app.heard[0].headers["Host"] == "line.example.org"
    assert app.heard[0].headers["X-Forwarded-Proto"] == "https"
