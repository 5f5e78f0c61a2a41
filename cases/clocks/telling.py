"""When somebody is told again of a day that was fixed: the day before, and on its morning. `tests/data/tellings.csv`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from helpline.core.opening import to_utc

Which = Literal["day_before", "morning"]

# Ten in the morning: late enough to be awake after a night's work, early enough to arrange a lift or a child minder.
THE_DAY_BEFORE_AT: Final = time(10, 0)
NOT_BEFORE: Final = time(6, 0)
AHEAD_ON_THE_DAY: Final = timedelta(hours=2)
AT_LEAST_AHEAD: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Telling:
    """One telling: true, and to be sent, from `from_at` until before `until` (UTC)."""

    which: Which
    from_at: datetime
    until: datetime


def tellings_of(day_at: datetime, zone: ZoneInfo) -> tuple[Telling, Telling]:
    """Return both tellings of a moment that was fixed. "Tomorrow" ends at midnight, and nothing is told once it began."""
    local = day_at.astimezone(zone)
    eve = local.date() - timedelta(days=1)
    midnight = to_utc(local.date(), time(0), zone)
    morning = max(day_at - AHEAD_ON_THE_DAY, to_utc(local.date(), NOT_BEFORE, zone))
    morning = max(min(morning, day_at - AT_LEAST_AHEAD), midnight)
    return (
        Telling("day_before", to_utc(eve, THE_DAY_BEFORE_AT, zone), min(midnight, day_at.astimezone(UTC))),
        Telling("morning", morning.astimezone(UTC), day_at.astimezone(UTC)),
    )


def telling_at(day_at: datetime, zone: ZoneInfo, at: datetime) -> Telling | None:
    """Return what is to be told at a moment; None between the two, before them and after."""
    return next((one for one in tellings_of(day_at, zone) if one.from_at <= at < one.until), None)


def next_telling_at(day_at: datetime, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return when the next telling begins, after `at`; None where none is left."""
    return min(_later(day_at, zone, at), default=None)


def _later(day_at: datetime, zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    for one in tellings_of(day_at, zone):
        if one.from_at > at and one.until > one.from_at:
            yield one.from_at
