"""Give a case to a colleague, at once. A hand-over of a whole shift is offered and accepted instead."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, CaseState
from cases.services.casework import ANSWERS_CALLERS, change_owner, lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


@transaction.atomic
def give_case(*, case: Case, to: User, by: User, at: datetime) -> Case:
    """Make a case a colleague's, with its unfinished follow-ups. Who may do it was decided at the door.

    Raises NotAllowed for somebody whose role does not answer callers, or a case that is not open.
    """
    if not to.holds(*ANSWERS_CALLERS):
        raise NotAllowed(_("A case belongs to somebody who answers callers."))
    now = lock(case)
    if now.owner_id == to.pk:
        return now
    if now.state != CaseState.OPEN:
        raise NotAllowed(_("Only an open case can be given to somebody."))
    change_owner(case=now, to=to, why="given", at=at)
    audit.record(by=by, verb="case.given", what="case", about=now.ref, at=at, person=to.username)
    realtime.publish("case", now.ref)
    return now
