"""A coordinator takes a directory in: hands a file in, sees what it would become, settles, takes in; and takes ours out."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from openpyxl import Workbook

from helpline.core import clock
from referrals.models import DirectoryImport, Phone, Place, Provider, ProviderPerson, Service
from referrals.services import imports
from tests.factories import make_area, make_provider
from tests.referrals.handing_in import LINE, A, B, C, do, hand_in, look_at, organisation, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk_of, lerato):
    return desk_of(lerato)


@pytest.fixture(autouse=True)
def woodstock(db):
    return make_area("Woodstock")


def test_a_spreadsheet_becomes_a_proposed_provider(desk):
    hand_in(desk, ("list.csv", sheet(LINE)))
    do(desk, "take")
    found = Provider.objects.get()
    assert (found.name, found.kind, found.vetting) == ("Salt River Clinic", "clinic", "proposed")


def test_what_a_spreadsheet_says_stands_where_it_belongs(desk, woodstock):
    hand_in(desk, ("list.csv", sheet(LINE)))
    do(desk, "take")
    found = Provider.objects.get()
    place, service = found.places.get(), found.services.get()
    assert (place.address, place.area, service.kind, service.languages) == (
        "1 Main Road\nSalt River\nWoodstock\n-\nZA", woodstock, "health", ["zu", "en"],
    )  # fmt: skip
    assert (found.hours.get().days, str(found.hours.get().opens_at)) == ([0, 1, 2, 3, 4], "08:00:00")
    assert [one.number for one in found.phones.all()] == ["+27 21 000 0100"]
    assert list(found.areas.all()) == [woodstock]


def test_a_persons_own_number_is_kept_for_asking_and_never_public(desk):
    line = "Ayanda Law;;;;Woodstock;legal;;;Ayanda;+447700900121;"
    hand_in(desk, ("list.csv", sheet(line)))
    do(desk, "take")
    person = ProviderPerson.objects.get()
    assert (person.name, person.number, person.is_public) == ("Ayanda", "+447700900121", False)


def test_a_secret_address_is_hidden_from_the_start(desk):
    hand_in(desk, ("list.csv", sheet("Safe House;;9 Quiet Lane;Salt River;Woodstock;shelter;;;;;yes")))
    do(desk, "take")
    assert Place.objects.get().is_hidden


def test_nothing_is_kept_before_it_is_taken_in(desk):
    look_at(desk, ("list.csv", sheet(LINE)))
    assert not Provider.objects.exists()


def test_the_first_lines_are_shown_as_they_would_become(desk):
    page = look_at(desk, ("list.csv", sheet(LINE))).content.decode()
    assert "Salt River Clinic" in page
    assert "clinic or hospital" in page


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (";+27 21 000 0100;;;;;;;;;", "Something has to stand here."),
        ("X;;;;Nowhere;;;;;;", "There is no area of this name or code."),
        ("X;;;;;magic;;;;;", "We do not know this word."),
        ("X;;;;;health;Klingon;;;;", "We do not know this language"),
        ("X;;;;;;;whenever;;;", "We cannot read these hours."),
        ("X;;;;;;;;;+447700900121;", "Something has to stand here."),
        ("X;;;;;;;;Ayanda;12;", "Write it with the country"),
        ("X;;;;;;;;;;perhaps", "Write yes or no."),
        ("X;no number;;;;;;;;;", "This is not a telephone number."),
    ],
)
def test_a_line_that_is_wrong_is_told_by_its_number_and_nothing_is_taken(desk, line, sentence):
    page = look_at(desk, ("list.csv", sheet(LINE, line))).content.decode()
    assert "line 3" in page
    assert sentence in page
    do(desk, "take")
    assert not Provider.objects.exists()


def test_the_same_provider_twice_in_a_file_is_told(desk):
    assert "stands there already: line 2" in look_at(desk, ("list.csv", sheet(LINE, LINE))).content.decode()


def test_columns_that_are_called_otherwise_can_be_named(desk):
    hand_in(desk, ("list.csv", sheet("Salt River Clinic;health", heading="Wie;Was")))
    do(desk, "columns", name="0", services="1")
    do(desk, "take")
    assert Provider.objects.get().name == "Salt River Clinic"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_any_spreadsheet_in_text_is_read(desk, encoding, between):
    text = sheet(f"Clínica Zoë{between}health", heading=f"Name{between}Services")
    hand_in(desk, ("list.csv", text.encode(encoding)))
    do(desk, "take")
    assert Provider.objects.get().name == "Clínica Zoë"


def test_a_workbook_is_read(desk):
    book = Workbook()
    for line in (["Name", "Services", "Phone"], ["Night Clinic", "health", 27210000100]):
        book.active.append(line)
    written = io.BytesIO()
    book.save(written)
    hand_in(desk, ("list.xlsx", written.getvalue()))
    do(desk, "take")
    assert Phone.objects.get().number == "27210000100"


def test_a_formula_in_a_sheet_stays_text(desk):
    hand_in(desk, ("list.csv", sheet('=HYPERLINK("http://x");health', heading="Name;Services")))
    do(desk, "take")
    assert Provider.objects.get().name == '=HYPERLINK("http://x")'


def test_more_than_ten_thousand_lines_are_refused(desk):
    answer = hand_in(desk, ("list.csv", sheet(*["X"] * 10_001, heading="Name")))
    assert (answer.status_code, "more than 10000 lines" in answer.content.decode()) == (422, True)


def test_a_sheet_that_is_too_large_is_refused(desk):
    assert hand_in(desk, ("list.csv", "Name\n" + "x" * imports.LARGEST_SHEET)).status_code == 422


def test_what_says_that_it_is_too_large_is_not_read(desk, monkeypatch):
    monkeypatch.setattr(imports, "LARGEST_HSDS", 10)
    assert hand_in(desk, ("list.csv", "x" * 200_000)).status_code == 413


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff", b"PK\x03\x04 broken"])
def test_what_is_no_file_of_a_directory_is_refused_in_words(desk, content):
    answer = hand_in(desk, ("list.bin", content))
    assert answer.status_code == 422


def test_a_document_of_hsds_is_taken_in(desk):
    hand_in(desk, ("all.json", json.dumps([organisation(phones=[{"id": B, "number": "+27 21 000 0100"}])])))
    do(desk, "take")
    assert Phone.objects.get().provider.hsds_id == A


def test_an_id_that_leads_nowhere_is_told_and_nothing_is_taken(desk):
    services = [{"id": B, "name": "Soup", "status": "active", "program_id": C}]
    page = look_at(desk, ("all.json", json.dumps(organisation(services=services)))).content.decode()
    assert "There is nothing with this id" in page
    do(desk, "take")
    assert not Provider.objects.exists()


def test_json_that_is_none_is_told(desk):
    assert "This is no JSON." in look_at(desk, ("all.json", "{")).content.decode()


def package_of(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


def test_a_package_is_taken_in(desk):
    hand_in(desk, ("all.zip", package_of(organizations=f"id,name,description\n{A},Night Kitchen,Soup\n")))
    do(desk, "take")
    assert Provider.objects.get().hsds_id == A


def test_tables_of_hsds_can_be_handed_in_together_without_a_zip(desk):
    files = ("organizations.csv", f"id,name,description\n{A},Night Kitchen,Soup\n"), (
        "services.csv", f"id,organization_id,name,status\n{B},{A},Soup,active\n",
    )  # fmt: skip
    hand_in(desk, *files)
    do(desk, "take")
    assert Service.objects.get().provider.hsds_id == A


def test_tables_of_ohana_find_each_other(desk):
    hand_in(
        desk,
        ("organizations.csv", "id,name,description,date_incorporated\n1,Night Kitchen,Soup,\n"),
        (
            "phones.csv",
            "id,contact_id,location_id,organization_id,service_id,number,number_type\n1,,,1,,555-0100,voice\n",
        ),
    )
    do(desk, "take")
    assert Phone.objects.get().provider.name == "Night Kitchen"


def test_one_that_was_here_keeps_how_it_was_vetted(desk):
    make_provider("Old Name", hsds_id=A)
    hand_in(desk, ("all.json", json.dumps(organisation())))
    do(desk, "take")
    found = Provider.objects.get()
    assert (found.name, found.vetting) == ("Night Kitchen", "approved")


def test_who_would_change_and_is_trusted_is_named_before(desk):
    make_provider("Old Name", hsds_id=A)
    page = look_at(desk, ("all.json", json.dumps(organisation()))).content.decode()
    assert "Old Name" in page


def test_a_hidden_place_stays_hidden_when_it_comes_in_again(desk):
    provider = make_provider(hsds_id=A)
    Place.objects.create(provider=provider, hsds_id=B, is_hidden=True)
    hand_in(
        desk, ("all.json", json.dumps(organisation(locations=[{"id": B, "location_type": "physical", "name": "New"}])))
    )
    do(desk, "take")
    assert Place.objects.get().is_hidden


# who is here already


def a_duplicate(desk):
    there = make_provider("Salt River Clinic", kind="clinic", need="health")
    Phone.objects.create(provider=there, number="+27210000100")
    return there, look_at(desk, ("list.csv", sheet(LINE))).content.decode()


def choose(desk, said):
    (one,) = imports.preview(kept=DirectoryImport.objects.get()).alike
    return do(desk, "choose", **{f"choice:{one.id}": said})


def test_who_may_be_here_already_is_shown_with_the_reason(desk):
    _there, page = a_duplicate(desk)
    assert "Who may be here already" in page
    assert "name and area number" in " ".join(page.split())


def test_nothing_is_taken_in_before_it_is_settled(desk):
    a_duplicate(desk)
    do(desk, "take")
    assert Provider.objects.count() == 1


def test_the_same_one_is_filled_and_stays_one(desk):
    there, _page = a_duplicate(desk)
    choose(desk, "same")
    do(desk, "take")
    assert Provider.objects.get() == there
    assert there.places.get().address.startswith("1 Main Road")
    assert there.phones.count() == 1


def test_what_a_sheet_does_not_say_stays_as_it_was(desk):
    there, _page = a_duplicate(desk)
    Provider.objects.filter(pk=there.pk).update(website="https://clinic.example")
    choose(desk, "same")
    do(desk, "take")
    there.refresh_from_db()
    assert (there.website, there.vetting) == ("https://clinic.example", "approved")


def test_another_one_becomes_a_second(desk):
    a_duplicate(desk)
    choose(desk, "new")
    do(desk, "take")
    assert Provider.objects.count() == 2


def test_one_that_is_left_out_is_not_taken_in(desk):
    there, _page = a_duplicate(desk)
    choose(desk, "skip")
    do(desk, "take")
    assert Provider.objects.get() == there


def test_the_same_name_in_another_area_is_somebody_else(desk):
    make_provider("Salt River Clinic", areas=[make_area("Durban")])
    look_at(desk, ("list.csv", sheet(LINE.replace("Salt River;Woodstock", ";Woodstock"))))
    assert imports.preview(kept=DirectoryImport.objects.get()).alike == []


# the file


def test_the_file_is_sealed(desk):
    hand_in(desk, ("list.csv", sheet(LINE)))
    raw = DirectoryImport.objects.values_list("body", "file_name").get()
    assert "Salt River" not in repr(raw)


def test_the_file_is_forgotten_when_it_was_taken_in(desk):
    hand_in(desk, ("list.csv", sheet(LINE)))
    do(desk, "take")
    kept = DirectoryImport.objects.get()
    assert (kept.state, kept.body, kept.file_name) == ("taken", "{}", "")


def test_the_file_is_forgotten_after_an_hour(desk):
    hand_in(desk, ("list.csv", sheet(LINE)))
    kept = DirectoryImport.objects.get()
    assert imports.forget_old(at=kept.at + timedelta(minutes=59)) == 0
    assert imports.forget_old(at=kept.at + imports.KEPT_FOR) == 1


def test_the_file_can_be_forgotten_at_once(desk):
    hand_in(desk, ("list.csv", sheet(LINE)))
    do(desk, "drop")
    assert not DirectoryImport.objects.exists()


def test_a_file_is_only_for_whoever_handed_it_in(desk, desk_of, naledi):
    address = hand_in(desk, ("list.csv", sheet(LINE))).url
    assert desk_of(naledi).get(address).status_code == 404


def test_a_large_directory_waits_for_the_worker_and_is_taken_in_once(desk, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    hand_in(desk, ("list.csv", sheet(LINE)))
    assert "It is being taken in" in do(desk, "take").content.decode()
    assert not Provider.objects.exists()
    at = clock.now()
    assert (imports.take_waiting(at=at), imports.take_waiting(at=at)) == (1, 0)
    assert Provider.objects.count() == 1


def test_a_worker_that_dies_in_the_middle_has_taken_nothing_and_the_next_one_takes_all(desk, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    hand_in(desk, ("list.csv", sheet(LINE)))
    do(desk, "take")
    with monkeypatch.context() as dying:
        dying.setattr("referrals.services.hsds_in._keep_loose", lambda _work: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.take_waiting(at=clock.now())
    assert not Provider.objects.exists()
    imports.take_waiting(at=clock.now())
    assert Provider.objects.count() == 1
