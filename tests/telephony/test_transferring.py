"""A caller is handed over: the table of decisions, and that it makes no difference in which order things are told."""

from itertools import permutations, product

import pytest

from telephony.transferring import OVER, Facts, Heard, decide, may_wish, read_presence
from tests.tables import is_yes, read_table

WISHES = ("ring", "bring_in", "leave", "call_off")
PRESENCES = ("coming", "in", "gone")
RUNG = ("none", "ringing", "coming", "in", "refused", "left")


@pytest.mark.parametrize("row", read_table("transfers.csv"))
def test_what_is_done_stands_in_the_table(row):
    facts = Facts(row["wish"], row["caller"], row["counsellor"], row["provider"], is_yes(row["held"]))
    decided = decide(facts)
    assert (decided.state, " ".join(decided.steps)) == (row["state"], row["steps"])


@pytest.mark.parametrize("facts", [Facts(*each) for each in product(WISHES, PRESENCES, PRESENCES, RUNG, (False, True))])
def test_a_caller_is_never_alone(facts):
    """Whatever is known: whoever is there has somebody, is on the way to somebody, or hears music while somebody is rung."""
    decided = decide(facts)
    if facts.caller == "gone":
        assert "end_room" in decided.steps
    elif facts.counsellor == "gone" and facts.provider != "in":
        assert "give_back" in decided.steps
    held_after = ("hold" in decided.steps or facts.held) and "unhold" not in decided.steps
    if held_after and "give_back" not in decided.steps and facts.caller != "gone" and facts.counsellor != "coming":
        assert decided.state in {"ringing", "introducing"} or facts.caller == "coming"


@pytest.mark.parametrize("facts", [Facts(*each) for each in product(WISHES, PRESENCES, PRESENCES, RUNG, (False, True))])
def test_nobody_is_rung_twice_or_for_a_caller_who_has_gone(facts):
    if "ring" in decide(facts).steps:
        assert (facts.provider, facts.caller, facts.counsellor) == ("none", "in", "in")


TOLD = (
    Heard("join", "caller", 0), Heard("join", "counsellor", 1), Heard("leave", "counsellor", 2), Heard("leave", "caller", 3),
    Heard("end", "", 4),
)  # fmt: skip


@pytest.mark.parametrize("upto", range(1, 6))
def test_who_is_there_does_not_depend_on_the_order_in_which_it_was_told(upto):
    for who in ("caller", "counsellor", "provider"):
        seen = {read_presence(order, who) for order in permutations(TOLD[:upto])}
        assert len(seen) == 1


def test_a_joining_that_is_told_twice_brings_nobody_back():
    assert read_presence([*TOLD[:4], TOLD[0], TOLD[1]], "caller") == "gone"


def test_the_end_of_the_room_is_the_end_for_everybody_who_was_in_it():
    assert read_presence([TOLD[0], Heard("end", "", 9)], "caller") == "gone"
    assert read_presence([Heard("end", "", 9)], "provider") == "coming"


def test_a_counsellor_may_only_ask_for_what_makes_sense_now():
    assert may_wish("introducing", "bring_in")
    assert not may_wish("ringing", "leave")
    assert not any(may_wish(state, wish) for state in OVER for wish in WISHES)
