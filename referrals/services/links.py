"""One-time links for people without an account. 128 random bits stand in the address; only a keyed hash of them is kept.

To look at the page spends nothing. Guessed, late, used and withdrawn ones are told apart by nobody: each costs one hash and
one query, and gives None.
"""

import re
import secrets
from datetime import datetime, timedelta

from helpline.core.privacy.fields import all_indexes, newest_index
from referrals.models import Offer, OfferState

PURPOSE = "offer-link"
RANDOM_BYTES = 16  # 128 bits
LASTS_AFTER_ACCEPTANCE = timedelta(hours=12)  # so long the page says what whoever accepted may know
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token(purpose: str) -> tuple[str, str]:
    """Return a token of 128 random bits and the keyed hash that is kept of it."""
    token = secrets.token_urlsafe(RANDOM_BYTES)
    return token, newest_index(purpose, token)


def hashes_of(purpose: str, token: str) -> list[str]:
    """Return what may be kept of a token that was sent; the same work is done for one that can be none."""
    return all_indexes(purpose, token if _TOKEN.fullmatch(token) else "")


def make(offer: Offer) -> tuple[str, str]:
    """Make a new link for an offer and return its path and its token. The one that was made before ends."""
    token, offer.token_hash = new_token(PURPOSE)
    offer.link_seen_at = None
    offer.save(update_fields=["token_hash", "link_seen_at"])
    return f"/o/{token}/", token


def find(token: str, at: datetime) -> Offer | None:
    """Return the offer that this link is for while it can be answered, or was accepted lately; None for anything else.

    The offer can still be answered where it is open and its time is not over. Whoever accepted sees it for some hours more.
    """
    offer = Offer.objects.filter(token_hash__in=hashes_of(PURPOSE, token)).select_related(
        "referral__case__line", "referral__area", "referral__provider", "person", "member", "provider"
    ).first()  # fmt: skip
    return offer if offer is not None and is_good(offer, at) else None


def is_good(offer: Offer, at: datetime) -> bool:
    """Say whether the link of an offer still opens its page."""
    if offer.state == OfferState.OPEN:
        return offer.answer_by is None or offer.answer_by > at
    if offer.state == OfferState.ACCEPTED and offer.referral.state in {"accepted", "reached"}:
        return offer.answered_at is not None and at < offer.answered_at + LASTS_AFTER_ACCEPTANCE
    return False


def note_seen(offer: Offer, *, at: datetime) -> None:
    """Somebody looked at the page. It is no answer and spends nothing; the first time is kept."""
    Offer.objects.filter(pk=offer.pk, link_seen_at=None).update(link_seen_at=at)
