"""One queue of what is promised by a time: added by people or by the system, tried, kept, or let go for a reason.

Every change holds the case first and the follow-up second, so that `Case.next_due_at` is always the earliest of what
is unfinished, and two people who press at once come one after the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from cases.lifecycle import FollowUpVerb, move_follow_up
from cases.models import Case, FollowUp, FollowUpKind, FollowUpState, LetIn, Note, WordKind
from cases.services import plans, word_index
from cases.services.casework import ANSWERS_CALLERS, lock
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.opening import is_open, next_opening
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

WRITE_UP_WITHIN = timedelta(minutes=15)  # of the end of a call, while it is still remembered
# Common practice is to ask how somebody is 24 to 72 hours after a crisis call.
ASK_AFTER = timedelta(hours=24)
# A call-back is told to staff before the minute that was promised; everything else when it is due.
TOLD_BEFORE: Mapping[str, timedelta] = {FollowUpKind.CALL_BACK: timedelta(minutes=30)}
TRY_AGAIN_AFTER: Mapping[str, timedelta] = {FollowUpKind.CALL_BACK: timedelta(minutes=30)}
TRY_OTHERS_AGAIN_AFTER = timedelta(hours=4)
REMINDERS = 3  # to a round: two to who has it, the last one to the supervisors; a new due time begins a new round


@transaction.atomic
def add(
    *,
    case: Case,
    kind: str,
    due_at: datetime,
    at: datetime,
    by: User | None = None,
    owner: User | None = None,
    why: str = "",
    because: str = "",
    key: str | None = None,
    is_urgent: bool = False,
) -> FollowUp:
    """Promise something on a case by a time. `by` is None where the system does; `because` is a code, `why` is text.

    The same `key` again gives the follow-up that is there, unchanged. What people add is theirs unless they name an
    owner. Raises NotAllowed where a person adds to a case that is not open, something that is already past, or what the
    caller does not want; what the system adds against her wish is not needed from the start.
    """
    now = lock(case)
    if key is not None and (there := FollowUp.objects.filter(key=key).first()) is not None:
        return there
    if by is not None:
        if now.state != "open":
            raise NotAllowed(_("Something can be promised only on an open case: reopen it first."))
        if due_at < at - timedelta(minutes=1):
            raise NotAllowed(_("This time has already passed."))
        owner = owner or by
        _check_may_own(now, owner, by)
    unwanted = _why_unwanted(now, kind, because, by, at)
    if unwanted and by is not None:
        raise NotAllowed(unwanted)
    if owner is not None:
        _let_owner_in(now, owner, at)
    follow_up = FollowUp.objects.create(
        case=now,
        kind=kind,
        due_at=due_at,
        owner=owner,
        why=why or None,
        because=because,
        key=key,
        is_urgent=is_urgent,
        state=FollowUpState.SKIPPED if unwanted else FollowUpState.DUE,
        remind_at=None if unwanted else first_reminder(kind, due_at, at, is_urgent=is_urgent),
        created_at=at,
        finished_at=at if unwanted else None,
    )
    refresh_next_due(now)
    audit.record(by=by, verb="follow_up.added", what="case", about=now.ref, at=at, follow_up=follow_up.ref, kind=kind)
    realtime.publish("follow_up", follow_up.ref)
    return follow_up


def _why_unwanted(case: Case, kind: str, because: str, by: User | None, at: datetime) -> str:
    """Say why the caller does not want this; blank where nothing speaks against it.

    A call-back that the system promises was asked for by her, in the call that it follows: that word is the newer one.
    """
    if by is None and kind == FollowUpKind.CALL_BACK:
        return ""
    return plans.why_not(case, kind=kind, because=because, at=at)


def first_reminder(kind: str, due_at: datetime, at: datetime, *, is_urgent: bool) -> datetime:
    """Return when staff are first told: at once where it is urgent, ahead of a call-back, otherwise when it is due."""
    return at if is_urgent else max(at, due_at - TOLD_BEFORE.get(kind, timedelta()))


def promise_call_back(
    *,
    case: Case,
    due_at: datetime,
    because: str,
    key: str,
    urgent: bool,
    at: datetime,
    owner: User | None = None,
) -> FollowUp:
    """Keep what a caller was told: somebody calls back by then. One row for each key; an owner is the case's own."""
    return add(
        case=case,
        kind=FollowUpKind.CALL_BACK,
        due_at=due_at,
        because=because,
        key=key,
        is_urgent=urgent,
        owner=owner or _working(case.owner),
        at=at,
    )


@transaction.atomic
def add_after_call(*, case: Case, key: str, owner: User | None, ended_at: datetime, at: datetime) -> list[FollowUp]:
    """Add what follows every call that was answered: write it up, and the next day ask how they are. Safe to repeat.

    `key` is the call's own reference. The second is due a day later, or when the line's desk next opens after that.
    """
    whose = _working(owner)
    write_up = add(
        case=case,
        kind=FollowUpKind.TASK,
        because="write_up",
        due_at=ended_at + WRITE_UP_WITHIN,
        key=f"call-{key}-write-up",
        owner=whose,
        at=at,
    )
    ask = add(
        case=case,
        kind=FollowUpKind.SAFETY,
        because="day_after",
        due_at=in_desk_hours(case, ended_at + ASK_AFTER),
        key=f"call-{key}-day-after",
        owner=whose,
        at=at,
    )
    return [write_up, ask]


@transaction.atomic
def withdraw_after_call(*, case: Case, key: str, at: datetime) -> None:
    """Take back what `add_after_call` added: it turned out that nobody had spoken. What a person has begun stays."""
    now = lock(case)
    added = FollowUp.objects.filter(key__in=[f"call-{key}-write-up", f"call-{key}-day-after"], state=FollowUpState.DUE)
    for follow_up in added:
        _skip_unasked(follow_up, now, None, at)
    refresh_next_due(now)


@transaction.atomic
def plan(
    *,
    case: Case,
    key: str,
    kind: str,
    due_at: datetime,
    at: datetime,
    because: str,
    why: str = "",
    owner: User | None = None,
) -> FollowUp:
    """Let one follow-up with this key be due at this time: added where there is none, moved where nobody has finished it.

    What people finished, or said is not needed, stays so. Whoever moves it adds nothing.
    """
    now = lock(case)
    row = FollowUp.objects.select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        owner = _working(owner)
        return add(case=case, kind=kind, due_at=due_at, at=at, owner=owner, because=because, why=why, key=key)
    is_unfinished = row.state in {FollowUpState.DUE, FollowUpState.TRIED}
    if not is_unfinished or (row.due_at, row.because) == (due_at, because):
        return row
    row.state = FollowUpState(move_follow_up(row.state, "move"))
    row.kind, row.because, row.why = kind, because, why or None
    begin_round(row, due_at, first_reminder(kind, due_at, at, is_urgent=row.is_urgent))
    row.save()
    refresh_next_due(now)
    audit.record(by=None, verb="follow_up.moved", what="case", about=now.ref, at=at, follow_up=row.ref)
    realtime.publish("follow_up", row.ref)
    return row


@transaction.atomic
def drop(*, case: Case, keys: Sequence[str], at: datetime, by: User | None = None) -> None:
    """Let go what the system promised under these keys and nobody has finished: what it stood for is over.

    The keys are free again, so that `plan` may promise anew.
    """
    now = lock(case)
    for follow_up in FollowUp.objects.unfinished().filter(case=now, key__in=keys):
        follow_up.key = f"{follow_up.key}-{follow_up.ref}"[-120:]
        _skip_unasked(follow_up, now, by, at)
    refresh_next_due(now)


def _skip_unasked(follow_up: FollowUp, case: Case, by: User | None, at: datetime) -> None:
    follow_up.state = FollowUpState(move_follow_up(follow_up.state, "skip"))
    follow_up.finished_at, follow_up.remind_at = at, None
    follow_up.save(update_fields=["key", "state", "finished_at", "remind_at"])
    audit.record(by=by, verb="follow_up.skipped", what="case", about=case.ref, at=at, follow_up=follow_up.ref)
    realtime.publish("follow_up", follow_up.ref)


def begin_round(row: FollowUp, due_at: datetime, remind_at: datetime) -> None:
    """Give a follow-up another due time. Reminders are numbered through, because each number is sent once: a new round
    begins after a multiple.
    """
    row.due_at, row.remind_at = due_at, remind_at
    row.reminders = -(-row.reminders // REMINDERS) * REMINDERS


def in_desk_hours(case: Case, wanted: datetime) -> datetime:
    """Return this time, or when the line's desk next opens: nobody is rung in the night to be asked how they are."""
    line = case.line
    if line is None or is_open(line.hours, line.holidays, line.time_zone, wanted):
        return wanted
    return next_opening(line.hours, line.holidays, line.time_zone, wanted) or wanted


def _working(person: User | None) -> User | None:
    return person if person is not None and person.is_active else None


def _check_may_own(case: Case, owner: User, by: User) -> None:
    if owner.pk not in {by.pk, case.owner_id} and not owner.holds(*ANSWERS_CALLERS):
        raise NotAllowed(_("A follow-up belongs to somebody who answers callers."))


def _let_owner_in(case: Case, owner: User, at: datetime) -> None:
    """Whoever has a follow-up must get at its case."""
    if case.owner_id != owner.pk:
        LetIn.objects.bulk_create([LetIn(case=case, user=owner, why="follow_up", since=at)], ignore_conflicts=True)


def record_try(
    *, follow_up: FollowUp, by: User, at: datetime, try_again_at: datetime | None = None, note: str = ""
) -> FollowUp:
    """Note that it was tried and nobody was reached; it is due again at `try_again_at` (call-backs by default in 30
    minutes, others in 4 hours), and staff are told again then. Raises NotAllowed where it is finished.
    """
    again = try_again_at or at + TRY_AGAIN_AFTER.get(follow_up.kind, TRY_OTHERS_AGAIN_AFTER)
    if again <= at:
        raise NotAllowed(_("The next try lies ahead of now."))
    return _change(follow_up, "try", by=by, at=at, note=note, due_at=again, tries=follow_up.tries + 1)


def finish(*, follow_up: FollowUp, by: User, at: datetime, note: str = "") -> FollowUp:
    """Note that what was promised was done. Raises NotAllowed where it is finished already."""
    return _change(follow_up, "finish", by=by, at=at, note=note)


def give_up(*, follow_up: FollowUp, by: User, at: datetime, reason: str) -> FollowUp:
    """Stop trying, and say why. Raises NotAllowed without a reason, or where it was never tried."""
    return _change(follow_up, "give_up", by=by, at=at, note=_need(reason))


def skip(*, follow_up: FollowUp, by: User, at: datetime, reason: str) -> FollowUp:
    """Leave it undone, and say why: not needed, or no safe way. Raises NotAllowed without a reason."""
    return _change(follow_up, "skip", by=by, at=at, note=_need(reason))


def snooze(*, follow_up: FollowUp, by: User, at: datetime, until: datetime, reason: str) -> FollowUp:
    """Put it off, and say why. Raises NotAllowed without a reason, for a time that has passed, or where it is finished."""
    if until <= at:
        raise NotAllowed(_("This time has already passed."))
    return _change(follow_up, "move", by=by, at=at, note=_need(reason), due_at=until)


def assign(*, follow_up: FollowUp, to: User, by: User, at: datetime) -> FollowUp:
    """Give it to somebody, who is let into the case for it. Raises NotAllowed for a role that answers no callers."""
    return _change(follow_up, "move", by=by, at=at, owner=to)


def reopen(*, follow_up: FollowUp, by: User, at: datetime, due_at: datetime) -> FollowUp:
    """Take up again what was finished by mistake. Raises NotAllowed where it is not finished, or for a past time."""
    if due_at <= at:
        raise NotAllowed(_("This time has already passed."))
    return _change(follow_up, "reopen", by=by, at=at, due_at=due_at)


def _need(reason: str) -> str:
    if not reason.strip():
        raise NotAllowed(_("Say why, so that the next person knows."))
    return reason


@transaction.atomic
def _change(
    follow_up: FollowUp,
    verb: FollowUpVerb,
    *,
    by: User,
    at: datetime,
    note: str = "",
    due_at: datetime | None = None,
    owner: User | None = None,
    tries: int | None = None,
) -> FollowUp:
    """Make one move on the row as it is now. Raises Conflict where somebody tried since it was read."""
    case = lock(follow_up.case)
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("owner").get(pk=follow_up.pk)
    row.case = case
    row.state = FollowUpState(move_follow_up(row.state, verb))
    if tries is not None:
        if row.tries != follow_up.tries:
            raise Conflict(_("Somebody else has just tried."))
        row.tries = tries
    if owner is not None:
        _check_may_own(case, owner, by)
        _let_owner_in(case, owner, at)
        row.owner = owner
    if due_at is not None:
        row.finished_at = None
        # Whoever has just tried need not be told that it is soon time to try again.
        remind_at = due_at if verb == "try" else first_reminder(row.kind, due_at, at, is_urgent=False)
        begin_round(row, due_at, remind_at)
    if row.state not in {FollowUpState.DUE, FollowUpState.TRIED}:
        row.finished_at, row.remind_at = at, None
    row.save(update_fields=["state", "tries", "owner", "due_at", "remind_at", "reminders", "finished_at"])
    if note.strip():
        written = Note.objects.create(case=case, author=by, body=note, written_at=at, changed_at=at)
        word_index.put(case=case, kind=WordKind.NOTE, ref=written.ref, texts=[note])
    refresh_next_due(case)
    audit.record(by=by, verb=f"follow_up.{_DEEDS[verb]}", what="case", about=case.ref, at=at, follow_up=row.ref)
    realtime.publish("follow_up", row.ref)
    return row


_DEEDS: Mapping[FollowUpVerb, str] = {
    "try": "tried",
    "finish": "done",
    "give_up": "given_up",
    "skip": "skipped",
    "move": "moved",
    "reopen": "reopened",
}


def refresh_next_due(case: Case) -> None:
    """Write down when the next of its unfinished follow-ups is due, for a locked case and the one it was joined to."""
    of_it = Q(case=OuterRef("pk")) | Q(case__joined_into=OuterRef("pk"))
    earliest = FollowUp.objects.unfinished().filter(of_it).order_by("due_at").values("due_at")[:1]
    both = [pk for pk in (case.pk, case.joined_into_id) if pk is not None]
    Case.objects.filter(pk__in=both).update(next_due_at=Subquery(earliest))
