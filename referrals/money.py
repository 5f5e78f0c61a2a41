"""Money: how an amount is read and said, what a grant still holds, and when a repayment is due. Plain rules, no framework.

Amounts are `Decimal`, never floating point, each with a currency (ISO 4217). A repayment has no interest: what is due adds
up to what was agreed, to the cent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MOST: Final = Decimal("9999999999.99")  # what the database holds
# Currencies without a smaller unit in daily use (ISO 4217 gives them the exponent 0).
WITHOUT_CENTS: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)


class NotMoney(ValueError):
    """What was written is no amount of this currency. Its text is a sentence for people, without what was written."""


def cents(currency: str) -> Decimal:
    """Return the smallest step of a currency."""
    return Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01")


_AMOUNT: Final = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:(?P<part>[ ,.'])[0-9]{3})(?:(?P=part)[0-9]{3})*)(?:[.,](?P<cents>[0-9]{1,2}))?"
)


def read_amount(written: str, currency: str) -> Decimal:
    """Read an amount as people write it: "1 200", "1,200.50", "1.200,50". Raises NotMoney, also for less than nothing.

    Thousands are parted by one and the same sign; "." or "," with one or two figures behind it begins the cents.
    """
    found = _AMOUNT.fullmatch(" ".join(written.replace("\u2019", "'").split()))
    if found is None:
        raise NotMoney("Write an amount in figures, such as 1200.50.")
    whole = re.sub(r"[^0-9]", "", found["whole"])
    amount = Decimal(f"{whole}.{found['cents'] or '0'}")
    if amount > MOST:
        raise NotMoney("This amount is too large.")
    if amount != amount.quantize(cents(currency)):
        raise NotMoney("This currency has no such small unit.")
    return amount.quantize(Decimal("0.01"))


def say_amount(amount: Decimal, currency: str) -> str:
    """Say an amount: "1 200.50 ZAR", with spaces that do not break; without cents where the currency has none."""
    step = cents(currency)
    rounded = amount.quantize(step, rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace(",", "\u202f") + f"\u00a0{currency}"


def room_left(ceiling: Decimal, spent: Decimal) -> Decimal:
    """Return what a grant still holds; never less than nothing."""
    return max(ceiling - spent, Decimal(0))


def fits(ceiling: Decimal, spent: Decimal, amount: Decimal) -> bool:
    """Say whether an amount may still leave a grant: to the cent it may, one cent more it may not."""
    return spent + amount <= ceiling


@dataclass(frozen=True)
class Instalment:
    """What was agreed for one day."""

    on: date
    amount: Decimal


def plan_instalments(*, amount: Decimal, instalment: Decimal, starts_on: date, every_days: int) -> Iterator[Instalment]:
    """Yield what is due and when, the last one smaller, until the sum is exactly `amount`. No interest is ever added."""
    if instalment <= 0 or every_days < 1:
        raise ValueError("an instalment is more than nothing, and comes after days")
    left, on = amount, starts_on
    while left > 0:
        step = min(instalment, left)
        yield Instalment(on, step)
        left -= step
        on += timedelta(days=every_days)


@dataclass(frozen=True)
class Standing:
    """How a repayment stands on a day. `behind` is what would have come by then and has not: known, never chased."""

    paid: Decimal
    left: Decimal
    behind: Decimal
    next: Instalment | None


def stand(
    *,
    amount: Decimal,
    instalment: Decimal,
    starts_on: date,
    every_days: int,
    paid: Decimal,
    paused_days: int,
    today: date,
) -> Standing:
    """Say how a repayment stands. Days in which it was paused move everything after them; nothing grows."""
    begins = starts_on + timedelta(days=paused_days)
    due, reached, upcoming = Decimal(0), Decimal(0), None
    for one in plan_instalments(amount=amount, instalment=instalment, starts_on=begins, every_days=every_days):
        reached += one.amount
        if one.on <= today:
            due = reached
        if upcoming is None and reached > paid:
            upcoming = Instalment(max(one.on, today), min(one.amount, reached - paid))
    left = max(amount - paid, Decimal(0))
    return Standing(paid=paid, left=left, behind=max(due - paid, Decimal(0)), next=upcoming)
