"""When a caller meets a provider: reminded the day before and on its morning where that is safe, and asked afterwards.

As with days in court, one neutral fact leaves, what may not be sent becomes a task with the reason, and whoever could not
come has no mark against them: somebody asks what would help.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.clocks.telling import next_telling_at, telling_at, tellings_of
from cases.models import CouldNotCome, FollowUpKind
from cases.services import followups
from cases.services.casework import lock
from cases.services.hearing_reminders import TEMPLATES, zone_of
from cases.services.telling import find_caller
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.postgresql.away import is_away
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import Appointment, AppointmentState, Referral

LONGEST_AHEAD = timedelta(days=2 * 366)
ASK_AFTER = timedelta(hours=4)
ASK_WHAT_HELPS_AFTER = timedelta(hours=1)
ENOUGH_FOR_A_SWEEP = 100
log = logging.getLogger(__name__)


@transaction.atomic
def add(
    *, referral: Referral, day_at: datetime, where: str, tell_caller: bool, by: User, at: datetime, key: str = "",
    follows: Appointment | None = None,
) -> Appointment:  # fmt: skip
    """Write down an appointment. The same `key` again is the same one. Raises NotAllowed for a day that cannot be meant."""
    case = lock(referral.case)
    own_key = f"appointment-{referral.ref}-{key}"[:120] if key else None
    if own_key and (there := Appointment.objects.filter(key=own_key).first()) is not None:
        return there
    if not at < day_at <= at + LONGEST_AHEAD:
        raise NotAllowed(_("An appointment lies ahead, and within two years."))
    row = Appointment.objects.create(
        key=own_key, referral=referral, at=day_at, where=where or None, tell_caller=tell_caller, follows=follows,
        remind_at=_first_telling(referral, day_at, at) if tell_caller else None, added_by=by, added_at=at,
    )  # fmt: skip
    followups.plan(
        case=case, key=_key(row, "after"), kind=FollowUpKind.CHECK, because="appointment_after", at=at,
        due_at=followups.in_desk_hours(case, day_at + ASK_AFTER), owner=_owner(referral),
    )  # fmt: skip
    _note(row, "added", by, at)
    return row


@transaction.atomic
def end(*, appointment: Appointment, verb: str, by: User, at: datetime, why: str = "") -> Appointment:
    """Say what became of it: "keep" (they were there), "call_off", or "miss" with what stood in the way.

    Raises Conflict where that is written down already, NotAllowed for a reason that is none.
    """
    row = _hold(appointment)
    states = {
        "keep": AppointmentState.KEPT,
        "call_off": AppointmentState.CALLED_OFF,
        "miss": AppointmentState.COULD_NOT_COME,
    }
    if verb not in states:
        raise NotAllowed(_("There is no such thing to do."))
    if verb == "miss" and why not in CouldNotCome.values:
        raise NotAllowed(_("Say what stood in the way; “not known” is an answer."))
    _leave(row, states[verb], at, by)
    row.why = why if verb == "miss" else ""
    row.save()
    if verb == "miss":
        followups.plan(
            case=row.referral.case, key=_key(row, "offer"), kind=FollowUpKind.CHECK, because="appointment_offer", at=at,
            due_at=followups.in_desk_hours(row.referral.case, at + ASK_WHAT_HELPS_AFTER), owner=_owner(row.referral),
        )  # fmt: skip
    _note(row, states[verb], by, at)
    return row


@transaction.atomic
def move(*, appointment: Appointment, day_at: datetime, by: User, at: datetime) -> Appointment:
    """It is on another day: returns that one, with the same place."""
    row = _hold(appointment)
    _leave(row, AppointmentState.MOVED, at, by)
    row.save()
    return add(
        referral=row.referral,
        day_at=day_at,
        where=row.where or "",
        tell_caller=row.tell_caller,
        by=by,
        at=at,
        follows=row,
    )


def tell_due(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Put what callers are to be told now into the outbox; returns how many appointments that concerned.

    Any number of these may run at once. One that breaks does not keep the others waiting.
    """
    due = Appointment.objects.filter(state=AppointmentState.PLANNED, remind_at__lte=at).order_by("remind_at", "pk")
    told = 0
    for row in due.select_related("referral__case__line")[:limit]:
        try:
            told += _tell_one(row, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("an appointment could not be told: %s", type(broken).__name__)
    return told


@transaction.atomic
def _tell_one(seen: Appointment, at: datetime) -> bool:
    case = lock(seen.referral.case)
    zone = zone_of(seen.referral.case)
    unchanged = Appointment.objects.filter(pk=seen.pk, state=AppointmentState.PLANNED, remind_at=seen.remind_at)
    if unchanged.update(remind_at=next_telling_at(seen.at, zone, at)) != 1:
        return False
    telling = telling_at(seen.at, zone, at)
    if telling is None:
        return False
    found = find_caller(case, telling, at)
    if found.why_not:
        followups.add(
            case=case, kind=FollowUpKind.TASK, due_at=at, because="appointment_caller", why=found.why_not,
            owner=_owner(seen.referral), at=at, key=_key(seen, telling.which),
        )  # fmt: skip
    else:
        outbox.put(
            key=_key(seen, telling.which), route=found.route, to=found.to, template=TEMPLATES[telling.which],
            words={"time": f"{seen.at.astimezone(zone):%H:%M}"}, about=case.ref, at=at, not_before=found.not_before,
            expires_at=telling.until,
        )  # fmt: skip
    audit.record(by=None, verb="appointment.told", what="case", about=case.ref, at=at, appointment=seen.ref)
    realtime.publish("case", case.ref)
    return True


def cancel_all(referral: Referral, *, at: datetime) -> int:
    """The referral is withdrawn: what was planned with it is called off, and nothing more is told. In the asker's transaction."""
    rows = list(Appointment.objects.select_for_update().filter(referral=referral, state=AppointmentState.PLANNED))
    for row in rows:
        _leave(row, AppointmentState.CALLED_OFF, at, None)
        row.save()
    return len(rows)


def _first_telling(referral: Referral, day_at: datetime, at: datetime) -> datetime | None:
    zone = zone_of(referral.case)
    return at if telling_at(day_at, zone, at) else next_telling_at(day_at, zone, at)


def _leave(row: Appointment, state: AppointmentState, at: datetime, by: User | None) -> None:
    """Take it out of what is planned, with everything that was promised for it."""
    row.state, row.remind_at = state, None
    for telling in tellings_of(row.at, zone_of(row.referral.case)):
        outbox.cancel(key=_key(row, telling.which), why="changed")
    followups.drop(case=row.referral.case, keys=[_key(row, "after"), _key(row, "offer")], by=by, at=at)


def _hold(appointment: Appointment) -> Appointment:
    lock(appointment.referral.case)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "referral__case__owner", "referral__case__line"
    )
    row = rows.get(pk=appointment.pk)
    if row.state != AppointmentState.PLANNED:
        raise Conflict(_("What became of it is written down already."))
    return row


def _owner(referral: Referral) -> User | None:
    owner = referral.case.owner
    return owner if owner is not None and owner.is_active else None


def _key(row: Appointment, which: str) -> str:
    return f"appointment-{row.ref}-{which}"


def _note(row: Appointment, what: str, by: User, at: datetime) -> None:
    audit.record(
        by=by, verb=f"appointment.{what}", what="case", about=row.referral.case.ref, at=at, appointment=row.ref
    )
    realtime.publish("case", row.referral.case.ref)
