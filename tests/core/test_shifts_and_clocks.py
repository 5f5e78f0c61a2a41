"""Shifts on the nights when the clocks change: every minute of a 23 or 25 hour day is covered exactly once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.core.errors import NotAllowed
from helpline.core.rota.coverage import Turn, place_shift, who_covers

# Nights of the past, so that a later change of law in a newer time zone file does not change the test.
NIGHTS = [
    ("Europe/Kyiv", date(2025, 3, 30), 23),
    ("Europe/Kyiv", date(2025, 10, 26), 25),
    ("America/Vancouver", date(2025, 3, 9), 23),
    ("America/Vancouver", date(2025, 11, 2), 25),
    ("America/Santiago", date(2025, 9, 7), 23),  # the clocks change at midnight
    ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),  # by half an hour
    ("Africa/Johannesburg", date(2025, 3, 30), 24),  # never
]


def at_wall(minutes):
    return time(minutes // 60, minutes % 60)


def place_day(day, zone, cuts):
    """Cut the day at these wall times and put a person on each piece; pieces that the clocks skip have nobody."""
    turns = []
    for number, (begins, ends) in enumerate(pairwise([*cuts, 24 * 60])):
        try:
            starts_at, ends_at = place_shift(day, at_wall(begins), at_wall(ends % (24 * 60)), zone)
        except NotAllowed:
            continue
        turns.append(Turn(f"person {number}", 1, starts_at, ends_at))
    return turns


@pytest.mark.parametrize(("zone", "day", "hours"), NIGHTS)
@settings(max_examples=15, deadline=None)
@given(cuts=st.sets(st.integers(1, 24 * 60 - 1), max_size=6))
def test_back_to_back_shifts_cover_every_minute_exactly_once(zone, day, hours, cuts):
    zone = ZoneInfo(zone)
    turns = place_day(day, zone, sorted({0, *cuts}))
    begins = datetime.combine(day, time(0), zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    minutes = round((ends - begins) / timedelta(minutes=1))
    assert minutes == hours * 60
    assert [len(who_covers(turns, [], begins + timedelta(minutes=minute))) for minute in range(minutes)] == [
        1
    ] * minutes
    assert who_covers(turns, [], begins - timedelta(minutes=1)) == ()
    assert who_covers(turns, [], ends) == ()


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2025, 3, 29), 11), (date(2025, 10, 25), 13), (date(2026, 11, 23), 12)],
    ids=["clocks go forward", "clocks go back", "an ordinary night"],
)
def test_a_night_shift_in_kyiv_is_as_long_as_the_night_really_is(day, hours):
    starts_at, ends_at = place_shift(day, time(20), time(8), ZoneInfo("Europe/Kyiv"))
    assert ends_at - starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 9), 1), (date(2025, 3, 10), 2)])
def test_a_shift_that_begins_in_the_skipped_hour_begins_when_the_clocks_change(day, hours):
    starts_at, ends_at = place_shift(day, time(2), time(4), ZoneInfo("America/Vancouver"))
    assert ends_at - starts_at == timedelta(hours=hours)


def test_a_shift_wholly_inside_the_skipped_hour_is_refused():
    with pytest.raises(NotAllowed):
        place_shift(date(2025, 3, 30), time(3, 10), time(3, 50), ZoneInfo("Europe/Kyiv"))


def test_a_shift_that_ends_when_it_begins_lasts_a_day():
    starts_at, ends_at = place_shift(date(2026, 11, 23), time(8), time(8), ZoneInfo("Africa/Johannesburg"))
    assert (starts_at, ends_at) == (datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 24, 6, tzinfo=UTC))
