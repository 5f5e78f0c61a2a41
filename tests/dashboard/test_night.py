"""The bar of the night: drawn to scale, gaps in view."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from helpline.core.rota.coverage import Turn
from helpline.dashboard.night import draw_night

ZONE = ZoneInfo("Africa/Johannesburg")
NAMES = {"nomsa": "Nomsa", "sipho": "Sipho"}


def draw(turns, at):
    return draw_night(turns, [], at, ZONE, NAMES)


def test_each_person_lies_where_her_hours_are(at):
    since = at.replace(minute=0) - timedelta(hours=1)
    night = draw(
        [
            Turn("nomsa", 1, since, since + timedelta(hours=6)),
            Turn("sipho", 1, since + timedelta(hours=6), since + timedelta(hours=12)),
        ],
        at,
    )
    assert [(block.name, block.x, block.width, block.is_now) for block in night.blocks] == [
        ("Nomsa", "0.00%", "50.00%", True),
        ("Sipho", "50.00%", "50.00%", False),
    ]
    assert night.gaps == []


def test_first_and_second_on_call_have_a_lane_each(at):
    hours = (at - timedelta(hours=6), at + timedelta(hours=20))
    night = draw([Turn("nomsa", 1, *hours), Turn("sipho", 2, *hours)], at)
    assert [(block.name, block.y) for block in night.blocks] == [("Nomsa", 20), ("Sipho", 48)]


def test_an_hour_with_nobody_is_a_gap_across_all_lanes(at):
    before, after = at + timedelta(hours=2), at + timedelta(hours=3)
    night = draw(
        [Turn("nomsa", 1, at - timedelta(hours=6), before), Turn("sipho", 1, after, at + timedelta(hours=20))], at
    )
    assert [(gap.starts_at, gap.ends_at) for gap in night.gaps] == [(before, after)]


def test_a_rota_with_nobody_at_all_is_one_gap(at):
    night = draw([], at)
    assert [(gap.x, gap.width) for gap in night.gaps] == [("0.00%", "100.00%")]
    assert night.blocks == []


def test_a_night_on_which_the_clocks_change_is_still_twelve_hours_long(at):
    berlin = ZoneInfo("Europe/Berlin")
    change = at.replace(year=2026, month=10, day=25, hour=0, minute=10)  # the clocks go back at 01:00 UTC
    night = draw_night([], [], change, berlin, NAMES)
    assert [mark.clock for mark in night.marks][:3] == ["02:00", "03:00", "05:00"]
