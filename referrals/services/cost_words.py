"""What a service costs, in words: "free", "certificate: 120.00 ZAR"."""

from decimal import Decimal

from django.utils.translation import gettext as _

from referrals.models import Cost, Service


def say_costs(service: Service) -> list[str]:
    """Return one line for each thing that is known of what it costs; none where nobody has said anything."""
    said = [_("free")] if service.is_free else []
    said += [line for line in map(say_cost, service.costs.all()) if line]
    return [*said, service.fees] if service.fees else said


def say_cost(cost: Cost) -> str:
    """Say one cost: what it is for, how much, and its own words. Nothing to pay is said as such."""
    amount = ""
    if cost.amount is not None:
        amount = _("nothing to pay") if cost.amount == Decimal(0) else f"{cost.amount:.2f} {cost.currency}".strip()
    what = ": ".join(part for part in (cost.option, amount) if part)
    return ", ".join(part for part in (what, cost.words) if part)
