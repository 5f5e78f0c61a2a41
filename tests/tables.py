"""Reading the tables in tests/data that coordinators may check: a row per case, the last column says why."""

import csv
from pathlib import Path

import pytest

_DATA = Path(__file__).parent / "data"


def read_table(name):
    """Return the rows of tests/data/<name> as test parameters, each named after its line and its `why`."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        rows = [
            {(key or "").strip(): (value or "").strip() for key, value in row.items()}
            for row in csv.DictReader(file, skipinitialspace=True)
        ]
    assert rows, f"{name} is empty"
    return [pytest.param(row, id=f"line {line}: {row['why']}") for line, row in enumerate(rows, start=2)]


def is_yes(word):
    """Read a yes or a blank (or no); anything else is a slip in the table."""
    assert word in {"yes", "no", ""}, f"{word!r} is neither yes nor no"
    return word == "yes"


def split_list(words, by=";"):
    return [word.strip() for word in words.split(by) if word.strip()]
