"""How long something still helps: the table that a nurse can read, and what holds for every time that there is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks.clinical import elapsed_bucket, state_at, window_of
from cases.clocks.rules import CLINICAL, ClinicalRule, find_rule
from tests.tables import read_table

MOMENTS = st.integers(0, 6 * 366 * 86400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
UNSURE = st.timedeltas(timedelta(), timedelta(days=20))
RULES = st.sampled_from(CLINICAL)
LATER = st.timedeltas(timedelta(), timedelta(days=120))


def read(words):
    return datetime.fromisoformat(words).replace(tzinfo=UTC) if words else None


@pytest.mark.parametrize("row", read_table("clinical_windows.csv"))
def test_a_window_stands_as_the_table_says(row):
    rule = find_rule(row["rule"])
    assert isinstance(rule, ClinicalRule)
    window = window_of(rule, earliest=read(row["earliest"]), latest=read(row["latest"]))
    assert state_at(window, read(row["now"])) == row["state"]
    assert (window.act_by, window.ends_at) == (read(row["act by"]), read(row["ends"]))


def test_the_table_speaks_of_every_rule():
    assert {row.values[0]["rule"] for row in read_table("clinical_windows.csv")} == {rule.code for rule in CLINICAL}


@pytest.mark.parametrize("row", read_table("elapsed_buckets.csv"))
def test_how_long_ago_is_sorted_as_the_table_says(row):
    assert elapsed_bucket(earliest=read(row["happened"]), told_at=read(row["told"])) == row["bucket"]


@given(MOMENTS, st.timedeltas(timedelta(hours=72, microseconds=1), timedelta(days=400)))
def test_nothing_later_than_72_hours_is_ever_within_three_days(happened, ago):
    assert elapsed_bucket(earliest=happened, told_at=happened + ago) != "0-3 days"


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(hours=72)))
def test_whatever_is_within_72_hours_is_within_three_days_and_could_have_pep(happened, ago):
    assert elapsed_bucket(earliest=happened, told_at=happened + ago) == "0-3 days"
    assert state_at(window_of(find_rule("PEP_HIV"), earliest=happened), happened + ago) in {"open", "act_now"}


@given(RULES, MOMENTS, UNSURE, LATER)
def test_an_uncertain_time_never_gives_more_time_than_its_earliest_moment(rule, earliest, unsure, later):
    if rule.to_means == "certain":
        return
    known, uncertain = window_of(rule, earliest=earliest), window_of(rule, earliest=earliest, latest=earliest + unsure)
    assert uncertain.ends_at == known.ends_at
    if state_at(known, earliest + later) in {"over", "perhaps_over"}:
        assert state_at(uncertain, earliest + later) in {"over", "perhaps_over"}


@given(RULES, MOMENTS, UNSURE)
def test_no_test_is_offered_before_it_can_show_anything(rule, earliest, unsure):
    window = window_of(rule, earliest=earliest, latest=earliest + unsure)
    if rule.to_means == "certain":
        assert window.opens_at - (earliest + unsure) == rule.opens


@given(RULES, MOMENTS, UNSURE)
def test_acting_in_time_lies_within_the_window(rule, earliest, unsure):
    window = window_of(rule, earliest=earliest, latest=earliest + unsure)
    assert earliest <= window.opens_at <= window.act_by <= window.ends_at <= window.ends_at_latest <= window.last_moment


@given(RULES, MOMENTS, UNSURE, LATER, LATER)
def test_a_window_never_opens_again(rule, earliest, unsure, one, other):
    order = ["ahead", "open", "act_now", "weaker", "perhaps_over", "over", "certain"]
    window = window_of(rule, earliest=earliest, latest=earliest + unsure)
    first, second = sorted((one, other))
    states = [order.index(state_at(window, earliest + later)) for later in (first, second)]
    assert states == sorted(states)


def test_what_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before the earliest"):
        window_of(CLINICAL[0], earliest=read("2026-11-22T02:00"), latest=read("2026-11-22T01:00"))
    with pytest.raises(ValueError, match="not happened"):
        elapsed_bucket(earliest=read("2026-11-22T02:00"), told_at=read("2026-11-22T01:59"))


@pytest.mark.parametrize("rule", CLINICAL, ids=lambda rule: rule.code)
def test_every_window_has_a_source_and_words_for_after_its_end(rule):
    assert rule.source
    assert "anyway" in rule.after or "not too late" in rule.after
    assert not {"victim", "patient", "diagnos"} & set(f"{rule.name} {rule.note} {rule.after}".lower().split())
