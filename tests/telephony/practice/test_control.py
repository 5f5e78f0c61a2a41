"""The control side: a practice phone in another process plays the caller, and Nomsa's phone too."""

import threading
import time

import pytest

from telephony.gateway.practice.control import PracticeControl, PracticeRefused, PracticeUnavailable
from telephony.gateway.practice.phones import Accepts, Busy, ByHand, Caller, InTurn
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.server import PracticeServer
from telephony.gateway.practice.texting import Undelivered
from tests.telephony.practice.conftest import LINE, NOMSA, RUTH, WHISPER, accepting_one, dial, make_network, number
from tests.telephony.practice.scripted_app import TOKEN, twiml

BY_HAND = Caller(by_hand=True)


@pytest.fixture
def app_with_menu(app):
    app.answers |= {
        "/telephony/voice/": twiml('<Gather numDigits="1" action="/key" timeout="600"><Say>Press 9.</Say></Gather>'),
        "/key": twiml(dial(number(NOMSA), timeout=600)),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml("<Record action='/left' timeout='600'/>"),
        "/left": twiml(),
    }
    return app


@pytest.fixture
def real(app_with_menu):
    with PracticeServer(make_network(app_with_menu, pace="real", askers=4)) as server:
        yield server


@pytest.fixture
def control(real):
    return PracticeControl(real.url, TOKEN)


def wait_until(network, words):
    return network.wait_for(words, within=5)


def test_a_whole_call_is_played_by_hand_in_real_time(app_with_menu, real, control):
    network = real.network
    control.set_phones({NOMSA: ByHand()})
    call = control.call(from_=RUTH, to=LINE, caller=BY_HAND)
    wait_until(network, "hears: Press 9.")
    assert control.look_at(call.sid).takes_keys
    control.press(call.sid, "9")
    wait_until(network, "rings")
    leg = control.call_at(NOMSA)
    assert (leg.to, leg.stage, leg.parent) == (NOMSA, "ringing", call.sid)
    control.pick_up(leg.sid)
    wait_until(network, "hears: Press 1.")
    control.press(leg.sid, "1")
    wait_until(network, f"talks with {NOMSA}")
    control.hang_up(leg.sid)
    wait_until(network, "hears: [beep]")
    control.say(call.sid, "Please ring me back", seconds=0.2)
    control.hang_up(call.sid)
    wait_until(network, "leg ends: completed")
    network.wait_for("/telephony/voice/status/", within=5)
    assert control.look_at(call.sid).over
    assert app_with_menu.at("/left")[0]["Digits"] == "hangup"
    assert control.call_at(RUTH) is None


def test_a_key_ends_the_wait_at_once_in_real_time(real, control):
    call = control.call(from_=RUTH, to=LINE, caller=BY_HAND)
    wait_until(real.network, "hears: Press 9.")
    began = time.monotonic()
    control.press(call.sid, "9")
    wait_until(real.network, "POST /key")
    assert time.monotonic() - began < 1.0


def test_the_transcript_is_waited_for(real, control):
    after = control.state()["events"]
    heard = []
    waiting = threading.Thread(target=lambda: heard.extend(control.transcript(after=after, wait=5)))
    waiting.start()
    control.text(from_=RUTH, to=LINE, body="Hello")
    waiting.join(timeout=5)
    assert heard[0].text == "texts: Hello"
    assert heard[0].number == after + 1


def test_a_wait_for_what_never_comes_ends(control):
    assert control.transcript(after=10_000, wait=0.05) == []


def test_the_clock_is_moved_past_what_was_waited_for(real, control):
    control.set_phones({NOMSA: ByHand()})
    call = control.call(from_=RUTH, to=LINE, caller=BY_HAND)
    wait_until(real.network, "hears: Press 9.")
    control.advance(605)
    wait_until(real.network, "leg ends: completed")
    assert control.look_at(call.sid).seconds >= 600


def test_phones_texting_and_quirks_go_over_the_wire_as_they_are(real, control):
    phones = {NOMSA: Accepts(after=2, key="1", talks=9.0), RUTH: InTurn((Busy(), Accepts()))}
    control.set_phones(phones)
    control.set_texting({RUTH: Undelivered(code=30005)})
    control.set_quirks(Quirks(late=0.5, extra_parameters=(("Foo", "1"),)))
    assert real.network.phones == phones
    assert real.network.texting == {RUTH: Undelivered(code=30005)}
    assert real.network.quirks == Quirks(late=0.5, extra_parameters=(("Foo", "1"),))


def test_texts_of_a_phone_are_listed(app, real, control):
    app.answers["/telephony/sms/"] = twiml("<Message>We have it.</Message>")
    control.text(from_=RUTH, to=LINE, body="Hello")
    wait_until(real.network, "is texted: We have it.")
    assert [(text.direction, text.body) for text in control.texts(RUTH)] == [
        ("inbound", "Hello"),
        ("outbound-reply", "We have it."),
    ]


@pytest.mark.parametrize(
    ("ask", "status", "why"),
    [
        (lambda control: control.look_at("CA" + "0" * 32), 404, "no such call"),
        (lambda control: control.call(from_=RUTH, to="+18885559999"), 400, "none of our lines"),
        (lambda control: control._ask("POST", "phones", {RUTH: {"kind": "sings"}}), 400, "no phone does 'sings'"),
        (lambda control: control._ask("POST", "phones", {RUTH: {"kind": "busy", "x": 1}}), 400, "does not know x"),
        (lambda control: control._ask("POST", "call", {}), 400, "missing"),
        (lambda control: control._ask("GET", "nonsense", {}), 404, "no GET nonsense"),
        (lambda control: control._ask("GET", "settle", {}), 405, "no GET settle"),
        (lambda control: control._ask("POST", "press", {"sid": "x", "keys": "A"}), 400, "keys are"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(ask, status, why, control):
    with pytest.raises(PracticeRefused, match=why) as refused:
        ask(control)
    assert refused.value.status == status


def test_another_token_is_refused(real):
    with pytest.raises(PracticeRefused) as refused:
        PracticeControl(real.url, "wrong").state()
    assert refused.value.status == 401


def test_where_nobody_listens_nobody_is_there():
    nobody = PracticeControl("http://127.0.0.1:1", TOKEN)
    assert not nobody.is_there()
    with pytest.raises(PracticeUnavailable):
        nobody.state()


def test_nobody_plays_by_hand_where_waiting_costs_no_time(server):
    with pytest.raises(PracticeRefused) as refused:
        PracticeControl(server.url, TOKEN).call(from_=RUTH, to=LINE, caller=BY_HAND)
    assert refused.value.status == 409


def test_a_scripted_call_hurries_and_one_by_hand_does_not_at_a_mixed_pace(app):
    app.answers["/telephony/voice/"] = twiml("<Pause length='300'/>")
    with PracticeServer(make_network(app, pace="mixed")) as server:
        began = time.monotonic()
        server.network.call(from_=RUTH, to=LINE)
        server.network.settle(within=5)
        assert time.monotonic() - began < 3
        assert app.at("/telephony/voice/status/")[0]["CallDuration"] == "300"
        by_hand = server.network.call(from_=RUTH, to=LINE, caller=BY_HAND)
        server.network.wait_for("POST /telephony/voice/", after=len(server.network.transcript.after()) - 1)
        assert not by_hand.is_over
        server.network.hang_up(by_hand)
        server.network.settle(within=5)
        assert by_hand.is_over
