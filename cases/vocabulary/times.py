"""What people say of a time, as an interval: "last night" is an evening, a night and a morning, not a minute.

tests/data/incident_times.csv is the table. Clocks run from the *earliest* moment that is possible: too early costs a
visit, too late costs a life (our choice of hours).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from helpline.core.opening import gettext_noop as _


class PartOfDay(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    UNKNOWN = "unknown"


class Saying(StrEnum):
    """What is said of a time without a clock."""

    JUST_NOW = "just_now"
    TODAY = "today"
    LAST_NIGHT = "last_night"
    YESTERDAY = "yesterday"
    THREE_DAYS = "three_days"
    WEEK = "week"


SAYINGS = {
    Saying.JUST_NOW: _("in the last two hours"),
    Saying.TODAY: _("today"),
    Saying.LAST_NIGHT: _("last night"),
    Saying.YESTERDAY: _("yesterday"),
    Saying.THREE_DAYS: _("in the last three days"),
    Saying.WEEK: _("in the last seven days"),
}
_NIGHT_FALLS, _NIGHT_ENDS = time(18), time(8)
_LENGTHS = {
    Saying.JUST_NOW: timedelta(hours=2),
    Saying.THREE_DAYS: timedelta(days=3),
    Saying.WEEK: timedelta(days=7),
}


@dataclass(frozen=True)
class Interval:
    """Between these two moments, in UTC."""

    earliest: datetime
    latest: datetime


def read_saying(said: Saying, at: datetime, zone: tzinfo) -> Interval:
    """Return between which moments something lies of which this is said at `at`. It never ends later than `at`."""
    if said in _LENGTHS:
        return Interval((at - _LENGTHS[said]).astimezone(UTC), at.astimezone(UTC))
    local = at.astimezone(zone)
    today = local.date()
    match said:
        case Saying.LAST_NIGHT:
            earliest = _moment(today - timedelta(days=1), _NIGHT_FALLS, zone)
            latest = _moment(today, _NIGHT_ENDS, zone)
        case Saying.YESTERDAY:
            earliest = _moment(today - timedelta(days=1), time(0), zone)
            latest = _moment(today, time(0), zone)
        case _today:
            earliest, latest = _moment(today, time(0), zone), at
    return Interval(earliest, min(latest, at).astimezone(UTC))


def _moment(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
