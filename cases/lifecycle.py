"""What can happen to a case, a follow-up and a hand-over: one table of moves each. Plain rules, no framework.

Nobody assigns a state that did not come from one of these tables. A line reads: this happens, in this state, and the
state after it.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

from helpline.core.errors import NotAllowed

CaseState = Literal["open", "joined", "closed"]
CaseVerb = Literal["close", "reopen", "join", "separate"]
FollowUpState = Literal["due", "tried", "done", "given_up", "skipped"]
FollowUpVerb = Literal["try", "finish", "give_up", "skip", "reopen", "move"]
HearingState = Literal["planned", "held", "postponed", "could_not_come", "called_off"]
HearingVerb = Literal["hold", "postpone", "miss", "call_off", "take_back"]
HandOverState = Literal["offered", "accepted", "declined", "withdrawn", "expired"]
HandOverVerb = Literal["accept", "decline", "withdraw", "expire"]

CASE_MOVES: Final[Mapping[tuple[CaseVerb, CaseState], CaseState]] = {
    ("close", "open"): "closed",
    ("reopen", "closed"): "open",
    ("join", "open"): "joined",  # it goes on as part of an older case
    ("join", "closed"): "joined",
    ("separate", "joined"): "open",  # joined by mistake: phones are shared
}

FOLLOW_UP_MOVES: Final[Mapping[tuple[FollowUpVerb, FollowUpState], FollowUpState]] = {
    ("try", "due"): "tried",  # tried and not reached
    ("try", "tried"): "tried",
    ("finish", "due"): "done",
    ("finish", "tried"): "done",
    ("give_up", "tried"): "given_up",  # never without a try
    ("skip", "due"): "skipped",  # not needed, or no safe way to do it
    ("skip", "tried"): "skipped",
    ("move", "due"): "due",  # to another time or another owner
    ("move", "tried"): "tried",
    ("reopen", "done"): "due",
    ("reopen", "given_up"): "due",
    ("reopen", "skipped"): "due",
}

HAND_OVER_MOVES: Final[Mapping[tuple[HandOverVerb, HandOverState], HandOverState]] = {
    ("accept", "offered"): "accepted",
    ("decline", "offered"): "declined",
    ("withdraw", "offered"): "withdrawn",
    ("expire", "offered"): "expired",  # nobody answered: it stays where it was
}

HEARING_MOVES: Final[Mapping[tuple[HearingVerb, HearingState], HearingState]] = {
    ("hold", "planned"): "held",
    ("postpone", "planned"): "postponed",  # and a new one stands for the other day
    ("miss", "planned"): "could_not_come",  # never a mark against anybody
    ("call_off", "planned"): "called_off",
    ("take_back", "held"): "planned",
    ("take_back", "could_not_come"): "planned",
    ("take_back", "called_off"): "planned",
}

_DOING: Final[Mapping[str, str]] = {
    "close": "closed",
    "reopen": "reopened",
    "join": "joined to another",
    "separate": "separated",
    "try": "tried",
    "finish": "finished",
    "give_up": "given up",
    "skip": "skipped",
    "move": "moved",
    "accept": "accepted",
    "decline": "declined",
    "withdraw": "withdrawn",
    "hold": "held",
    "postpone": "moved",
    "miss": "missed",
    "call_off": "called off",
    "take_back": "taken back",
    "expire": "let go",
}

State = TypeVar("State", bound=str)
Verb = TypeVar("Verb", bound=str)

UNFINISHED: Final[frozenset[FollowUpState]] = frozenset({"due", "tried"})


def move_case(state: str, verb: CaseVerb) -> CaseState:
    """Return the state of a case after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(CASE_MOVES, state, verb, "case")


def move_follow_up(state: str, verb: FollowUpVerb) -> FollowUpState:
    """Return the state of a follow-up after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(FOLLOW_UP_MOVES, state, verb, "follow-up")


def move_hand_over(state: str, verb: HandOverVerb) -> HandOverState:
    """Return the state of a hand-over after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(HAND_OVER_MOVES, state, verb, "hand-over")


def move_hearing(state: str, verb: HearingVerb) -> HearingState:
    """Return the state of a day in court after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(HEARING_MOVES, state, verb, "day in court")


def _move(moves: Mapping[tuple[Verb, State], State], state: str, verb: Verb, what: str) -> State:
    for (happens, before), after in moves.items():
        if happens == verb and before == state:
            return after
    doing = _DOING.get(verb, verb)
    raise NotAllowed(f"A {what} that is {state.replace('_', ' ')} cannot be {doing}.")
