"""What a call was about, and what follows: the tables as a coordinator reads them."""

import json
from pathlib import Path

import pytest

from telephony.kinds import MEANINGS, STEPS, code_of, kind_of_digit, mean
from tests.tables import is_yes, read_table

CODES = Path(__file__).resolve().parents[3] / "shared" / "data" / "codes" / "violence_codes.json"


@pytest.mark.parametrize("row", read_table("call_kinds.csv"))
def test_a_kind_means_what_the_table_says(row):
    meaning = mean(row["kind"])
    assert (meaning.digit, meaning.code, meaning.step) == (row["digit"], row["code"], row["next step"])
    assert meaning.is_substantive == is_yes(row["substantive"])
    assert meaning.ends_empty_case == is_yes(row["ends empty case"])
    assert kind_of_digit(row["digit"]) == row["kind"]


def test_the_table_has_every_kind():
    assert {row.values[0]["kind"] for row in read_table("call_kinds.csv")} == set(MEANINGS)


def test_every_digit_stands_for_one_kind():
    assert len({meaning.digit for meaning in MEANINGS.values()}) == len(MEANINGS)
    assert kind_of_digit("x") == ""


def test_every_step_has_a_time():
    assert {meaning.step for meaning in MEANINGS.values()} - {""} <= set(STEPS)


@pytest.mark.parametrize("row", read_table("call_codes.csv"))
def test_a_call_is_counted_as_the_table_says(row):
    seconds = int(row["seconds"]) if row["seconds"] else None
    assert code_of(outcome=row["outcome"] or None, kind=row["kind"], seconds=seconds) == row["code"]


@pytest.mark.skipif(not CODES.is_file(), reason="the code lists are not beside this repository")
def test_every_code_is_one_of_the_list():
    known = set(json.loads(CODES.read_text())["contact_outcomes"])
    assert {meaning.code for meaning in MEANINGS.values()} <= known
