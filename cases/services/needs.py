"""What somebody needs on a case, and what became of it: one row for each kind, so that counting needs no reading."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Need, NeedKind, NeedOutcome
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


@transaction.atomic
def set_needs(*, case: Case, by: User, at: datetime, outcomes: Mapping[str, str]) -> list[Need]:
    """Say what became of each kind of help; a blank outcome takes a kind away, what is not named stays as it is.

    Raises NotAllowed for a kind or an outcome that there is not; nothing is kept then.
    """
    if not set(outcomes) <= set(NeedKind.values):
        raise NotAllowed(_("There is no such kind of help."))
    if not {outcome for outcome in outcomes.values() if outcome} <= set(NeedOutcome.values):
        raise NotAllowed(_("There is no such outcome."))
    now = lock(case)
    there = {need.kind: need for need in Need.objects.filter(case=now)}
    changed = [kind for kind, outcome in outcomes.items() if outcome != (there[kind].outcome if kind in there else "")]
    for kind in changed:
        need = there.get(kind) or Need(case=now, kind=kind, noted_by=by, noted_at=at)
        if not outcomes[kind]:
            need.delete()
            continue
        need.outcome, need.changed_at = outcomes[kind], at
        need.save()
    if changed:
        audit.record(by=by, verb="case.needs", what="case", about=now.ref, at=at, kinds=sorted(changed))
        realtime.publish("case", now.ref)
    return list(Need.objects.filter(case=now))
