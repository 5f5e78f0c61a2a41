"""Somebody else asks for a caller: a husband, "her lawyer", the police. Nobody is told whether we know her."""

from datetime import datetime, timedelta

from django.db import transaction

from cases.models import Case, FollowUpKind, SomebodyAsked
from cases.services import followups
from cases.services.casework import lock
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

SAME_PRESS = timedelta(minutes=1)


@transaction.atomic
def note_asked(*, case: Case, by: User, at: datetime, said: str = "") -> SomebodyAsked:
    """Write down that somebody asked for the caller of this case, and who they said they were.

    Supervisors hear of it, once a day for each case, and whoever has the case is to ask how safe she is. The same words
    of the same person within a minute are the same press of a button.
    """
    now = lock(case)
    for lately in SomebodyAsked.objects.filter(case=now, by=by, at__gt=at - SAME_PRESS):
        if (lately.said or "") == said.strip():
            return lately
    asked = SomebodyAsked.objects.create(case=now, said=said.strip() or None, at=at, by=by)
    followups.add(
        case=now, kind=FollowUpKind.SAFETY, due_at=at, at=at, because="somebody_asked", key=f"asked-{now.ref}-{at:%Y%m%d}",
        owner=now.owner if now.owner is not None and now.owner.is_active else None,
    )  # fmt: skip
    alarms.raise_alarm(kind="somebody_asked", key=f"asked-{now.ref}-{at:%Y%m%d}", about=now.ref, at=at)
    audit.record(by=by, verb="caller.asked_for", what="case", about=now.ref, at=at, asked=asked.ref)
    realtime.publish("case", now.ref)
    return asked
