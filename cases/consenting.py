"""Does a consent hold? A plain rule, deny by default; the table that a coordinator can read is tests/data/consents.csv.

What was said is said to somebody: to one named receiver, to a kind of receiver ("lawyers"), or to nobody in particular.
At each of these three levels the newest word counts. A yes holds unless a no stands that is closer to the receiver
asked about ("any lawyer, but not this one"), or that is wider and newer ("no lawyers any more"). A yes that has run out
says nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

GIVEN: Final = "given"
NOES: Final = frozenset({"refused", "not_now", "withdrawn"})
NOBODY, KIND, NAMED = 0, 1, 2  # how closely a receiver is described


@dataclass(frozen=True)
class Receiver:
    """Who would get it: a kind ("lawyer"), and a name where one is known. Blank: nobody in particular."""

    kind: str = ""
    name: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What two ways of writing the same receiver have in common."""
        return self.kind, " ".join(self.name.casefold().split())

    @property
    def level(self) -> int:
        kind, name = self.key
        return NAMED if name else KIND if kind else NOBODY


ANYBODY: Final = Receiver()


@dataclass(frozen=True)
class Said:
    """One answer to one purpose. `order` tells apart what was said at the same moment: the later one counts."""

    answer: str
    said_at: datetime
    receiver: Receiver = ANYBODY
    until: datetime | None = None
    order: int = 0


def holds(said: Iterable[Said], receiver: Receiver, at: datetime) -> bool:
    """Say whether there is a yes that covers this receiver now."""
    newest = _newest_by_level(said, receiver, at)
    yes = [one for one in newest if one.answer == GIVEN and not _has_run_out(one, at)]
    return any(not _is_undone(one, newest) for one in yes)


def is_refused(said: Iterable[Said], receiver: Receiver, at: datetime) -> bool:
    """Say whether a no stands for this receiver: not asked, and a yes that has run out, are no refusal."""
    newest = _newest_by_level(said, receiver, at)
    return any(one.answer in NOES for one in newest) and not holds(newest, receiver, at)


def contradict(one: str, other: str) -> bool:
    """Say whether two answers cannot both have been said at once. To take back what was given is no contradiction."""
    return one != other and "withdrawn" not in {one, other}


def _newest_by_level(said: Iterable[Said], receiver: Receiver, at: datetime) -> Sequence[Said]:
    newest: dict[int, Said] = {}
    for one in sorted(said, key=lambda each: (each.said_at, each.order)):
        if one.said_at <= at and _covers(one.receiver, receiver):
            newest[one.receiver.level] = one
    return list(newest.values())


def _covers(said: Receiver, asked: Receiver) -> bool:
    return said.key in {("", ""), (asked.key[0], ""), asked.key}


def _is_undone(yes: Said, newest: Sequence[Said]) -> bool:
    return any(
        no.answer in NOES
        and (no.receiver.level > yes.receiver.level or (no.said_at, no.order) > (yes.said_at, yes.order))
        for no in newest
    )


def _has_run_out(one: Said, at: datetime) -> bool:
    return one.until is not None and one.until <= at
