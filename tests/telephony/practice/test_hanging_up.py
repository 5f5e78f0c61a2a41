"""The caller hangs up: what is asked and told then, at every stage of a call."""

import pytest

from telephony.gateway.practice.phones import Accepts, Caller, Mailbox, Stage
from telephony.gateway.practice.quirks import Quirks
from tests.telephony.practice.conftest import LINE, NOMSA, RUTH, WHISPER, accepting_one, dial, number
from tests.telephony.practice.scripted_app import Says, twiml

MENU = '<Gather numDigits="1" timeout="5" action="/key"><Say>Press 9 if you are in danger.</Say></Gather>'


@pytest.fixture
def helpline(app):
    """A greeting, a menu, Nomsa's phone, a message."""
    app.answers |= {
        "/telephony/voice/": twiml("<Say>You have reached the line.</Say>", MENU, dial(number(NOMSA))),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml(
            "<Say>Please leave a message.</Say>", "<Record action='/left' recordingStatusCallback='/tape'/>"
        ),
        "/left": twiml("<Say>Goodbye.</Say>"),
    }
    return app


def hang_up(network, stage, *, after=1.0, phone=None, quirks=None):
    if phone is not None:
        network.phones[NOMSA] = phone
    if quirks is not None:
        network.quirks = quirks
    leg = network.call(from_=RUTH, to=LINE, caller=Caller().hanging_up(at=stage, after=after))
    network.settle()
    return leg


@pytest.mark.parametrize("stage", [Stage.GREETING, Stage.MENU])
def test_in_the_greeting_or_the_menu_only_the_end_is_told(stage, helpline, network):
    hang_up(network, stage)
    assert helpline.paths == ["/telephony/voice/", "/telephony/voice/status/"]
    assert helpline.at("/telephony/voice/status/")[0]["CallStatus"] == "completed"


def test_while_it_rings_the_leg_is_canceled_and_the_action_told_so(helpline, network):
    hang_up(network, Stage.RINGING, after=6)
    (after,) = helpline.at("/after")
    assert (after["CallStatus"], after["DialCallStatus"], after["DialBridged"]) == ("completed", "canceled", "false")
    last = helpline.at("/leg")[-1]
    assert (last["CallStatus"], last["SipResponseCode"], last["CallDuration"]) == ("canceled", "487", "0")


def test_what_we_answer_to_the_action_then_is_never_played(helpline, network):
    leg = hang_up(network, Stage.RINGING, after=6)
    assert "Please leave a message." not in leg.heard
    assert helpline.at("/left") == []


def test_in_the_whisper_the_called_leg_ends_and_nobody_is_joined(helpline, network):
    hang_up(network, Stage.WHISPER, after=0.5, phone=Accepts(key_after=3))
    (after,) = helpline.at("/after")
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "false")
    assert helpline.at("/accept") == []


def test_a_whisper_that_outlives_the_caller_still_asks_what_the_key_means(helpline, network):
    quirks = Quirks(whisper_outlives_caller=True)
    leg = hang_up(network, Stage.WHISPER, after=0.5, phone=Accepts(key_after=3), quirks=quirks)
    assert helpline.at("/accept")[0]["Digits"] == "1"
    assert helpline.paths.index("/accept") > helpline.paths.index("/telephony/voice/status/")
    assert leg.children[0].stage is Stage.OVER


def test_in_the_conversation_both_legs_are_completed(helpline, network):
    leg = hang_up(network, Stage.TALKING, after=45, phone=Accepts())
    (after,) = helpline.at("/after")
    assert (after["CallStatus"], after["DialCallStatus"], after["DialBridged"]) == ("completed", "completed", "true")
    assert [each.status for each in (leg, leg.children[0])] == ["completed", "completed"]


def test_when_nomsa_hangs_up_the_action_decides_what_the_caller_hears_next(helpline, network):
    network.phones[NOMSA] = Accepts(talks=30)
    leg = network.call(from_=RUTH, to=LINE, caller=Caller(talks=None))
    network.settle()
    assert helpline.at("/after")[0]["CallStatus"] == "in-progress"
    assert "Please leave a message." in leg.heard


def test_at_the_prompt_nothing_is_recorded(helpline, network):
    hang_up(network, Stage.PROMPT)
    assert helpline.at("/left") == helpline.at("/tape") == []
    assert len(helpline.at("/telephony/voice/status/")) == 1


def test_while_recording_silence_nothing_is_asked(helpline, network):
    hang_up(network, Stage.RECORDING, after=2)
    assert helpline.at("/left") == []


def test_while_speaking_the_action_is_told_of_the_hangup(helpline, network):
    leg = network.call(from_=RUTH, to=LINE, caller=Caller(message=20))
    network.settle()
    (left,) = helpline.at("/left")
    assert (left["Digits"], left["CallStatus"], left["RecordingDuration"]) == ("hangup", "completed", "20")
    (tape,) = helpline.at("/tape")
    assert (tape["RecordingStatus"], tape["CallSid"], tape["RecordingSid"]) == (
        "completed",
        leg.sid,
        left["RecordingSid"],
    )
    assert "From" not in tape
    assert "Goodbye." not in leg.heard


def test_a_caller_who_hangs_up_while_we_think_is_gone_when_we_answer(helpline, network):
    """The application answers after the hang-up: its TwiML is not played."""

    def slowly(heard):
        network.hang_up(network.leg(heard.form["CallSid"]))
        return twiml("<Say>Hello.</Say>", dial(number(NOMSA)))

    helpline.answers["/telephony/voice/"] = slowly
    leg = network.call(from_=RUTH, to=LINE)
    network.settle()
    assert leg.heard == []
    assert helpline.at("/leg") == []
    assert len(helpline.at("/telephony/voice/status/")) == 1


def test_hanging_up_twice_is_once(helpline, network):
    helpline.answers["/telephony/voice/"] = Says(twiml("<Pause length='60'/>"))
    leg = hang_up(network, Stage.GREETING)
    network.hang_up(leg)
    network.settle()
    assert len(helpline.at("/telephony/voice/status/")) == 1


def test_a_mailbox_that_took_the_call_is_let_go_when_the_caller_leaves(helpline, network):
    leg = hang_up(network, Stage.WHISPER, after=3, phone=Mailbox(after=5))
    assert leg.children[0].is_over
    assert "talks with" not in " ".join(network.transcript.lines())
