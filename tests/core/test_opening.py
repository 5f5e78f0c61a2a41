"""When a desk is open: the table, both nights on which the clocks change, and what is said of hours that are wrong."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.core.opening import check_hours, check_zone, is_open, next_opening
from tests.tables import is_yes, read_table, split_list

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DEFAULT_ZONE = "Africa/Johannesburg"


def read_hours(words):
    hours = []
    for one in split_list(words):
        days, times = one.split()
        first, last = (DAYS.index(day) for day in days.split("-"))
        begins, ends = times.split("-")
        hours += [{"day": day, "from": begins, "to": ends} for day in range(first, last + 1)]
    return hours


def wall(words, zone):
    used = ZoneInfo(DEFAULT_ZONE if zone.startswith("Nowhere") else zone)
    return datetime.fromisoformat(words).replace(tzinfo=used).astimezone(UTC)


@pytest.mark.parametrize("row", read_table("opening.csv"))
def test_a_desk_is_open_when_the_table_says(row):
    hours, holidays, at = read_hours(row["hours"]), split_list(row["holidays"]), wall(row["at"], row["zone"])
    opens_at = next_opening(hours, holidays, row["zone"], at, default_zone=DEFAULT_ZONE)
    assert check_hours(hours) == []
    assert is_open(hours, holidays, row["zone"], at, default_zone=DEFAULT_ZONE) is is_yes(row["open"])
    assert opens_at == (wall(row["next opening"], row["zone"]) if row["next opening"] else None)


def test_holidays_may_be_dates_as_well_as_words():
    hours, at = read_hours("mon-sun 08:00-20:00"), datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert not is_open(hours, [date(2026, 11, 23)], DEFAULT_ZONE, at)


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 2), (date(2025, 10, 26), 4), (date(2025, 11, 2), 3)])
def test_a_desk_open_from_two_to_five_at_night_in_kyiv_is_open_as_long_as_the_clock_says(day, hours):
    periods = read_hours("sun-sun 02:00-05:00")
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)
    minutes = [midnight + timedelta(minutes=minute) for minute in range(24 * 60)]
    assert sum(is_open(periods, [], "Europe/Kyiv", at) for at in minutes) == hours * 60


def test_an_unknown_zone_is_said_with_the_one_that_is_used_instead():
    (said,) = check_zone("Africa/Joburg", default_zone=DEFAULT_ZONE)
    assert said == "The time zone “Africa/Joburg” is not known; Africa/Johannesburg is used instead."
    assert check_zone(DEFAULT_ZONE) == []


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("always", "Opening hours are a list of periods"),
        ({"day": 0}, "Opening hours are a list of periods"),
        (["mon 08:00-20:00"], "Period 1 is not a period"),
        ([{"day": 7, "from": "08:00", "to": "20:00"}], "Period 1: the day is a number from 0 (Monday) to 6 (Sunday)"),
        ([{"day": True, "from": "08:00", "to": "20:00"}], "Period 1: the day is a number"),
        ([{"day": "0", "from": "08:00", "to": "20:00"}], "Period 1: the day is a number"),
        ([{"day": 0, "from": "8:00", "to": "20:00"}], "Period 1: the beginning is a time like 08:00"),
        ([{"day": 0, "from": "24:00", "to": "20:00"}], "Period 1: the beginning is a time like 08:00"),
        ([{"day": 0, "from": "08:00", "to": "20:60"}], "Period 1: the end is a time like 20:00"),
        ([{"day": 0, "from": "08:00"}], "Period 1: the end is a time like 20:00"),
        ([{"day": 0, "from": "08:00", "to": "20:00", "note": "x"}], "Period 1: only day, from and to are known"),
        (
            [{"day": 0, "from": "08:00", "to": "12:00"}, {"day": 0, "from": "11:59", "to": "20:00"}],
            "Two periods overlap",
        ),
        (
            [{"day": 6, "from": "20:00", "to": "04:00"}, {"day": 0, "from": "03:00", "to": "20:00"}],
            "Two periods overlap",
        ),
    ],
)
def test_what_is_wrong_with_the_hours_is_said_in_a_sentence(hours, said):
    (sentence,) = check_hours(hours)
    assert sentence.startswith(said)
    assert sentence.endswith(".")


def test_several_things_that_are_wrong_are_all_said_with_the_number_of_the_period():
    hours = [{"day": 0, "from": "08:00", "to": "20:00"}, {"day": 9, "from": "x", "to": None}]
    assert [sentence[:9] for sentence in check_hours(hours)] == ["Period 2:"] * 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["08:00", "24:00", "23:59"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["day", "from", "to"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=10))
def test_no_hours_and_no_zone_are_so_wrong_that_a_call_is_lost(hours, zone):
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert is_open(hours, [], zone, at) in {True, False}
    opens_at = next_opening(hours, [], zone, at)
    assert opens_at is None or opens_at > at
    assert isinstance(check_hours(hours), list)
