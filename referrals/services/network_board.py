"""What waits for whoever keeps the network: to renew, suspended, told and not looked at, and whom to talk to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from referrals.checklist import REMIND_DAYS
from referrals.models import Provider, ProviderReport, ReportState, VettingState
from referrals.services.network_figures import FEWEST
from referrals.services.standing import Standing, read_standing
from referrals.services.vetting import today
from referrals.services.vetting_words import say_why

SHOWN: Final = 25  # of each list; the number beside it says how many there are
ASKED_ENOUGH: Final = 5
SELDOM: Final = 0.3  # answers of those asked
HALF: Final = 0.5


@dataclass(frozen=True)
class Waiting:
    """A list cut to what a page can hold, and how many there are in all."""

    rows: list[dict[str, Any]]
    many: int


def read_due(*, at: datetime) -> Waiting:
    """Return trusted providers to be vetted anew within thirty days, or overdue, the longest overdue first."""
    on = today(at)
    found = Provider.objects.trusted().filter(renew_by__lte=on + timedelta(days=max(REMIND_DAYS)))
    rows = [
        {"provider": one, "days_over": max((on - one.renew_by).days, 0)}
        for one in found.order_by("renew_by", "name", "pk")[:SHOWN]
        if one.renew_by is not None
    ]
    return Waiting(rows, found.count())


def read_suspended() -> Waiting:
    """Return who is suspended, since when and why, the longest first."""
    found = Provider.objects.filter(vetting=VettingState.SUSPENDED)
    rows = [{"provider": one, "why": say_why(one.vetting_why)} for one in found.order_by("vetting_since", "pk")[:SHOWN]]
    return Waiting(rows, found.count())


def read_reports() -> Waiting:
    """Return what was told and nobody has looked at, the graver first, then the older."""
    found = ProviderReport.objects.filter(state=ReportState.OPEN).select_related("provider", "recorded_by")
    return Waiting([{"report": one} for one in found.order_by("kind", "told_at", "pk")[:SHOWN]], found.count())


def read_to_talk_to(*, at: datetime) -> Waiting:
    """Return trusted providers that seldom answer, or by whom fewer than half were respected, the most asked first."""
    known = read_standing(None, at=at)
    worrying = {pk: why for pk, one in known.items() if (why := _worries(one))}
    trusted = Provider.objects.trusted().in_bulk(worrying)
    order = sorted(trusted, key=lambda pk: (-known[pk].asked, pk))
    rows = [{"provider": trusted[pk], "standing": known[pk], "why": worrying[pk]} for pk in order[:SHOWN]]
    return Waiting(rows, len(order))


def _worries(one: Standing) -> tuple[str, ...]:
    respectful, safe = one.ratings["respectful"], one.ratings["safe"]
    return tuple(
        code
        for code, is_so in (
            ("silent", one.asked >= ASKED_ENOUGH and one.answered < SELDOM * one.asked),
            ("disrespect", respectful.of >= FEWEST and respectful.yes < HALF * respectful.of),
            ("unsafe", safe.of >= FEWEST and safe.yes < HALF * safe.of),
        )
        if is_so
    )
