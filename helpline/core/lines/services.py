"""Lines, as a coordinator edits them: everything is checked before anything is kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import HelplineError
from helpline.core.lines.models import Line
from helpline.core.opening import check_hours
from helpline.core.privacy.numbers import read_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

# Field, least, most: what a call can bear, not what a database can hold.
FIGURES = {
    "ring_seconds": (5, 60),  # the gateway rings for at most 600 s; nobody waits longer than a minute for one person
    "longest_wait_seconds": (10, 300),
    "call_back_within_minutes": (5, 3 * 24 * 60),
    "court_lead_minutes": (0, 12 * 60),
}
EDITABLE = (
    "number", "name", "languages", "time_zone", "hours", "holidays", "last_resort", "court_hours", "country", "is_active",
    *FIGURES,
)  # fmt: skip


class BadLine(HelplineError):
    """What was given cannot be a line. `problems` says why: sentences by field."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(sentence for said in self.problems.values() for sentence in said))


@transaction.atomic
def save_line(*, line: Line | None, by: User, at: datetime, **fields: Any) -> Line:
    """Make a line (None), or change the fields that are given. Raises BadLine with every problem, and keeps nothing.

    `number` and `last_resort` may be written in any way that people do. `last_resort` None or blank takes it away.
    """
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise BadLine({name: [_("There is no such field.")] for name in sorted(unknown)})
    target = Line() if line is None else Line.objects.select_for_update().get(pk=line.pk)
    problems, clean = check_line_fields(fields, besides=line, is_new=line is None)
    if problems:
        raise BadLine(problems)
    changed = [name for name, value in clean.items() if line is None or getattr(target, name) != value]
    for name, value in clean.items():
        setattr(target, name, value)
    if line is None or changed:
        target.save()
        verb = "line.made" if line is None else "line.changed"
        audit.record(by=by, verb=verb, what="line", about=target.ref, at=at, fields=sorted(changed))
        realtime.publish("rota", target.ref)
    return target


def check_line_fields(
    fields: Mapping[str, Any], *, besides: Line | None, is_new: bool
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Return what is wrong, sentences by field, and the values as they will be kept."""
    problems: dict[str, list[str]] = {}
    clean = dict(fields)
    if "number" in fields or is_new:
        clean["number"], problems["number"] = _check_number(str(fields.get("number") or ""), besides)
    if "last_resort" in fields:
        typed = str(fields["last_resort"] or "").strip()
        clean["last_resort"] = read_number(typed) if typed else None
        problems["last_resort"] = [] if not typed or clean["last_resort"] else [_not_a_number()]
    if "name" in fields or is_new:
        clean["name"] = str(fields.get("name") or "").strip()
        problems["name"] = [] if 0 < len(clean["name"]) <= 60 else [_("A line needs a name of at most 60 characters.")]
    if "time_zone" in fields or is_new:
        zone = fields.get("time_zone")
        is_zone = isinstance(zone, str) and zone in available_timezones()
        problems["time_zone"] = [] if is_zone else [_("This is not the name of a time zone, such as Africa/Nairobi.")]
    for name in ("hours", "court_hours"):
        if name in fields:
            problems[name] = check_hours(fields[name], translate=_)
    if "holidays" in fields:
        problems["holidays"] = check_days(fields["holidays"])
        if not problems["holidays"]:
            clean["holidays"] = sorted(set(fields["holidays"]))
    if "languages" in fields or is_new:
        languages = fields.get("languages")
        is_list = isinstance(languages, list) and bool(languages) and all(_is_code(code) for code in languages)
        problems["languages"] = [] if is_list else [_("Name at least one language by its code, such as en or zu.")]
    if fields.get("country"):
        clean["country"] = str(fields["country"]).upper()
        is_known = len(clean["country"]) == 2 and clean["country"].isalpha()
        problems["country"] = [] if is_known else [_("A country is a code of two letters, such as ZA.")]
    for name, (least, most) in FIGURES.items():
        if name in fields:
            problems[name] = _check_figure(fields[name], least, most)
    return {name: said for name, said in problems.items() if said}, clean


def check_days(days: object) -> list[str]:
    """Return a sentence for each thing that is wrong with a list of ISO dates."""
    if not isinstance(days, list):
        return [_("Holidays are a list of dates.")]
    return [_("“%(day)s” is not a date like 2026-12-25.") % {"day": str(day)[:20]} for day in days if not _is_date(day)]


def public_holidays(country: str, years: tuple[int, ...]) -> dict[str, str]:
    """Return the public holidays of a country in these years, as ISO date and name; nothing for an unknown country.

    From the `holidays` package, which follows each country's laws; a coordinator reads them before they are kept.
    """
    try:
        found = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        return {}
    return {day.isoformat(): name for day, name in sorted(found.items())}


def reveal_last_resort(*, line: Line, by: User, at: datetime) -> str | None:
    """Give the last-resort number to somebody who asked for it. Asking is a deed that is written down."""
    audit.record(by=by, verb="line.last_resort_shown", what="line", about=line.ref, at=at)
    number: str | None = line.last_resort
    return number


def _check_number(typed: str, besides: Line | None) -> tuple[str, list[str]]:
    number = read_number(typed)
    if number is None:
        return typed, [_not_a_number()]
    others = Line.objects.filter(number=number)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    return number, [_("Another line has this number.")] if others.exists() else []


def _check_figure(value: object, least: int, most: int) -> list[str]:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return []
    return [_("A number from %(least)d to %(most)d.") % {"least": least, "most": most}]


def _not_a_number() -> str:
    return _("This is not a telephone number. Write it with the country, such as +27 11 555 0100.")


def _is_code(code: object) -> bool:
    return isinstance(code, str) and 2 <= len(code) <= 12 and code.replace("-", "").isalnum()


def _is_date(day: object) -> bool:
    try:
        return isinstance(day, str) and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
