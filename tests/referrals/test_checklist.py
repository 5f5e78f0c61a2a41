"""What each step of vetting needs, how long it lasts, and what ends it, from the tables that a coordinator can read."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import checklist
from referrals.checklist import NUMBERS, Found, Report, Tried

TODAY = date(2026, 11, 25)
TESTS = {
    "good": Tried(reached=True, respectful=True, moralised=False, would_send_a_friend=True),
    "lecture": Tried(reached=True, respectful=True, moralised=True),
    "not reached": Tried(reached=False),
}


def rows(name):
    path = Path(__file__).parent.parent / "data" / f"vetting_{name}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8")))


def numbers(said):
    found = set()
    for part in said.split("+") if said else ():
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("row", rows("steps"), ids=lambda row: row["what happens"])
def test_what_a_step_needs(row):
    unscored, zero = numbers(row["points not looked at"]), numbers(row["points at zero"])
    found = Found(
        scores={n: 0 if n in zero else 2 for n in NUMBERS if n not in unscored},
        tests=tuple(TESTS[name] for name in row["peer tests"].split("+") if name),
        is_agreement_signed=row["agreement signed"] == "yes",
        scored_by=frozenset(name for name in row["scored by"].split("+") if name),
        open_reports=int(row["reports not looked at"]),
        is_breach_upheld=row["breach found to be so"] == "yes",
    )
    lacks = checklist.missing(row["step"], row["state before"], found, row["done by"])
    assert "+".join(lacks) == row["missing"]


@pytest.mark.parametrize("verb", ["interview", "peer_test", "approve"])
def test_nothing_goes_forward_before_somebody_has_begun(verb):
    assert "begun" in checklist.missing(verb, "proposed", Found(is_begun=False), "lerato")


@pytest.mark.parametrize("row", rows("lasts"), ids=lambda row: row["what happens"])
def test_how_long_it_lasts(row):
    was = date.fromisoformat(row["renew by before"]) if row["renew by before"] else None
    found = checklist.renew_by(
        row["state after"], row["kind"], date.fromisoformat(row["on"]), was,
        has_clinic_or_law=row["gives health or legal help"] == "yes",
    )  # fmt: skip
    assert (found.isoformat() if found else "") == row["renew by"]


@pytest.mark.parametrize("row", rows("reports"), ids=lambda row: row["what was told"])
def test_what_ends_trust(row):
    told = []
    for said in filter(None, row["reports: kind state days-ago case"].split("; ")):
        kind, state, days, case = said.split()
        told.append(Report(kind, state, TODAY - timedelta(days=int(days)), "" if case == "-" else case))
    assert checklist.ends_trust(told, TODAY) == row["suspended because"]


@pytest.mark.parametrize(("days_before", "stage"), [(31, 0), (30, 1), (8, 1), (7, 2), (1, 2), (0, 3), (-5, 3)], ids=str)
def test_three_reminders_come_before_the_day_and_on_it(days_before, stage):
    assert checklist.reminder_stage(TODAY + timedelta(days=days_before), TODAY) == stage


@pytest.mark.parametrize(("days_over", "is_long"), [(0, False), (30, False), (31, True)])
def test_thirty_days_over_is_still_waited(days_over, is_long):
    assert checklist.is_long_overdue(TODAY - timedelta(days=days_over), TODAY) is is_long


@given(st.dates(date(2000, 1, 1), date(2190, 1, 1)), st.integers(1, 24))
def test_so_many_months_later_is_the_same_day_or_the_last_of_the_month(on, months):
    later = checklist.add_months(on, months)
    assert (later.year * 12 + later.month) - (on.year * 12 + on.month) == months
    assert later.day == on.day or (later + timedelta(days=1)).day == 1


def test_the_first_four_cannot_be_outweighed():
    """Whatever the rest is like."""
    good = Found(True, dict.fromkeys(NUMBERS, 2), (TESTS["good"],), True, frozenset({"a"}))
    for vital in checklist.VITAL:
        scores = {**good.scores, vital: 0}
        bad = Found(scores=scores, tests=good.tests, is_agreement_signed=True, scored_by=good.scored_by)
        assert checklist.missing("approve", "peer_tested", bad, "b") == ("vital_zero",)
