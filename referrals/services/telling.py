"""What somebody who accepted may hear of a caller: what the counsellor wrote for it, and only while the caller's yes stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cases.consenting import GIVEN, Receiver, holds
from cases.models import Consent, NeedKind, Purpose, ReceiverKind
from cases.services import consents
from referrals.models import Offer, Referral

LAWYER_NEEDS: Final = frozenset({NeedKind.LEGAL, NeedKind.IMMIGRATION, NeedKind.POLICE_LIAISON})
# To whom something is told when this is asked for, before anybody has accepted.
RECEIVERS: Final[Mapping[str, str]] = {
    NeedKind.LEGAL: ReceiverKind.LAWYER,
    NeedKind.IMMIGRATION: ReceiverKind.LAWYER,
    NeedKind.POLICE_LIAISON: ReceiverKind.LAWYER,
    NeedKind.HEALTH: ReceiverKind.CLINIC,
    NeedKind.PEP_EC: ReceiverKind.CLINIC,
    NeedKind.HARM_REDUCTION: ReceiverKind.CLINIC,
    NeedKind.PSYCHOSOCIAL: ReceiverKind.COUNSELLING,
    NeedKind.SHELTER: ReceiverKind.SAFE_HOUSE,
    NeedKind.LIVELIHOOD: ReceiverKind.LIVELIHOOD,
    NeedKind.RAPID_RESPONSE: ReceiverKind.COMPANION,
}


def receiver_for(need: str) -> Receiver:
    """Return the kind of receiver that is asked for this need."""
    return Receiver(RECEIVERS.get(need, ReceiverKind.OTHER))


def receiver_of(offer: Offer) -> Receiver:
    """Return whoever was asked, as consent names them; a member of the team is one of us, who hears what the case's people do."""
    if offer.provider is None:
        return Receiver(ReceiverKind.COMPANION)
    return Receiver(offer.provider.kind, offer.provider.name)


def find_yes(offer: Offer, *, at: datetime) -> Consent | None:
    """Return the yes by which whoever was asked may hear of the caller; None where there is none that counts now."""
    case, receiver = offer.referral.case, receiver_of(offer)
    if not consents.holds(case, Purpose.SHARE, receiver, at=at):
        return None
    given = Consent.objects.about(case).filter(purpose=Purpose.SHARE, answer=GIVEN).order_by("-said_at", "-pk")
    return next((row for row in given if holds([row.as_said()], receiver, at)), None)


def what_may_be_told(offer: Offer, *, at: datetime) -> str:
    """Return what whoever accepted may read now; blank where nothing was written for it, or where there is no yes."""
    referral: Referral = offer.referral
    if offer.state != "accepted" or not (referral.may_be_told or "").strip():
        return ""
    return str(referral.may_be_told) if find_yes(offer, at=at) is not None else ""
