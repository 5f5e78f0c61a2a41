"""Days in court: what is needed to get there, and what became of it. Never a mark against the caller: nothing counts.

Staff have a follow-up the day before and one after. Who is told by a text, and when: `hearing_reminders`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.clocks.telling import next_telling_at, telling_at, tellings_of
from cases.lifecycle import HearingVerb, move_hearing
from cases.models import Case, ContactRoute, CouldNotCome, FollowUpKind, Hearing, HearingState
from cases.services import followups
from cases.services.casework import lock
from cases.services.hearing_reminders import cancel_tellings, zone_of
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.privacy.numbers import read_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LONGEST_AHEAD = timedelta(days=5 * 366)
AGO_AT_MOST = timedelta(days=31)  # what was this month may still be written down
WORDS = ("court", "place", "matter", "what_for", "lawyer", "lawyer_number", "transport", "childcare")
TICKS = ("tell_caller", "tell_companion", "tell_lawyer")
_GOES_ALONG = (*WORDS, *TICKS, "goes_along")
ASK_AFTER = timedelta(hours=4)  # of its beginning, how it went
ASK_WHAT_HELPS_AFTER = timedelta(hours=1)  # a warrant may follow a day that was missed: soon, and in hours of the desk


@transaction.atomic
def add(*, case: Case, by: User, at: datetime, day_at: datetime, key: str = "", **given: Any) -> Hearing:
    """Write down a day in court. `given`: any of WORDS, TICKS and `goes_along`. The same `key` again is the same day.

    Raises NotAllowed for a time that cannot be, somebody who is not near this caller, a number that is none, or a case
    that is not open.
    """
    now = lock(case)
    if now.state != "open":
        raise NotAllowed(_("This case is not open: reopen it first."))
    own_key = f"hearing-{now.ref}-{key}"[:120] if key else None
    if own_key and (there := Hearing.objects.filter(key=own_key).first()) is not None:
        return there
    check_day(day_at, at)
    row = Hearing(case=now, key=own_key, at=day_at, added_by=by, created_at=at, changed_at=at)
    _set(row, given)
    return _keep(row, "hearing.added", by, at)


def check_day(day_at: datetime, at: datetime) -> None:
    """Raises NotAllowed, with a sentence, for a day that cannot be meant."""
    if day_at < at - AGO_AT_MOST:
        raise NotAllowed(_("This day is long past: look at the date again."))
    if day_at > at + LONGEST_AHEAD:
        raise NotAllowed(_("This day is more than five years ahead: look at the year again."))


@transaction.atomic
def change(
    *, hearing: Hearing, by: User, at: datetime, seen_at: datetime | None = None, day_at: datetime | None = None,
    **given: Any,
) -> Hearing:  # fmt: skip
    """Correct a day in court that is still to come; another time moves what was promised, and takes back what was to be told.

    Raises Conflict where somebody changed it since `seen_at`, else as `add`. Another day that the court set is `postpone`.
    """
    row = _hold(hearing)
    if row.state != HearingState.PLANNED:
        raise NotAllowed(_("What became of this day is written down already: take that back first."))
    if seen_at is not None and seen_at != row.changed_at:
        raise Conflict(_("Somebody else has just changed this. Look at it again."))
    if day_at is not None and day_at != row.at:
        check_day(day_at, at)
        cancel_tellings(row, why="changed")
        row.at = day_at
    _set(row, given)
    row.changed_at = at
    return _keep(row, "hearing.changed", by, at)


@transaction.atomic
def hold(*, hearing: Hearing, by: User, at: datetime, note: str = "") -> Hearing:
    """It took place."""
    return _end(hearing, "hold", by, at, note=note)


@transaction.atomic
def call_off(*, hearing: Hearing, by: User, at: datetime, note: str = "") -> Hearing:
    """It does not take place any more."""
    return _end(hearing, "call_off", by, at, note=note)


@transaction.atomic
def could_not_come(*, hearing: Hearing, by: User, at: datetime, reason: str, note: str = "") -> Hearing:
    """They could not come, and what stood in the way. Somebody asks soon what would help, and offers it again.

    Nothing is counted against anybody. Raises NotAllowed for a reason that is none.
    """
    if reason not in CouldNotCome.values:
        raise NotAllowed(_("Say what stood in the way; “not known” is an answer."))
    row = _end(hearing, "miss", by, at, note=note, reason=reason)
    followups.plan(
        case=row.case, key=_key(row, "offer"), kind=FollowUpKind.CHECK, because="hearing_offer", at=at,
        due_at=followups.in_desk_hours(row.case, at + ASK_WHAT_HELPS_AFTER), owner=_whose(row.case, by),
    )  # fmt: skip
    return row


@transaction.atomic
def postpone(*, hearing: Hearing, by: User, at: datetime, day_at: datetime, note: str = "") -> Hearing:
    """The court set another day: returns that day, with everything that was arranged for this one.

    Raises NotAllowed for a day that cannot be, or one that is not later than now.
    """
    if day_at <= at:
        raise NotAllowed(_("Another day lies ahead of now."))
    check_day(day_at, at)
    row = _end(hearing, "postpone", by, at, note=note)
    later = Hearing(case=row.case, at=day_at, follows=row, added_by=by, created_at=at, changed_at=at)
    for name in _GOES_ALONG:
        setattr(later, name, getattr(row, name))
    return _keep(later, "hearing.added", by, at)


@transaction.atomic
def take_back(*, hearing: Hearing, by: User, at: datetime) -> Hearing:
    """What became of it was written down by mistake. A day that was moved stays moved: change the new one."""
    row = _hold(hearing)
    row.state = HearingState(move_hearing(row.state, "take_back"))
    row.reason, row.outcome_note, row.ended_at, row.changed_at = "", None, None, at
    followups.drop(case=row.case, keys=[_key(row, "offer")], by=by, at=at)
    return _keep(row, "hearing.taken_back", by, at)


def read_hearings(case: Case) -> list[Hearing]:
    """Return the days in court of a case and of those joined to it: those to come first, the next one first of all."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = (
        Hearing.objects.filter(of_it).select_related("goes_along", "case", "moved_to", "added_by").order_by("at", "pk")
    )
    found = list(rows)
    to_come = [row for row in found if row.state == HearingState.PLANNED]
    return to_come + [row for row in reversed(found) if row.state != HearingState.PLANNED]


def find(case: Case, ref: str) -> Hearing:
    """Return a day in court of this case, or of one joined to it. Raises NotFound for every other."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = Hearing.objects.select_related("goes_along", "case__line", "case__owner")
    found = rows.filter(of_it, ref=ref).first() if len(ref) <= 24 else None
    if found is None:
        raise NotFound(_("There is no such day in court, or it is not yours."))
    return found


def who_may_go_along(case: Case) -> Sequence[ContactRoute]:
    """Return the people near the caller of this case, or near whom it is about, with whom somebody could go."""
    people = [pk for pk in (case.caller_id, case.concerns_id) if pk is not None]
    if case.possibly_known:
        people = [pk for pk in people if pk != case.caller_id]
    return list(ContactRoute.objects.filter(caller__in=people, ended_at=None).order_by("position", "pk"))


def _set(row: Hearing, given: dict[str, Any]) -> None:
    for name, value in given.items():
        if name in WORDS:
            setattr(row, name, (value or "").strip() or None)
        elif name in TICKS:
            setattr(row, name, bool(value))
        elif name == "goes_along":
            row.goes_along = value
        else:
            raise TypeError(f"a hearing has no {name}")
    if row.lawyer_number:
        row.lawyer_number = read_number(row.lawyer_number)
        if row.lawyer_number is None:
            raise NotAllowed(_("The lawyer's number cannot be a telephone number."))
    if row.goes_along is not None and row.goes_along not in who_may_go_along(row.case):
        raise NotAllowed(_("This is nobody near this caller."))


def _keep(row: Hearing, verb: str, by: User, at: datetime) -> Hearing:
    """Save a day that is still to come, with what staff promise for it and when the next is told."""
    zone = zone_of(row.case)
    row.remind_at = at if telling_at(row.at, zone, at) else next_telling_at(row.at, zone, at)
    row.save()
    owner = _whose(row.case, by)
    day_before = tellings_of(row.at, zone)[0].from_at - timedelta(hours=1)
    if row.at > at:
        followups.plan(
            case=row.case, key=_key(row, "before"), kind=FollowUpKind.COURT, due_at=max(day_before, at),
            because="hearing_before", owner=owner, at=at,
        )  # fmt: skip
    followups.plan(
        case=row.case, key=_key(row, "after"), kind=FollowUpKind.CHECK, because="hearing_after", owner=owner, at=at,
        due_at=max(followups.in_desk_hours(row.case, row.at + ASK_AFTER), at),
    )  # fmt: skip
    audit.record(by=by, verb=verb, what="case", about=row.case.ref, at=at, hearing=row.ref)
    realtime.publish("case", row.case.ref)
    return row


def _end(hearing: Hearing, verb: HearingVerb, by: User, at: datetime, *, note: str = "", reason: str = "") -> Hearing:
    row = _hold(hearing)
    row.state = HearingState(move_hearing(row.state, verb))
    row.reason, row.outcome_note, row.ended_at, row.changed_at, row.remind_at = (
        reason,
        note.strip() or None,
        at,
        at,
        None,
    )
    row.save()
    cancel_tellings(row, why="ended")
    followups.drop(case=row.case, keys=[_key(row, "before"), _key(row, "after")], by=by, at=at)
    audit.record(by=by, verb=f"hearing.{row.state}", what="case", about=row.case.ref, at=at, hearing=row.ref)
    realtime.publish("case", row.case.ref)
    return row


def _hold(hearing: Hearing) -> Hearing:
    case = lock(hearing.case)
    row = Hearing.objects.select_for_update(of=("self",)).select_related("goes_along").get(pk=hearing.pk)
    row.case = case
    return row


def _key(row: Hearing, part: str) -> str:
    return f"hearing-{row.ref}-{part}"


def _whose(case: Case, by: User) -> User:
    return case.owner if case.owner is not None and case.owner.is_active else by
