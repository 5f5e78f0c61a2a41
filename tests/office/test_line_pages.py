"""Lines on their pages: edited as they stand on a door, and what a caller would meet now."""

import pytest

from helpline.core.audit.models import Entry
from helpline.core.http.week import read_day, write_week
from helpline.core.lines.models import Line
from helpline.core.opening import check_hours
from helpline.office.prospect import foresee
from tests.factories import NIGHT

WEEK = {f"hours_{day}": "08:00-12:00, 14:00–20:00" for day in range(5)} | {"hours_5": "9-13", "hours_6": ""}
TYPED = {
    "name": "Umbrella Line", "number": "+1 888 555 0100", "languages": "en", "time_zone": "Africa/Johannesburg",
    "country": "ZA", "holidays": "2026-12-25 Christmas", "last_resort": "", "is_active": "on", "ring_seconds": "20",
    "longest_wait_seconds": "90", "call_back_within_minutes": "480", "court_lead_minutes": "60", **WEEK,
}  # fmt: skip


@pytest.fixture(autouse=True)
def tonight(monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)


def test_several_periods_a_day_are_typed_as_they_stand_on_a_door(desk_of, lerato, line):
    assert desk_of(lerato).post(f"/lines/{line.ref}/", TYPED).status_code == 302
    kept = Line.objects.get()
    assert kept.hours[:2] == [{"day": 0, "from": "08:00", "to": "12:00"}, {"day": 0, "from": "14:00", "to": "20:00"}]
    assert kept.hours[-1] == {"day": 5, "from": "09:00", "to": "13:00"}
    assert kept.holidays == ["2026-12-25"]
    assert check_hours(kept.hours) == []


def test_what_is_kept_comes_back_as_it_is_typed():
    hours = [*read_day(0, "8-12; 14:00 - 20:00"), *read_day(6, "22:00-06:00")]
    assert write_week(hours) == ["08:00–12:00, 14:00–20:00", "", "", "", "", "", "22:00–06:00"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hours_0": "always"}, "Monday: “always” is not a period"),
        ({"hours_1": "08:00-12:00, 11:00-13:00"}, "overlap"),
        ({"hours_2": "08:00-29:00"}, "the end is a time"),
        ({"time_zone": "Africa/Jozi"}, "not the name of a time zone"),
        ({"holidays": "Christmas"}, "“Christmas” is not a date"),
        ({"number": "0"}, "not a telephone number"),
        ({"last_resort": "me"}, "not a telephone number"),
        ({"ring_seconds": "3"}, "greater than or equal to 5"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_half_kept(changes, words, desk_of, lerato, line):
    answer = desk_of(lerato).post(f"/lines/{line.ref}/", {**TYPED, "name": "New name", **changes})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert "Nothing is kept yet" in page
    assert Line.objects.get().name == "Umbrella Line"


def test_the_last_resort_stands_on_no_page_until_it_is_asked_for(desk_of, lerato, line):
    client = desk_of(lerato)
    for address in ("/lines/", f"/lines/{line.ref}/"):
        assert "7700900113" not in client.get(address).content.decode()
    assert "••• 113" in client.get(f"/lines/{line.ref}/").content.decode()
    assert "+447700900113" in client.post(f"/lines/{line.ref}/last-resort/").content.decode()
    assert Entry.objects.get(verb="line.last_resort_shown").who == lerato


def test_a_blank_last_resort_keeps_the_one_there_is_and_a_tick_takes_it_away(desk_of, lerato, line):
    desk_of(lerato).post(f"/lines/{line.ref}/", TYPED)
    assert Line.objects.get().last_resort == "+447700900113"
    desk_of(lerato).post(f"/lines/{line.ref}/", {**TYPED, "no_last_resort": "on"})
    assert Line.objects.get().last_resort is None


def test_the_public_holidays_are_filled_in_to_be_read_before_anything_is_kept(desk_of, lerato, line):
    page = (
        desk_of(lerato)
        .post(f"/lines/{line.ref}/", {**TYPED, "holidays": "2026-12-31 our party", "fill": "1"})
        .content.decode()
    )
    assert "2026-12-16 Day of Reconciliation" in page
    assert "2027-04-27" in page
    assert "2026-12-31 our party" in page
    assert Line.objects.get().holidays == []


def test_a_country_without_known_holidays_says_so(desk_of, lerato, line):
    page = desk_of(lerato).post(f"/lines/{line.ref}/", {**TYPED, "country": "XX", "fill": "1"}).content.decode()
    assert "not known here" in page


def test_a_new_line_is_made(desk_of, lerato):
    desk_of(lerato).post("/lines/new/", {**TYPED, "last_resort": "+44 7700 900113"})
    assert Line.objects.get().last_resort == "+447700900113"


def test_the_page_says_what_a_caller_would_meet_at_this_moment(line, on_call, at):
    assert foresee(line, at).words == (
        "It is Monday 02:10 there: closed. Rings Nomsa for 20 s, then Sipho for 20 s. "
        "After that a message can be left, with a call back by Monday 08:00."
    )


def test_where_nobody_is_on_call_it_says_so(line, at):
    prospect = foresee(line, at)
    assert "Nobody is rung." in prospect.words
    assert not prospect.is_well


def test_who_has_no_number_is_passed_over_and_named(line, nomsa, on_call, at):
    nomsa.duty_phone_verified_at = None
    nomsa.save()
    words = foresee(line, at).words
    assert "Rings Sipho for 20 s." in words
    assert "Nomsa is passed over: without a verified number." in words
