"""Amounts as people write them, a grant to its last cent, and repayments that never grow."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.money import NotMoney, fits, plan_instalments, read_amount, room_left, say_amount, stand

WRITTEN = list(csv.DictReader((Path(__file__).parent.parent / "data" / "money_written.csv").open(encoding="utf-8")))
MONEY = st.decimals(min_value="0.01", max_value="100000", places=2)
FIRST = date(2026, 12, 1)


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: f"{row['written']!r} {row['currency']}")
def test_an_amount_is_read_as_it_was_meant_or_not_at_all(row):
    if row["read"]:
        assert read_amount(row["written"], row["currency"]) == Decimal(row["read"])
    else:
        with pytest.raises(NotMoney):
            read_amount(row["written"], row["currency"])


@given(MONEY)
def test_what_is_said_can_be_read_again(amount):
    said = say_amount(amount, "ZAR").removesuffix("\u00a0ZAR")
    assert read_amount(said, "ZAR") == amount


def test_a_currency_without_cents_is_said_without_them():
    assert say_amount(Decimal("50000.00"), "UGX") == "50\u202f000\u00a0UGX"


def test_a_grant_is_spent_to_the_last_cent_and_not_one_more():
    assert fits(Decimal("100.00"), Decimal("99.99"), Decimal("0.01"))
    assert not fits(Decimal("100.00"), Decimal("99.99"), Decimal("0.02"))
    assert room_left(Decimal("100.00"), Decimal("120.00")) == 0


@given(amount=MONEY, parts=st.integers(1, 40), days=st.integers(1, 60))
def test_instalments_add_up_to_what_was_agreed_and_to_nothing_more(amount, parts, days):
    instalment = max(amount / parts, Decimal("0.01")).quantize(Decimal("0.01"))
    planned = list(plan_instalments(amount=amount, instalment=instalment, starts_on=FIRST, every_days=days))
    assert sum(one.amount for one in planned) == amount
    assert all(0 < one.amount <= instalment for one in planned)
    assert all(later.on - earlier.on == timedelta(days=days) for earlier, later in pairwise(planned))


def standing(paid, today, paused_days=0):
    return stand(
        amount=Decimal(300), instalment=Decimal(100), starts_on=FIRST, every_days=30, paid=Decimal(paid),
        paused_days=paused_days, today=today,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("paid", "day", "paused", "left", "behind", "next_on", "next_amount"),
    [
        ("0", 0, 0, 300, 100, 0, 100),  # the first one is due today
        ("100", 0, 0, 200, 0, 30, 100),
        ("150", 0, 0, 150, 0, 30, 50),  # half of the second came early
        ("100", 29, 0, 200, 0, 30, 100),
        ("100", 30, 0, 200, 100, 30, 100),
        ("100", 30, 10, 200, 0, 40, 100),  # it rested for ten days: everything after moved
        ("100", 365, 0, 200, 200, 365, 100),  # a year later it is still the same sum
        ("300", 365, 0, 0, 0, None, None),
    ],
)
def test_how_a_repayment_stands(paid, day, paused, left, behind, next_on, next_amount):
    now = standing(paid, FIRST + timedelta(days=day), paused)
    assert (now.left, now.behind) == (left, behind)
    if next_on is None:
        assert now.next is None
    else:
        assert now.next is not None
        assert (now.next.on, now.next.amount) == (FIRST + timedelta(days=next_on), next_amount)
