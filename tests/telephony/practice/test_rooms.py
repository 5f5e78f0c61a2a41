"""Rooms on the practice network: who hears whom, who waits, what is told, and what the REST side may do with them."""

import json
from pathlib import Path

import pytest

from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.phones import Accepts, Busy, Caller, Mailbox, RingsOut
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.server import PracticeServer
from telephony.gateway.twilio_gateway import TwilioGateway
from tests.telephony.delivery.api_description import find_problems
from tests.telephony.practice.conftest import ACCOUNT, LINE, NOMSA, RUTH, make_network
from tests.telephony.practice.scripted_app import TOKEN, twiml

EXAMPLES = Path(__file__).parents[4] / "shared" / "gateway" / "webhook_examples.json"
MUSIC = "<Say>One moment.</Say><Pause length='2'/>"


def room(app, *, label, more="", name="R1", wait="/wait"):
    events = f'statusCallback="{app.url}/events" statusCallbackEvent="start end join leave mute hold"'
    return (
        f'<Dial action="{app.url}/after-{label}"><Conference beep="false" waitUrl="{app.url}{wait}" participantLabel="{label}" '
        f"{events} {more}>{name}</Conference></Dial>"
    )


@pytest.fixture
def server(app):
    with PracticeServer(make_network(app, pace=Pace.HELD)) as server:
        app.answers["/wait"] = twiml("<Say>Somebody comes to you.</Say>")
        app.answers["/hold"] = twiml("<Say>You are not forgotten.</Say>")
        app.answers["/telephony/voice/"] = twiml(room(app, label="caller", more='endConferenceOnExit="true"'))
        for label in ("caller", "nomsa"):
            app.answers[f"/after-{label}"] = twiml("<Say>Goodbye.</Say>")
        app.answers["/nomsa"] = twiml(room(app, label="nomsa"))
        server.network.phones[NOMSA] = Accepts(after=2)
        yield server


@pytest.fixture
def gateway(server):
    return TwilioGateway(account_sid=ACCOUNT, tokens=[TOKEN], api_url=server.url)


@pytest.fixture
def both(app, server, gateway):
    """Ruth waits in the room; Nomsa is rung and comes in. Returns the two calls."""
    network = server.network
    ruth = network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    network.advance(5)
    network.settle()
    placed = gateway.place_call(to=NOMSA, sender=LINE, url=f"{app.url}/nomsa", status_callback=f"{app.url}/called")
    network.advance(10)
    network.settle()
    return ruth, network.leg(placed.sid)


def on(network, seconds=5):
    network.advance(seconds)
    network.settle()


def told(app):
    return [form["StatusCallbackEvent"] for form in app.at("/events")]


def test_somebody_who_waits_for_the_first_hears_words_again_and_again(app, server):
    ruth = server.network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    on(server.network, 10)
    assert ruth.heard[:2] == ["Somebody comes to you.", "Somebody comes to you."]
    assert told(app) == ["participant-join"]


def test_the_second_begins_it_and_they_hear_each_other(app, server, both):
    ruth, _ = both
    assert told(app) == ["participant-join", "participant-join", "conference-start"]
    assert any("is in the room with " + NOMSA in line for line in server.network.transcript.lines())
    assert server.network.silent_seconds(ruth) == 0
    assert [form["CallStatus"] for form in app.at("/called")] == ["initiated", "ringing", "in-progress"]


def test_whoever_is_held_hears_the_hold_words_and_the_other_hears_nobody(app, server, gateway, both):
    ruth, nomsa = both
    name = gateway.find_room("R1")
    gateway.hold(name, ruth.sid, url=f"{app.url}/hold")
    on(server.network, 6)
    assert ruth.heard[-1] == "You are not forgotten."
    assert server.network.silent_seconds(ruth) == 0
    assert server.network.silent_seconds(nomsa) > 5
    gateway.unhold(name, ruth.sid)
    on(server.network)
    assert told(app)[-2:] == ["participant-hold", "participant-unhold"]
    assert app.at("/events")[-2]["Hold"] == "true"


def test_an_announcement_is_heard_by_one(app, server, gateway, both):
    ruth, nomsa = both
    app.answers["/announce"] = twiml("<Say>She has a minute left.</Say>")
    gateway.announce(gateway.find_room("R1"), nomsa.sid, url=f"{app.url}/announce")
    on(server.network)
    assert nomsa.heard[-1] == "She has a minute left."
    assert "She has a minute left." not in ruth.heard


def test_who_is_removed_goes_on_with_what_follows_and_the_other_is_alone(app, server, gateway, both):
    ruth, nomsa = both
    name = gateway.find_room("R1")
    gateway.remove(name, nomsa.sid)
    on(server.network, 8)
    assert nomsa.heard[-1] == "Goodbye."
    assert app.at("/after-nomsa")[0]["DialCallStatus"] == "answered"
    assert server.network.silent_seconds(ruth) > 5
    assert app.at("/events")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"
    gateway.remove(name, nomsa.sid)  # not there is removed already


def test_the_room_ends_with_whoever_ends_it(app, server, both):
    ruth, nomsa = both
    server.network.hang_up(ruth)
    on(server.network)
    assert told(app)[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    end = app.at("/events")[-1]
    assert (end["CallSidEndingConference"], end["ParticipantLabelEndingConference"]) == (ruth.sid, "caller")
    assert app.at("/events")[-2]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert nomsa.heard[-1] == "Goodbye."
    assert server.network.rooms.live("R1") is None


def test_a_room_that_rest_ends_lets_both_go_on(app, server, gateway, both):
    ruth, nomsa = both
    gateway.end_room(gateway.find_room("R1"))
    on(server.network)
    assert (ruth.heard[-1], nomsa.heard[-1]) == ("Goodbye.", "Goodbye.")
    assert gateway.find_room("R1") is None


def test_whether_the_room_ends_with_somebody_can_be_changed(server, gateway, both):
    ruth, nomsa = both
    gateway.set_ends_room(gateway.find_room("R1"), nomsa.sid, ends=True)
    server.network.hang_up(nomsa)
    on(server.network)
    assert ruth.heard[-1] == "Goodbye."


def test_somebody_is_rung_straight_into_the_room(app, server, gateway):
    ruth = server.network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    on(server.network)
    sid = gateway.add_participant(
        "R1", to=NOMSA, sender=LINE, label="nomsa", status_callback=f"{app.url}/called", ring_seconds=20
    )
    on(server.network, 10)
    assert server.network.leg(sid).sid in server.network.rooms.live("R1").people
    assert server.network.leg(sid).sid != ruth.sid


def test_a_called_leg_can_be_moved_into_a_room_and_the_caller_follows(app, server, gateway):
    """Twilio's recipe for turning a call into a room: move the called leg, and the caller's <Dial> is over."""
    app.answers["/telephony/voice/"] = twiml(
        f'<Dial action="{app.url}/moved" callerId="{LINE}"><Number>{NOMSA}</Number></Dial>'
    )
    app.answers["/moved"] = twiml(room(app, label="caller"))
    ruth = server.network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    on(server.network, 10)
    gateway.move_call(ruth.children[0].sid, f"{app.url}/nomsa")
    on(server.network)
    moved = app.at("/moved")[0]
    assert (moved["DialCallStatus"], moved["DialBridged"]) == ("completed", "true")
    assert set(server.network.rooms.live("R1").people) == {ruth.sid, ruth.children[0].sid}
    server.network.hang_up(ruth)
    on(server.network)
    assert not ruth.children[0].is_over


@pytest.mark.parametrize(
    ("phone", "word"), [(Busy(), "busy"), (RingsOut(), "no-answer"), (Mailbox(after=3), "completed")]
)
def test_a_phone_that_is_called_says_how_it_went(app, server, gateway, phone, word):
    app.answers["/nomsa"] = twiml('<Gather numDigits="1" timeout="5" action="/key"/>', "<Hangup/>")
    server.network.phones[NOMSA] = phone
    gateway.place_call(
        to=NOMSA, sender=LINE, url=f"{app.url}/nomsa", status_callback=f"{app.url}/called", ring_seconds=15
    )
    on(server.network, 40)
    assert app.at("/called")[-1]["CallStatus"] == word
    assert app.at("/key") == []


def test_calls_to_a_number_are_found_again_oldest_first(app, server, gateway):
    asked = {"sender": LINE, "url": f"{app.url}/nomsa", "status_callback": f"{app.url}/called"}
    first = gateway.place_call(to=NOMSA, **asked)
    second = gateway.place_call(to=NOMSA, **asked)
    gateway.place_call(to=RUTH, **asked)
    assert [call.sid for call in gateway.find_calls(to=NOMSA, since=server.network.at)] == [first.sid, second.sid]
    assert NOMSA not in repr(first)


@pytest.mark.parametrize(
    ("quirk", "expected"),
    [
        ({"room_joins_late_by": 30.0}, ["participant-leave", "participant-join"]),
        ({"room_ends_before_leaving": True}, ["conference-end", "participant-leave"]),
        ({"room_joins_twice": True}, ["participant-join", "participant-join"]),
    ],
)
def test_what_is_told_may_come_in_another_order_or_twice(app, server, quirk, expected):
    server.network.quirks = Quirks(**quirk)
    ruth = server.network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    on(server.network)
    server.network.hang_up(ruth)
    on(server.network, 60)
    events = [event for event in told(app) if event != "conference-end" or "conference-end" in expected]
    assert all(event in told(app) for event in expected)
    places = [events.index(expected[0]), len(events) - 1 - events[::-1].index(expected[1])]
    assert places == sorted(places)
    assert places[0] != places[1]


def test_everything_sent_about_rooms_is_in_twilios_api_description(app, server, gateway, both):
    ruth, nomsa = both
    name = gateway.find_room("R1")
    gateway.find_calls(to=NOMSA, since=server.network.at)
    gateway.hold(name, ruth.sid, url=f"{app.url}/hold")
    gateway.unhold(name, ruth.sid)
    gateway.announce(name, ruth.sid, url=f"{app.url}/hold")
    gateway.set_ends_room(name, nomsa.sid, ends=True)
    gateway.add_participant(name, to=RUTH, sender=LINE, label="x", status_callback=f"{app.url}/called")
    gateway.remove(name, nomsa.sid)
    gateway.end_room(name)
    assert len(server.rest.requests) == 10
    assert find_problems(server.rest.requests) == []


@pytest.mark.skipif(not EXAMPLES.is_file(), reason="the examples of webhooks are not beside the repository")
@pytest.mark.parametrize("name", ["conference_join", "conference_leave", "conference_end"])
def test_events_carry_every_parameter_of_the_examples(app, server, both, name):
    ruth, _ = both
    server.network.hang_up(ruth)
    on(server.network)
    example = json.loads(EXAMPLES.read_text())["examples"][name]
    event = next(form for form in app.at("/events") if form["StatusCallbackEvent"] == example["StatusCallbackEvent"])
    assert set(example) - {"Reason"} <= set(event)
