"""Lawyers on stand-by: who is on at ten past two, what nobody covers, and who is never on."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpline.core.errors import Conflict, NotAllowed
from referrals.models import Provider, StandBy
from referrals.services import keeping, standby, standby_weeks
from tests.referrals.asking_rows import make_district, make_lawyer, put_on_stand_by

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Africa/Johannesburg")
TONIGHT = {"day": date(2026, 11, 23), "from_time": time(20), "to_time": time(2)}


@pytest.fixture
def cape(line):
    return make_district("Cape Town")


@pytest.fixture
def woodstock(cape):
    return make_district("Woodstock", parent=cape)


@pytest.fixture
def ayanda(woodstock, lerato):
    return make_lawyer("Ayanda Law", number="+447700900121", area=woodstock)


@pytest.fixture
def botha(woodstock, lerato):
    return make_lawyer("Botha Law", number="+447700900122", area=woodstock)


def put(person, lerato, at, area=None, position=1, **changes):
    said = {**TONIGHT, "day": at.astimezone(ZONE).date(), **changes}
    return standby.add(person=person, area=area, position=position, by=lerato, at=at, **said)


def names(rows):
    return [row.person.provider.name for row in rows]


def test_whoever_is_asked_first_stands_first(ayanda, botha, at):
    put_on_stand_by(botha, 2)
    put_on_stand_by(ayanda, 1)
    assert names(standby.who_is_on(at)) == ["Ayanda Law", "Botha Law"]


def test_who_is_on_for_the_city_or_everywhere_is_on_for_its_parts_and_not_the_other_way_round(
    ayanda, botha, cape, woodstock, at
):
    put_on_stand_by(ayanda, area=cape)
    put_on_stand_by(botha, area=woodstock)
    put_on_stand_by(make_lawyer("Cele Law", number="+447700900123"), 2)
    assert names(standby.who_is_on(at, woodstock)) == ["Ayanda Law", "Botha Law", "Cele Law"]
    assert names(standby.who_is_on(at, cape)) == ["Ayanda Law", "Cele Law"]


def test_it_begins_with_its_first_moment_and_ends_before_its_last(ayanda, at):
    row = put_on_stand_by(ayanda)
    assert standby.who_is_on(row.starts_at) == [row]
    assert standby.who_is_on(row.ends_at) == []


@pytest.mark.parametrize("vetting", ["proposed", "interviewed", "peer_tested", "suspended", "removed"])
def test_a_provider_that_is_not_trusted_is_never_on(vetting, ayanda, at):
    put_on_stand_by(ayanda)
    Provider.objects.update(vetting=vetting)
    assert standby.who_is_on(at) == []


def test_who_has_left_is_never_on(ayanda, lerato, at):
    put_on_stand_by(ayanda)
    keeping.end_person(person=ayanda, by=lerato, at=at)
    assert standby.who_is_on(at) == []


def test_a_night_is_repeated_for_so_many_weeks_at_the_same_wall_times(ayanda, lerato, at):
    rows = put(ayanda, lerato, at, weeks=3)
    assert [row.starts_at.astimezone(ZONE).hour for row in rows] == [20, 20, 20]
    assert [row.starts_at - rows[0].starts_at for row in rows] == [timedelta(), timedelta(weeks=1), timedelta(weeks=2)]


def test_either_all_weeks_are_kept_or_none(ayanda, lerato, at):
    put(ayanda, lerato, at, day=at.astimezone(ZONE).date() + timedelta(weeks=1))
    with pytest.raises(Conflict):
        put(ayanda, lerato, at, weeks=3)
    assert StandBy.objects.count() == 1


def test_nobody_is_on_twice_for_the_same_area(ayanda, lerato, at):
    put(ayanda, lerato, at)
    with pytest.raises(Conflict):
        put(ayanda, lerato, at, from_time=time(22))


def test_the_same_night_for_another_area_is_no_clash(ayanda, lerato, woodstock, at):
    put(ayanda, lerato, at)
    assert put(ayanda, lerato, at, area=woodstock)


@pytest.mark.parametrize(
    "wrong",
    [{"weeks": 0}, {"weeks": 27}, {"position": 0}, {"to_day": date(2027, 11, 1)}, {"day": date(2020, 1, 1)},
     {"weeks": 2, "to_day": date(2026, 11, 25)}],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(wrong, ayanda, lerato, at):
    with pytest.raises(NotAllowed):
        put(ayanda, lerato, at, **wrong)


def test_who_cannot_be_asked_is_not_put_on(ayanda, lerato, at):
    ayanda.number = None
    ayanda.save()
    with pytest.raises(NotAllowed):
        put(ayanda, lerato, at)


def test_a_suspended_lawyer_is_not_put_on(ayanda, lerato, at):
    Provider.objects.update(vetting="suspended")
    with pytest.raises(NotAllowed):
        put(ayanda, lerato, at)


def test_what_has_begun_ends_now_and_what_is_to_come_is_gone(ayanda, botha, lerato, at):
    running = put_on_stand_by(ayanda)
    (coming,) = put(botha, lerato, at)
    standby.remove(stand_by=running, by=lerato, at=at)
    standby.remove(stand_by=coming, by=lerato, at=at)
    standby.remove(stand_by=coming, by=lerato, at=at)
    assert [(row.person, row.ends_at) for row in StandBy.objects.all()] == [(ayanda, at)]


def test_a_stretch_can_be_given_to_somebody_else(ayanda, botha, lerato, at):
    (row,) = put(ayanda, lerato, at)
    day = at.astimezone(ZONE).date()
    standby.change(stand_by=row, person=botha, area=None, position=2, by=lerato, at=at, **{**TONIGHT, "day": day})
    row.refresh_from_db()
    assert (row.person, row.position) == (botha, 2)


def test_tonight_says_who_is_first_until_when_and_who_comes_then(ayanda, botha, lerato, at):
    day = at.astimezone(ZONE).date()
    evening = datetime.combine(day, time(21), ZONE)
    put(ayanda, lerato, at)
    put(botha, lerato, at, day=day + timedelta(days=1), from_time=time(2), to_time=time(8))
    (strip,) = standby_weeks.read_strips(at=evening)
    said = [(one.name, f"{one.until.astimezone(ZONE):%H:%M}") for one in strip.tonight]
    assert said == [("Ayanda Law", "02:00"), ("Botha Law", "08:00"), ("", "11:00")]


def test_hours_that_nobody_covers_are_said_for_each_area(ayanda, lerato, woodstock, at):
    put_on_stand_by(ayanda, area=woodstock)
    (strip,) = standby_weeks.read_strips(at=at)
    assert strip.area == woodstock
    assert strip.gaps[0].startswith("Nobody from 08:10 on")


def test_an_area_that_everywhere_covers_has_no_gap_in_that_time(ayanda, botha, woodstock, lerato, at):
    put_on_stand_by(ayanda, area=woodstock)
    StandBy.objects.create(
        person=botha, position=2, starts_at=at - timedelta(days=8), ends_at=at + timedelta(days=20), added_by=lerato,
        added_at=at,
    )  # fmt: skip
    assert [strip.gaps for strip in standby_weeks.read_strips(at=at)] == [[], []]


def test_who_is_on_twice_at_once_is_said(ayanda, woodstock, at):
    put_on_stand_by(ayanda, area=woodstock)
    put_on_stand_by(ayanda)
    strips = {strip.area: strip for strip in standby_weeks.read_strips(at=at)}
    assert strips[None].twice == []
    assert strips[woodstock].twice == ["Ayanda Law is on twice from Mon 23 Nov, 02:10."]


def test_a_hidden_provider_is_on_without_its_name(at, lerato, line):
    put_on_stand_by(make_lawyer("House of Roses", number="+447700900124", is_hidden=True))
    assert standby_weeks.read_strips(at=at)[0].tonight[0].name == "Hidden: lawyer"


# The pages


@pytest.fixture(autouse=True)
def night(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


def test_everybody_who_speaks_with_callers_sees_who_is_on_now(desk_of, thandi, ayanda, at):
    put_on_stand_by(ayanda)
    page = desk_of(thandi).get("/network/stand-by/").content.decode()
    assert "Ayanda Law" in page
    assert "/network/stand-by/new/" not in page


def test_that_nobody_is_on_stands_there_in_words(desk_of, thandi, line):
    assert "nobody" in desk_of(thandi).get("/network/stand-by/").content.decode()


def test_the_coordinator_puts_a_lawyer_on_for_four_weeks(desk_of, lerato, ayanda, woodstock):
    said = {
        "person": ayanda.ref, "area": woodstock.ref, "position": "1", "from_time": "20:00", "to_time": "06:00",
        "day": "2026-11-27", "to_day": "", "weeks": "4",
    }  # fmt: skip
    assert desk_of(lerato).post("/network/stand-by/new/", said).status_code == 302
    assert StandBy.objects.filter(area=woodstock, person=ayanda).count() == 4


def test_a_clash_is_said_on_the_form_and_what_was_typed_stays(desk_of, lerato, ayanda):
    said = {"person": ayanda.ref, "position": "1", "from_time": "20:00", "to_time": "06:00", "day": "2026-11-27"}
    desk = desk_of(lerato)
    desk.post("/network/stand-by/new/", said)
    answer = desk.post("/network/stand-by/new/", said)
    assert answer.status_code == 422
    assert "on stand-by for the same area in this time already" in answer.content.decode()
    assert 'value="2026-11-27"' in answer.content.decode()


@pytest.mark.parametrize("hostile", ["1", "0001-01-01", "9999-12-31", "\x00", "x" * 5000])
def test_a_strange_week_or_day_breaks_nothing(hostile, desk_of, lerato, ayanda):
    desk = desk_of(lerato)
    assert desk.get("/network/stand-by/", {"from": hostile}).status_code == 200
    said = {"person": hostile, "position": hostile, "from_time": "20:00", "to_time": "06:00", "day": hostile}
    assert desk.post("/network/stand-by/new/", said).status_code == 422


def test_a_stretch_is_changed_and_taken_off_on_its_page(desk_of, lerato, ayanda, botha, at):
    (row,) = put(ayanda, lerato, at)
    desk = desk_of(lerato)
    page = desk.get(f"/network/stand-by/{row.ref}/").content.decode()
    assert 'value="20:00"' in page
    said = {"person": botha.ref, "position": "2", "from_time": "21:00", "to_time": "06:00", "day": "2026-11-24"}
    assert desk.post(f"/network/stand-by/{row.ref}/", said).status_code == 302
    row.refresh_from_db()
    assert row.person == botha
    desk.post(f"/network/stand-by/{row.ref}/", {"verb": "remove"})
    assert not StandBy.objects.exists()


def test_the_page_asks_as_often_for_many_as_for_few(
    desk_of, lerato, woodstock, cape, at, django_assert_max_num_queries
):
    for number in range(12):
        lawyer = make_lawyer(f"Law {number}", number=f"+4477009001{number:02d}", area=woodstock)
        put_on_stand_by(lawyer, 1 + number % 3, area=(None, woodstock, cape)[number % 3])
    desk = desk_of(lerato)
    with django_assert_max_num_queries(16):
        assert desk.get("/network/stand-by/").status_code == 200
