"""Money: for keepers alone."""

from datetime import date
from decimal import Decimal

from referrals.services import fees
from tests.factories import NIGHT
from tests.referrals.rules import KEEPERS

RULES = [
    ("money", "get", KEEPERS),
    ("grant_new", "get", KEEPERS),
    ("grant_new", "post", KEEPERS),
    ("grant", "get", KEEPERS),
    ("grant", "post", KEEPERS),
    ("fee_new", "get", KEEPERS),
    ("fee_new", "post", KEEPERS),
    ("fee", "post", KEEPERS),
    ("rates", "get", KEEPERS),
    ("rates", "post", KEEPERS),
    ("statement", "get", KEEPERS),
    ("statement", "post", KEEPERS),
]
REFS = {
    "<slug:grant_ref>": lambda provider: provider.fees.get().grant.ref,
    "<slug:fee_ref>": lambda provider: provider.fees.get().ref,
    "<slug:month>": lambda _provider: "2026-11",
}


def make(provider, person):
    fund = fees.keep_grant(
        name="Fund",
        ceiling=Decimal(100),
        currency="ZAR",
        starts_on=date(2026, 11, 1),
        ends_on=None,
        by=person,
        at=NIGHT,
    )
    fees.enter_fee(
        provider=provider, grant=fund, stage="bail", done_on=date(2026, 11, 2), amount=Decimal(1), by=person, at=NIGHT
    )
