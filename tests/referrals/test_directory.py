"""Finding a service at 3 a.m., keeping the directory, and what is only ever told by voice."""

from datetime import UTC, date, datetime, time

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from referrals.models import Area, OpenHours, Place, Provider, ProviderPerson, Service, StandBy
from referrals.services import directory, keeping, mapping, sheets
from referrals.services.directory import Asked
from tests.factories import make_area, make_person_of, make_provider

pytestmark = pytest.mark.django_db
MONDAY_TEN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 10:00 in Johannesburg


@pytest.fixture
def cape(db):
    return make_area("Cape Town")


@pytest.fixture
def woodstock(cape):
    return make_area("Woodstock", parent=cape)


def names(asked, at=MONDAY_TEN):
    return [row.provider.name for row in directory.search(asked, at=at).rows]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), ["Clinic", "Law"]),
        (Asked(need="health"), ["Clinic"]),
        (Asked(words="clin"), ["Clinic"]),
        (Asked(words="LAW legal"), ["Law"]),
        (Asked(words="nobody"), []),
        (Asked(language="zu"), ["Clinic"]),
        (Asked(language="z"), []),
        (Asked(free=True), ["Clinic"]),
        (Asked(takes_cases=True), ["Law"]),
        (Asked(trusted_only=False), ["Clinic", "Law", "New"]),
        (Asked(words="\x00%_'"), []),
    ],
)
def test_what_is_looked_for_is_found_and_nothing_else(line, asked, found):
    clinic = make_provider(
        "Clinic", kind="clinic", need="health", languages=["en", "zu"], closed_until=date(2027, 1, 1)
    )
    clinic.services.update(is_free=True)
    make_provider("Law")
    make_provider("New", vetting="proposed")
    make_provider("Gone", vetting="removed")
    assert names(asked) == found


def test_who_works_in_the_district_the_town_or_a_part_of_it_is_found(line, cape, woodstock):
    make_provider("In town", areas=[cape])
    make_provider("Here", areas=[woodstock])
    make_provider("Elsewhere", areas=[make_area("Durban")])
    assert names(Asked(area=woodstock)) == ["Here", "In town"]
    assert names(Asked(area=cape)) == ["Here", "In town"]


def test_open_now_is_the_wall_clock_of_the_line(line):
    for name, hours in (("Day", (time(8), time(17))), ("Night", (time(20), time(4)))):
        OpenHours.objects.create(
            provider=make_provider(name), days=list(range(7)), opens_at=hours[0], closes_at=hours[1]
        )
    make_provider("Not known")
    assert names(Asked(open_now=True)) == ["Day"]
    assert names(Asked(open_now=True), at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) == ["Night"]


def test_a_hidden_house_is_found_by_what_it_is_and_never_by_its_name(line):
    house = make_provider("Khanya House", kind="safe_house", need="shelter", is_hidden=True)
    assert names(Asked(words="khanya")) == []
    assert names(Asked(need="shelter")) == ["Khanya House"]  # the row; the page says "Hidden: safe house"
    assert "Khanya" not in directory.say_name(house)


def test_no_page_says_a_hidden_name_until_it_is_asked_for_and_that_is_written_down(desk_of, thandi, line):
    house = make_provider("Khanya House", kind="safe_house", need="shelter", is_hidden=True)
    place = Place.objects.create(provider=house, address="12 Sun Street", latitude="-33.9", longitude="18.4")
    desk = desk_of(thandi)
    pages = ["/network/", f"/network/{house.ref}/", "/network/map/", "/network/sheet/"]
    for page in pages:
        said = desk.get(page).content.decode()
        assert "Khanya" not in said
        assert "Sun Street" not in said
    shown = desk.post(f"/network/{house.ref}/show/", {"what": "place", "which": place.ref}).content.decode()
    assert "Sun Street" in shown
    assert "Khanya House" in desk.post(f"/network/{house.ref}/show/", {"what": "name"}).content.decode()
    assert Entry.objects.filter(verb__in=["place.shown", "provider.shown"], about=house.ref, who=thandi).count() == 2


def test_a_private_number_is_masked_until_it_is_asked_for(desk_of, thandi, line):
    law = make_provider(number="+447700900121")
    desk = desk_of(thandi)
    assert "+447700900121" not in desk.get(f"/network/{law.ref}/").content.decode()
    shown = desk.post(f"/network/{law.ref}/show/", {"what": "person", "which": law.people.get().ref}).content.decode()
    assert "+447700900121" in shown
    assert Entry.objects.get(verb="provider.number_shown").about == law.ref


def test_a_hidden_place_of_a_known_provider_is_on_no_map_and_no_sheet(line):
    law = make_provider()
    Place.objects.create(provider=law, address="1 Long Street", latitude="-33.92", longitude="18.42")
    Place.objects.create(provider=law, address="9 Quiet Lane", latitude="-33.93", longitude="18.43", is_hidden=True)
    drawn = [place.address for mark in mapping.draw().marks for _provider, place in mark.places]
    printed = [place.address for group in sheets.read_sheet(None) for entry in group.entries for place in entry.places]
    assert drawn == printed == ["1 Long Street"]


def test_the_sheet_has_no_private_number(line):
    make_provider(number="+447700900121")
    assert [phone for group in sheets.read_sheet(None) for entry in group.entries for phone in entry.phones] == []


def test_two_places_on_one_spot_are_one_mark(line):
    for name in ("One", "Two"):
        Place.objects.create(provider=make_provider(name), latitude="-33.9200", longitude="18.4200", name=name)
    (mark,) = mapping.draw().marks
    assert len(mark.places) == 2


@pytest.mark.parametrize(("latitude", "longitude"), [("100", "101"), ("north", "18"), ("", "")])
def test_a_point_that_is_nowhere_on_earth_is_not_drawn(line, latitude, longitude):
    Place.objects.create(provider=make_provider(), latitude=latitude, longitude=longitude, name="Far")
    drawing = mapping.draw()
    assert (list(drawing.marks), len(drawing.without_point)) == ([], 1)


def test_two_keepers_at_one_provider_the_second_looks_again(lerato, at):
    law = make_provider()
    keeping.keep_provider(provider=law, seen=1, by=lerato, at=at, name="Ayanda & Co")
    with pytest.raises(Conflict):
        keeping.keep_provider(provider=law, seen=1, by=lerato, at=at, name="Ayanda Ltd")
    assert Provider.objects.get().name == "Ayanda & Co"


def test_a_new_provider_is_trusted_by_nobody_yet(lerato, at):
    row = keeping.keep_provider(by=lerato, at=at, name="New", kind="clinic")
    assert (row.vetting, directory.search(Asked(), at=at).number) == ("proposed", 0)


@pytest.mark.parametrize("typed", ["12", "call me", "+"])
def test_a_number_that_is_none_is_refused_and_nothing_is_kept(lerato, at, typed):
    with pytest.raises(NotAllowed):
        keeping.keep_person(provider=make_provider(), name="Bongi", number=typed, by=lerato, at=at)
    assert not ProviderPerson.objects.exists()


def test_another_number_has_to_be_checked_anew(lerato, at):
    person = make_person_of(make_provider(), number_checked_at=at)
    keeping.keep_person(provider=person.provider, person=person, number="+447700900121", by=lerato, at=at)
    assert person.number_checked_at == at
    keeping.keep_person(provider=person.provider, person=person, number="+447700900122", by=lerato, at=at)
    assert person.number_checked_at is None


def test_who_is_not_there_any_more_is_on_stand_by_no_more(lerato, at):
    from datetime import timedelta

    person = make_person_of(make_provider())
    for since, until in ((-1, 1), (5, 6)):
        StandBy.objects.create(
            person=person,
            starts_at=at + timedelta(hours=since),
            ends_at=at + timedelta(hours=until),
            added_by=lerato,
            added_at=at,
        )
    keeping.end_person(person=person, by=lerato, at=at)
    assert [row.ends_at for row in StandBy.objects.all()] == [at]


def test_an_area_does_not_lie_in_itself(lerato, at, cape, woodstock):
    with pytest.raises(NotAllowed):
        keeping.keep_area(area=cape, parent=woodstock, code=cape.code, name=cape.name, by=lerato, at=at)
    with pytest.raises(NotAllowed):
        keeping.keep_area(code="woodstock", name="Other", by=lerato, at=at)


def test_from_the_pages_a_clinic_is_written_down_with_all_that_one_needs(desk_of, lerato, line, cape):
    desk = desk_of(lerato)
    assert desk.post("/network/new/", {"name": "", "kind": "clinic"}).status_code == 422
    desk.post("/network/new/", {"name": "Clinic", "kind": "clinic", "languages": "en, isiZulu", "areas": [cape.ref]})
    clinic = Provider.objects.get()
    assert (clinic.languages, list(clinic.areas.all())) == (["en", "zu"], [cape])
    add = f"/network/{clinic.ref}"
    desk.post(
        f"{add}/place/new/", {"kind": "physical", "name": "Front door", "address": "1 Long Street", "area": cape.ref}
    )
    place = Place.objects.get()
    form = {"name": "PEP", "kind": "pep_ec", "status": "active", "is_free": "true", "places": [place.ref]}
    desk.post(f"{add}/service/new/", form)
    desk.post(f"{add}/hours/new/", {"days": ["0", "1"], "opens_at": "08:00", "closes_at": "17:00"})
    desk.post(f"{add}/phone/new/", {"number": "021 555 0100"})
    desk.post(f"{add}/person/new/", {"name": "Sister Bongi", "number": "+447700900125", "by_text": "on"})
    page = desk.get(f"{add}/").content.decode()
    for said in ("PEP", "Mon to Tue 08:00–17:00", "021 555 0100", "Sister Bongi", "1 Long Street", "free", "isiZulu"):
        assert said in page
    service = Service.objects.get()
    assert (service.is_free, [one.place for one in service.at_places.all()]) == (True, [place])
    desk.post(f"{add}/part/phone/{clinic.phones.get().ref}/", {"verb": "remove"})
    desk.post(f"{add}/part/person/{clinic.people.get().ref}/", {"verb": "remove"})
    assert not clinic.phones.exists()
    assert clinic.people.get().left_at is not None


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("hours", {"opens_at": "08:00"}),
        ("hours", {"valid_from": "2026-12-02", "valid_to": "2026-12-01"}),
        ("person", {"name": "Bongi", "number": "nonsense"}),
        ("place", {"kind": "physical", "latitude": "100", "longitude": "18"}),
        ("place", {"kind": "physical", "latitude": "-33"}),
        ("service", {"name": "x", "status": "gone"}),
        ("phone", {"number": ""}),
    ],
)
def test_what_cannot_be_is_said_by_the_field(desk_of, lerato, line, kind, form):
    law = make_provider(need="")
    assert desk_of(lerato).post(f"/network/{law.ref}/{kind}/new/", form).status_code == 422
    assert not Service.objects.exists()


def test_a_part_of_another_provider_is_not_there(desk_of, lerato, line):
    other = make_person_of(make_provider("Other"))
    law = make_provider("Law")
    assert desk_of(lerato).get(f"/network/{law.ref}/part/person/{other.ref}/").status_code == 404
    assert desk_of(lerato).get(f"/network/{law.ref}/wallet/new/").status_code == 404


def test_a_removed_provider_is_there_for_its_keepers_alone(desk_of, lerato, thandi, line):
    gone = make_provider(vetting="removed")
    assert desk_of(thandi).get(f"/network/{gone.ref}/").status_code == 404
    assert desk_of(lerato).get(f"/network/{gone.ref}/").status_code == 200


def test_at_three_in_the_morning_a_clinic_is_two_presses_away(desk_of, thandi, line):
    make_provider("Clinic", kind="clinic", need="pep_ec")
    desk = desk_of(thandi)
    page = desk.post("/network/", {"need": "pep_ec", "words": ""}, HTTP_HX_REQUEST="true").content.decode()
    assert "Clinic" in page
    assert "<html" not in page


def test_what_is_typed_stands_in_no_address(desk_of, thandi, line):
    make_provider("Law")
    assert "1 found" in desk_of(thandi).get("/network/?words=nobody").content.decode()


def test_a_circle_of_areas_that_nothing_should_make_ends(db):
    one, two = make_area("One"), make_area("Two")
    Area.objects.filter(pk=one.pk).update(parent=two)
    Area.objects.filter(pk=two.pk).update(parent=one)
    assert {area.name for area in directory.areas_above(one)} == {"One", "Two"}


def test_five_hundred_providers_take_no_more_statements_than_five(line, django_assert_max_num_queries):
    for number in range(60):
        make_provider(f"Law {number}")
    with django_assert_max_num_queries(12):
        found = directory.search(Asked(need="legal", open_now=False), at=MONDAY_TEN)
    assert (found.number, len(found.rows), found.pages) == (60, 40, 2)
