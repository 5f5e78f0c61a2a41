"""How asking goes: how fast, how often with a yes, how it was for callers, and what there was not. By month, and by need."""

import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q

from cases.models import Need, NeedOutcome
from helpline.core import clock
from referrals.models import Feedback, Offer, OfferState
from referrals.services.standing import LATELY, RATED, SAYS_NOTHING, Rating

MONTHS: Final = 6  # the present one is the last
FEWEST: Final = 3  # answers; from fewer than that one could guess who told it


@dataclass
class Asked:
    """How often somebody was asked, answered and accepted, and after how many minutes they answered."""

    asked: int = 0
    accepted: int = 0
    minutes: list[float] = field(default_factory=list)

    @property
    def median(self) -> float | None:
        return statistics.median(self.minutes) if self.minutes else None

    @property
    def p90(self) -> float | None:
        """Nine of ten had answered by then."""
        ordered = sorted(self.minutes)
        return ordered[max(0, -(-len(ordered) * 9 // 10) - 1)] if ordered else None

    @property
    def share(self) -> int | None:
        """In percent; None where nobody was asked."""
        return round(100 * self.accepted / self.asked) if self.asked else None


@dataclass(frozen=True)
class Figures:
    """`months`: the first day of each, oldest first. `by_month` and `unmet` go with them."""

    months: tuple[date, ...]
    by_month: tuple[Asked, ...]
    by_need: Mapping[str, Asked]
    ratings: Mapping[str, Rating]
    unmet: Mapping[str, tuple[int, ...]]


def read_figures(*, at: datetime) -> Figures:
    """Return the figures of the last six months in three statements. What the team was asked is not among them."""
    zone = clock.find_zone(settings.TIME_ZONE)
    months = list_months(at.astimezone(zone).date())
    starts = [datetime(first.year, first.month, 1, tzinfo=zone).astimezone(UTC) for first in months]
    place = {first: n for n, first in enumerate(months)}
    by_month = [Asked() for _ in months]
    by_need: dict[str, Asked] = defaultdict(Asked)
    for need, state, offered_at, answered_at in _read_offers(starts[0], at):
        minutes = (answered_at - offered_at).total_seconds() / 60 if answered_at is not None else None
        month = by_month[bisect_right(starts, offered_at) - 1]
        for one in (month, by_need[need]):
            one.asked += 1
            one.accepted += state == OfferState.ACCEPTED
            if minutes is not None:
                one.minutes.append(minutes)
    unmet = _read_unmet(starts, at, zone, place)
    return Figures(tuple(months), tuple(by_month), dict(sorted(by_need.items())), _read_ratings(at), unmet)


def list_months(today: date) -> list[date]:
    """Return the first days of the last six months, the present one last."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS + 1, number + 1)]


def _read_offers(since: datetime, at: datetime) -> "Iterator[tuple[str, str, datetime, datetime | None]]":
    rows = Offer.objects.filter(offered_at__gte=since, offered_at__lte=at, provider__isnull=False)
    asked = rows.exclude(state__in=SAYS_NOTHING).order_by()
    for need, state, offered_at, answered_at in asked.values_list(
        "referral__need", "state", "offered_at", "answered_at"
    ):
        assert offered_at is not None
        yield need, state, offered_at, answered_at


def _read_ratings(at: datetime) -> Mapping[str, Rating]:
    said = {
        **{f"{name}_yes": Count("pk", filter=Q(**{name: True})) for name in RATED},
        **{f"{name}_of": Count(name) for name in RATED},
    }
    told = Feedback.objects.filter(told_at__gt=at - LATELY, told_at__lte=at).aggregate(**said)
    return {name: Rating(told[f"{name}_yes"], told[f"{name}_of"]) for name in RATED}


def _read_unmet(
    starts: Sequence[datetime], at: datetime, zone: ZoneInfo, place: Mapping[date, int]
) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(starts))
    rows = Need.objects.filter(outcome=NeedOutcome.UNAVAILABLE, changed_at__gte=starts[0], changed_at__lte=at)
    for kind, changed_at in rows.values_list("kind", "changed_at").order_by():
        found[kind][place[changed_at.astimezone(zone).date().replace(day=1)]] += 1
    return {kind: tuple(counts) for kind, counts in sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))}
