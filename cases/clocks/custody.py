"""Until when somebody must be before a court or free, and by when to act. `tests/data/custody_limits.csv` is the table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from cases.clocks.rules import CustodyRule
from helpline.core.opening import Period, open_days

CustodyState = Literal["open", "act_now", "over", "unknown"]


@dataclass(frozen=True)
class Court:
    """When the court of a place sits: weekly hours as in `helpline.core.opening`, days on which it does not.

    `lead`: so long before it opens somebody has to be at it.
    """

    weekly: Sequence[Mapping[str, object]]
    holidays: Iterable[str | date]
    zone: ZoneInfo
    lead: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """How long somebody may be held, as moments in UTC.

    `latest_lawful`: after it they are held against the law. `act_by`: before the last court that can still see them in
    time. `first_act_by`: before the first court after the arrest, which is when to go if anybody can. `has_rolled`: the
    bare hours ended when no court sat. `knows_court`: the hours of a court were there to reckon with.
    """

    latest_lawful: datetime
    act_by: datetime
    first_act_by: datetime
    has_rolled: bool
    knows_court: bool


def limit_of(
    rule: CustodyRule,
    *,
    arrested_at: datetime,
    court: Court,
    latest: datetime | None = None,
    journey: timedelta = timedelta(),
) -> Limit | None:
    """Return both figures for an arrest between `arrested_at` and `latest` (known exactly where that is None); None where
    the rule has no hours. Of all that it can have been, the one whose time runs out first counts.

    That is not always the earliest: 48 hours from before dawn end outside court hours and move to the close of that day,
    48 hours from the morning end in the morning. A journey is added only where the law leaves it out of the count. Hours
    are hours that pass, also where clocks change. Raises ValueError where it ends before it begins.
    """
    if rule.limit is None:
        return None
    if latest is not None and latest < arrested_at:
        raise ValueError("the latest moment lies before the earliest")
    arrested_at = arrested_at.astimezone(UTC)
    length = rule.limit + (journey if rule.excludes_journey else timedelta())
    bare_end = arrested_at + length
    hours = court.weekly or rule.court_hours
    ends_at, has_rolled = bare_end, False
    if rule.roll == "court_day":
        last_end = bare_end if latest is None else latest.astimezone(UTC) + length
        ends_at, has_rolled = _roll(bare_end, last_end, _days(hours, court, bare_end))
    openings = [
        day.starts_at
        for day in _until(ends_at, _days(hours, court, arrested_at))
        if day.starts_at >= arrested_at and day.starts_at < ends_at
    ]
    before = [max(opening - court.lead, arrested_at) for opening in openings]
    act_by = before[-1] if before else max(ends_at - court.lead, arrested_at)
    return Limit(
        latest_lawful=ends_at,
        act_by=act_by,
        first_act_by=before[0] if before else act_by,
        has_rolled=has_rolled,
        knows_court=bool(hours),
    )


def _days(hours: Sequence[Mapping[str, object]], court: Court, since: datetime) -> Iterator[Period]:
    return open_days(hours, court.holidays, court.zone, since)


def _until(end: datetime, days: Iterator[Period]) -> Iterator[Period]:
    for day in days:
        if day.starts_at >= end:
            return
        yield day


def _roll(end: datetime, last_end: datetime, days: Iterator[Period]) -> tuple[datetime, bool]:
    """Move an end that no court day holds to the end of the first court day after it; where it can also have been as late
    as `last_end` and that day has begun by then, its beginning is the earliest end that the law allows.
    """
    for day in days:
        if day.starts_at <= end <= day.ends_at:
            return end, False
        if day.starts_at > end:
            return (day.starts_at if day.starts_at <= last_end else day.ends_at), True
    return end, False  # no court is known: the bare hours count


def state_at(limit: Limit | None, at: datetime) -> CustodyState:
    """Say how a custody clock stands at a moment."""
    if limit is None:
        return "unknown"
    if at > limit.latest_lawful:
        return "over"
    return "open" if at < limit.act_by else "act_now"
