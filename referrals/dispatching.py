"""What happens next while somebody is being asked. Plain rules, no framework; the table is tests/data/dispatching.csv.

A promise of thirty minutes is cut in three: ten minutes for one, ten for the next, and whoever is left in the last ten is
asked together, a few at a time. Distances are counted from when somebody was really asked, never from when they should
have been: after hours in which nothing ran there is no burst, and nobody is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Way = Literal["in_turn", "together", "by_hand"]
Deed = Literal["ask", "wait", "run_out"]

SHARES: Final = 3  # of the promise: one share for each who is asked in turn
SHORTEST: Final = timedelta(minutes=2)  # less is no time in which anybody reads a text
LONGEST: Final = timedelta(hours=4)
MOST_TOGETHER: Final = 3
MOST_OF_TEAM: Final = 5  # the first acceptance closes it; more would send half the town


@dataclass(frozen=True)
class Asked:
    """An offer that was made: its state, and until when it may be answered (None: it has no end of its own)."""

    state: str
    answer_by: datetime | None = None


@dataclass(frozen=True)
class Step:
    """What to do now: ask so many more, each until `answer_by`; wait until `look_at`; or nobody is left.

    `ended`: places in the list of offers whose time is over. `is_late`: the promise is not kept, and a person must know.
    """

    deed: Deed
    how_many: int = 0
    answer_by: datetime | None = None
    look_at: datetime | None = None
    ended: tuple[int, ...] = ()
    is_late: bool = False


def next_step(
    *,
    now: datetime,
    way: Way,
    offers: Sequence[Asked],
    left: int,
    promised_by: datetime | None,
    promise: timedelta | None,
    is_team: bool = False,
) -> Step:
    """Return what happens now in a referral that nobody has accepted yet. `left`: how many may still be asked."""
    ended = tuple(
        place for place, offer in enumerate(offers)
        if offer.state == "open" and offer.answer_by is not None and offer.answer_by <= now
    )  # fmt: skip
    waiting = [offer for place, offer in enumerate(offers) if offer.state == "open" and place not in ended]
    is_late = promised_by is not None and promised_by <= now
    each = share_of(promise)
    ends = [offer.answer_by for offer in waiting if offer.answer_by is not None]
    if way == "by_hand":  # a person rings, and says what came of it
        return Step("wait", look_at=_next_look(now, ends, promised_by), ended=ended, is_late=is_late)
    wide = how_many_at_once(now=now, way=way, promised_by=promised_by, each=each, is_team=is_team)
    room = min(wide - len(waiting), left)
    if room > 0:
        until = answer_until(now=now, each=each, promised_by=promised_by)
        ends.append(until)
    elif not waiting:
        return Step("run_out", ended=ended, is_late=is_late)
    if way == "in_turn" and promised_by is not None and left > max(room, 0):
        ends.append(promised_by - each)  # then the others are asked beside whoever has not answered
    look_at = _next_look(now, ends, promised_by)
    if room > 0:
        return Step("ask", room, until, look_at, ended, is_late)
    return Step("wait", look_at=look_at, ended=ended, is_late=is_late)


def share_of(promise: timedelta | None) -> timedelta:
    """Return how long one person is given to answer."""
    return LONGEST if promise is None else min(max(promise / SHARES, SHORTEST), LONGEST)


def answer_until(*, now: datetime, each: timedelta, promised_by: datetime | None) -> datetime:
    """Return by when somebody who is asked now should answer: a whole share, but not past the promise while it can be kept."""
    until = now + each
    if promised_by is not None and promised_by - now >= SHORTEST:
        return min(until, promised_by)
    return until


def how_many_at_once(*, now: datetime, way: Way, promised_by: datetime | None, each: timedelta, is_team: bool) -> int:
    """Return how many may have the question at the same time."""
    if way == "together":
        return MOST_OF_TEAM if is_team else MOST_TOGETHER
    is_short = promised_by is not None and promised_by - now <= each
    return MOST_TOGETHER if is_short else 1


def _next_look(now: datetime, ends: Sequence[datetime], promised_by: datetime | None) -> datetime | None:
    ahead = [moment for moment in (*ends, *([promised_by] if promised_by is not None else [])) if moment > now]
    return min(ahead, default=None)
