"""Whom to ring for a call, and in which order. Plain rules, no framework; tests/data/routing.csv is the table of cases.

1. Everybody on duty is rung in order of position; equal positions ring together, ten phones at most (the provider's
   limit), the others right after them.
2. Who is busy, or has no verified number, is skipped, and the reason is kept.
3. Ringing never lasts longer than the caller is asked to wait. The last ring is shortened to fit; where fewer than eight
   seconds are left nobody is rung any more, because nobody reaches a phone in that time.
4. Danger pressed: the last resort is rung before any recording, after the people on duty, and always in full, even where
   that goes beyond the longest wait. Without danger it is never rung: it stands in for nobody.
5. After that the caller may leave a message.

The rota decides, not the opening hours: outside them whoever is on call is rung all the same.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

RING_SECONDS: Final = 20
LONGEST_WAIT_SECONDS: Final = 90
SHORTEST_RING_SECONDS: Final = 8
MOST_PHONES_AT_ONCE: Final = 10  # nouns in one <Dial>: provider's documentation, see docs of Dial
LAST_RESORT: Final = "last resort"  # stands for the last-resort number among the people rung; no user name has a blank

Why = Literal["busy", "no verified number", "no time left"]


@dataclass(frozen=True)
class OnDuty:
    """Somebody whom the rota names now. `position` 1 is rung first."""

    name: str
    position: int
    is_busy: bool = False
    has_verified_number: bool = True


@dataclass(frozen=True)
class Step:
    """People whose phones ring together for so many seconds. `people` is (LAST_RESORT,) for the last-resort number."""

    people: tuple[str, ...]
    seconds: int

    @property
    def is_last_resort(self) -> bool:
        return self.people == (LAST_RESORT,)


@dataclass(frozen=True)
class Skipped:
    """Somebody on duty who is not rung, and why."""

    person: str
    why: Why


@dataclass(frozen=True)
class Plan:
    """Whom to ring, in order, and what follows where nobody accepts.

    `is_alarm`: a coordinator must be told now, because nobody on the rota has a phone that may be rung, or because
    danger was pressed on a line without a last resort. `is_open` is kept for the choice of the greeting.
    """

    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...] = ()
    is_alarm: bool = False
    is_open: bool = True
    then: Literal["record"] = "record"

    @property
    def seconds(self) -> int:
        """How long the caller may hear it ring."""
        return sum(step.seconds for step in self.steps)


def plan_rings(
    *,
    is_open: bool,
    on_duty: Sequence[OnDuty],
    is_danger: bool = False,
    has_last_resort: bool = False,
    ring_seconds: int = RING_SECONDS,
    longest_wait_seconds: int = LONGEST_WAIT_SECONDS,
    tried: Collection[str] = (),
    waited_seconds: int = 0,
) -> Plan:
    """Return the plan for a call, or for the rest of one.

    A plan may be made anew at each step from what the database says then: `tried` names those who have been rung in this
    call already (with LAST_RESORT among them once that was rung), `waited_seconds` is how long it has rung so far.
    """
    untried = [person for person in on_duty if person.name not in tried]
    skipped = [Skipped(person.name, why) for person in _by_position(untried) if (why := _why_not(person)) is not None]
    steps: list[Step] = []
    seconds_left = longest_wait_seconds - waited_seconds
    for people in _together([person for person in untried if _why_not(person) is None]):
        seconds = min(ring_seconds, seconds_left)
        if seconds < min(ring_seconds, SHORTEST_RING_SECONDS) or seconds <= 0:
            skipped += [Skipped(name, "no time left") for name in people]
            seconds_left = 0  # nobody further down the order is rung before those who were left out
            continue
        steps.append(Step(people, seconds))
        seconds_left -= seconds
    if is_danger and has_last_resort and LAST_RESORT not in tried:
        steps.append(Step((LAST_RESORT,), ring_seconds))
    return Plan(
        steps=tuple(steps),
        skipped=tuple(skipped),
        is_alarm=not any(person.has_verified_number for person in on_duty) or (is_danger and not has_last_resort),
        is_open=is_open,
    )


def next_step(plan: Plan, tried: Collection[str]) -> Step | None:
    """Return the next people to ring, without those in `tried`; None where it is time to record."""
    for step in plan.steps:
        people = tuple(person for person in step.people if person not in tried)
        if people:
            return Step(people, step.seconds)
    return None


def _why_not(person: OnDuty) -> Why | None:
    if not person.has_verified_number:
        return "no verified number"
    return "busy" if person.is_busy else None


def _by_position(people: Sequence[OnDuty]) -> list[OnDuty]:
    return sorted(people, key=lambda person: person.position)


def _together(people: Sequence[OnDuty]) -> Iterator[tuple[str, ...]]:
    """Give the names that ring together, in order of position, ten at most."""
    for _, group in groupby(_by_position(people), key=lambda person: person.position):
        names = list(dict.fromkeys(person.name for person in group))
        for begin in range(0, len(names), MOST_PHONES_AT_ONCE):
            yield tuple(names[begin : begin + MOST_PHONES_AT_ONCE])
