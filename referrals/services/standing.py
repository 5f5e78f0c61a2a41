"""How providers have answered and how it was for callers, in the last 180 days: two statements for any number of them."""

import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from referrals.models import Feedback, Offer, OfferState

LATELY: Final = timedelta(days=180)
RATED: Final = ("reached", "respectful", "safe", "cost_as_told")
# Offers that say nothing of whoever was asked: never sent, not answered yet, or taken back by us.
SAYS_NOTHING: Final = (OfferState.PLANNED, OfferState.OPEN, OfferState.UNDELIVERED, OfferState.WITHDRAWN)
FEW: Final = 500


@dataclass(frozen=True)
class Rating:
    """So many said yes, of so many who answered at all."""

    yes: int = 0
    of: int = 0


@dataclass(frozen=True)
class Standing:
    """What is known of one provider. `median_minutes`: from the question to the answer, None where nobody answered, or too many were wanted."""

    asked: int = 0
    answered: int = 0
    accepted: int = 0
    median_minutes: float | None = None
    last_asked_at: datetime | None = None
    ratings: Mapping[str, Rating] = field(default_factory=lambda: dict.fromkeys(RATED, Rating()))


def read_standing(provider_pks: Collection[int] | None, *, at: datetime) -> Mapping[int, Standing]:
    """Return the standing of each of these providers; None means of every one of which anything is known.

    A provider of which nothing is known is left out where None was asked for, and has zeros where it was named. Where more
    than some hundred are wanted the database counts, and `median_minutes` stays None: tens of thousands of rows would have
    to come over for it.
    """
    since = at - LATELY
    wanted = None if provider_pks is None else set(provider_pks)
    is_few = wanted is not None and len(wanted) <= FEW
    counted = _count_offers(wanted, since, at) if wanted is not None and is_few else _sum_offers(since, at)
    ratings = _count_ratings(wanted if is_few else None, since, at)
    found = (counted.keys() | ratings.keys()) if wanted is None else wanted
    nothing, unrated = Standing(), dict.fromkeys(RATED, Rating())
    return {pk: replace(counted.get(pk, nothing), ratings=ratings.get(pk, unrated)) for pk in found}


def _asked(since: datetime, at: datetime) -> QuerySet[Offer]:
    rows = Offer.objects.filter(offered_at__gt=since, offered_at__lte=at, provider__isnull=False)
    return rows.exclude(state__in=SAYS_NOTHING).order_by()


def _count_offers(wanted: set[int], since: datetime, at: datetime) -> Mapping[int, Standing]:
    rows: dict[int, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    asked = _asked(since, at).filter(provider__in=wanted)
    for pk, state, offered_at, answered_at in asked.values_list("provider_id", "state", "offered_at", "answered_at"):
        assert pk is not None
        assert offered_at is not None
        rows[pk].append((state, offered_at, answered_at))
    return {pk: _sum_up(found) for pk, found in rows.items()}


def _sum_up(rows: Sequence[tuple[str, datetime, datetime | None]]) -> Standing:
    minutes = [(answered - offered).total_seconds() / 60 for _, offered, answered in rows if answered is not None]
    return Standing(
        asked=len(rows), answered=len(minutes), accepted=sum(state == OfferState.ACCEPTED for state, _, _ in rows),
        median_minutes=statistics.median(minutes) if minutes else None, last_asked_at=max(row[1] for row in rows),
    )  # fmt: skip


def _sum_offers(since: datetime, at: datetime) -> Mapping[int, Standing]:
    rows = _asked(since, at).values_list("provider_id")
    counts = rows.annotate(
        asked=Count("pk"), answered=Count("answered_at"),
        accepted=Count("pk", filter=Q(state=OfferState.ACCEPTED)), last=Max("offered_at"),
    )  # fmt: skip
    return {pk: Standing(asked, answered, accepted, None, last) for pk, asked, answered, accepted, last in counts}


def _count_ratings(wanted: set[int] | None, since: datetime, at: datetime) -> Mapping[int, Mapping[str, Rating]]:
    rows = Feedback.objects.filter(told_at__gt=since, told_at__lte=at).order_by()
    if wanted is not None:
        rows = rows.filter(provider__in=wanted)
    yes = {f"{name}_yes": Count("pk", filter=Q(**{name: True})) for name in RATED}
    of = {f"{name}_of": Count(name) for name in RATED}
    counts = rows.values_list("provider_id").annotate(**yes, **of)
    return {pk: {name: Rating(told[n], told[n + len(RATED)]) for n, name in enumerate(RATED)} for pk, *told in counts}
