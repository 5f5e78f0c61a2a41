"""The hidden directory: stations, officers who speak with us, meetings, and what was promised until when.

Who may come here was decided at the door (`cases.access.get_station`, `check_keeps_stations`). Nothing of it leaves.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Incident, LiaisonOfficer, PromiseState, Station, StationMeeting, StationPromise
from cases.models.fields import name_indexes
from cases.services.incident_facts import LONGEST_WORDS, Unfit
from cases.vocabulary.names import fold_name
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.postgresql.away import is_away
from helpline.core.staff.models import User

REMIND_AGAIN_AFTER = timedelta(days=1)
ENOUGH_FOR_A_SWEEP = 100
FEWER_ARE_NOT_COUNTED = 5  # incidents: whoever keeps the directory reads no case, and few are somebody
COUNTED_DAYS = 365
log = logging.getLogger(__name__)


class StationOvertaken(Conflict):
    """Somebody else changed the station since it was read: `now` is what stands there. Nothing was kept."""

    def __init__(self, now: Station) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Both texts stand here: put together what is right."))
        self.now = now


@transaction.atomic
def add_station(*, by: User, at: datetime, name: str, district: str = "", notes: str = "") -> Station:
    """Put a station into the directory. Raises Unfit for a blank name, or one that is there in another writing."""
    _check(name=name, needed=("name",), district=district, notes=notes)
    if find_by_name(name) is not None:
        raise Unfit({"name": _("This station is there already.")})
    row = Station(name=name.strip(), district=district.strip() or None, notes=notes.strip() or None, created_at=at)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Unfit({"name": _("This station is there already.")}) from None
    audit.record(by=by, verb="station.added", what="station", about=row.ref, at=at)
    return row


@transaction.atomic
def change_station(
    *, station: Station, by: User, at: datetime, name: str, district: str, notes: str, version: int
) -> Station:
    """Change a station that was read at `version`. Raises StationOvertaken, Unfit."""
    row = Station.objects.select_for_update().get(pk=station.pk)
    if row.version != version:
        raise StationOvertaken(row)
    _check(name=name, needed=("name",), district=district, notes=notes)
    there = find_by_name(name)
    if there is not None and there.pk != row.pk:
        raise Unfit({"name": _("This station is there already.")})
    row.name, row.district, row.notes = name.strip(), district.strip() or None, notes.strip() or None
    row.version = version + 1
    row.save()
    audit.record(by=by, verb="station.changed", what="station", about=row.ref, at=at)
    return row


@transaction.atomic
def add_officer(
    *, station: Station, by: User, at: datetime, name: str, rank: str = "", number: str = "", notes: str = ""
) -> LiaisonOfficer:
    """Note an officer who agreed to speak with us. Raises Unfit."""
    _check(name=name, needed=("name",), rank=rank, number=number, notes=notes)
    row = LiaisonOfficer.objects.create(
        station=station, name=name.strip(), rank=rank.strip() or None, number=number.strip() or None,
        notes=notes.strip() or None, since=at,
    )  # fmt: skip
    audit.record(by=by, verb="station.officer_added", what="station", about=station.ref, at=at, officer=row.ref)
    return row


@transaction.atomic
def end_officer(*, station: Station, officer_ref: str, by: User, at: datetime) -> None:
    """Note that an officer is no longer to be asked. What was agreed with them stays written down. Safe to repeat."""
    officers = LiaisonOfficer.objects.filter(station=station, ref=officer_ref, ended_at=None)
    if officers.update(ended_at=at):
        audit.record(by=by, verb="station.officer_ended", what="station", about=station.ref, at=at, officer=officer_ref)


@transaction.atomic
def record_meeting(
    *,
    station: Station,
    by: User,
    at: datetime,
    met_on: date,
    present: str = "",
    said: str = "",
    promised: str = "",
    by_whom: str = "",
    due_at: datetime | None = None,
) -> StationMeeting:
    """Write down that we met, and what was promised there: by whom, and until when somebody here is told. Raises Unfit."""
    wrong = {}
    if met_on > at.date() + timedelta(days=1):  # it may be tomorrow already where they met
        wrong["met_on"] = _("This lies in the future.")
    if not (present.strip() or said.strip() or promised.strip()):
        wrong["said"] = _("Write in a few words what was said.")
    if promised.strip() and (due_at is None or not by_whom.strip()):
        wrong["due_at" if due_at is None else "by_whom"] = _("Say by whom it was promised, and until when.")
    if due_at is not None and not promised.strip():
        wrong["promised"] = _("Say what was promised until then.")
    if wrong:
        raise Unfit(wrong)
    _check(present=present, said=said, promised=promised, by_whom=by_whom)
    row = StationMeeting.objects.create(
        station=station, met_on=met_on, present=present.strip() or None, said=said.strip() or None, recorded_by=by,
        recorded_at=at,
    )  # fmt: skip
    audit.record(by=by, verb="station.met", what="station", about=station.ref, at=at, meeting=row.ref)
    if due_at is not None:
        StationPromise.objects.create(
            station=station, meeting=row, promised=promised.strip(), by_whom=by_whom.strip(), due_at=due_at, owner=by,
            remind_at=due_at, recorded_at=at,
        )  # fmt: skip
    return row


@transaction.atomic
def finish_promise(*, station: Station, promise_ref: str, by: User, at: datetime, is_kept: bool) -> None:
    """Note whether what was promised was done. The first answer stands."""
    state = PromiseState.KEPT if is_kept else PromiseState.BROKEN
    mine = StationPromise.objects.filter(station=station, ref=promise_ref, state=PromiseState.OPEN)
    if mine.update(state=state, finished_at=at, remind_at=None):
        audit.record(
            by=by, verb="station.promise_ended", what="station", about=station.ref, at=at, promise=promise_ref,
            state=str(state),
        )  # fmt: skip


def remind_due(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Tell owners of promises that are due, once a day for as long as they are open, and return how many.

    Any number of these may run at once, twice or late: a row counts for the one whose conditional update found it due.
    One that breaks does not keep the others waiting.
    """
    given = 0
    due = StationPromise.objects.filter(state=PromiseState.OPEN, remind_at__lte=at).select_related("owner")
    for row in due.order_by("remind_at", "pk")[:limit]:
        try:
            given += _remind(row, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a promise of a station could not be reminded of: %s", type(broken).__name__)
    return given


@transaction.atomic
def _remind(row: StationPromise, at: datetime) -> bool:
    again = StationPromise.objects.filter(pk=row.pk, state=PromiseState.OPEN, remind_at=row.remind_at)
    if again.update(remind_at=at + REMIND_AGAIN_AFTER) != 1:
        return False
    if row.owner.is_active and row.owner.has_verified_phone:
        outbox.put(
            key=f"station-promise-{row.ref}-{at:%Y%m%d%H%M}", route=Route.STAFF, to=row.owner.username,
            template="staff/follow_up_due", at=at, expires_at=at + REMIND_AGAIN_AFTER,
        )  # fmt: skip
    return True


def find_by_name(name: str) -> Station | None:
    """Return the station of this name in any writing, over its blind index."""
    return Station.objects.filter(name_index__in=name_indexes("station", name)).first()


def search(typed: str) -> list[Station]:
    """Return stations whose name holds what was typed, in the order of names; all of them where nothing was."""
    wanted = fold_name(typed)
    exact = find_by_name(typed) if wanted else None
    rows = [exact] if exact is not None else [row for row in Station.objects.all() if wanted in fold_name(row.name)]
    return sorted(rows, key=lambda row: fold_name(row.name))


def open_promises() -> Sequence[StationPromise]:
    """Return what stations promised and is still open, the next one first."""
    return list(StationPromise.objects.filter(state=PromiseState.OPEN).select_related("station", "owner"))


def count_named(station: Station, at: datetime) -> int | None:
    """Count the incidents of a year in which a station of this name was told of; None where they are too few to be told."""
    indexes = name_indexes("station", station.name)
    recent = Incident.objects.filter(recorded_at__gt=at - timedelta(days=COUNTED_DAYS))
    told = recent.filter(perpetrators__station_index__in=indexes) | recent.filter(detention__station_index__in=indexes)
    count = told.values("event").distinct().count()
    return count if count >= FEWER_ARE_NOT_COUNTED else None


def _check(*, needed: tuple[str, ...] = (), **texts: str) -> None:
    wrong = {}
    for name, text in texts.items():
        if name in needed and not fold_name(text):
            wrong[name] = _("This is needed.")
        elif len(text) > LONGEST_WORDS:
            wrong[name] = _("This is too long: shorten it.")
    if wrong:
        raise Unfit(wrong)
