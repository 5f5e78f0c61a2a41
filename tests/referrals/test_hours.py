"""When somebody is there, from a table that a coordinator can read."""

import csv
import re
from datetime import date, datetime, time
from pathlib import Path

import pytest

from referrals.hours import Span, group_days, is_there

ROWS = list(csv.DictReader((Path(__file__).parent.parent / "data" / "hours.csv").open(encoding="utf-8")))
SAID = {"yes": True, "no": False, "unknown": None}


def read_span(said):
    dates = re.search(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", said)
    times = re.search(r"(\d\d:\d\d)-(\d\d:\d\d)", said)
    days = re.match(r"[0-6]+", said)
    return Span(
        days=frozenset(map(int, days[0])) if days else frozenset(),
        opens=time.fromisoformat(times[1]) if times else None,
        closes=time.fromisoformat(times[2]) if times else None,
        valid_from=date.fromisoformat(dates[1]) if dates else None,
        valid_to=date.fromisoformat(dates[2]) if dates else None,
        is_closed="closed" in said,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["who"])
def test_whether_somebody_is_there(row):
    spans = [read_span(said) for said in row["spans"].split("|") if said]
    assert is_there(spans, datetime.fromisoformat(row["moment"])) is SAID[row["there"]]


@pytest.mark.parametrize(
    ("days", "stretches"),
    [([], []), ([0, 1, 2, 3, 4], [(0, 4)]), ([6, 0, 1], [(0, 1), (6, 6)]), ([3, 3], [(3, 3)])],
)
def test_weekdays_are_said_in_stretches(days, stretches):
    assert group_days(days) == stretches
