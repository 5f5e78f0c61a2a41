"""What each verb does, and what comes after it."""

import pytest

from telephony.gateway.practice.phones import Caller, Reaction, Stage
from telephony.gateway.practice.sounds import tone
from tests.telephony.practice.conftest import LINE, RUTH
from tests.telephony.practice.scripted_app import Says, twiml


@pytest.fixture
def ring(app, network):
    def ring(*verbs, caller=None):
        app.answers["/telephony/voice/"] = twiml(*verbs)
        leg = network.call(from_=RUTH, to=LINE, caller=caller)
        network.settle()
        return leg

    return ring


def gather(attributes="", *, say="Press a key."):
    return f'<Gather action="/key" {attributes}><Say>{say}</Say></Gather>'


def pressing(keys, *, after=1.0):
    return Caller().pressing(keys, after=after)


def test_without_a_key_the_next_verb_comes_and_nothing_is_asked(app, ring):
    leg = ring(gather(), "<Say>Nobody pressed.</Say>")
    assert leg.heard == ["Press a key.", "Nobody pressed."]
    assert app.at("/key") == []


def test_without_a_key_the_action_is_asked_where_it_wants_to_be(app, ring):
    app.answers["/key"] = twiml()
    ring(gather('actionOnEmptyResult="true"'))
    assert app.at("/key")[0]["Digits"] == ""


def test_a_key_during_the_words_ends_them(app, ring, network):
    app.answers["/key"] = twiml()
    ring(gather('numDigits="1"', say="word " * 100), caller=pressing("9", after=2))
    assert app.at("/key")[0]["Digits"] == "9"
    assert (network.at - network.exchange.clock.starts_at).total_seconds() < 5


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finished_on"),
    [
        ('numDigits="1"', "12", "1", ""),
        ('numDigits="3"', "123", "123", ""),
        ("", "12#", "12", "#"),
        ("", "#", "", "#"),
        ('finishOnKey=""', "1#", "1#", ""),
        ('finishOnKey="*"', "12*", "12", "*"),
        ("", "12", "12", ""),
        ("", "01234567890123456789", "01234567890123456789", ""),
    ],
)
def test_keys_are_collected_until_number_finish_or_silence(attributes, keys, digits, finished_on, app, ring):
    app.answers["/key"] = twiml()
    ring(gather(attributes), caller=pressing(keys))
    (asked,) = app.at("/key")
    assert (asked["Digits"], asked["FinishedOnKey"]) == (digits, finished_on)


def test_words_are_heard_where_speech_is_taken(app, ring):
    app.answers["/key"] = twiml()
    ring(gather('input="dtmf speech"'), caller=Caller(reactions=(Reaction(Stage.MENU, say="police"),)))
    assert app.at("/key")[0]["SpeechResult"] == "police"


def test_without_an_action_the_same_document_is_asked_again(app, network):
    answers = iter([twiml('<Gather numDigits="1"><Say>Key?</Say></Gather>'), twiml("<Say>Thank you.</Say>")])
    app.answers["/telephony/voice/"] = lambda _heard: next(answers)
    leg = network.call(from_=RUTH, to=LINE, caller=pressing("5"))
    network.settle()
    assert [form.get("Digits") for form in app.at("/telephony/voice/")] == [None, "5"]
    assert leg.heard[-1] == "Thank you."


def test_a_document_that_asks_for_itself_for_ever_is_stopped(app, ring, network):
    ring("<Redirect>/telephony/voice/</Redirect>")
    assert 11215 in [problem.details["code"] for problem in network.transcript.problems()]


def test_redirect_goes_on_elsewhere_and_leaves_the_rest(app, ring):
    app.answers["/elsewhere"] = twiml("<Say>Here.</Say>")
    leg = ring('<Redirect method="GET">/elsewhere</Redirect>', "<Say>Never heard.</Say>")
    assert leg.heard == ["Here."]
    assert app.heard[1].method == "GET"
    assert app.heard[1].well_signed


def test_hangup_ends_the_call_and_leaves_the_rest(ring):
    assert ring("<Say>Goodbye.</Say>", "<Hangup/>", "<Say>Never heard.</Say>").heard == ["Goodbye."]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_is_never_answered(reason, status, app, ring):
    leg = ring(f'<Reject reason="{reason}"/>')
    assert leg.answered_at is None
    assert app.at("/telephony/voice/status/")[0]["CallStatus"] == status


def test_a_prompt_is_really_fetched_and_lasts_as_long_as_it_is(app, ring, network):
    app.answers["/hello.wav"] = Says(tone(7), content_type="audio/wav")
    ring(f"<Play>{app.url}/hello.wav</Play>")
    assert network.transcript.problems() == []
    assert app.at("/telephony/voice/status/")[0]["CallDuration"] == "7"


def test_a_prompt_that_is_not_there_is_complained_of_and_skipped(app, ring, network):
    app.answers["/hello.wav"] = Says(status=404)
    leg = ring(f"<Play>{app.url}/hello.wav</Play>", "<Say>Hello.</Say>")
    assert [problem.details["code"] for problem in network.transcript.problems()] == [11200]
    assert leg.heard[-1] == "Hello."


RECORD = '<Record action="/left" recordingStatusCallback="/tape" recordingStatusCallbackEvent="completed absent" {}/>'


@pytest.mark.parametrize(
    ("attributes", "reactions", "seconds", "digits"),
    [
        ('timeout="6"', [{"speak": 9}], "9", ""),
        ('maxLength="4"', [{"speak": 9}], "3", ""),  # spoke from the first second on
        ('finishOnKey="#"', [{"speak": 9}, {"press": "#", "after": 4}], "3", "#"),
        ("", [{"speak": 9}, {"press": "5", "after": 4}], "3", "5"),
        ('trim="do-not-trim" timeout="5"', [{"speak": 9}], "15", ""),
    ],
)
def test_a_message_ends_by_silence_limit_or_key(attributes, reactions, seconds, digits, app, ring):
    app.answers["/left"] = twiml()
    caller = Caller(reactions=tuple(Reaction(Stage.RECORDING, **reaction) for reaction in reactions))
    ring(RECORD.format(attributes), caller=caller)
    (left,) = app.at("/left")
    assert (left["RecordingDuration"], left["Digits"], left["CallStatus"]) == (seconds, digits, "in-progress")
    assert app.at("/tape")[0]["RecordingUrl"] == left["RecordingUrl"]


def test_an_empty_recording_asks_nothing_and_the_next_verb_comes(app, ring):
    leg = ring(RECORD.format('timeout="3"'), "<Say>We heard nothing.</Say>")
    assert app.at("/left") == []
    assert leg.heard == ["[beep]", "We heard nothing."]
    (tape,) = app.at("/tape")
    assert (tape["RecordingStatus"], tape["RecordingDuration"]) == ("absent", "-1")
    assert "RecordingUrl" not in tape


@pytest.mark.parametrize("verb", ["<Enqueue>support</Enqueue>", "<Dial><Queue>support</Queue></Dial>"])
def test_what_is_not_played_yet_is_said_and_not_pretended(verb, ring, network):
    ring(verb)
    (problem,) = network.transcript.problems()
    assert problem.details["code"] == 13750
    assert "does not play" in problem.text
