"""The week of the rota on its page: seen, changed, and right on the nights when the clocks change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpline.core.rota.coverage import Gap, Turn
from helpline.core.rota.models import Override, Shift
from helpline.core.rota.words import say_gap
from helpline.office.week import draw_week
from tests.factories import NIGHT, make_line, make_person, make_shift

JOBURG = ZoneInfo("Africa/Johannesburg")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def tonight(monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)


def shift_form(who, /, **changes):
    return {
        "person": who.username, "position": "1", "day": "2026-11-24", "from_time": "22:00", "to_time": "06:00",
        "to_day": "", "weeks": "1", **changes,
    }  # fmt: skip


def below_the_header(answer):
    """The page itself: the header of every page says too who is on call."""
    return answer.content.decode().partition("<main")[2]


def test_everybody_sees_who_is_on_now_and_who_is_next(desk_of, thandi, line, on_call):
    make_shift(line, thandi, since=on_call[0].ends_at, until=on_call[0].ends_at + 8 * HOUR)
    page = below_the_header(desk_of(thandi).get("/rota/"))
    assert page.index("On call now:") < page.index("Nomsa") < page.index("Sipho")
    assert "Mon 08:10" in page


def test_a_gap_is_said_in_words_with_a_way_to_find_cover(desk_of, lerato, line, on_call):
    page = desk_of(lerato).get("/rota/").content.decode()
    assert "Nobody from 08:10 on Monday 23 November to 00:00 on Monday 30 November." in page
    assert "Find cover" in page


def test_lerato_puts_sipho_on_the_rota_for_four_weeks(desk_of, lerato, line, sipho):
    answer = desk_of(lerato).post(f"/rota/{line.ref}/shifts/new/", shift_form(sipho, weeks="4"))
    assert answer.status_code == 302
    assert answer["Location"] == f"/rota/?line={line.ref}&from=2026-11-23"
    begins = [shift.starts_at.astimezone(JOBURG) for shift in Shift.objects.order_by("starts_at")]
    assert [f"{one:%d.%m. %H:%M}" for one in begins] == ["24.11. 22:00", "01.12. 22:00", "08.12. 22:00", "15.12. 22:00"]


def test_what_the_rota_refuses_is_said_and_what_was_typed_still_stands_there(desk_of, lerato, line):
    make_person("tumi", "paralegal", display_name="Tumi")
    answer = desk_of(lerato).post(f"/rota/{line.ref}/shifts/new/", {**shift_form(lerato), "person": "tumi"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Tumi has no verified duty number" in page
    assert 'value="22:00"' in page
    assert not Shift.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"day": "tomorrow"}, {"from_time": "25:00"}, {"person": "nobody"}, {"position": "9"}, {"weeks": "99"}, {"person": ""},
     {"weeks": "2", "to_day": "2026-11-30"}],
)  # fmt: skip
def test_a_form_that_makes_no_sense_keeps_nothing(changes, desk_of, lerato, line, sipho):
    answer = desk_of(lerato).post(f"/rota/{line.ref}/shifts/new/", shift_form(sipho, **changes))
    assert answer.status_code == 400
    assert not Shift.objects.exists()


def test_a_shift_is_changed_and_taken_off_again(desk_of, lerato, line, sipho):
    shift = make_shift(line, sipho)
    client = desk_of(lerato)
    form = client.get(f"/rota/shifts/{shift.ref}/").content.decode()
    assert 'value="20:10"' in form, "18:10 in UTC is 20:10 on the wall"
    client.post(f"/rota/shifts/{shift.ref}/", shift_form(sipho, position="2"))
    changed = Shift.objects.get()
    assert (changed.position, f"{changed.starts_at.astimezone(JOBURG):%H:%M}") == (2, "22:00")
    client.post(f"/rota/shifts/{shift.ref}/remove/")
    assert not Shift.objects.exists()


def test_lerato_stands_in_for_nomsa_for_a_night_and_takes_it_back(desk_of, lerato, line, nomsa, on_call):
    client = desk_of(lerato)
    night = {"replaces": "nomsa", "person": "lerato", "day": "2026-11-23", "from_time": "02:00", "to_time": "04:00"}
    assert client.post(f"/rota/{line.ref}/changes/new/", night).status_code == 302
    page = below_the_header(client.get("/rota/"))
    assert "Lerato instead of Nomsa" in page
    assert page.index("On call now:") < page.index("<strong>Lerato</strong>")
    client.post(f"/rota/changes/{Override.objects.get().ref}/remove/")
    assert "Lerato instead of Nomsa" not in client.get("/rota/").content.decode()


def test_sipho_takes_over_now(desk_of, line, sipho, on_call):
    desk_of(sipho).post(f"/rota/{line.ref}/take-over/")
    page = desk_of(sipho).get("/rota/").content.decode()
    assert "<strong>Sipho</strong>" in page
    assert "<strong>Nomsa</strong>" not in page


def test_a_week_that_nobody_can_mean_is_this_week_and_one_out_of_all_reason_is_not_there(desk_of, nomsa, line):
    assert "23 Nov" in desk_of(nomsa).get("/rota/?from=yesterday").content.decode()
    assert desk_of(nomsa).get("/rota/?from=0001-01-01").status_code == 404


def test_without_a_line_the_page_says_what_to_do(desk_of, nomsa):
    assert "There is no line yet" in desk_of(nomsa).get("/rota/").content.decode()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Kyiv", date(2026, 10, 25), 25),
        ("Europe/Kyiv", date(2026, 3, 29), 23),
        ("America/Vancouver", date(2026, 11, 1), 25),
        ("America/Vancouver", date(2026, 3, 8), 23),
    ],
)
def test_the_day_of_the_clocks_is_drawn_whole(zone, day, hours, desk_of, nomsa, lerato):
    line = make_line(time_zone=zone)
    client = desk_of(lerato)
    before = (day - timedelta(days=1)).isoformat()
    assert (
        client.post(f"/rota/{line.ref}/shifts/new/", shift_form(nomsa, day=before, to_time="22:00")).status_code == 302
    )
    assert (
        client.post(
            f"/rota/{line.ref}/shifts/new/", shift_form(nomsa, day=day.isoformat(), to_time="22:00")
        ).status_code
        == 302
    )
    page = client.get(f"/rota/?from={day.isoformat()}").content.decode()
    assert f"{hours} hours: the clocks change" in page
    row = page[page.index(f"{hours} hours: the clocks change") :].split("</li>")[0]
    assert "Nobody" not in row


def turn(person, since, until, position=1):
    return Turn(person, position, NIGHT + since * HOUR, NIGHT + until * HOUR)


def test_a_bar_is_cut_at_midnight_and_its_length_is_true():
    days = draw_week([turn("nomsa", 0, 24)], [], date(2026, 11, 23), JOBURG, names={"nomsa": "Nomsa"}, at=NIGHT)
    (first,), (second,) = days[0].bars, days[1].bars
    assert (first.x, first.width, first.hours) == ("9.03%", "90.97%", "02:10–24:00")
    assert (second.x, second.width, second.hours) == ("0.00%", "9.03%", "00:00–02:10")
    assert [hole.from_clock for hole in days[1].holes] == ["02:10"]


def test_people_of_one_place_get_lanes_of_their_own():
    both = [turn("nomsa", 0, 4), turn("sipho", 0, 4)]
    (today, *_rest) = draw_week(both, [], date(2026, 11, 23), JOBURG, names={}, at=NIGHT)
    assert [(bar.person, bar.y) for bar in today.bars] == [("nomsa", 0), ("sipho", 32)]


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-11-24T04:00", "2026-11-24T05:00", "Nobody from 04:00 to 05:00 on Tuesday 24 November."),
        ("2026-11-24T22:00", "2026-11-25T00:00", "Nobody from 22:00 to 00:00 on Tuesday 24 November."),
        (
            "2026-11-24T22:00",
            "2026-11-25T06:00",
            "Nobody from 22:00 on Tuesday 24 November to 06:00 on Wednesday 25 November.",
        ),
    ],
)
def test_a_gap_is_said_as_a_sentence(since, until, words):
    moments = [datetime.fromisoformat(moment).replace(tzinfo=JOBURG) for moment in (since, until)]
    assert say_gap(Gap(*moments), JOBURG) == words
