"""Complaints to oversight bodies and court cases: filed only on the caller's own yes, followed to the decision and the money."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, FollowUpKind, LegalStep
from cases.services import choices, followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.lifecycle import ProceedingVerb, move_proceeding
from referrals.models import Proceeding, ProceedingKind, ProceedingState, ProceedingStep, Referral

# What the caller must have chosen before it is filed. A charge against them and a fine are nothing that they choose.
CHOSEN_FIRST: Final[Mapping[str, str]] = {
    ProceedingKind.OVERSIGHT: LegalStep.COMPLAINT,
    ProceedingKind.CRIMINAL: LegalStep.POLICE_REPORT,
    ProceedingKind.CIVIL: LegalStep.CIVIL,
    ProceedingKind.PROTECTION: LegalStep.PROTECTION,
}
DECISIONS: Final = ("for", "partly", "against", "settled", "no_answer")
MONEY: Final = ("damages", "damages_paid")
EARLIEST: Final = date(1990, 1, 1)


@transaction.atomic
def add(
    *, case: Case, kind: str, body: str, by: User, at: datetime, number: str = "", referral: Referral | None = None,
    key: str = "",
) -> Proceeding:  # fmt: skip
    """Write one down that is being prepared. The same `key` again is the same one."""
    now = lock(case)
    own_key = f"proceeding-{now.ref}-{key}"[:120] if key else None
    if own_key and (there := Proceeding.objects.filter(key=own_key).first()) is not None:
        return there
    if kind not in ProceedingKind.values or not body.strip():
        raise NotAllowed(_("Say what it is, and where."))
    row = Proceeding.objects.create(
        key=own_key, case=now, referral=referral, kind=kind, body=body.strip(), number=number.strip() or None, added_by=by,
        added_at=at, changed_at=at,
    )  # fmt: skip
    _note(row, "added", by, at)
    return row


def why_not_file(row: Proceeding, at: datetime) -> str:
    """Return the sentence that says why it may not be filed now: the caller has not chosen it. Blank where it may."""
    step = CHOSEN_FIRST.get(row.kind)
    return choices.why_not(row.case, step, at=at) if step is not None else ""


@transaction.atomic
def move(
    *, proceeding: Proceeding, verb: ProceedingVerb, on: date, by: User, at: datetime, words: str = "", seen: str = "",
    answer_due_on: date | None = None, decision: str = "", damages: Decimal | None = None, currency: str = "",
) -> Proceeding:  # fmt: skip
    """Take one step: file, go on, decide, appeal, close, or drop it because the caller chose to stop.

    `seen` is the state that the page showed. Raises Conflict where somebody was faster, NotAllowed where the caller has
    not chosen it, for a decision that is none, or a day that cannot be.
    """
    row = _hold(proceeding)
    if seen and seen != row.state:
        raise Conflict(_("Somebody else has just changed this. Look at it again."))
    if not EARLIEST <= on <= timezone.localdate(at):
        raise NotAllowed(_("Say a day that is not still to come."))
    state = ProceedingState(move_proceeding(row.state, verb))
    if verb == "file" and (step := CHOSEN_FIRST.get(row.kind)) is not None:
        choices.note_step_taken(case=row.case, step=step, by=by, at=at)  # raises where they have not chosen it
    if verb == "decide":
        if decision not in DECISIONS:
            raise NotAllowed(_("Say how it was decided."))
        row.decision, row.decided_on, row.decision_words = decision, on, words or None
        row.damages, row.currency = damages, currency
    if verb == "file":
        row.filed_on = on
    row.state = state
    row.answer_due_on = answer_due_on if state in {ProceedingState.FILED, ProceedingState.RUNNING} else None
    row.changed_at = at
    row.save()
    ProceedingStep.objects.create(proceeding=row, what=verb, on=on, words=words or None, by=by, at=at)
    _promise(row, by, at)
    _note(row, verb, by, at)
    return row


@transaction.atomic
def add_step(*, proceeding: Proceeding, on: date, words: str, by: User, at: datetime) -> ProceedingStep:
    """Write down something that happened in it."""
    row = _hold(proceeding)
    if not words.strip():
        raise NotAllowed(_("Say what happened."))
    if not EARLIEST <= on <= timezone.localdate(at):
        raise NotAllowed(_("Say a day that is not still to come."))
    step = ProceedingStep.objects.create(proceeding=row, what="note", on=on, words=words.strip(), by=by, at=at)
    _note(row, "step", by, at)
    return step


@transaction.atomic
def note_paid(*, proceeding: Proceeding, amount: Decimal, by: User, at: datetime) -> Proceeding:
    """Write down how much of the damages has been paid altogether. Raises NotAllowed where none were decided."""
    row = _hold(proceeding)
    if row.damages is None:
        raise NotAllowed(_("No damages were decided."))
    if amount > row.damages:
        raise NotAllowed(_("That is more than was decided."))
    row.damages_paid, row.changed_at = amount, at
    row.save()
    _note(row, "paid", by, at)
    return row


def read_proceedings(case: Case) -> list[Proceeding]:
    """Return those of a case, the newest first, with their steps: two statements."""
    rows = Proceeding.objects.filter(case=case).select_related("referral", "case").prefetch_related("steps")
    return list(rows)


def _promise(row: Proceeding, by: User, at: datetime) -> None:
    """Somebody looks whether the answer has come, on the morning of the day on which it is due."""
    if row.answer_due_on is None:
        followups.drop(case=row.case, keys=[_key(row)], by=by, at=at)
        return
    zone = timezone.get_current_timezone()
    followups.plan(
        case=row.case, key=_key(row), kind=FollowUpKind.TASK, because="proceeding_answer", at=at,
        due_at=max(datetime(row.answer_due_on.year, row.answer_due_on.month, row.answer_due_on.day, 10, tzinfo=zone), at + timedelta(minutes=1)),
        owner=row.case.owner,
    )  # fmt: skip


def _key(row: Proceeding) -> str:
    return f"proceeding-{row.ref}-answer"


def _hold(proceeding: Proceeding) -> Proceeding:
    lock(proceeding.case)
    rows = Proceeding.objects.select_for_update(of=("self",)).select_related("case__owner", "case__line")
    return rows.get(pk=proceeding.pk)


def _note(row: Proceeding, what: str, by: User, at: datetime) -> None:
    audit.record(by=by, verb=f"proceeding.{what}", what="case", about=row.case.ref, at=at, proceeding=row.ref)
    realtime.publish("case", row.case.ref)
