"""Somebody of the team goes, or does not go after all: the row of their journey, inside the transaction that holds the referral."""

from datetime import datetime, timedelta

from referrals.models import Going, GoingState, Offer
from referrals.services import offers

CHECK_EVERY = timedelta(minutes=30)  # without a word from them: then they are asked whether all is well
BEGUN = "going/begun"


def begin(offer: Offer, *, at: datetime) -> Going | None:
    """They accepted: they are on their way, and looked after from now on. None where the offer is not the team's."""
    if offer.member is None:
        return None
    row, _is_new = Going.objects.update_or_create(
        offer=offer,
        defaults={
            "referral": offer.referral, "member": offer.member, "state": GoingState.ON_THE_WAY, "left_at": at,
            "ended_at": None, "check_by": at + CHECK_EVERY, "asked_at": None, "missed_told_at": None,
        },
    )  # fmt: skip
    offers.say(offer, BEGUN, at=at, key=f"going-{row.ref}-begun-{at:%Y%m%d%H%M%S}")
    return row


def give_up(offer: Offer, *, at: datetime) -> None:
    """They cannot go after all. Whoever is there already is looked after until they are back, whatever they say of it."""
    on_the_way = Going.objects.filter(offer=offer, state=GoingState.ON_THE_WAY, ended_at=None)
    on_the_way.update(state=GoingState.WITHDRAWN, ended_at=at, check_by=None)
