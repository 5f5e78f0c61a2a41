"""Times and lengths as people say them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpline.core.http import words
from tests.tables import read_table

ZONE = ZoneInfo("Africa/Johannesburg")
NOW = datetime(2026, 11, 24, 2, 10, tzinfo=ZONE)


@pytest.mark.parametrize("row", read_table("words.csv"))
def test_a_time_is_said_as_people_say_it(row):
    when = datetime.fromisoformat(row["when"]).replace(tzinfo=ZONE)
    assert words.say_when(when, NOW, ZONE) == row["says"]
    assert words.say_late(when, NOW) == row["late"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(7, "0:07"), (0, "0:00"), (723, "12:03"), (3765, "1:02:45"), (-3, "0:00")]
)
def test_a_running_clock_never_runs_backwards(seconds, said):
    assert words.say_running(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("seconds", "said"), [(40, "40 s"), (732, "12 min"), (3900, "1 h 5 min")])
def test_a_length_is_said_in_the_unit_that_fits(seconds, said):
    assert words.say_length(seconds) == said
