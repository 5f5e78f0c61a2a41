"""Who is calling: every form of From that the gateway sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.caller_id import read_caller
from tests.tables import read_table


@pytest.mark.parametrize("row", read_table("caller_id.csv"))
def test_a_from_is_read_as_the_table_says(row):
    caller = read_caller(row["from"], region=row["region"] or None)
    assert (caller.kind, caller.number or "", caller.raw) == (row["kind"], row["number"], row["from"])


def test_a_missing_from_is_withheld_and_has_nothing_to_keep():
    caller = read_caller(None)
    assert (caller.kind, caller.raw, caller.may_be_called_back, caller.is_somebody) == ("withheld", "", False, False)


def test_signs_that_cannot_be_seen_do_not_hide_a_number_and_are_kept():
    caller = read_caller("\u202a+447700900200\u202c\x00")
    assert (caller.number, caller.raw) == ("+447700900200", "\u202a+447700900200\u202c\x00")


@given(st.text(max_size=60), st.sampled_from([None, "ZA", "US", "??", ""]))
def test_reading_never_fails_and_keeps_what_came(raw, region):
    caller = read_caller(raw, region=region)
    assert caller.raw == raw
    assert caller.number is None or (caller.kind == "number" and caller.number.startswith("+"))


@given(st.from_regex(r"[+0-9 ().-]{1,300}", fullmatch=True))
def test_nothing_that_looks_like_a_number_is_too_odd_to_take(raw):
    assert read_caller(raw, region="GB").raw == raw
