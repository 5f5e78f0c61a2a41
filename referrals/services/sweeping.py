"""Every few seconds: whoever did not answer in time, the next to ask, promises that are late, and a yes that was taken back.

Any number of these may run at once, twice, late, or after hours in which none did: each referral is taken by the one whose
conditional update of its `turn` found it unchanged.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.consenting import NOES
from cases.models import CaseState, Consent, Purpose
from helpline.core.alarms import services as alarms
from helpline.core.postgresql.away import is_away, is_busy
from referrals.models import TRUSTED, Offer, OfferState, Referral, ReferralState
from referrals.services import offers
from referrals.services.advancing import advance
from referrals.services.asking import lose_held, withdraw_held
from referrals.services.steps import Held, hold_if_unchanged

LOOKS_AT_BROKEN_AFTER = timedelta(minutes=1)
ENOUGH_FOR_A_SWEEP = 200
# So long after somebody accepted the next is asked by itself where they cannot have it any more. Later it is flagged, and a
# person judges: nobody is woken for a case of last week.
FRESH_FOR = timedelta(hours=12)
log = logging.getLogger(__name__)


def sweep(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Look at every referral in which something is to be done, and return for how many something was.

    One that breaks does not keep the others waiting, and is told.
    """
    done = 0
    for pk, turn in _find(at, limit):
        try:
            done += look_at(pk, turn, at=at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a referral could not be looked at: %s", type(broken).__name__)
            _tell_broken(pk, broken, at)
    return done


@transaction.atomic
def look_at(pk: int, turn: int, *, at: datetime) -> bool:
    """Do what is to be done now in one referral. False where somebody else was faster."""
    held = hold_if_unchanged(pk, turn)
    if held is None:
        return False
    now = held.referral
    if now.state in {ReferralState.ENDED, ReferralState.WITHDRAWN}:
        return False
    if offers.is_refused_at_all(now, at):
        withdraw_held(held, by=None, at=at, why="consent")
        return True
    if now.state in {ReferralState.ACCEPTED, ReferralState.REACHED} and (gone := _gone(held, at)) is not None:
        lose_held(held, gone[0], at=at, why=gone[1])
        return True
    if now.state == ReferralState.ASKING and held.case.state == CaseState.CLOSED:
        withdraw_held(held, by=None, at=at, why="case_closed")
        return True
    if now.state == ReferralState.ASKING:
        advance(held, at)
        return True
    return False


def _find(at: datetime, limit: int) -> Iterable[tuple[int, int]]:
    due = Referral.objects.due(at).values_list("pk", "turn")[:limit]
    no_more = [(one.pk, one.turn) for one in _taken_back()[:limit] if _is_refused(one, at)]
    return dict([*no_more, *due, *_unfit(at, limit)]).items()


def _is_refused(referral: Referral, at: datetime) -> bool:
    """Say whether a no counts here: to all of that kind, or to somebody who has the question or has accepted."""
    if offers.is_refused_at_all(referral, at):
        return True
    asked = referral.offers.filter(state__in=[OfferState.OPEN, OfferState.ACCEPTED], provider__isnull=False)
    return any(
        one.provider is not None and offers.is_refused(referral, one.provider, at)
        for one in asked.select_related("provider")
    )


def _taken_back() -> QuerySet[Referral]:
    """Open referrals in whose case, or in another of the same caller, a no to sharing was said after they were asked.

    Which no counts for whom is decided row by row (`_is_refused`); here only what may matter is found.
    """
    said = Consent.objects.filter(purpose=Purpose.SHARE, answer__in=NOES, recorded_at__gte=OuterRef("asked_at"))
    here = Q(case=OuterRef("case")) | Q(case__joined_into=OuterRef("case")) | Q(case=OuterRef("case__joined_into"))
    of_caller = Q(case__caller=OuterRef("case__caller"), case__possibly_known=False)
    is_open = ["asking", "nobody", "accepted", "reached"]
    open_now = Referral.objects.filter(state__in=is_open, is_team=False).select_related("case")
    return open_now.filter(Exists(said.filter(here | of_caller))).order_by("pk")


def _unfit(at: datetime, limit: int) -> list[tuple[int, int]]:
    """Referrals in which somebody has the question, or accepted lately and was not reached, who is trusted no longer or has left;
    and those of cases that were closed meanwhile.
    """
    asked = Offer.objects.filter(
        ~Q(provider__vetting__in=TRUSTED) & Q(provider__isnull=False)
        | Q(person__left_at__isnull=False)
        | Q(member__ended_at__isnull=False),
        state=OfferState.OPEN, referral__state=ReferralState.ASKING,
    )  # fmt: skip
    taken = Referral.objects.filter(
        ~Q(provider__vetting__in=TRUSTED) & Q(provider__isnull=False) | Q(person__left_at__isnull=False),
        state=ReferralState.ACCEPTED,
        accepted_at__gt=at - FRESH_FOR,
    )  # fmt: skip
    closed = Referral.objects.filter(state=ReferralState.ASKING, case__state=CaseState.CLOSED)
    of_asked = asked.order_by("referral_id").values_list("referral_id", "referral__turn")[:limit]
    return [*of_asked, *taken.values_list("pk", "turn")[:limit], *closed.values_list("pk", "turn")[:limit]]


def _gone(held: Held, at: datetime) -> tuple[Offer, str] | None:
    """Return the acceptance that does not stand any more, and why.

    Once they are in touch, or some hours later, only the caller's own no ends it by itself: the rest is for a person to judge.
    """
    now = held.referral
    is_fresh = now.accepted_at is not None and now.accepted_at > at - FRESH_FOR
    for offer in held.offers():
        if offer.state == OfferState.ACCEPTED and (why := offers.why_not_any_more(offer, at)):
            is_by_itself = why == "caller_said_no" or (now.state == ReferralState.ACCEPTED and is_fresh)
            return (offer, why) if is_by_itself else None
    return None


@transaction.atomic
def _tell_broken(pk: int, broken: Exception, at: datetime) -> None:
    """What cannot be looked at by itself must be looked at by people, now and again in a minute.

    Where somebody only held it, the next sweep comes to it in seconds; people hear of it once it is a minute late. It is
    left as it is: a change would wait for whoever holds it.
    """
    referral = Referral.objects.select_related("case").get(pk=pk)
    if not is_busy(broken):
        Referral.objects.filter(pk=pk).update(next_at=at + LOOKS_AT_BROKEN_AFTER, turn=F("turn") + 1)
    elif referral.next_at is None or at - referral.next_at < LOOKS_AT_BROKEN_AFTER:
        return
    alarms.raise_alarm(
        kind="referral_broken", key=f"referral-broken-{referral.ref}-{at:%Y%m%d%H}", about=referral.case.ref, at=at
    )
