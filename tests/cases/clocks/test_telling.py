"""When somebody is told again of a day that was fixed: the table, and what holds for every day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks.telling import next_telling_at, telling_at, tellings_of
from tests.tables import read_table

MOMENTS = st.integers(0, 6 * 366 * 86400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ZONES = st.sampled_from(["Africa/Johannesburg", "Europe/Kyiv", "America/Vancouver", "Australia/Lord_Howe"]).map(
    ZoneInfo
)


@pytest.mark.parametrize("row", read_table("tellings.csv"))
def test_somebody_is_told_again_as_the_table_says(row):
    zone = ZoneInfo(row["zone"])

    def read(words):
        return datetime.fromisoformat(words).replace(tzinfo=zone).astimezone(UTC) if words else None

    fixed, now = read(row["fixed for"]), read(row["now"])
    told = telling_at(fixed, zone, now)
    assert (told.which if told else "") == row["told"]
    assert next_telling_at(fixed, zone, now) == read(row["next"])


@given(MOMENTS, ZONES, st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_nothing_is_told_once_it_has_begun_and_tomorrow_is_always_true(fixed, zone, apart):
    now = fixed + apart
    told = telling_at(fixed, zone, now)
    if told is None:
        return
    assert now < fixed
    days = (fixed.astimezone(zone).date() - now.astimezone(zone).date()).days
    assert days == {"day_before": 1, "morning": 0}[told.which]


@given(MOMENTS, ZONES)
def test_there_are_at_most_two_and_one_after_the_other(fixed, zone):
    first, second = tellings_of(fixed, zone)
    assert first.from_at < first.until <= second.from_at < second.until == fixed
