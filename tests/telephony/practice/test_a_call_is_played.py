"""A call from its first request to its last."""

from telephony.gateway.practice.phones import (
    Accepts,
    Busy,
    Caller,
    Declines,
    HangsUpInWhisper,
    Mailbox,
    Stage,
    Unreachable,
)
from tests.telephony.practice.conftest import (
    ACCOUNT,
    LINE,
    NOMSA,
    RUTH,
    SIPHO,
    WHISPER,
    accepting_one,
    dial,
    make_network,
    number,
)
from tests.telephony.practice.scripted_app import twiml


def ring(network, caller=None, **more):
    leg = network.call(from_=RUTH, to=LINE, caller=caller, **more)
    network.settle()
    return leg


def with_dial(app, *nouns, **more):
    app.answers |= {
        "/telephony/voice/": twiml(dial(*nouns, **more)),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml("<Hangup/>"),
    }


def test_the_first_request_says_who_rings_whom_and_is_signed_as_twilio_signs(app, network):
    leg = ring(network)
    first = app.heard[0]
    assert (first.method, first.path, first.well_signed) == ("POST", "/telephony/voice/", True)
    expected = {"CallSid": leg.sid, "AccountSid": ACCOUNT, "From": RUTH, "To": LINE, "Caller": RUTH, "Called": LINE,
                "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01", "FromCountry": "GB",
                "FromCity": "", "ToCountry": "US"}  # fmt: skip
    assert expected.items() <= first.form.items()
    assert first.headers["I-Twilio-Idempotency-Token"]


def test_every_request_of_a_whole_call_is_well_signed(app, network):
    with_dial(app, number(NOMSA))
    network.phones[NOMSA] = Accepts()
    ring(network, Caller(talks=150))
    assert len(app.heard) > 6
    assert all(heard.well_signed for heard in app.heard)


def test_the_line_is_told_once_when_the_call_is_over_and_how_long_it_was(app, network):
    app.answers["/telephony/voice/"] = twiml('<Pause length="61"/>')
    ring(network)
    (told,) = app.at("/telephony/voice/status/")
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "61", "2")
    assert told["SequenceNumber"] == "0"
    assert told["Timestamp"] == "Mon, 23 Nov 2026 02:11:01 +0000"


def test_nomsa_accepts_by_key_and_talks_until_zola_hangs_up(app, network):
    with_dial(app, number(NOMSA))
    network.phones[NOMSA] = Accepts(after=4, key="1")
    leg = ring(network, Caller(talks=150))
    (after,) = app.at("/after")
    assert (after["DialCallStatus"], after["DialBridged"], after["CallStatus"]) == ("completed", "true", "completed")
    assert after["DialCallSid"] == leg.children[0].sid
    assert int(after["DialCallDuration"]) >= 150
    assert [told["CallStatus"] for told in app.at("/leg")] == ["initiated", "ringing", "in-progress", "completed"]
    assert [told["SequenceNumber"] for told in app.at("/leg")] == ["0", "1", "2", "3"]


def test_the_whisper_is_asked_for_on_the_called_leg_with_its_parent(app, network):
    with_dial(app, number(NOMSA))
    network.phones[NOMSA] = Accepts()
    leg = ring(network)
    (whisper,) = app.at("/whisper")
    assert whisper["ParentCallSid"] == leg.sid
    assert whisper["CallSid"] == leg.children[0].sid
    assert (whisper["Direction"], whisper["From"], whisper["To"]) == ("outbound-dial", LINE, NOMSA)


def test_a_phone_that_rings_out_is_no_answer_after_the_timeout(app, network):
    with_dial(app, number(NOMSA), timeout=20)
    ring(network)
    (after,) = app.at("/after")
    assert (after["DialCallStatus"], after["DialBridged"], after["DialCallDuration"]) == ("no-answer", "false", "0")
    assert app.at("/leg")[-1]["SipResponseCode"] == "487"
    assert after["CallStatus"] == "in-progress"


def test_busy_and_unreachable_phones_are_told_apart(app, network):
    with_dial(app, number(NOMSA))
    network.phones[NOMSA] = Busy()
    ring(network)
    network.phones[NOMSA] = Unreachable()
    ring(network)
    assert [after["DialCallStatus"] for after in app.at("/after")] == ["busy", "failed"]
    assert [told["SipResponseCode"] for told in app.at("/leg") if "SipResponseCode" in told] == ["486", "404"]


def test_a_leg_that_was_picked_up_without_the_key_is_completed_but_not_bridged(app, network):
    for phone in (Mailbox(after=10), Declines(), HangsUpInWhisper()):
        with_dial(app, number(NOMSA))
        network.phones[NOMSA] = phone
        ring(network)
    answers = [(after["DialCallStatus"], after["DialBridged"]) for after in app.at("/after")]
    assert answers == [("completed", "false")] * 3


def test_the_first_of_two_phones_to_pick_up_takes_the_call_and_the_other_is_canceled(app, network):
    with_dial(app, number(NOMSA), number(SIPHO))
    network.phones |= {NOMSA: Accepts(after=9), SIPHO: Accepts(after=3)}
    ring(network)
    assert app.at("/after")[0]["DialBridged"] == "true"
    ends = {told["To"]: told["CallStatus"] for told in app.at("/leg") if "CallDuration" in told}
    assert ends == {NOMSA: "canceled", SIPHO: "completed"}


def test_a_caller_id_that_is_not_ours_rings_nobody(app, network):
    with_dial(app, number(NOMSA), extra='callerId="+15550009999"')
    ring(network)
    assert app.at("/leg") == []
    assert app.at("/after")[0]["DialCallStatus"] == "failed"
    assert 13214 in [problem.details["code"] for problem in network.transcript.problems()]


def test_a_dial_inside_the_whisper_is_refused(app, network):
    with_dial(app, number(NOMSA))
    app.answers["/whisper"] = twiml("<Dial><Number>+447700900112</Number></Dial>")
    network.phones[NOMSA] = Accepts()
    ring(network)
    assert 13201 in [problem.details["code"] for problem in network.transcript.problems()]
    assert app.at("/after")[0]["DialBridged"] == "false"


def test_a_dial_without_an_action_goes_on_to_the_next_verb(app, network):
    app.answers["/telephony/voice/"] = twiml("<Dial timeout='5'>+447700900111</Dial>", "<Say>Nobody is there.</Say>")
    leg = ring(network)
    assert leg.heard == ["Nobody is there."]


def test_a_caller_who_is_rung_on_bridge_hears_ringing_before_anything_is_answered(app, network):
    with_dial(app, number(NOMSA), extra='answerOnBridge="true"')
    ring(network)
    assert app.at("/leg")[0]["CallStatus"] == "initiated"
    assert app.at("/after")[0]["CallStatus"] == "ringing"


def test_the_time_limit_of_a_dial_ends_the_conversation(app, network):
    with_dial(app, number(NOMSA), extra='timeLimit="30"')
    network.phones[NOMSA] = Accepts()
    ring(network, Caller(talks=None))
    assert app.at("/after")[0]["CallStatus"] == "in-progress"
    assert 30 <= int(app.at("/after")[0]["DialCallDuration"]) <= 40


def test_a_key_pressed_while_nobody_waits_for_one_is_lost(app, network):
    app.answers["/telephony/voice/"] = twiml("<Say>A long greeting with quite a few words in it.</Say>")
    ring(network, Caller().pressing("9", at=Stage.GREETING))
    assert any("nobody waits" in line for line in network.transcript.lines())


def test_the_same_seed_tells_the_same_story(app):
    with_dial(app, number(NOMSA), number(SIPHO))
    stories = []
    for _ in range(2):
        with make_network(app, seed=7) as network:
            network.phones |= {NOMSA: Accepts(after=9), SIPHO: Busy()}
            ring(network)
            stories.append(network.transcript.lines())
    assert stories[0] == stories[1]


def test_ten_people_ring_at_once_and_each_is_answered(app):
    with make_network(app, askers=4) as network:
        legs = [network.call(from_=f"+4477009002{n:02}", to=LINE) for n in range(10)]
        network.settle()
        assert {told["CallSid"] for told in app.at("/telephony/voice/status/")} == {leg.sid for leg in legs}
