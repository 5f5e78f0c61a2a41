"""The network, as a program sees and keeps it."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from helpline.core.audit.models import Entry
from referrals.models import (
    Area,
    Cost,
    OpenHours,
    Phone,
    Place,
    Provider,
    ProviderPerson,
    Service,
    ServicePlace,
    Vetting,
    VettingMove,
    VettingScore,
)
from tests.factories import NIGHT, make_person

PROVIDERS = "/api/v1/providers/"


def put_provider(name="Salt River Clinic", *, kind="clinic", need="health", area=None, **changes):
    """A trusted provider with one of everything."""
    ordinary = {"vetting": "approved", "vetting_since": NIGHT, "created_at": NIGHT, "changed_at": NIGHT}
    provider = Provider.objects.create(kind=kind, name=name, **{**ordinary, **changes})
    service = Service.objects.create(
        provider=provider, kind=need, name=f"Walk-in hours of {name}", is_free=True, created_at=NIGHT, changed_at=NIGHT
    )
    Cost.objects.create(service=service, option="certificate", amount=Decimal("120.50"), currency="ZAR")
    place = Place.objects.create(
        provider=provider,
        name="Main house",
        area=area,
        address="12 Albert Road",
        latitude="-33.9270",
        longitude="18.4550",
    )
    ServicePlace.objects.create(service=service, place=place)
    OpenHours.objects.create(provider=provider, days=[0], opens_at=time(0), closes_at=time(6))
    Phone.objects.create(provider=provider, number="+44 7700 900 180", kind="voice")
    ProviderPerson.objects.create(
        provider=provider, name="Sister Dudu", title="nurse", number="+447700900121", created_at=NIGHT
    )
    if area is not None:
        provider.areas.add(area)
    return provider


def put_area(code, name, parent=None):
    return Area.objects.create(code=code, name=name, parent=parent)


@pytest.fixture
def woodstock(db):
    city = put_area("cpt", "Cape Town")
    return put_area("wds", "Woodstock", city)


@pytest.fixture
def clinic(line, woodstock):
    return put_provider(area=woodstock, languages=["en", "xh"])


@pytest.fixture
def shelter(line, woodstock):
    return put_provider(
        "House of Protea", kind="safe_house", need="shelter", area=woodstock, is_hidden=True, alert="Moved to Lower Main",
        description="Behind the church", website="https://protea.example", email="protea@example.org",
    )  # fmt: skip


def change(client, row, **given):
    return client.patch(f"{PROVIDERS}{row.ref}/", {"version": row.version, **given}, format="json")


def test_thandi_reads_all_that_she_may_tell_a_caller(asking, thandi, clinic, woodstock):
    told = asking(thandi).get(f"{PROVIDERS}{clinic.ref}/").json()
    service, place = clinic.services.get(), clinic.places.get()
    assert (told["name"], told["kind"], told["vetting"], told["is_open"]) == (
        "Salt River Clinic",
        "clinic",
        "approved",
        True,
    )
    assert (told["areas"], told["languages"]) == (["wds"], ["en", "xh"])
    assert told["services"][0]["costs"] == [
        {"option": "certificate", "amount": "120.50", "currency": "ZAR", "words": ""}
    ]
    assert (told["services"][0]["id"], told["services"][0]["places"]) == (service.ref, [place.ref])
    assert (told["places"][0]["address"], told["places"][0]["area"]) == ("12 Albert Road", "wds")
    assert told["phones"][0]["number"] == "+44 7700 900 180"
    assert told["hours"][0]["closes_at"] == "06:00:00"


def test_that_she_read_it_is_written_down_once(asking, thandi, clinic):
    client = asking(thandi)
    client.get(f"{PROVIDERS}{clinic.ref}/")
    client.get(PROVIDERS)
    assert Entry.objects.filter(verb="provider.read", who=thandi, about=clinic.ref).count() == 1


def test_neither_the_private_number_of_a_nurse_nor_her_name_is_told_unless_she_said_so(asking, lerato, clinic):
    client = asking(lerato)
    told = client.get(f"{PROVIDERS}{clinic.ref}/").json()
    assert "900121" not in str(told)
    assert (told["people"][0]["name"], told["people"][0]["title"]) == ("", "nurse")
    clinic.people.update(is_public=True)
    assert client.get(f"{PROVIDERS}{clinic.ref}/").json()["people"][0]["name"] == "Sister Dudu"


def test_who_has_left_is_not_told_of(asking, lerato, clinic):
    clinic.people.update(left_at=NIGHT)
    assert asking(lerato).get(f"{PROVIDERS}{clinic.ref}/").json()["people"] == []


@pytest.mark.parametrize("who", ["thandi", "lerato", "naledi"])
def test_no_word_of_a_hidden_shelter_is_told_to_anybody(asking, shelter, who, request):
    shelter.people.update(is_public=True)
    told = asking(request.getfixturevalue(who)).get(f"{PROVIDERS}{shelter.ref}/")
    assert (told.json()["name"], told.json()["is_hidden"], told.json()["phones"]) == ("", True, [])
    said = told.content.decode()
    words = (
        "Protea",
        "protea",
        "Albert",
        "church",
        "Lower Main",
        "-33.9",
        "18.4",
        "900",
        "Main house",
        "Dudu",
        "certificate",
    )
    assert [word for word in words if word in said] == []


def test_the_hidden_house_of_an_open_organisation_is_not_told_with_its_number_either(asking, thandi, clinic):
    place = Place.objects.create(provider=clinic, name="Night house", address="3 Bromwell Street", is_hidden=True)
    Phone.objects.create(provider=clinic, place=place, number="+44 7700 900 181")
    answer = asking(thandi).get(f"{PROVIDERS}{clinic.ref}/")
    hidden = next(one for one in answer.json()["places"] if one["id"] == place.ref)
    assert (hidden["name"], hidden["address"], hidden["area"], hidden["is_hidden"]) == ("", None, None, True)
    assert b"Bromwell" not in answer.content
    assert b"900 181" not in answer.content


def test_nothing_of_the_vetting_leaves_but_its_state(asking, lerato, clinic):
    vetting = Vetting.objects.create(provider=clinic, began_at=NIGHT, began_by=lerato)
    VettingScore.objects.create(vetting=vetting, point=3, score=2, evidence="asked two friends", by=lerato, at=NIGHT)
    VettingMove.objects.create(
        provider=clinic, before="peer_tested", after="approved", words="kind", by=lerato, at=NIGHT
    )
    told = asking(lerato).get(f"{PROVIDERS}{clinic.ref}/").json()
    assert {name for name in told if "vett" in name or name in ("scores", "evidence", "moves", "reports", "conflicts")} == {
        "vetting", "vetting_since"
    }  # fmt: skip
    assert "asked two friends" not in str(told)


def test_the_list_is_narrowed_by_every_filter(asking, thandi, clinic, shelter, woodstock):
    joburg = put_area("jhb", "Johannesburg")
    lawyer = put_provider(
        "Ayanda Law", kind="lawyer", need="legal", area=joburg, vetting="suspended", closed_until=date(2026, 12, 1),
        languages=["zu"], changed_at=NIGHT + timedelta(days=1),
    )  # fmt: skip
    lawyer.services.update(is_free=False)
    lawyer.hours.all().delete()
    client = asking(thandi)
    names = {clinic.ref: "clinic", shelter.ref: "shelter", lawyer.ref: "lawyer"}

    def found(**asked):
        return {names[row["id"]] for row in client.get(PROVIDERS, asked).json()["results"]}

    assert found() == {"clinic", "shelter", "lawyer"}
    assert found(kind="lawyer") == found(vetting="suspended") == found(need="legal") == found(area="jhb") == {"lawyer"}
    assert found(language="zu") == found(trusted="false") == found(changed_since="2026-11-23T12:00:00Z") == {"lawyer"}
    assert found(trusted="true") == found(open_now="true") == found(free="true") == {"clinic", "shelter"}
    assert found(takes_cases="true") == found(area="wds") == {"clinic", "shelter"}
    assert found(trusted="true", kind="lawyer") == set()


def test_who_works_in_all_of_the_town_is_found_from_a_district_and_the_other_way_round(asking, thandi, line, woodstock):
    town = put_provider("Town Office", area=woodstock.parent)
    near = put_provider("District Office", area=woodstock)
    client = asking(thandi)
    for area in ("wds", "cpt"):
        assert {row["id"] for row in client.get(PROVIDERS, {"area": area}).json()["results"]} == {town.ref, near.ref}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"area": "nowhere"}, "area"),
        ({"area": "x\x00y"}, "area"),
        ({"language": '"%'}, "language"),
        ({"need": "rescue"}, "need"),
        ({"trusted": "perhaps"}, "trusted"),
        ({"changed_since": "yesterday"}, "changed_since"),
        ({"name": "Salt"}, "name"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(asking, thandi, clinic, asked, field):
    answer = asking(thandi).get(PROVIDERS, asked)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_search_is_sent_in_the_body_and_finds_names_and_services_but_no_hidden_name(asking, thandi, clinic, shelter):
    client = asking(thandi)

    def found(q):
        return [row["id"] for row in client.post(f"{PROVIDERS}search/", {"q": q}, format="json").json()["results"]]

    assert found("salt") == found("walk-in salt") == [clinic.ref]
    assert found("protea") == found("100%") == found("' OR 1=1") == []


def test_fifty_providers_take_no_more_statements_than_three(asking, thandi, line, django_assert_max_num_queries):
    client = asking(thandi)
    for number in range(3):
        put_provider(f"Clinic {number}")
    with django_assert_max_num_queries(30) as few:
        client.get(PROVIDERS)
    for number in range(47):
        put_provider(f"Law {number}")
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(PROVIDERS).json()["results"]) == 50


@pytest.mark.parametrize("role", ["administrator", None])
def test_whoever_has_no_caller_to_send_learns_of_no_provider(asking, clinic, role):
    client = asking(make_person("somebody", *([role] if role else [])))
    answers = [
        client.get(PROVIDERS),
        client.get(f"{PROVIDERS}{clinic.ref}/"),
        client.get(f"{PROVIDERS}{'2' * 18}/"),
        change(client, clinic, alert="x"),
        client.post(PROVIDERS, {"kind": "clinic", "name": "x"}, format="json"),
        client.post(f"{PROVIDERS}search/", {"q": "Salt"}, format="json"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_one_that_was_removed_is_there_for_lerato_and_not_for_thandi(asking, thandi, lerato, clinic):
    Provider.objects.filter(pk=clinic.pk).update(vetting="removed")
    assert asking(thandi).get(f"{PROVIDERS}{clinic.ref}/").status_code == 404
    assert asking(thandi).get(PROVIDERS).json()["results"] == []
    assert asking(lerato).get(f"{PROVIDERS}{clinic.ref}/").json()["vetting"] == "removed"


def test_lerato_adds_one_that_nobody_trusts_yet(asking, lerato, woodstock, line):
    given = {
        "kind": "lawyer", "name": "Ayanda Law", "languages": ["zu"], "areas": ["wds"], "not_for": "no criminal cases",
        "website": "https://ayanda.example", "closed_until": "2026-12-01", "most_open": 4,
    }  # fmt: skip
    answer = asking(lerato).post(PROVIDERS, given, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in given} == given
    assert (told["vetting"], told["version"]) == ("proposed", 1)
    assert Entry.objects.filter(verb="provider.added", who=lerato, about=told["id"]).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 251}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x\x00"}, "name"),
        ({"kind": "pimp"}, "kind"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://[x"}, "website"),
        ({"email": "nobody"}, "email"),
        ({"languages": ["Zulu"]}, "languages"),
        ({"languages": "zu"}, "languages"),
        ({"areas": ["nowhere"]}, "areas"),
        ({"areas": [None]}, "areas"),
        ({"most_open": -1}, "most_open"),
        ({"most_open": True}, "most_open"),
        ({"closed_until": "soon"}, "closed_until"),
        ({"vetting": "approved"}, "vetting"),
        ({"evidence": "x"}, "evidence"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(asking, lerato, line, given, field):
    answer = asking(lerato).post(PROVIDERS, {"kind": "clinic", "name": "A", **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Provider.objects.exists()


def test_lerato_changes_one_thing_and_the_rest_stays(asking, lerato, clinic):
    told = change(asking(lerato), clinic, alert="Closed on Friday").json()
    assert (told["alert"], told["name"], told["areas"], told["version"]) == (
        "Closed on Friday",
        clinic.name,
        ["wds"],
        2,
    )
    assert change(asking(lerato), Provider.objects.get(), areas=[]).json()["areas"] == []


def test_of_two_who_change_it_at_once_the_second_is_told_and_overwrites_nothing(asking, lerato, naledi, clinic):
    change(asking(lerato), clinic, alert="Closed on Friday")
    assert change(asking(naledi), clinic, alert="Open on Friday").status_code == 409
    assert Provider.objects.get().alert == "Closed on Friday"


def test_a_change_must_say_what_it_was_made_from(asking, lerato, clinic):
    answer = asking(lerato).patch(f"{PROVIDERS}{clinic.ref}/", {"alert": "x"}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["version"])


@pytest.mark.parametrize("who", ["thandi", "nomsa"])
def test_who_speaks_with_callers_keeps_no_directory(asking, clinic, who, request):
    client = asking(request.getfixturevalue(who))
    assert change(client, clinic, alert="x").status_code == 403
    assert client.post(PROVIDERS, {"kind": "clinic", "name": "x"}, format="json").status_code == 403
    assert Provider.objects.get().alert == ""


def test_a_hidden_one_stays_blank_to_the_program_that_wrote_it(asking, lerato, line):
    answer = asking(lerato).post(
        PROVIDERS, {"kind": "safe_house", "name": "House of Protea", "is_hidden": True}, format="json"
    )
    assert (answer.status_code, answer.json()["name"]) == (201, "")
    assert Provider.objects.get().name == "House of Protea"
