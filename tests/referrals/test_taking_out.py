"""The directory leaves: what may, in three forms, and nothing of what must not."""

import csv
import io
import json
import zipfile

import pytest
from openpyxl import load_workbook

from helpline.core import clock
from helpline.core.audit.models import Entry
from referrals.hsds import package, tables
from referrals.models import HsdsRow, Phone, Place
from tests.factories import make_area, make_person_of, make_provider
from tests.referrals.handing_in import A, B, C, D, do, hand_in, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk_of, lerato):
    return desk_of(lerato)


@pytest.fixture(autouse=True)
def woodstock(db):
    return make_area("Woodstock")


SECRETS = {
    "a private number": "+447700900155", "a person who is not public": "Quietname", "a person who left": "Goneaway",
    "a hidden provider": "Hiddenhouse", "a removed one": "Removedlaw", "a hidden address": "9 Quiet Lane",
    "whom they do not help": "Notforthem", "why they are suspended": "breachword",
}  # fmt: skip


@pytest.fixture
def network(lerato):
    """A provider with something of everything that must not leave."""
    at = clock.now()
    provider = make_provider(
        "Ayanda Law", hsds_id=A, not_for="Notforthem", vetting="suspended", vetting_why="breachword", description="=1+1",
    )  # fmt: skip
    make_person_of(provider, "Quietname", number="+447700900155")
    make_person_of(provider, "Goneaway", number=None, is_public=True, left_at=at)
    public = make_person_of(provider, "Openname", number="+447700900155", is_public=True)
    Phone.objects.create(provider=provider, person=public, number="+27 21 000 0100")
    house = Place.objects.create(provider=provider, hsds_id=B, is_hidden=True, address="9 Quiet Lane\nSalt River")
    HsdsRow.objects.create(
        table="address", hsds_id=C, provider=provider, row={"id": C, "location_id": B, "address_1": "9 Quiet Lane"}
    )
    HsdsRow.objects.create(
        table="metadata", hsds_id=D, provider=provider,
        row={"id": D, "resource_id": B, "resource_type": "location", "previous_value": "9 Quiet Lane"},
    )  # fmt: skip
    Phone.objects.create(provider=provider, place=house, number="+447700900155")
    make_provider("Hiddenhouse", is_hidden=True)
    make_provider("Removedlaw", vetting="removed")
    return provider


def taken_out(desk, kind):
    answer = desk.post("/network/exchange/take-out/", {"as": kind})
    content = answer.content
    if kind != "json":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content.decode()


@pytest.mark.parametrize("kind", ["json", "package", "sheet"])
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_what_must_not_leave_does_not(desk, network, kind, secret):
    told = taken_out(desk, kind)
    assert "Ayanda Law" in told
    assert secret not in told
    assert "suspended" not in told


@pytest.mark.parametrize("kind", ["json", "package", "sheet"])
def test_each_time_it_leaves_is_written_down(desk, network, lerato, kind):
    taken_out(desk, kind)
    entry = Entry.objects.get(verb="network.exported")
    assert (entry.who, entry.detail) == (lerato, {"kind": kind, "providers": 1})


def test_a_public_person_leaves_with_their_public_number_and_not_their_own(desk, network):
    (told,) = json.loads(taken_out(desk, "json"))
    assert told["contacts"][0]["name"] == "Openname"
    assert [one["number"] for one in told["contacts"][0]["phones"]] == ["+27 21 000 0100"]


def test_a_formula_is_text_in_the_spreadsheet(desk, network):
    answer = desk.post("/network/exchange/take-out/", {"as": "sheet"})
    cell = load_workbook(io.BytesIO(answer.content)).active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_what_leaves_is_right_by_the_rules_of_hsds(desk, network):
    """The rules are held to the published ones in test_hsds_tables.py."""
    answer = desk.post("/network/exchange/take-out/", {"as": "package"})
    assert tables.check(package.read_package(package.unzip(answer.content))) == []


def test_what_was_made_here_leaves_as_hsds_wants_it(desk, woodstock):
    provider = make_provider("Night Clinic", kind="clinic", need="health", languages=["zu"], areas=[woodstock])
    place = Place.objects.create(provider=provider, address="1 Main Road\nSalt River\n7925", area=woodstock)
    provider.hours.create(days=[0, 1], opens_at="08:00", closes_at="16:00")
    (told,) = json.loads(taken_out(desk, "json"))
    (address,) = told["locations"][0]["addresses"]
    assert (address["address_1"], address["city"], address["postal_code"], address["country"]) == (
        "1 Main Road",
        "Salt River",
        "7925",
        "ZA",
    )
    assert (told["locations"][0]["id"], told["locations"][0]["schedules"][0]["byday"]) == (place.hsds_id, "MO,TU")
    assert [one["code"] for one in told["services"][0]["languages"]] == ["zu"]
    assert [one["name"] for one in told["services"][0]["service_areas"]] == ["Woodstock"]


def test_an_address_that_was_changed_here_leaves_changed(desk):
    address = {"id": C, "address_1": "1 Old Road", "city": "X", "state_province": "Y", "postal_code": "1", "country": "ZA",
               "address_type": "physical"}  # fmt: skip
    place = {"id": B, "location_type": "physical", "addresses": [address]}
    hand_in(desk, ("all.json", json.dumps(organisation(locations=[place]))))
    do(desk, "take")
    found = Place.objects.get()
    found.address = "2 New Road\nSalt River\n7925"
    found.save()
    told = taken_out(desk, "json")
    assert "2 New Road" in told
    assert "1 Old Road" not in told


def test_the_package_names_its_tables(desk, network):
    answer = desk.post("/network/exchange/take-out/", {"as": "package"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        described = json.loads(packed.read("datapackage.json"))["resources"]
        heads = {one["path"]: next(csv.reader(io.StringIO(packed.read(one["path"]).decode()))) for one in described}
    assert heads["organizations.csv"][:4] == ["id", "name", "alternate_name", "description"]


def test_an_export_of_another_kind_is_refused(desk):
    assert desk.post("/network/exchange/take-out/", {"as": "everything"}).status_code == 422
