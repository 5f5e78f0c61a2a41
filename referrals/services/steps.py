"""What every change of a referral shares: the order of locks, one number that goes up, and a line in its story."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from cases.models import Case
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import Offer, Referral, ReferralStep

_PEOPLE = ("area", "provider", "person", "service", "consent", "asked_by")


@dataclass
class Held:
    """A referral and its case as they are now, held until the transaction ends: case first, referral second."""

    case: Case
    referral: Referral

    def offers(self) -> list[Offer]:
        """Return its offers, held, in the order in which people were asked."""
        rows = Offer.objects.select_for_update(of=("self",)).filter(referral=self.referral)
        found = list(rows.select_related("person", "member", "provider").order_by("place", "pk"))
        for offer in found:
            offer.referral = self.referral
        return found


def hold(referral: Referral) -> Held:
    """Take the case, then the referral; everybody who changes one comes one after the other. Its `turn` goes up."""
    case = lock(referral.case)
    Referral.objects.filter(pk=referral.pk).update(turn=F("turn") + 1)
    return Held(case, _read(referral.pk, case))


def hold_if_unchanged(pk: int, turn: int) -> Held | None:
    """Take a referral that a sweep found with this `turn`; None where somebody else was faster, or it is not there."""
    found = Referral.objects.select_related("case").filter(pk=pk).first()
    if found is None:
        return None
    case = lock(found.case)
    if Referral.objects.filter(pk=pk, turn=turn).update(turn=F("turn") + 1) != 1:
        return None
    return Held(case, _read(pk, case))


def _read(pk: int, case: Case) -> Referral:
    referral = Referral.objects.select_for_update(of=("self",)).select_related(*_PEOPLE).get(pk=pk)
    referral.case = case
    return referral


def note(referral: Referral, what: str, *, at: datetime, by: User | None = None, offer: Offer | None = None) -> None:
    """Write one step down, in the referral's story and in the audit. The same thing in the same turn is one step."""
    key = f"{referral.ref}-{referral.turn}-{what}-{offer.ref if offer is not None else ''}"
    ReferralStep.objects.get_or_create(
        key=key, defaults={"referral": referral, "offer": offer, "what": what, "by": by, "at": at}
    )
    audit.record(
        by=by, verb=f"referral.{what}", what="case", about=referral.case.ref, at=at, referral=referral.ref,
        **({"offer": offer.ref} if offer is not None else {}),
    )  # fmt: skip


def publish(referral: Referral) -> None:
    """Tell open boards and pages that something changed."""
    realtime.publish("referral", referral.ref)
    realtime.publish("case", referral.case.ref)
