"""Keeping the network from the pages: two at once, costs, outlines, and what must not slip out sideways."""

from datetime import timedelta
from decimal import Decimal

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict
from referrals.models import Area, Cost, OpenHours, Phone, Place, Service
from referrals.services import cards, directory, keeping, mapping, sheets
from referrals.services.cost_words import say_costs
from referrals.services.directory import Asked
from tests.factories import NIGHT, make_area, make_person_of, make_provider

pytestmark = pytest.mark.django_db
SQUARE = [[[18.4, -33.9], [18.5, -33.9], [18.5, -34.0], [18.4, -34.0]]]


@pytest.fixture
def law(line):
    return make_provider(number="+447700900121")


def put_place(provider, address="1 Long Street", *, at=("-33.95", "18.45"), **changes):
    return Place.objects.create(provider=provider, address=address, latitude=at[0], longitude=at[1], **changes)


# --- two at once


def test_the_slower_of_two_keepers_keeps_what_she_typed_and_reads_what_stands_there_now(desk_of, lerato, law):
    keeping.keep_provider(provider=law, seen=1, by=lerato, at=NIGHT, alert="Closed on Friday")
    form = {"name": law.name, "kind": "lawyer", "alert": "Open on Friday", "seen": "1"}
    answer = desk_of(lerato).post(f"/network/{law.ref}/change/", form)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Open on Friday" in said
    assert "There now: Closed on Friday" in said
    law.refresh_from_db()
    assert law.alert == "Closed on Friday"
    assert 'name="seen" value="2"' in said
    assert desk_of(lerato).post(f"/network/{law.ref}/change/", {**form, "seen": "2"}).status_code == 302


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("phone", {"number": "021 555 0199"}),
        ("service", {"name": "Bail", "kind": "legal", "status": "active", "is_free": "unknown"}),
        ("person", {"name": "Bongi"}),
        ("place", {"kind": "physical", "name": "Door"}),
        ("hours", {"days": ["1"]}),
    ],
)
def test_a_part_that_was_opened_before_somebody_else_changed_the_provider_is_not_kept_unseen(
    desk_of, lerato, law, kind, form
):
    counted = {model: model.objects.count() for model in (Phone, Service, Place, OpenHours)}
    keeping.note_checked(provider=law, by=lerato, at=NIGHT)
    keeping.keep_provider(provider=law, seen=1, by=lerato, at=NIGHT, alert="new")
    answer = desk_of(lerato).post(f"/network/{law.ref}/{kind}/new/", {**form, "seen": "1"})
    assert answer.status_code == 422
    assert {model: model.objects.count() for model in counted} == counted


def test_a_service_that_somebody_took_out_meanwhile_does_not_come_back(lerato, law):
    service = law.services.get()
    keeping.remove(provider=law, part=Service.objects.get(), by=lerato, at=NIGHT)
    with pytest.raises(Conflict):
        keeping.keep_service(provider=law, service=service, seen=1, by=lerato, at=NIGHT, name="Bail")
    assert not Service.objects.exists()


# --- costs


def test_what_it_costs_is_written_down_changed_and_taken_out(desk_of, lerato, law):
    desk, service = desk_of(lerato), law.services.get()
    form = {"service": service.ref, "option": "certificate", "amount": "120.50", "currency": "zar"}
    assert desk.post(f"/network/{law.ref}/cost/new/", form).status_code == 302
    cost = Cost.objects.get()
    assert (cost.amount, cost.currency) == (Decimal("120.50"), "ZAR")
    assert "certificate: 120.50 ZAR" in desk.get(f"/network/{law.ref}/").content.decode()
    path = f"/network/{law.ref}/part/cost/{cost.ref}/"
    assert desk.post(path, {**form, "amount": "0"}).status_code == 302
    assert say_costs(service) == ["certificate: nothing to pay"]
    desk.post(path, {"verb": "remove"})
    assert not Cost.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "-1", "currency": "ZAR"},
        {"amount": "12.345", "currency": "ZAR"},
        {"amount": "NaN", "currency": "ZAR"},
        {"amount": "1e30", "currency": "ZAR"},
        {"amount": "5"},
        {"amount": "5", "currency": "rand"},
        {},
    ],
)
def test_a_cost_that_cannot_be_is_said_by_the_field(desk_of, lerato, law, wrong):
    form = {"service": law.services.get().ref, **wrong}
    assert desk_of(lerato).post(f"/network/{law.ref}/cost/new/", form).status_code == 422
    assert not Cost.objects.exists()


def test_the_service_of_another_provider_gets_no_cost_from_here(desk_of, lerato, law):
    other = make_provider("Other").services.get()
    form = {"service": other.ref, "amount": "5", "currency": "ZAR"}
    assert desk_of(lerato).post(f"/network/{law.ref}/cost/new/", form).status_code == 422


# --- areas


def test_an_outline_is_typed_as_corners_and_comes_back_the_same(desk_of, lerato, line):
    desk = desk_of(lerato)
    typed = "-33.9, 18.4\n-33.9, 18.5\n-34.0, 18.5\n\n-33.8 18.1\n-33.8 18.2\n-33.7 18.2"
    assert desk.post("/network/areas/", {"code": "wds", "name": "Woodstock", "outline": typed}).status_code == 302
    area = Area.objects.get()
    assert area.outline == [
        [[18.4, -33.9], [18.5, -33.9], [18.5, -34.0]],
        [[18.1, -33.8], [18.2, -33.8], [18.2, -33.7]],
    ]
    page = desk.get(f"/network/areas/{area.ref}/").content.decode()
    assert "-33.9, 18.4\n-33.9, 18.5" in page
    desk.post(f"/network/areas/{area.ref}/", {"code": "wds", "name": "Woodstock", "outline": ""})
    area.refresh_from_db()
    assert area.outline == []


@pytest.mark.parametrize(
    "typed", ["north, east", "-33, 18\n-33, 19", "91, 18\n1, 1\n2, 2", "1, 181\n1, 1\n2, 2", "1e5, 2"]
)
def test_an_outline_that_is_none_is_said_by_the_field(desk_of, lerato, line, typed):
    answer = desk_of(lerato).post("/network/areas/", {"code": "wds", "name": "Woodstock", "outline": typed})
    assert answer.status_code == 422
    assert not Area.objects.exists()


# --- the map


def test_the_map_of_a_town_holds_who_is_there_and_nobody_from_elsewhere(line):
    town, far = make_area("Cape Town", outline=SQUARE), make_area("Durban")
    district = make_area("Woodstock", parent=town)
    put_place(make_provider("Here"), area=district)
    put_place(make_provider("There"), at=("-29.85", "31.02"), area=far)
    make_provider("By telephone", areas=[town])
    make_provider("Elsewhere by telephone", areas=[far])
    drawing = mapping.draw(area=town)
    assert [provider.name for mark in drawing.marks for provider, _place in mark.places] == ["Here"]
    assert [provider.name for provider, _place in drawing.without_point] == ["By telephone"]


def test_a_town_is_drawn_before_its_districts_and_only_one_level_is_named(line):
    town = make_area("Cape Town", outline=SQUARE)
    make_area("A district", parent=town, outline=[[[18.41, -33.91], [18.42, -33.91], [18.42, -33.92]]])
    assert [(one.area.name, one.is_named) for one in mapping.draw().areas] == [
        ("Cape Town", True),
        ("A district", False),
    ]
    assert [one.is_named for one in mapping.draw(area=town).areas] == [False, True]


def test_a_name_at_the_edge_of_the_map_stays_on_it(line):
    for name, east in (("West", 18.0), ("Middle", 23.0), ("East", 28.0)):
        corners = [[east, -30.0], [east + 0.1, -30.0], [east + 0.1, -30.1]]
        make_area(name, outline=[corners])
    named = {one.area.name: (one.anchor, one.name_x) for one in mapping.draw().areas}
    assert named["West"] == ("start", 6)
    assert named["Middle"][0] == "middle"
    assert named["East"] == ("end", mapping.WIDTH - 6)


def test_of_very_many_places_the_table_shows_some_and_says_how_many_more(line, monkeypatch):
    monkeypatch.setattr(mapping, "MOST_LISTED", 2)
    for number in range(5):
        put_place(make_provider(f"Law {number}"), at=(f"-3{number}.5", "18.4"))
    drawing = mapping.draw()
    assert (len(drawing.marks), len(drawing.listed), drawing.not_listed) == (5, 2, 3)


# --- what leads to a hidden house


def test_where_a_hidden_house_stands_is_not_found_out_by_looking_in_each_district(line):
    woodstock = make_area("Woodstock")
    law, house = make_provider("Law"), make_provider("House", kind="safe_house", is_hidden=True)
    put_place(law, area=woodstock, is_hidden=True)
    put_place(house, area=woodstock)
    assert directory.search(Asked(area=woodstock), at=NIGHT).number == 0
    assert sheets.read_sheet(woodstock) == []


def test_the_number_and_the_hours_of_a_hidden_house_are_on_no_sheet_card_or_page(desk_of, thandi, line):
    law = make_provider()
    house = put_place(law, "9 Quiet Lane", is_hidden=True, transport="bus 12 to Quiet Lane")
    Phone.objects.create(provider=law, place=house, number="+44 7700 900 181")
    OpenHours.objects.create(provider=law, place=house, days=[6], words="knock twice")
    Phone.objects.create(provider=law, number="+44 7700 900 180")
    desk = desk_of(thandi)
    pages = [desk.get(path).content.decode() for path in (f"/network/{law.ref}/", "/network/sheet/", "/network/map/")]
    for said in (*pages, " ".join(cards.say_card(law))):
        assert "900 181" not in said
        assert "knock twice" not in said
        assert "Quiet Lane" not in said
    assert "+44 7700 900 180" in " ".join(cards.say_card(law))
    shown = desk.post(f"/network/{law.ref}/show/", {"what": "place", "which": house.ref}).content.decode()
    assert "bus 12 to Quiet Lane" in shown


@pytest.mark.parametrize("changes", [{"is_hidden": True}, {"vetting": "suspended"}, {"vetting": "proposed"}])
def test_there_is_no_card_of_somebody_hidden_or_not_trusted(line, changes):
    assert cards.say_card(make_provider(**changes)) == []


def test_that_a_keeper_opened_the_form_of_a_hidden_house_is_written_down(desk_of, lerato, line):
    house = make_provider("Khanya House", kind="safe_house", is_hidden=True)
    place = put_place(house)
    desk = desk_of(lerato)
    desk.get(f"/network/{house.ref}/change/")
    desk.get(f"/network/{house.ref}/part/place/{place.ref}/")
    assert {entry.verb for entry in Entry.objects.filter(about=house.ref, who=lerato)} >= {
        "provider.shown",
        "place.shown",
    }


# --- languages, and what a page costs


def test_every_language_that_somebody_speaks_can_be_asked_for_and_none_of_who_has_left(desk_of, thandi, line):
    law = make_provider(languages=["xh"])
    make_person_of(law, languages=["pt"])
    make_person_of(law, number="+447700900122", languages=["my"], left_at=NIGHT - timedelta(days=1))
    assert directory.read_spoken() == ["pt", "xh"]
    assert directory.search(Asked(language="my"), at=NIGHT).number == 0
    assert "isiXhosa" in desk_of(thandi).get("/network/").content.decode()


def test_a_provider_with_much_takes_no_more_statements_than_one_with_little(
    desk_of, thandi, line, django_assert_max_num_queries
):
    law = make_provider(number="+447700900121")
    desk = desk_of(thandi)

    def add(number):
        service = Service.objects.create(
            provider=law, kind="legal", name=f"S{number}", created_at=NIGHT, changed_at=NIGHT
        )
        place = put_place(law, f"{number} Long Street", area=make_area(f"A{number}"))
        Cost.objects.create(service=service, amount=1, currency="ZAR")
        for at in ({"service": service}, {"place": place}, {}):
            Phone.objects.create(provider=law, number="1", **at)
            OpenHours.objects.create(provider=law, days=[1], **at)

    add(0)
    desk.get(f"/network/{law.ref}/")
    with django_assert_max_num_queries(60) as little:
        desk.get(f"/network/{law.ref}/")
    for number in range(1, 9):
        add(number)
    with django_assert_max_num_queries(len(little)):
        desk.get(f"/network/{law.ref}/")
