"""The scenarios that `manage.py practice` plays: they can all be read, and they fail where they should."""

import pytest

from telephony.gateway.practice import scenarios
from telephony.gateway.practice.control import PracticeControl
from tests.telephony.practice.conftest import LINE, NOMSA, SIPHO, WHISPER, accepting_one, dial, number
from tests.telephony.practice.scripted_app import TOKEN, twiml

NAMES = ["after_hours", "busy", "danger", "declined", "hangs_up_early", "mailbox", "nobody_answers", "text", "withheld"]


@pytest.fixture
def control(server):
    return PracticeControl(server.url, TOKEN)


def line_that_rings_two_and_then_records(app):
    """Nomsa, then Sipho, then a message: what a helpline does, in a few lines."""

    def after_dial(heard):
        accepted = heard.form["DialBridged"] == "true"
        if accepted or heard.form["CallStatus"] == "completed":
            return twiml()
        return second if heard.path == "/after-nomsa" else twiml("<Say>Please speak.</Say>", "<Record action='/left'/>")

    second = twiml(dial(number(SIPHO), action="/after-sipho"))
    app.answers |= {
        "/telephony/voice/": twiml("<Say>Hello.</Say>", dial(number(NOMSA), action="/after-nomsa")),
        "/after-nomsa": after_dial,
        "/after-sipho": after_dial,
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/left": twiml("<Hangup/>"),
    }


def without_complaints_of_relative_addresses(outcome):
    return [sentence for sentence in outcome.failed if "relative address" not in sentence]


def test_there_are_nine_scenarios_and_each_says_what_it_is():
    assert scenarios.names() == NAMES
    assert all(scenarios.load(name).about.endswith(".") for name in NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "danger"])
def test_a_line_that_does_what_a_helpline_does_meets_every_expectation(name, app, control):
    line_that_rings_two_and_then_records(app)
    outcome = scenarios.play(scenarios.load(name), control)
    assert without_complaints_of_relative_addresses(outcome) == []


def test_a_line_that_rings_nobody_fails_the_after_hours_scenario_and_says_why(app, control):
    app.answers["/telephony/voice/"] = twiml("<Say>Closed.</Say>")
    outcome = scenarios.play(scenarios.load("after_hours"), control)
    assert [sentence.partition(";")[0] for sentence in outcome.failed] == [
        "rung in order should be +447700900111, +447700900112",
        "+447700900111 should have ended no-answer",
        "+447700900112 should have ended completed",
        "the caller should have talked with +447700900112",
    ]


def test_a_line_that_answers_badly_fails_every_scenario_by_the_complaint_of_the_network(app, control):
    app.answers["/telephony/sms/"] = "no TwiML at all"
    outcome = scenarios.play(scenarios.load("text"), control)
    assert any("12100" in sentence for sentence in outcome.failed)


def test_a_name_that_is_no_scenario_is_answered_with_those_that_are():
    with pytest.raises(scenarios.BadScenario, match="after_hours, busy"):
        scenarios.load("nonsense")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("[call]\nfrom = '+1'\nto = '+2'", "about"),
        ("about = 'x'\n[phones.'+1']\nkind = 'sings'", "no phone does 'sings'"),
        ("about = 'x'\n[expect]\nrang = []", "does not know rang"),
        ("about = ", "Invalid value"),
    ],
)
def test_a_scenario_that_means_nothing_is_refused_with_the_reason(wrong, said, tmp_path):
    (tmp_path / "mine.toml").write_text(wrong)
    with pytest.raises(scenarios.BadScenario, match=said):
        scenarios.load("mine", folder=tmp_path)


def test_a_scenario_may_be_played_twice_on_one_network(app, control):
    line_that_rings_two_and_then_records(app)
    for _ in range(2):
        outcome = scenarios.play(scenarios.load("nobody_answers"), control)
        assert without_complaints_of_relative_addresses(outcome) == []
    assert len({form["CallSid"] for form in app.at("/telephony/voice/")}) == 2
    assert {form["To"] for form in app.at("/telephony/voice/")} == {LINE}
