"""What became of the phones that were rung, as it is read the next morning."""

from datetime import timedelta

import pytest

from helpline.dashboard.legs import Rung, count_ringing_seconds, say_anomaly, say_line
from telephony.lifecycle import JOINED_UNACCEPTED, NEVER_JOINED
from telephony.models import Leg
from telephony.models.call import LegResult
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case


@pytest.mark.parametrize(
    ("phones", "words"),
    [
        (
            [Rung(0, "no-answer"), Rung(1, "accepted", "1")],
            "First on call did not answer, second accepted with 1",
        ),
        (
            [Rung(0, "busy"), Rung(1, "declined", "2"), Rung(2, "machine")],
            "First on call was busy, second declined with 2, third had a mailbox, or nobody pressed a key",
        ),
        ([Rung(3, "failed"), Rung(4, "", "", True)], "Number 4 could not be reached, the last resort is being rung"),
        ([Rung(0, "canceled"), Rung(0, "accepted")], "First on call was not rung any longer, first on call accepted"),
    ],
)
def test_a_call_is_told_in_one_line(phones, words):
    assert say_line(phones) == words


@pytest.mark.parametrize("result", LegResult.values)
def test_every_result_has_words_of_its_own(result):
    others = {say_line([Rung(0, other)]) for other in LegResult.values if other != result}
    assert say_line([Rung(0, result)]) not in others


@pytest.mark.parametrize(
    "code",
    [
        JOINED_UNACCEPTED, NEVER_JOINED, "no TwiML served", "answered from the snapshot",
        "a number that is not a line of ours",
    ],
)  # fmt: skip
def test_every_anomaly_is_said_in_a_sentence(code):
    assert say_anomaly(code) != code
    assert say_anomaly(code).endswith(".")


def test_how_long_a_phone_rang_ends_when_it_is_picked_up(at):
    later = at + timedelta(seconds=20)
    assert count_ringing_seconds(at, later, at + timedelta(minutes=9)) == 20
    assert count_ringing_seconds(at, None, later) == 20
    assert count_ringing_seconds(at, None, None) is None
    assert count_ringing_seconds(later, at, None) == 0


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


def test_the_story_opens_to_who_was_rung_and_what_was_odd(sit_down, rose, ring, thandi, nomsa, sipho, at):
    call = ring(rose, state="ended", outcome="answered", anomalies=[NEVER_JOINED], answered_by=sipho)
    told = {"call": call, "rang_at": at, "ended_at": at + timedelta(seconds=20)}
    Leg.objects.create(person=nomsa, step=0, result="no-answer", **told)
    Leg.objects.create(
        person=sipho, step=1, result="accepted", key_pressed="1", picked_up_at=at + timedelta(seconds=6), seconds=720,
        **told,
    )  # fmt: skip
    page = text_of(sit_down(thandi).get(f"/cases/{rose.ref}/story/"))
    assert "<summary>First on call did not answer, second accepted with 1<svg" in page
    for words in ("Nomsa did not answer", "rang 20 s", "Sipho accepted with 1", "rang 6 s", "spoke 12 min"):
        assert words in page
    assert "Somebody pressed 1, but never got to speak with the caller." in page


def test_what_the_caller_was_told_stands_as_it_was_said(sit_down, rose, ring, thandi, at):
    ring(rose, state="ended", outcome="voicemail", promise_due_at=at + timedelta(hours=5, minutes=50), prompted_at=at)
    assert "We said: before 8 in the morning" in text_of(sit_down(thandi).get(f"/cases/{rose.ref}/story/"))


def test_what_nobody_told_the_caller_is_not_said_to_have_been_said(sit_down, rose, ring, thandi, at):
    ring(rose, state="ended", outcome="abandoned", promise_due_at=at + timedelta(hours=5, minutes=50))
    page = text_of(sit_down(thandi).get(f"/cases/{rose.ref}/story/"))
    assert "We said" not in page
    assert "Call back by" in page
