"""A provider is trusted no longer, or has a conflict: whoever was sent there must be looked at now.

Inside the transaction that decided it, with the provider's row held. Cases are taken one after the other in their order, so
that two who decide at once do not wait for each other for ever.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cases.models import FollowUpKind
from cases.services import followups
from helpline.core.staff.models import User
from referrals.models import OfferState, Provider, ProviderPerson, Referral, ReferralState
from referrals.services.steps import hold, note, publish

_HAVE_IT = (ReferralState.ACCEPTED, ReferralState.REACHED)


def flag_open(
    provider: Provider, *, by: User | None, at: datetime, person: ProviderPerson | None = None, case_pk: int | None = None
) -> int:  # fmt: skip
    """Flag every referral that the provider has, and let the sweep take back what it is being asked. Says how many it has.

    Who has the case gets a follow-up without a name; where nobody has the case, the follow-up is everybody's. `person` and
    `case_pk` narrow it down to one person there, or to one case.
    """
    asked = Q(state=ReferralState.ASKING, offers__provider=provider, offers__state=OfferState.OPEN)
    having = Q(provider=provider, state__in=_HAVE_IT)
    if person is not None:
        asked, having = asked & Q(offers__person=person), having & Q(person=person)
    rows = Referral.objects.select_related("case").filter(asked | having).distinct().order_by("case_id", "pk")
    found = list(rows if case_pk is None else rows.filter(case=case_pk))
    return sum(_flag(one, by, at) for one in found)


def _flag(found: Referral, by: User | None, at: datetime) -> bool:
    held = hold(found)
    now, owner = held.referral, held.case.owner
    now.next_at = at
    if now.state in _HAVE_IT:
        now.flagged_at = at
        note(now, "flagged", at=at, by=by)
        followups.add(
            case=held.case, kind=FollowUpKind.TASK, because="look_at_referral", due_at=at, at=at, is_urgent=True,
            key=f"referral-{now.ref}-{now.turn}-flagged", owner=owner if owner is not None and owner.is_active else None,
        )  # fmt: skip
    now.save(update_fields=["flagged_at", "next_at"])
    publish(now)
    return now.state in _HAVE_IT


@transaction.atomic
def looked_at(*, referral: Referral, by: User, at: datetime) -> bool:
    """A person has looked at a referral that was flagged: the flag goes, and what was promised with it. Says whether it was there."""
    held = hold(referral)
    if held.referral.flagged_at is None:
        return False
    held.referral.flagged_at = None
    held.referral.save(update_fields=["flagged_at"])
    keys = [f"referral-{held.referral.ref}-{turn}-flagged" for turn in range(held.referral.turn + 1)]
    followups.drop(case=held.case, keys=keys, at=at, by=by)
    note(held.referral, "looked_at", at=at, by=by)
    publish(held.referral)
    return True
