"""What somebody of the team means who texts while they are out: tests/data/going.csv says it."""

import csv
from pathlib import Path

import pytest

from referrals.going_words import read_going

with (Path(__file__).parents[1] / "data" / "going.csv").open(encoding="utf-8", newline="") as file:
    TABLE = list(csv.DictReader(file))


@pytest.mark.parametrize("row", TABLE, ids=[f"{row['text']}-{row['asked']}" for row in TABLE])
def test_a_text_means_what_the_table_says(row):
    assert read_going(row["text"], was_asked=row["asked"] == "yes", code="A7K") == row["means"]


@pytest.mark.parametrize("hostile", ["\x00", "\u202e" * 50, "x" * 1_000_000, "'" * 400, "🚓 🚓"])
def test_hostile_words_are_for_a_person_to_read(hostile):
    assert not read_going(hostile, was_asked=True)
