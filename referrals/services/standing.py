"""How providers have answered and how it was for callers, in the last 180 days: two statements for any number of them."""

import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from referrals.models import Feedback, Offer, OfferState

LATELY: Final = timedelta(days=180)
RATED: Final = ("reached", "respectful", "safe", "cost_as_told")
# Offers that say nothing of whoever was asked: never sent, not answered yet, or taken back by us.
SAYS_NOTHING: Final = (OfferState.PLANNED, OfferState.OPEN, OfferState.UNDELIVERED, OfferState.WITHDRAWN)
_AT_ONCE: Final = 500  # beyond that the database reads all, and what was not asked for is left out here


@dataclass(frozen=True)
class Rating:
    """So many said yes, of so many who answered at all."""

    yes: int = 0
    of: int = 0


@dataclass(frozen=True)
class Standing:
    """What is known of one provider. `median_minutes`: from the question to the answer, None where nobody answered."""

    asked: int = 0
    answered: int = 0
    accepted: int = 0
    median_minutes: float | None = None
    last_asked_at: datetime | None = None
    ratings: Mapping[str, Rating] = field(default_factory=lambda: dict.fromkeys(RATED, Rating()))


@dataclass
class _Counting:
    asked: int = 0
    accepted: int = 0
    minutes: list[float] = field(default_factory=list)
    last: datetime | None = None
    answered: int = 0


def read_standing(provider_pks: Collection[int] | None, *, at: datetime) -> Mapping[int, Standing]:
    """Return the standing of each of these providers; None means of every one of which anything is known.

    A provider of which nothing is known is left out where None was asked for, and has zeros where it was named.
    """
    since = at - LATELY
    wanted = None if provider_pks is None else set(provider_pks)
    counted = _count_offers(wanted, since, at)
    ratings = _count_ratings(wanted, since, at)
    found = (counted.keys() | ratings.keys()) if wanted is None else wanted
    nothing, unrated = _Counting(), dict.fromkeys(RATED, Rating())
    return {pk: _sum_up(counted.get(pk, nothing), ratings.get(pk, unrated)) for pk in found}


def _sum_up(one: _Counting, ratings: Mapping[str, Rating]) -> Standing:
    median = statistics.median(one.minutes) if one.minutes else None
    return Standing(one.asked, one.answered, one.accepted, median, one.last, ratings)


def _count_offers(wanted: set[int] | None, since: datetime, at: datetime) -> Mapping[int, _Counting]:
    rows = Offer.objects.filter(offered_at__gt=since, offered_at__lte=at, provider__isnull=False)
    if wanted is not None and len(wanted) <= _AT_ONCE:
        rows = rows.filter(provider__in=wanted)
    counting: dict[int, _Counting] = defaultdict(_Counting)
    asked = rows.exclude(state__in=SAYS_NOTHING).order_by()
    for pk, state, offered_at, answered_at in asked.values_list("provider_id", "state", "offered_at", "answered_at"):
        assert pk is not None
        assert offered_at is not None
        if wanted is not None and pk not in wanted:
            continue
        one = counting[pk]
        one.asked += 1
        one.accepted += state == OfferState.ACCEPTED
        one.last = offered_at if one.last is None else max(one.last, offered_at)
        if answered_at is not None:
            one.answered += 1
            one.minutes.append((answered_at - offered_at).total_seconds() / 60)
    return counting


def _count_ratings(wanted: set[int] | None, since: datetime, at: datetime) -> Mapping[int, Mapping[str, Rating]]:
    rows = Feedback.objects.filter(told_at__gt=since, told_at__lte=at).order_by()
    if wanted is not None and len(wanted) <= _AT_ONCE:
        rows = rows.filter(provider__in=wanted)
    yes: dict[int, list[int]] = defaultdict(lambda: [0] * len(RATED))
    of: dict[int, list[int]] = defaultdict(lambda: [0] * len(RATED))
    for pk, *answers in rows.values_list("provider_id", *RATED):
        for place, answer in enumerate(answers):
            yes[pk][place] += answer is True
            of[pk][place] += answer is not None
    return {
        pk: {name: Rating(yes[pk][place], of[pk][place]) for place, name in enumerate(RATED)}
        for pk in of
        if wanted is None or pk in wanted
    }
