"""When a desk or a court is open: weekly hours, holidays, and the change of clocks. Plain rules, no framework.

Hours are what a coordinator types: ``[{"day": 0, "from": "08:00", "to": "20:00"}]``, day 0 being Monday, several periods
a day where wanted. A period that ends at or before its own beginning runs across midnight and belongs to the day on which
it begins (so "08:00" to "08:00" is a whole day). On a holiday no period begins.

Deciding never raises: a call is not lost to a slip of the pen. What is wrong is said by `check_hours` and `check_zone`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from helpline.core import clock

_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_A_WEEK_AND_A_DAY = 9  # weekly hours that have not closed by then never do
_LOOKS_AHEAD_DAYS = 400  # a line that stays shut for longer than a year and a holiday season is not going to open


@dataclass(frozen=True)
class Period:
    """A stretch of time in UTC, its end not included."""

    starts_at: datetime
    ends_at: datetime


def gettext_noop(message: str) -> str:
    """Mark a sentence for the translators; the caller hands in the function that translates it."""
    return message


def to_utc(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the clock on the wall shows this time on this day.

    A time that comes twice (clocks go back) means the first of the two; one that never comes (clocks go forward) means
    the moment at which the clocks change. So later wall times never give earlier moments, and stretches that meet on the
    wall meet in UTC.
    """
    wall = datetime.combine(day, wall_time.replace(tzinfo=None, fold=0))
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return before
    # Inside the gap the two readings lie on either side of the change: halve the distance down to the second.
    earlier, later = sorted((before, after))
    offset_before = earlier.astimezone(zone).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = earlier + timedelta(seconds=(later - earlier) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_before:
            earlier = middle
        else:
            later = middle
    return later


def is_open(
    hours: Sequence[Mapping[str, object]],
    holidays: Iterable[str | date],
    zone: str | ZoneInfo,
    at: datetime,
    *,
    default_zone: str = "UTC",
) -> bool:
    """Say whether it is open at this moment (aware). An unknown `zone` counts as `default_zone`, see `check_zone`."""
    return any(
        period.starts_at <= at < period.ends_at
        for period in _periods(hours, holidays, _zone(zone, default_zone), at, days=1)
    )


def next_opening(
    hours: Sequence[Mapping[str, object]],
    holidays: Iterable[str | date],
    zone: str | ZoneInfo,
    at: datetime,
    *,
    default_zone: str = "UTC",
) -> datetime | None:
    """Return the next moment after `at`, in UTC, at which it goes from shut to open; None where it never does.

    While it is open that is the opening after the next closing, not the one that has been. Looks 400 days ahead.
    """
    open_until = at
    for period in _periods(hours, holidays, _zone(zone, default_zone), at, days=_LOOKS_AHEAD_DAYS):
        if period.starts_at > at and period.starts_at > open_until:
            return period.starts_at
        if period.starts_at <= open_until:
            open_until = max(open_until, period.ends_at)
    return None


def closes_at(
    hours: Sequence[Mapping[str, object]],
    holidays: Iterable[str | date],
    zone: str | ZoneInfo,
    at: datetime,
    *,
    default_zone: str = "UTC",
) -> datetime | None:
    """Return the end, in UTC, of the stretch that is open at this moment; periods that meet are one stretch.

    None where it is shut, or where it does not close within the next 8 days.
    """
    ends_at: datetime | None = None
    for period in _periods(hours, holidays, _zone(zone, default_zone), at, days=_A_WEEK_AND_A_DAY):
        if period.starts_at <= (ends_at or at) and period.ends_at > (ends_at or at):
            ends_at = period.ends_at
    return None if ends_at is None or ends_at - at >= timedelta(days=_A_WEEK_AND_A_DAY - 1) else ends_at


def open_days(
    hours: Sequence[Mapping[str, object]],
    holidays: Iterable[str | date],
    zone: str | ZoneInfo,
    since: datetime,
    *,
    default_zone: str = "UTC",
) -> Iterator[Period]:
    """Give the days on which it opens, in order: each from its first opening to its last closing, breaks included.

    Begins with the first that has not ended at `since`, and looks 400 days ahead.
    """
    used = _zone(zone, default_zone)
    day: Period | None = None
    for period in _periods(hours, holidays, used, since, days=_LOOKS_AHEAD_DAYS):
        if day is not None and _is_same_day(day.starts_at, period.starts_at, used):
            day = Period(day.starts_at, max(day.ends_at, period.ends_at))
            continue
        if day is not None and day.ends_at >= since:
            yield day
        day = period
    if day is not None and day.ends_at >= since:
        yield day


def _is_same_day(one: datetime, other: datetime, zone: ZoneInfo) -> bool:
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def check_zone(zone: str, *, default_zone: str = "UTC", translate: Callable[[str], str] = str) -> list[str]:
    """Say, in a sentence for the coordinator, that a time zone is unknown and which one is used instead."""
    used = clock.find_zone(zone, default_zone)
    if used.key == zone:
        return []
    words = gettext_noop("The time zone “%(zone)s” is not known; %(default)s is used instead.")
    return [translate(words) % {"zone": zone, "default": used.key}]


def check_hours(hours: object, *, translate: Callable[[str], str] = str) -> list[str]:
    """Return a sentence for each thing that is wrong with these opening hours; none where all is well."""
    if not isinstance(hours, list):
        return [
            translate(gettext_noop("Opening hours are a list of periods, each with a day, a beginning and an end."))
        ]
    said = []
    for number, period in enumerate(hours, start=1):
        said += [translate(words) % {"number": number} for words in _problems_of(period)]
    if not said and _do_overlap(hours):
        said.append(translate(gettext_noop("Two periods overlap: make one of them.")))
    return said


def _problems_of(period: object) -> Iterator[str]:
    if not isinstance(period, Mapping):
        yield gettext_noop("Period %(number)d is not a period: it needs a day, a beginning and an end.")
        return
    day = period.get("day")
    if not isinstance(day, int) or isinstance(day, bool) or day not in range(7):
        yield gettext_noop("Period %(number)d: the day is a number from 0 (Monday) to 6 (Sunday).")
    if _read_time(period.get("from")) is None:
        yield gettext_noop("Period %(number)d: the beginning is a time like 08:00.")
    if _read_time(period.get("to"), is_end=True) is None:
        yield gettext_noop("Period %(number)d: the end is a time like 20:00.")
    if set(period) - {"day", "from", "to"}:
        yield gettext_noop("Period %(number)d: only day, from and to are known.")


def _do_overlap(hours: Sequence[Mapping[str, object]]) -> bool:
    """Lay the week out on a line of minutes, twice so that Sunday night meets Monday morning."""
    week = 7 * 24 * 60
    stretches = []
    for weekday, begins, ends in _readable(hours):
        start = weekday * 24 * 60 + begins.hour * 60 + begins.minute
        length = ((ends.hour - begins.hour) * 60 + ends.minute - begins.minute) % (24 * 60) or 24 * 60
        stretches += [(start, start + length), (start + week, start + week + length)]
    stretches.sort()
    return any(first[1] > second[0] for first, second in pairwise(stretches))


def _periods(
    hours: Sequence[Mapping[str, object]], holidays: Iterable[str | date], zone: ZoneInfo, at: datetime, *, days: int
) -> Iterator[Period]:
    """Give the periods, in order of their beginning, that begin from the day before `at` on, for so many days."""
    closed = {day.isoformat() if isinstance(day, date) else str(day) for day in holidays}
    weekly = _readable(hours)
    today = at.astimezone(zone).date()
    for number in range(-1, days):
        day = today + timedelta(days=number)
        if day.isoformat() in closed:
            continue
        begun = []
        for weekday, begins, ends in weekly:
            if weekday == day.weekday():
                last_day = day if ends > begins else day + timedelta(days=1)
                begun.append(Period(to_utc(day, begins, zone), to_utc(last_day, ends, zone)))
        yield from sorted(begun, key=lambda period: period.starts_at)


def _readable(hours: object) -> list[tuple[int, time, time]]:
    """Keep what can be read; the rest is what `check_hours` complains about."""
    found = []
    for period in hours if isinstance(hours, Sequence) else ():
        if not isinstance(period, Mapping):
            continue
        day, begins, ends = period.get("day"), _read_time(period.get("from")), _read_time(period.get("to"), is_end=True)
        if isinstance(day, int) and begins is not None and ends is not None:
            found.append((day, begins, ends))
    return found


def _read_time(words: object, *, is_end: bool = False) -> time | None:
    """Read "08:00"; as an end, "24:00" is the midnight at the end of the day."""
    if not isinstance(words, str):
        return None
    if is_end and words == "24:00":
        return time(0)
    match = _CLOCK_TIME.fullmatch(words)
    return time(int(match[1]), int(match[2])) if match else None


def _zone(zone: str | ZoneInfo, default: str) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else clock.find_zone(zone, default)
