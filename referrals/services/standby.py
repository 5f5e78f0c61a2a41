"""The stand-by rota of lawyers and others who are asked at any hour. They are providers, not staff.

Who has left, or whose provider is not trusted now, is never on, whatever the rota says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.opening import to_utc
from helpline.core.realtime import services as realtime
from helpline.core.rota import coverage
from helpline.core.rota.coverage import Turn
from helpline.core.staff.models import User
from referrals.models import TRUSTED, Area, ProviderPerson, StandBy
from referrals.services.directory import Tree, read_tree, say_name, zone_here

MOST_WEEKS = 26  # at once; a rota for longer than half a year is a wish
LONGEST = timedelta(days=7)  # of one stretch
TONIGHT = timedelta(hours=14)  # how far "tonight" is said ahead


@dataclass(frozen=True)
class Next:
    """Somebody who is first for an area, until when; `name` blank where nobody is."""

    name: str
    until: datetime


def who_is_on(at: datetime, area: Area | None = None) -> list[StandBy]:
    """Return who is on stand-by now, first in order first; for one area those who cover it, which "everywhere" does too.

    Without an area: everybody.
    """
    rows = _fit(StandBy.objects.now(at), at)
    if area is not None:
        rows = rows.filter(_covering(area, read_tree()))
    return list(rows.order_by("position", "starts_at", "pk"))


@transaction.atomic
def add(
    *,
    person: ProviderPerson,
    area: Area | None,
    position: int,
    day: date,
    from_time: time,
    to_time: time,
    by: User,
    at: datetime,
    to_day: date | None = None,
    weeks: int = 1,
) -> list[StandBy]:
    """Put somebody on stand-by at these wall times, in each of so many weeks, or in none of them.

    Raises NotAllowed where they cannot be asked at all, and Conflict where they are on already for the same area.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise NotAllowed(_("Stand-by is repeated for at most %(weeks)d weeks at once.") % {"weeks": MOST_WEEKS})
    if to_day is not None and weeks > 1:
        raise NotAllowed(_("Leave out the last day where it is repeated."))
    whom = _lock(person)
    made = []
    for week in range(weeks):
        starts_at, ends_at = place(day + timedelta(weeks=week), from_time, to_time, to_day)
        _check(whom, area, position, (starts_at, ends_at), at=at)
        made.append(
            StandBy.objects.create(
                person=whom, area=area, position=position, starts_at=starts_at, ends_at=ends_at, added_by=by, added_at=at
            )
        )  # fmt: skip
    _note(by, "standby.added", whom, at, rows=len(made))
    return made


@transaction.atomic
def change(
    *,
    stand_by: StandBy,
    person: ProviderPerson,
    area: Area | None,
    position: int,
    day: date,
    from_time: time,
    to_time: time,
    by: User,
    at: datetime,
    to_day: date | None = None,
) -> StandBy:
    """Change who, where, when or in which order. Raises as `add` does."""
    whom = _lock(person)
    row = StandBy.objects.select_for_update().get(pk=stand_by.pk)
    starts_at, ends_at = place(day, from_time, to_time, to_day)
    _check(whom, area, position, (starts_at, ends_at), at=at, besides=row)
    row.person, row.area, row.position, row.starts_at, row.ends_at = whom, area, position, starts_at, ends_at
    row.save()
    _note(by, "standby.changed", whom, at)
    return row


@transaction.atomic
def remove(*, stand_by: StandBy, by: User, at: datetime) -> None:
    """Take a stretch off. What has begun ends now, so that who was on stays known; again is the same."""
    row = StandBy.objects.select_for_update().select_related("person__provider").filter(pk=stand_by.pk).first()
    if row is None or row.ends_at <= at:
        return
    if row.starts_at < at:
        row.ends_at = at
        row.save(update_fields=["ends_at"])
    else:
        row.delete()
    _note(by, "standby.removed", row.person, at)


def place(day: date, from_time: time, to_time: time, to_day: date | None = None) -> tuple[datetime, datetime]:
    """Return the two moments, in UTC, of a stretch in wall times. Raises NotAllowed where it has no length or is too long."""
    zone = zone_here()
    starts_at, ends_at = coverage.place_shift(day, from_time, to_time, zone)
    if to_day is not None:
        ends_at = to_utc(to_day, to_time, zone)
    if ends_at <= starts_at:
        raise NotAllowed(_("It ends before it begins."))
    if ends_at - starts_at > LONGEST:
        raise NotAllowed(_("One stretch is at most a week long."))
    return starts_at, ends_at


def read(since: datetime, until: datetime, *, at: datetime) -> list[StandBy]:
    """Return everything between two moments of those who may be asked, in order: one statement."""
    rows = _fit(StandBy.objects.touching(since, until), at)
    return list(rows.order_by("starts_at", "position", "pk"))


def turns_for(area: Area | None, rows: Sequence[StandBy], tree: Tree) -> list[Turn]:
    """Return what of these covers one area as turns of the rota, named by the reference of the person.

    Who is on everywhere covers each area; who is on for a part of it does not cover the whole.
    """
    path = {one.pk for one in tree.above(area)} if area is not None else set()
    return [
        Turn(row.person.ref, row.position, row.starts_at, row.ends_at)
        for row in rows if row.area_id is None or row.area_id in path
    ]  # fmt: skip


def say_who(person: ProviderPerson) -> str:
    """Return how somebody is called on the rota: of a hidden provider nothing but what kind of help it is."""
    if person.provider.is_hidden:
        return say_name(person.provider)
    name = str(person.name)
    called = str(person.provider.name)
    return called if called.startswith(name) else f"{name}, {called}"


def say_shortly(person: ProviderPerson) -> str:
    """Return how somebody is called where there is little room: their name alone."""
    return say_name(person.provider) if person.provider.is_hidden else str(person.name)


def tonight(turns: Sequence[Turn], names: dict[str, str], at: datetime) -> list[Next]:
    """Return who is first now and until when, and who comes after them, some hours ahead."""
    found: list[Next] = []
    here, end = at, at + TONIGHT
    while here < end:
        first = next(iter(coverage.who_covers(turns, (), here)), None)
        change = coverage.next_change(turns, (), here)
        until = change.at if change is not None else end
        name = names.get(first.person, "") if first is not None else ""
        if found and found[-1].name == name:
            found[-1] = Next(name, until)
        else:
            found.append(Next(name, until))
        here = until
    return found


def _fit(rows: "QuerySet[StandBy]", at: datetime) -> "QuerySet[StandBy]":
    there = Q(person__left_at=None) | Q(person__left_at__gt=at)
    trusted = rows.filter(there, person__provider__vetting__in=TRUSTED)
    return trusted.select_related("person__provider", "area")


def _covering(area: Area, tree: Tree) -> Q:
    return Q(area=None) | Q(area__in=[one.pk for one in tree.above(area)])


def _lock(person: ProviderPerson) -> ProviderPerson:
    return ProviderPerson.objects.select_for_update(of=("self",)).select_related("provider").get(pk=person.pk)


def _check(
    person: ProviderPerson,
    area: Area | None,
    position: int,
    span: tuple[datetime, datetime],
    *,
    at: datetime,
    besides: StandBy | None = None,
) -> None:
    starts_at, ends_at = span
    if person.left_at is not None and person.left_at <= at:
        raise NotAllowed(_("They are not there any more."))
    if person.provider.vetting not in TRUSTED:
        raise NotAllowed(_("This provider is not trusted now: nobody is sent there."))
    if not person.number:
        raise NotAllowed(_("There is no number at which they can be asked: write it down first."))
    if not 1 <= position <= 9:
        raise NotAllowed(_("The place in the order is between 1 and 9."))
    if ends_at <= at:
        raise NotAllowed(_("This is over already."))
    clash = StandBy.objects.touching(starts_at, ends_at).filter(person=person, area=area)
    if besides is not None:
        clash = clash.exclude(pk=besides.pk)
    if clash.exists():
        raise Conflict(_("They are on stand-by for the same area in this time already."))


def _note(by: User, verb: str, person: ProviderPerson, at: datetime, **detail: int) -> None:
    audit.record(by=by, verb=verb, what="provider", about=person.provider.ref, at=at, person=person.ref, **detail)
    realtime.publish("network", "stand-by")
