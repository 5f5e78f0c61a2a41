"""The demo organisation: a fictional line with its people, their duty phones and a rota. All numbers are reserved for fiction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.db import transaction

from helpline.core.lines.models import Line
from helpline.core.rota.coverage import place_shift
from helpline.core.rota.models import Shift
from helpline.core.staff.models import HeldRole, Role, User

ZONE = "Africa/Johannesburg"
COUNTRY = "ZA"
MAIN_LINE = "+18885550100"
SILENT_LINE = "+18885550101"
SHIFTS_SINCE_DAYS = 7
SHIFTS_AHEAD_DAYS = 28


@dataclass(frozen=True)
class Person:
    """Somebody of the demo organisation. `duty_phone` is blank for who is never rung."""

    username: str
    name: str
    role: Role
    languages: Sequence[str] = ("en",)
    duty_phone: str = ""


PEOPLE: Sequence[Person] = (
    Person("counsellor", "Thandi", Role.COUNSELLOR, ("en", "fr"), "+447700900110"),
    Person("paralegal1", "Nomsa", Role.PARALEGAL, ("en", "pt"), "+447700900111"),
    Person("paralegal2", "Sipho", Role.PARALEGAL, ("en",), "+447700900112"),
    Person("coordinator", "Lerato", Role.COORDINATOR, ("en",), "+447700900113"),
    Person("supervisor", "Naledi", Role.SUPERVISOR),
    Person("admin", "Pieter", Role.ADMINISTRATOR),
)
LAST_RESORT = "+447700900113"

# From, to, and who is rung in which order.
TURNS: Sequence[tuple[time, time, Mapping[str, int]]] = (
    (time(8), time(20), {"counsellor": 1, "paralegal1": 2, "paralegal2": 3}),
    (time(20), time(8), {"paralegal1": 1, "paralegal2": 2}),
)


@transaction.atomic
def make_organisation(*, password: str, at: datetime) -> None:
    """Make the lines, the people and five weeks of shifts, or bring back to this what is there already.

    Everybody gets the same password. Shifts that somebody added stay; those of the plan that are missing are made.
    """
    people = {person.username: _make_person(person, password, at) for person in PEOPLE}
    lines = [_make_line(MAIN_LINE, "Umbrella Line", at), _make_line(SILENT_LINE, "Umbrella Line, silent", at)]
    for line in lines:
        _make_shifts(line, people, at)


def _make_person(person: Person, password: str, at: datetime) -> User:
    user = User.objects.filter(username=person.username).first() or User(username=person.username)
    user.display_name, user.languages, user.is_active = person.name, list(person.languages), True
    if user.duty_phone != (person.duty_phone or None):
        user.duty_phone = person.duty_phone or None
        user.duty_phone_verified_at = None
    if person.duty_phone and user.duty_phone_verified_at is None:
        user.duty_phone_verified_at = at
    user.set_password(password)
    user.save()
    HeldRole.objects.get_or_create(user=user, role=person.role)
    return user


def _make_line(number: str, name: str, at: datetime) -> Line:
    line = Line.objects.filter(number=number).first() or Line(number=number)
    line.name, line.languages, line.time_zone, line.country, line.is_active = name, ["en"], ZONE, COUNTRY, True
    line.hours = [{"day": day, "from": "08:00", "to": "20:00"} for day in range(7)]
    line.court_hours = [{"day": day, "from": "09:00", "to": "16:00"} for day in range(5)]
    line.holidays = public_holidays(at)
    line.last_resort = LAST_RESORT
    line.save()
    return line


def public_holidays(at: datetime) -> list[str]:
    """Return the public holidays of last year, this year and the two to come, as ISO dates in order."""
    years = range(at.year - 1, at.year + 3)
    return sorted(day.isoformat() for day in holidays.country_holidays(COUNTRY, years=years))


def _make_shifts(line: Line, people: Mapping[str, User], at: datetime) -> None:
    today = at.astimezone(ZoneInfo(ZONE)).date()
    there = set(Shift.objects.filter(line=line).values_list("person_id", "starts_at"))
    planned = (
        Shift(line=line, person=people[username], position=position, starts_at=starts_at, ends_at=ends_at)
        for day in _days_around(today)
        for begins, ends, order in TURNS
        for starts_at, ends_at in [place_shift(day, begins, ends, ZoneInfo(ZONE))]
        for username, position in order.items()
    )
    Shift.objects.bulk_create(shift for shift in planned if (shift.person_id, shift.starts_at) not in there)


def _days_around(today: date) -> Sequence[date]:
    return [today + timedelta(days=number) for number in range(-SHIFTS_SINCE_DAYS, SHIFTS_AHEAD_DAYS + 1)]
