"""What people do about a check-in: say that they are on it, what came of it, begin it, give more time, end it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import CheckIn, CheckInContact, CheckInState, CheckInStep, FollowUp, LetIn, StepKind, StepResult
from cases.safety import LEAST_MORE, MOST_MORE
from cases.services.check_in_answers import extend_held, finish, hold
from cases.services.check_in_steps import note, publish, ring_alarm, round_key
from cases.services.safe_contact import may_reach_route
from helpline.core.alarms import services as alarms
from helpline.core.alarms.models import Alarm
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import User


@transaction.atomic
def acknowledge(*, check_in: CheckIn, by: User, at: datetime) -> CheckIn:
    """Say "I am on it": the others are not woken for a quarter of an hour. Said again, or with each thing noted, it holds on."""
    row = hold(check_in)
    if row.state != CheckInState.MISSED:
        raise NotAllowed(_("Nothing has to be done yet: it is still running."))
    _be_on_it(row, by, at)
    note(row, StepKind.ACKNOWLEDGED, at=at, by=by)
    _write_down(row, "check_in.acknowledged", by, at)
    return row


def _be_on_it(row: CheckIn, by: User, at: datetime) -> None:
    row.acknowledged_at, row.acknowledged_by, row.next_at = at, by, at
    row.save()
    LetIn.objects.bulk_create([LetIn(case=row.case, user=by, why="check_in", since=at)], ignore_conflicts=True)
    FollowUp.objects.unfinished().filter(case=row.case, key=round_key(row)).update(owner=by)
    for alarm in Alarm.objects.open().filter(key__startswith=round_key(row)):
        alarms.acknowledge(alarm=alarm, by=by, at=at)


@transaction.atomic
def note_no_answer(*, check_in: CheckIn, by: User, at: datetime, words: str = "") -> CheckIn:
    """Note that somebody was rung and did not answer: the next step follows at once, and this person is on it."""
    row = hold(check_in)
    if row.state != CheckInState.MISSED:
        raise NotAllowed(_("Nothing has to be done yet: it is still running."))
    waiting = CheckInStep.objects.filter(
        check_in=row, round=row.round, result=StepResult.WAITING, kind__in=(StepKind.CALL_HER, StepKind.CONTACT)
    )
    last = waiting.order_by("-pk").first()
    if last is not None:
        last.result = StepResult.NO_ANSWER
        last.save(update_fields=["result"])
    note(row, StepKind.NOT_REACHED, at=at, by=by, contact=last.contact if last else None, words=words)
    _be_on_it(row, by, at)
    _write_down(row, "check_in.not_reached", by, at)
    return row


@transaction.atomic
def extend(*, check_in: CheckIn, by: User, minutes: int, at: datetime) -> CheckIn:
    """Give her more time, as she asked. Raises NotAllowed after the word for danger, and for less than 5 or over 120 minutes."""
    row = hold(check_in)
    if not LEAST_MORE <= minutes <= MOST_MORE:
        raise NotAllowed(_("Between 5 and 120 minutes more."))
    if row.is_danger:
        raise NotAllowed(_("The caller gave the word for danger: make sure first, then stop it with a reason."))
    extend_held(row, minutes, at, by=by)
    _write_down(row, "check_in.extended", by, at)
    return row


@transaction.atomic
def escalate(*, check_in: CheckIn, by: User, at: datetime) -> CheckIn:
    """Begin the steps now: somebody has a bad feeling. Where they have begun already nothing changes."""
    row = hold(check_in)
    if row.state == CheckInState.MISSED:
        return row
    row.state, row.begun_at, row.next_at = CheckInState.MISSED, at, at
    row.save()
    note(row, StepKind.ESCALATED, at=at, by=by)
    ring_alarm(row, at)
    _write_down(row, "check_in.begun", by, at)
    return row


@transaction.atomic
def note_police(*, check_in: CheckIn, by: User, at: datetime, words: str = "") -> CheckIn:
    """Note that the police were called. Raises NotAllowed where there is no sentence of hers that wants it."""
    row = hold(check_in)
    if not row.police_yes:
        raise NotAllowed(_("The caller did not write that the police may be called: the police are not called."))
    note(row, StepKind.POLICE, at=at, by=by, words=words)
    _be_on_it(row, by, at)
    _write_down(row, "check_in.police", by, at)
    return row


def number_to_ring(*, contact: CheckInContact, by: User, at: datetime) -> str:
    """Return the whole number of one of her people, in E.164. Always in the audit.

    Raises NotAllowed, with the reason, where the check-in asks for nothing now, where her card does not let us ring them,
    and after the word for danger unless she wanted her people told then: they might ring her.
    """
    check_in = contact.check_in
    if check_in.state != CheckInState.MISSED:
        raise NotAllowed(_("Nothing has to be done yet: it is still running."))
    if check_in.is_danger and not check_in.contacts_in_danger:
        raise NotAllowed(
            _("The caller gave their word for danger, and did not want their people told then: they might ring them.")
        )
    answer = may_reach_route(route=contact.route, channel="call", case=check_in.case, at=at)
    if not answer.is_allowed:
        raise NotAllowed(answer.sentence)
    audit.record(
        by=by,
        verb="route.revealed",
        what="case",
        about=check_in.case.ref,
        at=at,
        route=contact.route.ref,
        reason="check_in",
    )
    return str(contact.route.number)


@transaction.atomic
def stop(*, check_in: CheckIn, by: User, reason: str, at: datetime) -> CheckIn:
    """End it without her word, and say why. Raises NotAllowed without a reason."""
    row = hold(check_in)
    if not reason.strip():
        raise NotAllowed(_("Say why, so that the next person knows."))
    note(row, StepKind.STOPPED, at=at, by=by, words=reason)
    finish(row, CheckInState.STOPPED, at, by=by)
    _write_down(row, "check_in.stopped", by, at)
    return row


def _write_down(row: CheckIn, verb: str, by: User, at: datetime) -> None:
    audit.record(by=by, verb=verb, what="case", about=row.case.ref, at=at, check_in=row.ref)
    publish(row)
