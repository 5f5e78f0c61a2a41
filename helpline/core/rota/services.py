"""Read the rota, and change it. Who covers a moment is decided by `coverage`; here rows are fetched, checked and kept.

Everything that changes is audited and told to open boards in the same transaction. The line's row is locked first, so that
two coordinators who place the same person at the same moment do not both get through.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from helpline.core.rota import coverage
from helpline.core.rota.coverage import Change, Gap, Turn, place_shift
from helpline.core.rota.models import Override, Shift
from helpline.core.staff.models import User

LOOKS_AHEAD = timedelta(days=8)  # a change of people that lies farther away is not "next" to anybody
MOST_WEEKS = 26  # at once; a rota for longer than half a year is a wish
TAKES_OVER_FOR = timedelta(hours=8)  # where nobody is on and nobody comes: a shift's length


@dataclass(frozen=True)
class ShiftTurn(Turn):
    """A turn that knows the shift it was read from."""

    ref: str = ""


@dataclass(frozen=True)
class Rota:
    """A line's rota over a stretch of time: plain values for the rules, and the rows and people (by username) behind."""

    turns: tuple[Turn, ...]
    changes: tuple[Change, ...]
    people: Mapping[str, User]
    shifts: Sequence[Shift]
    overrides: Sequence[Override]


@dataclass(frozen=True)
class OnCall:
    """Somebody who is on call, her place in the order (1 is rung first), and how long this shift or override lasts."""

    person: User
    position: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class OnCallNext:
    """From when on it is others, or in another order, and who."""

    at: datetime
    on_call: tuple[OnCall, ...]


def read_rota(line: Line, since: datetime, until: datetime) -> Rota:
    """Read what touches the stretch, in two statements. Somebody who has left counts as not being there."""
    shifts = list(line.shifts.touching(since, until).filter(person__is_active=True).select_related("person"))
    overrides = list(
        line.overrides.touching(since, until)
        .filter(Q(person=None) | Q(person__is_active=True))
        .select_related("person", "replaces")
        .order_by("pk")  # of two for the same person the later made one holds
    )
    people = {shift.person.username: shift.person for shift in shifts}
    people |= {one.username: one for row in overrides for one in (row.person, row.replaces) if one is not None}
    return Rota(
        turns=tuple(
            ShiftTurn(row.person.username, row.position, row.starts_at, row.ends_at, ref=row.ref) for row in shifts
        ),
        changes=tuple(
            Change(
                person=row.person.username if row.person else None,
                replaces=row.replaces.username if row.replaces else None,
                position=row.position,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in overrides
        ),
        people=people,
        shifts=shifts,
        overrides=overrides,
    )


def who_is_on(line: Line, at: datetime) -> tuple[OnCall, ...]:
    """Return who is on call for a line at this moment, in the order in which they are rung."""
    rota = read_rota(line, at, at + timedelta(microseconds=1))
    return _with_people(coverage.who_covers(rota.turns, rota.changes, at), rota.people)


def next_change(line: Line, at: datetime) -> OnCallNext | None:
    """Return when, within eight days, others come on call, and who; None where it stays as it is."""
    rota = read_rota(line, at, at + LOOKS_AHEAD)
    change = coverage.next_change(rota.turns, rota.changes, at)
    if change is None or change.at >= at + LOOKS_AHEAD:
        return None
    return OnCallNext(change.at, _with_people(change.on_duty, rota.people))


def find_gaps(line: Line, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return the stretches in which nobody is on call."""
    rota = read_rota(line, since, until)
    return coverage.find_gaps(rota.turns, rota.changes, since, until)


@transaction.atomic
def add_shift(
    *, line: Line, person: User, starts_at: datetime, ends_at: datetime, by: User, at: datetime, position: int = 1
) -> Shift:
    """Put somebody on the rota. Raises NotAllowed with the reason where that must not be."""
    _lock(line)
    _check_person(person)
    _check_stretch(starts_at, ends_at)
    _check_free(line, person, starts_at, ends_at)
    shift = Shift.objects.create(line=line, person=person, position=position, starts_at=starts_at, ends_at=ends_at)
    _note(by, "shift.added", shift, line, at, person=person.username)
    return shift


@transaction.atomic
def repeat_shift(
    *,
    line: Line,
    person: User,
    day: date,
    from_time: time,
    to_time: time,
    by: User,
    at: datetime,
    position: int = 1,
    weeks: int = 1,
) -> list[Shift]:
    """Put somebody on the rota at the same wall times of the line's zone in each of so many weeks, or in none of them."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise NotAllowed(_("A shift is repeated for at most %(weeks)d weeks at once.") % {"weeks": MOST_WEEKS})
    zone = clock.find_zone(line.time_zone)
    return [
        add_shift(line=line, person=person, position=position, by=by, at=at, starts_at=starts_at, ends_at=ends_at)
        for week in range(weeks)
        for starts_at, ends_at in [place_shift(day + timedelta(weeks=week), from_time, to_time, zone)]
    ]


@transaction.atomic
def change_shift(
    *, shift: Shift, person: User, starts_at: datetime, ends_at: datetime, position: int, by: User, at: datetime
) -> Shift:
    """Move a shift, or give it to somebody else. Raises NotAllowed with the reason where that must not be."""
    _lock(shift.line)
    if person.pk != shift.person_id:
        _check_person(person)
    _check_stretch(starts_at, ends_at)
    _check_free(shift.line, person, starts_at, ends_at, besides=shift)
    shift.person, shift.position, shift.starts_at, shift.ends_at = person, position, starts_at, ends_at
    shift.save()
    _note(by, "shift.changed", shift, shift.line, at, person=person.username)
    return shift


@transaction.atomic
def remove_shift(*, shift: Shift, by: User, at: datetime) -> None:
    """Take a shift off the rota."""
    _note(by, "shift.removed", shift, shift.line, at, person=shift.person.username)
    shift.delete()


@transaction.atomic
def override(
    *,
    line: Line,
    person: User | None,
    replaces: User | None,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    at: datetime,
    position: int | None = None,
) -> Override:
    """Change the rota for a stretch: `person` in the place of `replaces`, nobody in it, or `person` as well.

    Raises NotAllowed with the reason where that must not be.
    """
    _lock(line)
    if person is None and replaces is None:
        raise NotAllowed(_("Say who comes, or who goes."))
    if person is not None:
        _check_person(person)
    if person == replaces:
        raise NotAllowed(_("Nobody can stand in for themselves."))
    _check_stretch(starts_at, ends_at)
    row = Override.objects.create(
        line=line, person=person, replaces=replaces, position=position, starts_at=starts_at, ends_at=ends_at, made_by=by
    )
    names = {"person": person.username if person else "", "replaces": replaces.username if replaces else ""}
    _note(by, "override.added", row, line, at, **names)
    return row


@transaction.atomic
def remove_override(*, row: Override, by: User, at: datetime) -> None:
    """Take a change back: what stood on the rota before holds again."""
    _note(by, "override.removed", row, row.line, at)
    row.delete()


def take_over_now(*, line: Line, person: User, at: datetime) -> Override:
    """Put a person first on call from this moment, in the place of whoever is first, until that turn would have ended.

    Where nobody is on, until the next one comes, for eight hours at most. Raises NotAllowed where she is first already.
    """
    on_call = who_is_on(line, at)
    if on_call:
        first = on_call[0]
        if first.person == person:
            raise NotAllowed(_("You are first on call already."))
        ends_at, replaces = first.ends_at, first.person
    else:
        change = next_change(line, at)
        ends_at, replaces = min(change.at, at + TAKES_OVER_FOR) if change else at + TAKES_OVER_FOR, None
    return override(
        line=line, person=person, replaces=replaces, starts_at=at, ends_at=ends_at, position=1, by=person, at=at
    )


def coming_shifts(person: User, at: datetime) -> list[Shift]:
    """Return the shifts of a person that are on or still to come, the next one first."""
    return list(Shift.objects.filter(person=person, ends_at__gt=at).select_related("line").order_by("starts_at"))


@transaction.atomic
def take_off_rota(*, person: User, by: User, at: datetime) -> int:
    """Take everything that is still to come of a person off every rota; what has been stays as it was.

    Returns how many shifts and changes that were. The gaps that it leaves are for a coordinator to see and fill. A
    colleague who was to stand in for them stays on, in the same place.
    """
    coming: list[Shift | Override] = [
        # Changes first: who stands in for a shift takes its place in the order.
        *Override.objects.filter(Q(person=person) | Q(replaces=person), ends_at__gt=at).select_related(
            "line", "person"
        ),
        *Shift.objects.filter(person=person, ends_at__gt=at).select_related("line"),
    ]
    for row in coming:
        if isinstance(row, Override) and row.person is not None and row.person.pk != person.pk:
            _keep_stand_in(row, person)  # whoever was to come in their place comes all the same
        elif row.starts_at < at:
            row.ends_at = at
            row.save(update_fields=["ends_at"])
        else:
            row.delete()
    for line in {row.line for row in coming}:
        realtime.publish("rota", line.ref)
    audit.record(by=by, verb="rota.left", what="user", about=person.ref, at=at, rows=len(coming))
    return len(coming)


def _keep_stand_in(row: Override, absent: User) -> None:
    """Let a colleague come on their own account, at the place of the shift that they were to take."""
    if row.position is None:
        shift = Shift.objects.filter(line=row.line, person=absent).touching(row.starts_at, row.ends_at).first()
        row.position = shift.position if shift else None
    row.replaces = None
    row.save(update_fields=["position", "replaces"])


def _with_people(turns: Iterable[Turn], people: Mapping[str, User]) -> tuple[OnCall, ...]:
    return tuple(OnCall(people[turn.person], turn.position, turn.starts_at, turn.ends_at) for turn in turns)


def _lock(line: Line) -> None:
    Line.objects.select_for_update(no_key=True).get(pk=line.pk)  # a call that comes in does not wait for it


def _check_person(person: User) -> None:
    if not person.is_active:
        raise NotAllowed(_("%(name)s does not work here any more.") % {"name": person})
    if not person.has_verified_phone:
        raise NotAllowed(
            _("%(name)s has no verified duty number, so no call would reach them. It is verified on their own page.")
            % {"name": person}
        )


def _check_stretch(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise NotAllowed(_("The end lies before the beginning."))


def _check_free(line: Line, person: User, starts_at: datetime, ends_at: datetime, besides: Shift | None = None) -> None:
    others = line.shifts.touching(starts_at, ends_at).filter(person=person)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if (other := others.first()) is not None:
        zone = clock.find_zone(line.time_zone)
        raise NotAllowed(
            _("%(name)s is on this line already, from %(start)s to %(end)s.")
            % {
                "name": person,
                "start": f"{other.starts_at.astimezone(zone):%d.%m. %H:%M}",
                "end": f"{other.ends_at.astimezone(zone):%d.%m. %H:%M}",
            }
        )


def _note(by: User, verb: str, row: Shift | Override, line: Line, at: datetime, **detail: str) -> None:
    audit.record(by=by, verb=verb, what=row._meta.model_name or "", about=row.ref, at=at, line=line.ref, **detail)
    realtime.publish("rota", line.ref)
