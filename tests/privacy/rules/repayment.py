"""What somebody agreed to pay back."""

from datetime import date
from decimal import Decimal

from referrals.services import repayments
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("repayment",)
VERBS = {"repayment_change": {"verb": "forgive"}}
REFS = {"<slug:repayment_ref>": lambda case: case.repayments.get().ref}


def make(case, person):
    row = repayments.agree(
        case=case, amount=Decimal(10), instalment=Decimal(5), currency="ZAR", every_days=30, starts_on=date(2026, 12, 1),
        by=person, at=NIGHT,
    )  # fmt: skip
    row.why = f"{STORY} why"
    row.save()
