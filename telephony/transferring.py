"""Who should hear whom while a caller is handed over to somebody outside: one decision from what is known, no framework.

The gateway tells who came and went late, twice and in any order, and a counsellor's phone may die in the middle. So nothing
here follows from the order of what was told: `read_presence` judges by the gateway's own sequence numbers, and `decide` looks at
all facts and says what state this is and what has to be done, in order, each of which may be done twice. One thing is above
all others: a caller is never alone. The table that a coordinator can read is tests/data/transfers.csv.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Wish = Literal["ring", "bring_in", "leave", "call_off"]
Presence = Literal["coming", "in", "gone"]
Rung = Literal["none", "ringing", "coming", "in", "refused", "left"]
State = Literal["joining", "ringing", "introducing", "together", "leaving", "talking", "returned", "given_back", "over"]
Step = Literal["hold", "unhold", "ring", "stop_ringing", "loosen", "tighten", "let_go", "give_back", "end_room"]

OVER: Final = frozenset({"returned", "given_back", "over"})
WISHES: Final[dict[Wish, frozenset[str]]] = {
    "bring_in": frozenset({"introducing"}),
    "leave": frozenset({"introducing", "together"}),
    "call_off": frozenset({"joining", "ringing", "introducing", "together"}),
    "ring": frozenset(),
}


@dataclass(frozen=True)
class Facts:
    """What is known. `wish` is what the counsellor asked for last, `held` whether the caller hears the music."""

    wish: Wish = "ring"
    caller: Presence = "coming"
    counsellor: Presence = "coming"
    provider: Rung = "none"
    held: bool = False


@dataclass(frozen=True)
class Decision:
    state: State
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Heard:
    """One thing told about a room. `order` is the gateway's sequence number, `who` a label; blank for the end of the room."""

    what: Literal["join", "leave", "end"]
    who: str
    order: int


def read_presence(heard: Iterable[Heard], who: str) -> Presence:
    """Say where somebody is, by what was said last and not by what came last. Nothing heard: they are still coming."""
    mine = [one for one in heard if one.who == who or one.what == "end"]
    if not any(one.what != "end" for one in mine):
        return "coming"
    last = max(mine, key=lambda one: (one.order, one.what != "join"))
    return "in" if last.what == "join" else "gone"


def decide(facts: Facts) -> Decision:
    """Decide; steps in the order in which they are taken."""
    rings = facts.provider in {"ringing", "coming"}
    stop: tuple[Step, ...] = ("stop_ringing",) if rings else ()
    unhold: tuple[Step, ...] = ("unhold",) if facts.held else ()
    hold: tuple[Step, ...] = () if facts.held else ("hold",)
    if facts.caller == "gone":
        return Decision("over", (*stop, "end_room"))
    if facts.counsellor == "gone":
        if facts.provider == "in" and facts.wish in {"bring_in", "leave"}:
            return Decision("talking", (*unhold, "tighten"))
        return Decision("given_back", (*stop, "give_back"))
    if facts.wish == "call_off":
        leave: tuple[Step, ...] = ("stop_ringing",) if facts.provider == "in" else stop
        return Decision("returned", (*leave, *unhold))
    if facts.provider in {"refused", "left"}:
        return Decision("returned", unhold)
    if "coming" in {facts.caller, facts.counsellor}:
        return Decision("joining")
    if facts.provider == "none":
        return Decision("ringing", (*hold, "ring"))
    if rings:
        return Decision("ringing", hold)
    if facts.wish == "ring":
        return Decision("introducing", hold)
    if facts.wish == "bring_in":
        return Decision("together", (*unhold, "loosen"))
    return Decision("leaving", (*unhold, "loosen", "tighten", "let_go"))


def may_wish(state: str, wish: Wish) -> bool:
    """Say whether a counsellor may ask for this now."""
    return state in WISHES[wish]
