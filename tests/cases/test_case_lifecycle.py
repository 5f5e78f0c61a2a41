"""What can happen to a case, a follow-up and a hand-over: the table of moves, and that nothing else can."""

from typing import get_args

import pytest

from cases import lifecycle
from helpline.core.errors import NotAllowed
from tests.tables import read_table

MOVES = {"case": lifecycle.move_case, "follow-up": lifecycle.move_follow_up, "hand-over": lifecycle.move_hand_over}
WORDS = {
    "case": (lifecycle.CaseState, lifecycle.CaseVerb),
    "follow-up": (lifecycle.FollowUpState, lifecycle.FollowUpVerb),
    "hand-over": (lifecycle.HandOverState, lifecycle.HandOverVerb),
}
TABLE = [param.values[0] for param in read_table("case_moves.csv")]
ALLOWED = {(row["what"], row["verb"], row["from"]) for row in TABLE}
FORBIDDEN = [
    (what, verb, state)
    for what, (states, verbs) in WORDS.items()
    for verb in get_args(verbs)
    for state in get_args(states)
    if (what, verb, state) not in ALLOWED
]


@pytest.mark.parametrize("row", read_table("case_moves.csv"))
def test_a_move_leads_where_the_table_says(row):
    assert MOVES[row["what"]](row["from"], row["verb"]) == row["to"]


@pytest.mark.parametrize(("what", "verb", "state"), FORBIDDEN)
def test_what_is_not_in_the_table_is_refused_with_a_sentence(what, verb, state):
    with pytest.raises(NotAllowed, match=rf"^A {what} that is .* cannot be .*\.$"):
        MOVES[what](state, verb)


def test_nobody_gives_up_on_a_caller_whom_they_never_tried_to_reach():
    with pytest.raises(NotAllowed, match="A follow-up that is due cannot be given up"):
        lifecycle.move_follow_up("due", "give_up")


def test_an_unknown_state_is_refused_too():
    with pytest.raises(NotAllowed):
        lifecycle.move_case("archived", "close")
