"""Why somebody must not be asked: always, or in one case. Nobody is asked to prove it, and it is no mark against anybody."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import Conflict, ConflictKind, Provider, ProviderPerson
from referrals.services.suspending import flag_open
from referrals.services.vetting import hold


@transaction.atomic
def add(
    *, provider: Provider, kind: str, by: User, at: datetime, person: ProviderPerson | None = None,
    case: Case | None = None, words: str = "",
) -> Conflict:  # fmt: skip
    """Keep a conflict of the provider, or of one person there; in one case, or in all. The same again is the one that is there.

    Referrals that they have are flagged, and what they are being asked is taken back by the sweep. Raises NotAllowed for a kind that there is not, or a
    person of somebody else.
    """
    row = hold(provider)
    if kind not in ConflictKind.values or (person is not None and person.provider_id != row.pk):
        raise NotAllowed(_("Say what stands in the way."))
    there = Conflict.objects.filter(provider=row, person=person, case=case, kind=kind, ended_at=None).first()
    if there is not None:
        return there
    made = Conflict.objects.create(
        provider=row, person=person, case=case, kind=kind, words=words.strip() or None, by=by, at=at
    )
    audit.record(by=by, verb="provider.conflict", what="provider", about=row.ref, at=at, conflict=made.ref, kind=kind)
    flag_open(row, by=by, at=at, person=person, case_pk=case.pk if case is not None else None)
    realtime.publish("provider", row.ref)
    return made


@transaction.atomic
def end(*, conflict: Conflict, by: User, at: datetime) -> bool:
    """It does not stand any longer. Says whether it still did."""
    row = hold(conflict.provider)
    if Conflict.objects.filter(pk=conflict.pk, ended_at=None).update(ended_at=at) != 1:
        return False
    audit.record(by=by, verb="provider.conflict_ended", what="provider", about=row.ref, at=at, conflict=conflict.ref)
    realtime.publish("provider", row.ref)
    return True
