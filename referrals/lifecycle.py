"""What can happen to a referral, an offer, a provider's vetting and a proceeding: one table of moves each. Plain rules, no framework.

Nobody assigns a state that did not come from one of these tables. A line reads: this happens, in this state, and the
state after it.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

from helpline.core.errors import NotAllowed

ReferralState = Literal["asking", "accepted", "nobody", "reached", "ended", "withdrawn"]
ReferralVerb = Literal["accept", "run_out", "ask_again", "reach", "end", "withdraw", "lose", "take_back"]
OfferState = Literal[
    "planned", "open", "accepted", "declined", "silent", "taken", "withdrawn", "undelivered",
]  # fmt: skip
OfferVerb = Literal["ask", "accept", "decline", "fall_silent", "be_late", "withdraw", "not_delivered", "give_back"]
VettingState = Literal["proposed", "interviewed", "peer_tested", "approved", "probation", "suspended", "removed"]
VettingVerb = Literal[
    "interview", "peer_test", "approve", "put_on_probation", "suspend", "lift", "remove", "propose_again"
]
ProceedingState = Literal["prepared", "filed", "running", "decided", "appealed", "closed", "dropped"]
ProceedingVerb = Literal["file", "go_on", "decide", "appeal", "close", "drop"]

REFERRAL_MOVES: Final[Mapping[tuple[ReferralVerb, ReferralState], ReferralState]] = {
    ("accept", "asking"): "accepted",
    ("accept", "nobody"): "accepted",  # somebody answered after all
    ("run_out", "asking"): "nobody",
    ("ask_again", "nobody"): "asking",
    ("ask_again", "accepted"): "asking",  # somebody else is wanted
    ("lose", "accepted"): "asking",  # who had accepted cannot after all, or is trusted no longer
    ("lose", "reached"): "asking",
    ("reach", "accepted"): "reached",
    ("end", "asking"): "ended",  # it is not needed any more: the outcome says why
    ("end", "nobody"): "ended",
    ("end", "accepted"): "ended",
    ("end", "reached"): "ended",
    ("withdraw", "asking"): "withdrawn",  # the caller took their yes back, or wants nobody
    ("withdraw", "nobody"): "withdrawn",
    ("withdraw", "accepted"): "withdrawn",
    ("withdraw", "reached"): "withdrawn",
    ("take_back", "ended"): "accepted",  # ended by mistake
}

OFFER_MOVES: Final[Mapping[tuple[OfferVerb, OfferState], OfferState]] = {
    ("ask", "planned"): "open",
    ("accept", "open"): "accepted",
    ("accept", "silent"): "accepted",  # late, and nobody else has it: better late than nobody
    ("accept", "declined"): "accepted",  # they thought again, and nobody else has it
    ("accept", "undelivered"): "accepted",  # it had arrived after all
    ("decline", "open"): "declined",
    ("decline", "silent"): "declined",
    ("fall_silent", "open"): "silent",
    ("be_late", "open"): "taken",  # somebody else has it
    ("be_late", "silent"): "taken",
    ("be_late", "declined"): "taken",
    ("be_late", "undelivered"): "taken",
    ("withdraw", "planned"): "withdrawn",
    ("withdraw", "open"): "withdrawn",
    ("withdraw", "silent"): "withdrawn",
    ("withdraw", "accepted"): "withdrawn",
    ("not_delivered", "planned"): "undelivered",
    ("not_delivered", "open"): "undelivered",
    ("give_back", "accepted"): "declined",  # they accepted and cannot after all
}

VETTING_MOVES: Final[Mapping[tuple[VettingVerb, VettingState], VettingState]] = {
    ("interview", "proposed"): "interviewed",
    ("peer_test", "interviewed"): "peer_tested",
    ("approve", "peer_tested"): "approved",
    ("approve", "probation"): "approved",
    ("approve", "approved"): "approved",  # renewed
    ("put_on_probation", "peer_tested"): "probation",
    ("put_on_probation", "approved"): "probation",
    ("put_on_probation", "suspended"): "probation",
    ("suspend", "proposed"): "suspended",
    ("suspend", "interviewed"): "suspended",
    ("suspend", "peer_tested"): "suspended",
    ("suspend", "approved"): "suspended",
    ("suspend", "probation"): "suspended",
    ("lift", "suspended"): "probation",  # looked into, and on trust again for a time
    ("remove", "proposed"): "removed",
    ("remove", "interviewed"): "removed",
    ("remove", "peer_tested"): "removed",
    ("remove", "approved"): "removed",
    ("remove", "probation"): "removed",
    ("remove", "suspended"): "removed",
    ("propose_again", "removed"): "proposed",
    ("propose_again", "suspended"): "proposed",  # from the beginning
}

PROCEEDING_MOVES: Final[Mapping[tuple[ProceedingVerb, ProceedingState], ProceedingState]] = {
    ("file", "prepared"): "filed",
    ("go_on", "filed"): "running",
    ("go_on", "running"): "running",  # another day in it
    ("go_on", "appealed"): "running",
    ("decide", "filed"): "decided",
    ("decide", "running"): "decided",
    ("decide", "appealed"): "decided",
    ("appeal", "decided"): "appealed",
    ("close", "decided"): "closed",
    ("drop", "prepared"): "dropped",  # the caller chose to stop: no reason is asked
    ("drop", "filed"): "dropped",
    ("drop", "running"): "dropped",
    ("drop", "appealed"): "dropped",
}

_DOING: Final[Mapping[str, str]] = {
    "accept": "accepted", "run_out": "given up", "ask_again": "asked for again", "reach": "put in touch", "end": "ended",
    "withdraw": "withdrawn", "lose": "given back", "take_back": "taken back", "ask": "asked", "decline": "declined",
    "fall_silent": "let go", "be_late": "taken by another", "not_delivered": "called undelivered", "give_back": "given back",
    "interview": "interviewed", "peer_test": "tested by a peer", "approve": "approved", "put_on_probation": "put on probation",
    "file": "filed", "go_on": "taken further", "decide": "decided", "appeal": "appealed", "close": "closed", "drop": "stopped",
    "suspend": "suspended", "lift": "trusted again", "remove": "removed", "propose_again": "proposed again",
}  # fmt: skip

State = TypeVar("State", bound=str)
Verb = TypeVar("Verb", bound=str)


def move_referral(state: str, verb: ReferralVerb) -> ReferralState:
    """Return the state of a referral after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(REFERRAL_MOVES, state, verb, "referral")


def move_offer(state: str, verb: OfferVerb) -> OfferState:
    """Return the state of an offer after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(OFFER_MOVES, state, verb, "request")


def move_vetting(state: str, verb: VettingVerb) -> VettingState:
    """Return the state of a provider after this. Raises NotAllowed, with a sentence, where it cannot happen."""
    return _move(VETTING_MOVES, state, verb, "provider")


def move_proceeding(state: str, verb: ProceedingVerb) -> ProceedingState:
    """Return the state of a complaint or a court case after this. Raises NotAllowed where it cannot happen."""
    return _move(PROCEEDING_MOVES, state, verb, "proceeding")


def proceeding_verbs(state: str) -> tuple[ProceedingVerb, ...]:
    """Return what can happen to a complaint or a court case in this state, in the order of the table."""
    return tuple(verb for verb, before in PROCEEDING_MOVES if before == state)


def verbs_from(state: str) -> tuple[VettingVerb, ...]:
    """Return what can happen to a provider in this state, in the order of the table."""
    return tuple(verb for verb, before in VETTING_MOVES if before == state)


def _move(moves: Mapping[tuple[Verb, State], State], state: str, verb: Verb, what: str) -> State:
    for (happens, before), after in moves.items():
        if happens == verb and before == state:
            return after
    raise NotAllowed(f"A {what} that is {state.replace('_', ' ')} cannot be {_DOING.get(verb, verb)}.")
