"""Who is on duty at a moment, worked out from shifts and overrides. Plain rules, no framework.

All times are aware and in UTC; every stretch includes its beginning and not its end. How overrides are read:

* *Y instead of X*: whatever X has on the rota is Y's while the override lasts, at X's place in the order (or at the place
  that the override names). Where X is not on the rota, nothing changes.
* *X away, nobody instead*: X drops out.
* *Y as well*: Y is added, at the place named, otherwise after everybody else.

Where two overrides replace the same person at the same time, the later in the sequence wins: hand them over in the order
in which they were made. They may be chained (Y for X, Z for Y); X for Y together with Y for X is a swap of places.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from helpline.core.errors import NotAllowed
from helpline.core.opening import to_utc


@dataclass(frozen=True)
class Turn:
    """A shift: this person, at this place in the order (1 is rung first), from `starts_at` until `ends_at`."""

    person: str
    position: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Change:
    """An override. `person` None: nobody instead. `replaces` None: as well. `position` None: the replaced one's, or last."""

    person: str | None
    replaces: str | None
    position: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Overlap:
    """A stretch in which one person is on the rota more than once."""

    person: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class NextChange:
    """The moment at which somebody else comes on duty, or the order changes, and who is on from then (in order)."""

    at: datetime
    on_duty: tuple[Turn, ...]


def who_covers(turns: Sequence[Turn], changes: Sequence[Change], at: datetime) -> tuple[Turn, ...]:
    """Return who is on duty at this moment, first in order first; equal positions are rung together.

    A person appears once, at the best of her positions. Each turn comes back with the stretch in which its shift and the
    overrides that made it hold together; a later override may still cut it short (see `next_change`).
    """
    best: dict[str, Turn] = {}
    for turn in sorted(_assignments(turns, changes, at), key=lambda turn: (turn.position, turn.person)):
        best.setdefault(turn.person, turn)
    return tuple(best.values())


def find_gaps(turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return the stretches between `since` and `until` in which nobody is on duty, in order, each as long as it can be."""
    gaps: list[Gap] = []
    for starts_at, ends_at in _stretches(turns, changes, since, until):
        if who_covers(turns, changes, starts_at):
            continue
        if gaps and gaps[-1].ends_at == starts_at:
            gaps[-1] = replace(gaps[-1], ends_at=ends_at)
        else:
            gaps.append(Gap(starts_at, ends_at))
    return tuple(gaps)


def find_overlaps(
    turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime
) -> tuple[Overlap, ...]:
    """Return the stretches in which one person is on twice: no harm to a caller, but not what the coordinator meant."""
    found: list[Overlap] = []
    for starts_at, ends_at in _stretches(turns, changes, since, until):
        people = [turn.person for turn in _assignments(turns, changes, starts_at)]
        for person in sorted({person for person in people if people.count(person) > 1}):
            before = next((one for one in found if one.person == person and one.ends_at == starts_at), None)
            if before is None:
                found.append(Overlap(person, starts_at, ends_at))
            else:
                found[found.index(before)] = replace(before, ends_at=ends_at)
    return tuple(found)


def count_hours(
    turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime
) -> Mapping[str, timedelta]:
    """Return how long each person is on duty between `since` and `until`; an hour on twice counts once."""
    hours: dict[str, timedelta] = {}
    for starts_at, ends_at in _stretches(turns, changes, since, until):
        for turn in who_covers(turns, changes, starts_at):
            hours[turn.person] = hours.get(turn.person, timedelta()) + (ends_at - starts_at)
    return hours


def next_change(turns: Sequence[Turn], changes: Sequence[Change], at: datetime) -> NextChange | None:
    """Return when it next changes who is on duty or in which order, and to whom; None where it stays as it is for good.

    Hours that merely follow on (Nomsa after Nomsa, at the same place) are not a change.
    """
    now = _order(who_covers(turns, changes, at))
    for moment in _edges(turns, changes):
        if moment > at:
            on_duty = who_covers(turns, changes, moment)
            if _order(on_duty) != now:
                return NextChange(moment, on_duty)
    return None


def place_shift(day: date, from_time: time, to_time: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the beginning and the end, in UTC, of a shift that was written down in wall times of a zone.

    An end at or before the beginning lies on the next day. On the nights when the clocks change, shifts that meet on the
    wall meet in UTC: nobody covers an hour twice and no hour is left out (a wall time that comes twice is its first
    coming, one that never comes is the moment of the change).

    Raises NotAllowed where the whole shift lies in the hour that the clocks skip.
    """
    starts_at = to_utc(day, from_time, zone)
    ends_at = to_utc(day if to_time > from_time else day + timedelta(days=1), to_time, zone)
    if ends_at <= starts_at:
        raise NotAllowed("The clocks skip this hour on that night, so the shift would have no length.")
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def _assignments(turns: Sequence[Turn], changes: Sequence[Change], at: datetime) -> list[Turn]:
    """Work out every turn that holds at a moment, people on twice included, in no particular order."""
    active = [change for change in changes if change.starts_at <= at < change.ends_at]
    instead = {change.replaces: change for change in active if change.replaces is not None}
    found: list[Turn] = []
    for turn in turns:
        if turn.starts_at <= at < turn.ends_at:
            found += _follow(turn, instead)
    last = max((turn.position for turn in found), default=0)
    for change in active:
        if change.replaces is None and change.person is not None:
            position = change.position if change.position is not None else last + 1
            found += _follow(Turn(change.person, position, change.starts_at, change.ends_at), instead)
    return found


def _follow(turn: Turn, instead: Mapping[str, Change]) -> Iterator[Turn]:
    """Follow one turn through the overrides to the person who really has it, if anybody."""
    seen = {turn.person}
    while (change := instead.get(turn.person)) is not None and change.person not in seen:
        if change.person is None:
            return
        seen.add(change.person)
        turn = Turn(
            person=change.person,
            position=turn.position if change.position is None else change.position,
            starts_at=max(turn.starts_at, change.starts_at),
            ends_at=min(turn.ends_at, change.ends_at),
        )
    yield turn


def _edges(turns: Sequence[Turn], changes: Sequence[Change]) -> list[datetime]:
    """Give every moment at which anything on the rota begins or ends."""
    rows: list[Turn | Change] = [*turns, *changes]
    return sorted({moment for row in rows for moment in (row.starts_at, row.ends_at)})


def _stretches(
    turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Cut the time between two moments where anything on the rota begins or ends: inside a piece nothing changes."""
    if until <= since:
        return
    edges = [since, *(moment for moment in _edges(turns, changes) if since < moment < until), until]
    yield from pairwise(edges)


def _order(on_duty: Sequence[Turn]) -> tuple[tuple[str, int], ...]:
    return tuple((turn.person, turn.position) for turn in on_duty)
