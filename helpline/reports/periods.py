"""Months and quarters as columns of a table: whole ones on the desk's own calendar, the present one last."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Literal

from django.utils.dateformat import format as format_date

Length = Literal["month", "quarter"]
_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class Period:
    """A month or a quarter, from its first day on to the first day of the next."""

    begins: date
    length: Length

    @property
    def words(self) -> str:
        """Say it: "Nov 2026", "Q4 2026"."""
        if self.length == "quarter":
            return f"Q{(self.begins.month + 2) // 3} {self.begins.year}"
        return format_date(self.begins, "M Y")

    def begins_at(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.begins, time(), tzinfo=zone)

    def next(self, steps: int = 1) -> "Period":
        """Return the period so many steps on; back where `steps` is negative."""
        months = self.begins.year * 12 + self.begins.month - 1 + steps * _MONTHS[self.length]
        return Period(date(months // 12, months % 12 + 1, 1), self.length)


def period_of(moment: datetime, length: Length, zone: tzinfo) -> Period:
    """Return the period in which a moment lies, on the calendar of a zone."""
    day = moment.astimezone(zone).date()
    month = day.month if length == "month" else (day.month - 1) // 3 * 3 + 1
    return Period(date(day.year, month, 1), length)


def last_periods(at: datetime, length: Length, zone: tzinfo, *, many: int, with_present: bool) -> list[Period]:
    """Return the last so many periods up to a moment, oldest first, the one that still runs only where it is wanted."""
    last = period_of(at, length, zone)
    if not with_present:
        last = last.next(-1)
    return [last.next(step) for step in range(1 - many, 1)]
