"""Hours of providers in words: "Mon to Fri 08:00–17:00, Sat 09:00–13:00"."""

from collections.abc import Iterable

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.hours import group_days
from referrals.models import OpenHours

_DAYS = (
    gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu"), gettext_lazy("Fri"),
    gettext_lazy("Sat"), gettext_lazy("Sun"),
)  # fmt: skip


def say_hours(rows: Iterable[OpenHours]) -> list[str]:
    """Return one line for each row, as it is written down: its own words where it has some."""
    return [_say(row) for row in rows]


def _say(row: OpenHours) -> str:
    parts = [_say_days(row), _say_times(row), _say_dates(row)]
    said = " ".join(part for part in parts if part)
    if row.is_closed:
        said = _("closed: %(when)s") % {"when": said} if said else _("closed")
    return ", ".join(part for part in (said, row.words) if part)


def _say_days(row: OpenHours) -> str:
    days = [day for day in row.days if isinstance(day, int) and 0 <= day <= 6]
    if len(set(days)) == 7 or (not days and row.valid_from is None):
        return _("every day")
    return ", ".join(
        str(_DAYS[first])
        if first == last
        else _("%(first)s to %(last)s") % {"first": _DAYS[first], "last": _DAYS[last]}
        for first, last in group_days(days)
    )


def _say_times(row: OpenHours) -> str:
    if row.opens_at is None or row.closes_at is None:
        return ""
    if row.opens_at == row.closes_at:
        return _("day and night")
    return f"{row.opens_at:%H:%M}–{row.closes_at:%H:%M}"


def _say_dates(row: OpenHours) -> str:
    first = format_date(row.valid_from, "j M Y") if row.valid_from is not None else ""
    last = format_date(row.valid_to, "j M Y") if row.valid_to is not None else ""
    if first and first == last:
        return first
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    return _("from %(day)s") % {"day": first} if first else _("until %(day)s") % {"day": last} if last else ""
