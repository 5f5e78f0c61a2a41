"""When a caller is called back, and how that is said to them. Plain rules, no framework.

tests/data/promises.csv is the table of cases. Source of the rule on courts: late-night calls are returned before court
hours, so that nobody stands before a judge without having spoken to us (practice of legal-aid helplines).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from helpline.core import clock
from helpline.core.opening import gettext_noop, is_open, next_opening

Because = Literal["court", "morning", "cap"]

_HALF_HOUR: Final = timedelta(minutes=30)
_SAID_IN_MINUTES_UP_TO: Final = timedelta(minutes=90)


@dataclass(frozen=True)
class Hours:
    """When a desk or a court is open: weekly hours as in `helpline.core.opening`, ISO dates on which it stays shut."""

    weekly: Sequence[Mapping[str, object]] = ()
    holidays: Sequence[str | date] = ()


@dataclass(frozen=True)
class CallBackPromise:
    """By when somebody calls back (UTC), and which rule made it so early: the one a counsellor is told."""

    due_at: datetime
    because: Because


def promise_call_back(
    *,
    at: datetime,
    cap: timedelta,
    zone: str | ZoneInfo,
    desk: Hours,
    court: Hours | None = None,
    court_lead: timedelta = timedelta(hours=1),
    default_zone: str = "UTC",
) -> CallBackPromise:
    """Return the earliest of three: the line's own cap after the call, the next opening of its desk, and the next opening
    of the local court less `court_lead`.

    While the desk is open there is no morning to wait for, and the cap decides. Where the court opens sooner than the
    lead, the call-back is due at once. `court` is None where its hours are not known. Of two rules with the same time
    the graver one is named: court, then morning. Never raises; an unknown zone counts as `default_zone`.
    """
    promises = [CallBackPromise((at + cap).astimezone(UTC), "cap")]
    if not is_open(desk.weekly, desk.holidays, zone, at, default_zone=default_zone):
        opens_at = next_opening(desk.weekly, desk.holidays, zone, at, default_zone=default_zone)
        if opens_at is not None:
            promises.append(CallBackPromise(opens_at, "morning"))
    if court is not None:
        opens_at = next_opening(court.weekly, court.holidays, zone, at, default_zone=default_zone)
        if opens_at is not None:
            promises.append(CallBackPromise(max(opens_at - court_lead, at.astimezone(UTC)), "court"))
    gravest_first: tuple[Because, ...] = ("court", "morning", "cap")
    return min(promises, key=lambda promise: (promise.due_at, gravest_first.index(promise.because)))


@dataclass(frozen=True)
class SpokenTime:
    """A time as it is said: a template for the translators and what goes into it. `translate` looks the template up."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the words, in the language that `translate` speaks."""
        values = {name: translate(value) if isinstance(value, str) else value for name, value in self.values.items()}
        return translate(self.template) % values


def say_when(due_at: datetime, *, at: datetime, zone: str | ZoneInfo, default_zone: str = "UTC") -> SpokenTime:
    """Return how a due time is said to a caller at `at`: "within 30 minutes", "before 8 in the morning".

    Honest: rounded down (to five minutes, to the half hour), so that what was said has never passed when the promise is
    due. A time that comes twice in the night when the clocks go back is not used. From a day ahead on, the day is named.
    """
    left = due_at - at
    if left < timedelta(minutes=1):
        return SpokenTime(gettext_noop("as soon as anybody is free"))
    minutes = left // timedelta(minutes=1)
    if left <= _SAID_IN_MINUTES_UP_TO:
        return _say_minutes(minutes)
    used = zone if isinstance(zone, ZoneInfo) else clock.find_zone(zone, default_zone)
    said = _clear_half_hour(due_at, used)
    if said.replace(tzinfo=used) <= at:  # only where an hour came twice in between
        return _say_minutes(minutes)
    template, hour = _say_hour(said)
    if left < timedelta(hours=24):
        return SpokenTime(template, hour)
    # Midnight is said with the day that ends.
    day = (said - timedelta(minutes=1)).date() if (said.hour, said.minute) == (0, 0) else said.date()
    if left < timedelta(days=6):
        return SpokenTime(_ON_DAY[template], {**hour, "weekday": WEEKDAYS[day.weekday()]})
    return SpokenTime(_ON_DATE[template], {**hour, "day": day.day, "month": MONTHS[day.month - 1]})


def _say_minutes(minutes: int) -> SpokenTime:
    if minutes == 1:
        return SpokenTime(gettext_noop("within a minute"))
    if minutes >= 10:
        minutes -= minutes % 5
    return SpokenTime(gettext_noop("within %(minutes)d minutes"), {"minutes": minutes})


def _clear_half_hour(due_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last full or half hour, as wall time, up to `due_at`, that comes exactly once in its night."""
    wall = due_at.astimezone(zone).replace(tzinfo=None, fold=0)
    wall = wall.replace(minute=wall.minute - wall.minute % 30, second=0, microsecond=0)
    while not _comes_once(wall, zone):
        wall -= _HALF_HOUR
    return wall


def _comes_once(wall: datetime, zone: ZoneInfo) -> bool:
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def _say_hour(wall: datetime) -> tuple[str, dict[str, object]]:
    """Choose the template for a wall time on the full or half hour."""
    hour = {"hour": wall.hour % 12 or 12}
    if wall.minute == 0 and wall.hour in {0, 12}:
        return (_MIDNIGHT if wall.hour == 0 else _NOON), {}
    part = next(part for end, part in _PARTS_OF_DAY if wall.hour < end)
    return (_HALF if wall.minute else _FULL)[part], dict(hour)


# Whole sentences for every part of the day: languages put the words in other orders, or use other cases.
_PARTS_OF_DAY: Final = ((5, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))
_NOON: Final = gettext_noop("before noon")
_MIDNIGHT: Final = gettext_noop("before midnight")
_FULL: Final = {
    "night": gettext_noop("before %(hour)d at night"),
    "morning": gettext_noop("before %(hour)d in the morning"),
    "afternoon": gettext_noop("before %(hour)d in the afternoon"),
    "evening": gettext_noop("before %(hour)d in the evening"),
}
_HALF: Final = {
    "night": gettext_noop("before half past %(hour)d at night"),
    "morning": gettext_noop("before half past %(hour)d in the morning"),
    "afternoon": gettext_noop("before half past %(hour)d in the afternoon"),
    "evening": gettext_noop("before half past %(hour)d in the evening"),
}
_ON_DAY: Final = {
    _NOON: gettext_noop("on %(weekday)s before noon"),
    _MIDNIGHT: gettext_noop("on %(weekday)s before midnight"),
    _FULL["night"]: gettext_noop("on %(weekday)s before %(hour)d at night"),
    _FULL["morning"]: gettext_noop("on %(weekday)s before %(hour)d in the morning"),
    _FULL["afternoon"]: gettext_noop("on %(weekday)s before %(hour)d in the afternoon"),
    _FULL["evening"]: gettext_noop("on %(weekday)s before %(hour)d in the evening"),
    _HALF["night"]: gettext_noop("on %(weekday)s before half past %(hour)d at night"),
    _HALF["morning"]: gettext_noop("on %(weekday)s before half past %(hour)d in the morning"),
    _HALF["afternoon"]: gettext_noop("on %(weekday)s before half past %(hour)d in the afternoon"),
    _HALF["evening"]: gettext_noop("on %(weekday)s before half past %(hour)d in the evening"),
}
_ON_DATE: Final = {
    _NOON: gettext_noop("on %(day)d %(month)s before noon"),
    _MIDNIGHT: gettext_noop("on %(day)d %(month)s before midnight"),
    _FULL["night"]: gettext_noop("on %(day)d %(month)s before %(hour)d at night"),
    _FULL["morning"]: gettext_noop("on %(day)d %(month)s before %(hour)d in the morning"),
    _FULL["afternoon"]: gettext_noop("on %(day)d %(month)s before %(hour)d in the afternoon"),
    _FULL["evening"]: gettext_noop("on %(day)d %(month)s before %(hour)d in the evening"),
    _HALF["night"]: gettext_noop("on %(day)d %(month)s before half past %(hour)d at night"),
    _HALF["morning"]: gettext_noop("on %(day)d %(month)s before half past %(hour)d in the morning"),
    _HALF["afternoon"]: gettext_noop("on %(day)d %(month)s before half past %(hour)d in the afternoon"),
    _HALF["evening"]: gettext_noop("on %(day)d %(month)s before half past %(hour)d in the evening"),
}
WEEKDAYS: Final = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)
MONTHS: Final = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
