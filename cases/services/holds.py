"""A legal hold: who put it, why (a code), until when. While it lasts nothing of the case is removed in any way."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, HoldReason, LegalHold
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LONGEST = timedelta(days=5 * 366)  # somebody looks at it again by then


def find(case: Case, at: datetime) -> LegalHold | None:
    """Return the hold that lies on a case now."""
    return LegalHold.objects.filter(case=case, ended_at=None, until__gte=at.date()).select_related("put_by").first()


@transaction.atomic
def put(*, case: Case, why: str, until: date, by: User, at: datetime) -> LegalHold:
    """Put a hold on a case, or change the day and the reason of the one that is there. Raises NotAllowed with the reason."""
    if why not in HoldReason.values:
        raise NotAllowed(_("Say why it must be kept."))
    if not at.date() < until <= (at + LONGEST).date():
        raise NotAllowed(_("A hold ends on a day that is still to come, within five years."))
    now = lock(case)
    row, _is_new = LegalHold.objects.update_or_create(
        case=now, ended_at=None, defaults={"why": why, "until": until, "put_by": by, "put_at": at}
    )
    audit.record(by=by, verb="hold.put", what="case", about=now.ref, at=at, why=why, until=until.isoformat())
    realtime.publish("case", now.ref)
    return row


@transaction.atomic
def end(*, case: Case, by: User, at: datetime) -> None:
    """End a hold before its day. Raises NotAllowed where there is none."""
    now = lock(case)
    if not LegalHold.objects.filter(case=now, ended_at=None).update(ended_at=at, ended_by=by):
        raise NotAllowed(_("No hold lies on this case."))
    audit.record(by=by, verb="hold.ended", what="case", about=now.ref, at=at)
    realtime.publish("case", now.ref)
