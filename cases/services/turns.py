"""Whose turn it is: who must act next for a case to go on, and since when."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, CaseState, Turn
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


@transaction.atomic
def set_turn(*, case: Case, turn: str, by: User, at: datetime) -> Case:
    """Say who must act next; it counts from now, and the same again changes nothing. Raises NotAllowed for a word that is
    not one of `Turn`, or a case that is not open.
    """
    if turn not in Turn.values:
        raise NotAllowed(_("Say whose turn it is: ours, the caller's, the lawyer's, the court's, or somebody else's."))
    now = lock(case)
    if now.state != CaseState.OPEN:
        raise NotAllowed(_("This case is not open: nobody has to act."))
    if now.turn != turn:
        now.turn, now.turn_since = turn, at
        now.save(update_fields=["turn", "turn_since"])
        audit.record(by=by, verb="case.turn", what="case", about=now.ref, at=at, turn=turn)
        realtime.publish("case", now.ref)
    return now


def back_to_us(*, case: Case, at: datetime) -> None:
    """The caller has done something: it is our turn, since now. Inside the transaction that took it in."""
    theirs = Case.objects.filter(pk=case.pk, turn=Turn.CALLER)
    if theirs.update(turn=Turn.US, turn_since=at):
        case.turn, case.turn_since = Turn.US, at
