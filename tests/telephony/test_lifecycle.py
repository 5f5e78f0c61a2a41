"""Calls, legs and texts: the tables of states, and that the order in which the gateway tells things does not matter."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.core.errors import NotAllowed
from telephony.lifecycle import (
    furthest_status,
    furthest_text,
    is_final_status,
    is_final_text,
    judge_call,
    judge_leg,
    move,
    move_if_possible,
)
from tests.tables import is_yes, read_table

STATES = ("ringing", "waiting", "connected", "voicemail", "ended")
STATUS_WORDS = ("initiated", "ringing", "in-progress", "completed")


def is_bridged(word):
    return None if word == "" else {"yes": True, "no": False}[word]


@pytest.mark.parametrize("row", read_table("legs.csv"))
def test_a_leg_is_judged_as_the_table_says(row):
    verdict = judge_leg(
        status=row["status"] or None,
        bridged=is_bridged(row["bridged"]),
        key=row["key"],
        accepted=is_yes(row["accepted"]),
        ended_by=row["ended by"] or None,
        seconds=int(row["seconds"]) if row["seconds"] else None,
        caller_has_gone=is_yes(row["caller gone"]),
        taken_by_another=is_yes(row["taken"]),
    )
    assert (verdict.result or "", verdict.anomaly) == (row["result"], row["anomaly"])
    assert verdict.rings_on is is_yes(row["rings on"])


@pytest.mark.parametrize("row", read_table("outcomes.csv"))
def test_a_call_has_the_outcome_that_the_table_says(row):
    outcome = judge_call(
        is_over=is_yes(row["over"]),
        was_accepted=is_yes(row["accepted"]),
        reached_prompt=is_yes(row["prompt"]),
        was_recorded=is_yes(row["recorded"]),
        asked_call_back=is_yes(row["call back"]),
        is_blocked=is_yes(row["blocked"]),
        is_silent=is_yes(row["silent"]),
    )
    assert (outcome or "") == row["outcome"]


@pytest.mark.parametrize("row", read_table("call_moves.csv"))
@pytest.mark.parametrize("state", STATES)
def test_a_call_moves_as_the_table_says_and_in_no_other_way(row, state):
    if row[state]:
        assert move(state, row["verb"]) == move_if_possible(state, row["verb"]) == row[state]
        return
    with pytest.raises(NotAllowed):
        move(state, row["verb"])
    assert move_if_possible(state, row["verb"]) == state


@pytest.mark.parametrize("row", read_table("text_states.csv"))
def test_a_text_ends_in_the_state_that_the_table_says(row):
    state = ""
    for word in row["words"].split():
        state = furthest_text(state, word)
    assert state == row["state"]


@pytest.mark.parametrize("order", list(permutations(STATUS_WORDS)))
def test_status_words_in_any_order_end_completed(order):
    status = ""
    for word in order:
        status = furthest_status(status, word)
    assert (status, is_final_status(status)) == ("completed", True)


def test_an_unknown_status_is_kept_as_text_and_never_hides_a_known_one():
    assert furthest_status("", "dancing") == "dancing"
    assert furthest_status("ringing", "dancing") == "ringing"
    assert furthest_status("dancing", "ringing") == "ringing"


def test_no_final_status_is_left_for_another():
    assert furthest_status("busy", "completed") == "busy"


@given(st.sampled_from(["delivered", "undelivered", "failed", "received"]), st.text(max_size=12))
def test_a_final_text_stays_whatever_is_heard(state, word):
    assert is_final_text(state)
    assert furthest_text(state, word) == state


FACTS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(
            [None, "", "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled", "?"]
        ),
        "bridged": st.sampled_from([None, True, False]),
        "key": st.sampled_from(["", "1", "2", "#"]),
        "accepted": st.just(False),
        "ended_by": st.sampled_from([None, "us", "them"]),
        "seconds": st.sampled_from([None, 0, 3, 400]),
        "caller_has_gone": st.booleans(),
        "taken_by_another": st.booleans(),
    }
)


@given(FACTS)
def test_nothing_but_a_stored_acceptance_makes_a_leg_accepted(facts):
    assert judge_leg(**facts).result != "accepted"
