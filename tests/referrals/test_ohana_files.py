"""Every published test file of Ohana, the right and the deliberately wrong: what is told of each stands in a table."""

import csv
from pathlib import Path

import pytest

from referrals.hsds import ohana, tables
from tests.referrals.beside import OHANA_BAD, OHANA_SAMPLE, needs_ohana

DATA = Path(__file__).parents[1] / "data"
ROWS = list(csv.DictReader((DATA / "ohana_files.csv").open(newline="")))


def lines_of(path):
    return list(csv.reader(path.open(newline="", encoding="utf-8-sig")))


def told(found, of):
    """What is told, line by line; of files that stand beside the one in question with their names."""
    return "; ".join(
        f"{'' if one.file == of else one.file} {one.record} {one.field} {one.code}".replace("  ", " ").strip()
        for one in tables.check(found)
    )


def read(row):
    beside = {f"{name}.csv": lines_of(DATA / "ohana" / f"{name}.csv") for name in row["given with"].split()}
    return ohana.read({**beside, f"the {row['file']}": lines_of(OHANA_BAD / row["file"])})


@needs_ohana
@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_what_is_told_of_each_file(row):
    assert (told(read(row), f"the {row['file']}") or "right") == row["what is told"]


@needs_ohana
def test_no_file_is_missing_from_the_table():
    assert {row["file"] for row in ROWS} == {one.name for one in OHANA_BAD.iterdir()}


@needs_ohana
@pytest.mark.parametrize("row", [row for row in ROWS if row["file"].startswith("valid_")], ids=lambda row: row["file"])
def test_those_that_are_named_right_become_rows(row):
    assert any(read(row).rows.values())


@needs_ohana
def test_the_sample_directory_is_read_but_for_its_days_in_words():
    found = ohana.read({one.name: lines_of(one) for one in sorted(OHANA_SAMPLE.iterdir())})
    wrong = tables.check(found)
    assert {(one.file, one.code) for one in wrong} == {
        ("organizations.csv", "no_american_date"),
        ("holiday_schedules.csv", "no_american_date"),
    }
    assert {table: len(found.rows[table]) for table in ("organization", "service", "location", "phone")} == {
        "organization": 8,
        "service": 23,
        "location": 22,
        "phone": 54,
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [("9:30", "09:30:00"), ("17:00", "17:00:00"), ("5:00 PM", "17:00:00"), ("9am", "09:00:00"), ("12am", "00:00:00"),
     ("12:00 PM", "12:00:00"), ("9", None), ("25:00", None), ("13pm", None), ("0am", None), ("noon", None), ("", None)],
)  # fmt: skip
def test_hours_as_people_write_them(said, meant):
    found = ohana.read_hour(said)
    assert (found.isoformat() if found else None) == meant
