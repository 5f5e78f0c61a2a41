"""A complaint about us: taken by anybody, handled by somebody who is not named in it, told to the caller by a safe way.

Nothing of it is told to open pages, alarms or follow-ups: those are seen by whoever it may be about. Handlers are texted a
sentence that says nothing, and find it on their list.
"""

import logging
import re
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import SAME_READING, numbers_of
from cases.models import Case, Complaint, ComplaintCame, ComplaintNote, ComplaintOutcome, ComplaintState
from cases.models.complaint import HANDLES
from cases.services import safe_contact
from cases.services.check_in_reading import must_stay_quiet
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.postgresql.away import is_away
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

ACKNOWLEDGE_WITHIN = timedelta(
    days=3
)  # a figure of ours, as ombuds offices have it: days for "we have it", a month for an answer
ANSWER_WITHIN = timedelta(days=30)
AGAIN_AFTER = timedelta(days=1)
TEMPLATE = "staff/follow_up_due"  # neutral: a stranger who reads it learns nothing, and neither does a colleague
TOLD_HOW = ("call", "in_person", "letter", "asked_us")
_REFERENCE = re.compile(rf"[{ALPHABET}]{{1,24}}")
log = logging.getLogger(__name__)


def who_may_handle(named: Collection[User]) -> list[User]:
    """Return who could handle a complaint about these people."""
    people = User.objects.active().holding(*HANDLES).exclude(pk__in=[person.pk for person in named])
    return list(people.order_by("username"))


@transaction.atomic
def receive(
    *,
    by: User,
    came: str,
    said: str,
    at: datetime,
    wants: str = "",
    named: Collection[User] = (),
    case: Case | None = None,
) -> Complaint:
    """Take a complaint. Who may open the case was decided at its door. Raises NotAllowed where nobody is left to handle it."""
    if came not in ComplaintCame.values:
        raise NotAllowed(_("Say how it came."))
    if not said.strip():
        raise NotAllowed(_("Write what the caller said, in their words."))
    if not who_may_handle(named):
        raise NotAllowed(
            _(
                "Everybody who could handle it is named in it. Write it on paper and give it to the board of the organisation."
            )
        )
    row = Complaint.objects.create(
        case=case, came=came, said=said.strip(), wants=wants.strip() or None, received_by=by, received_at=at,
        acknowledge_by=at + ACKNOWLEDGE_WITHIN, answer_by=at + ANSWER_WITHIN, remind_at=at,
    )  # fmt: skip
    row.named.set(named)
    _note(row, "received", by, at)
    return row


def get_complaint(user: User, ref: str, *, at: datetime) -> Complaint:
    """Return a complaint that this person may handle. Raises NotFound, alike, for what is not there and what is about them."""
    row = None
    if _REFERENCE.fullmatch(ref):
        row = (
            Complaint.objects.visible_to(user)
            .select_related("case__line", "case__caller", "handler")
            .filter(ref=ref)
            .first()
        )
    if row is None:
        audit.record(by=user, verb="complaint.denied", what="complaint", about="", at=at)
        raise NotFound(_("There is no such complaint, or it is not yours."))
    return row


def _hold(row: Complaint, by: User, *states: str) -> Complaint:
    """Return it as it is now, held. Raises NotFound where it is about this person by now, Conflict where it moved on."""
    now = Complaint.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=row.pk).first()
    if now is None:
        raise NotFound(_("There is no such complaint, or it is not yours."))
    if now.state not in states:
        raise Conflict(_("Somebody else has moved this complaint on. Look at it again."))
    return now


OPEN = (ComplaintState.RECEIVED, ComplaintState.ACKNOWLEDGED, ComplaintState.ANSWERED)


@transaction.atomic
def take(*, complaint: Complaint, by: User, at: datetime) -> Complaint:
    """Handle it oneself; whoever handled it before keeps reading it."""
    row = _hold(complaint, by, *OPEN)
    row.handler = by
    row.remind_at = _next_reminder(row, at)
    row.save(update_fields=["handler", "remind_at"])
    _note(row, "taken", by, at)
    return row


@transaction.atomic
def acknowledge(*, complaint: Complaint, by: User, at: datetime) -> Complaint:
    """Note that the caller knows that we have it and who looks into it. Raises Conflict where that was noted."""
    row = _hold(complaint, by, ComplaintState.RECEIVED)
    row.state, row.acknowledged_at, row.handler = ComplaintState.ACKNOWLEDGED, at, row.handler or by
    row.remind_at = _next_reminder(row, at)
    row.save(update_fields=["state", "acknowledged_at", "handler", "remind_at"])
    _note(row, "acknowledged", by, at)
    return row


@transaction.atomic
def write_note(*, complaint: Complaint, by: User, body: str, at: datetime) -> ComplaintNote:
    """Write down what was found out. Raises NotAllowed where there is nothing in it."""
    row = _hold(complaint, by, *OPEN)
    if not body.strip():
        raise NotAllowed(_("There is nothing in this note yet."))
    _note(row, "noted", by, at)
    return ComplaintNote.objects.create(complaint=row, author=by, body=body, written_at=at)


@transaction.atomic
def name_also(*, complaint: Complaint, person: User, by: User, at: datetime) -> Complaint:
    """Add somebody whom it is about: from now on there is nothing there for them. Raises NotAllowed where nobody is left."""
    row = _hold(complaint, by, *OPEN)
    named = [*row.named.all(), person]
    if not who_may_handle(named):
        raise NotAllowed(
            _(
                "Everybody who could handle it is named in it. Write it on paper and give it to the board of the organisation."
            )
        )
    row.named.add(person)
    if row.handler_id == person.pk:
        row.handler, row.remind_at = None, at
        row.save(update_fields=["handler", "remind_at"])
    _note(row, "named", by, at)
    return row


@transaction.atomic
def answer(*, complaint: Complaint, by: User, outcome: str, words: str, at: datetime) -> Complaint:
    """Say what came of it, in words that can be read to the caller. Raises NotAllowed without both."""
    if outcome not in ComplaintOutcome.values or not words.strip():
        raise NotAllowed(_("Say what came of it, in words that can be read to the caller."))
    row = _hold(complaint, by, ComplaintState.RECEIVED, ComplaintState.ACKNOWLEDGED)
    row.state, row.outcome, row.answer, row.answered_at = ComplaintState.ANSWERED, outcome, words.strip(), at
    row.acknowledged_at, row.handler = row.acknowledged_at or at, row.handler or by
    row.remind_at = at + AGAIN_AFTER
    row.save(update_fields=["state", "outcome", "answer", "answered_at", "acknowledged_at", "handler", "remind_at"])
    _note(row, "answered", by, at, outcome=outcome)
    return row


def may_ring(complaint: Complaint, at: datetime) -> safe_contact.Decision:
    """Decide whether the caller may be rung now with the outcome, as for every other call to her.

    Not after her word for danger; the sentence does not say so, because whoever handles it may not read her case.
    """
    case = complaint.case
    if case is not None and must_stay_quiet(case):
        return safe_contact.Decision(False, "not_now", _("Not at the moment. Try again later."))
    return safe_contact.may_call(number=case.number if case else None, case=case, at=at)


def show_number(*, complaint: Complaint, by: User, at: datetime) -> str:
    """Return the caller's number to whoever handles it, where she may be rung now. Raises NotAllowed with the reason."""
    decision = may_ring(complaint, at)
    if not decision.is_allowed or complaint.case is None:
        raise NotAllowed(decision.sentence)
    numbers = numbers_of(complaint.case)
    _note(complaint, "number_shown", by, at)
    return str(numbers[0].number)


@transaction.atomic
def note_told(*, complaint: Complaint, by: User, how: str, at: datetime) -> Complaint:
    """Note that the caller knows the outcome, and how she was told. Ringing her counts only where her card allows it now."""
    if how not in TOLD_HOW:
        raise NotAllowed(_("Say how the caller was told."))
    row = _hold(complaint, by, ComplaintState.ANSWERED)
    if how == "call" and not (decision := may_ring(complaint, at)).is_allowed:
        raise NotAllowed(decision.sentence)
    row.told_how = how
    return _finish(row, ComplaintState.TOLD, by, at)


@transaction.atomic
def withdraw(*, complaint: Complaint, by: User, at: datetime) -> Complaint:
    """Note that the caller does not want it looked into any more."""
    return _finish(_hold(complaint, by, *OPEN), ComplaintState.WITHDRAWN, by, at)


def _finish(row: Complaint, state: ComplaintState, by: User, at: datetime) -> Complaint:
    row.state, row.finished_at, row.remind_at = state, at, None
    row.save(update_fields=["state", "told_how", "finished_at", "remind_at"])
    _note(row, str(state), by, at)
    return row


def _note(row: Complaint, verb: str, by: User | None, at: datetime, **detail: str) -> None:
    """In the audit by its own reference alone: neither case nor name. Named people are not shown these entries."""
    audit.record(by=by, verb=f"complaint.{verb}", what="complaint", about=row.ref, at=at, **detail)


def note_reading(*, complaint: Complaint, by: User, at: datetime) -> None:
    """Write down that it was opened, once in ten minutes."""
    lately = Entry.objects.filter(
        about=complaint.ref, who=by, verb="complaint.read", at__gt=at - SAME_READING, at__lte=at
    )
    if not lately.exists():
        _note(complaint, "read", by, at)


def deadline_of(row: Complaint) -> datetime:
    """Return what is promised next: that the caller hears from us, or that there is an answer."""
    return row.acknowledge_by if row.state == ComplaintState.RECEIVED else row.answer_by


def _next_reminder(row: Complaint, at: datetime) -> datetime:
    """Return when a handler is told again: a day before what is promised, then every day."""
    ahead = deadline_of(row) - AGAIN_AFTER
    return ahead if ahead > at else at + AGAIN_AFTER


def remind_due(*, at: datetime) -> int:
    """Text whoever handles it, else everybody who could, that something is due. Claimed by the row's count: each once.

    One that breaks does not keep the others waiting.
    """
    told = 0
    for row in Complaint.objects.to_remind(at).order_by("pk"):
        try:
            told += _remind(row, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a complaint could not be reminded of: %s", type(broken).__name__)
    return told


@transaction.atomic
def _remind(row: Complaint, at: datetime) -> bool:
    claimed = Complaint.objects.to_remind(at).filter(pk=row.pk, reminders=row.reminders)
    if claimed.update(reminders=row.reminders + 1, remind_at=_next_reminder(row, at)) != 1:
        return False
    for person in _who_is_told(row):
        outbox.put(
            key=f"complaint-{row.ref}-{row.reminders + 1}-{person.username}", route=Route.STAFF, to=person.username,
            template=TEMPLATE, at=at, expires_at=at + AGAIN_AFTER,
        )  # fmt: skip
    return True


def _who_is_told(row: Complaint) -> list[User]:
    able = [person for person in who_may_handle(list(row.named.all())) if person.has_verified_phone]
    handler = [person for person in able if person.pk == row.handler_id]
    return handler or able


def let_go_of(*, user: User, at: datetime) -> None:
    """Whoever leaves handles nothing any more, and the others are told. Not in their report: that may be read by the named."""
    Complaint.objects.open().filter(handler=user).update(handler=None, remind_at=at)
