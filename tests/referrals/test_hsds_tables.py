"""The rules of HSDS as we restate them: like the published ones, and each wrong thing is told with its place."""

import csv
import json
from pathlib import Path

import pytest

from referrals.hsds import nested, package, tables
from tests.referrals.beside import HSDS, needs_hsds

ROWS = list(csv.DictReader((Path(__file__).parents[1] / "data/hsds_wrong.csv").open(newline="")))
A, B, C = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abc")
RIGHT = {
    "organization": {"id": A, "name": "Umbrella", "description": "Help"},
    "service": {"id": B, "organization_id": A, "name": "Advice", "status": "active"},
    "location": {"id": B, "location_type": "physical"},
    "schedule": {"id": B},
    "phone": {"id": B, "number": "+27 21 000 0000"},
    "address": {"id": B, "address_1": "1 Long Street", "city": "Cape Town", "state_province": "WC", "postal_code": "8001",
                "country": "ZA", "address_type": "physical"},
}  # fmt: skip


def published():
    return json.loads((HSDS / "datapackage_schema.json").read_text())["resources"]


@needs_hsds
def test_our_tables_are_the_published_ones():
    ours = {
        (table, tables.FILES[table]): {
            one.name: (one.kind, one.is_required, one.is_unique, tables.ENUMS.get((table, one.name), ()))
            for one in fields
        }
        for table, fields in tables.TABLES.items()
    }
    theirs = {
        (one["name"], one["path"]): {
            field["name"]: (
                field["format"] if field.get("format") else {"string": "text"}.get(field["type"], field["type"]),
                field["constraints"].get("required", False),
                field["constraints"].get("unique", False),
                tuple(field["constraints"].get("enum", ())),
            )
            for field in one["schema"]["fields"]
        }
        for one in published()
    }
    kind, required, _unique, enum = theirs["program", "programs.csv"]["organization_id"]
    theirs["program", "programs.csv"]["organization_id"] = (kind, required, False, enum)  # said in hsds/tables.py
    assert ours == theirs


@needs_hsds
def test_our_links_are_the_published_ones():
    theirs = {
        one["name"]: {link["fields"]: link["reference"]["resource"] for link in one["schema"].get("foreignKeys", [])}
        for one in published()
    }
    ours = {
        table: {
            link: target
            for link, target in tables.LINKS.get(table, {}).items()
            if (table, link) not in tables.ONLY_JSON
        }
        for table in tables.TABLES
    }
    assert ours == theirs


@pytest.mark.parametrize("row", ROWS, ids=[row["what stands there"] for row in ROWS])
def test_what_is_wrong_is_told(row):
    said = {**RIGHT[row["table"]], row["field"]: row["value"].replace("\\0", "\0")}
    found = [(field, code) for field, code, _said in tables.check_row(row["table"], said)]
    assert found == [(row["field"], row["what is wrong"])]


@pytest.mark.parametrize("table", RIGHT)
def test_what_is_right_is_not_blamed(table):
    assert list(tables.check_row(table, RIGHT[table])) == []


def organisation(**more):
    return {**RIGHT["organization"], **more}


def codes(found):
    return [(one.record, one.field, one.code) for one in tables.check(found)]


def test_the_place_of_a_mistake_is_its_path_in_the_document():
    found = nested.flatten([organisation(services=[{"id": B, "name": "Advice", "status": "open"}])], "x.json")
    assert codes(found) == [("organization 1 › services 1", "status", "not_in_list")]


def test_an_id_that_leads_nowhere_is_told():
    found = nested.flatten(
        [organisation(services=[{"id": B, "name": "Advice", "status": "active", "program_id": C}])], "x"
    )
    assert codes(found) == [("organization 1 › services 1", "program_id", "dangling")]


def test_one_id_for_two_different_things_is_told():
    phones = [{"id": B, "number": "+27 21 000 0000"}, {"id": B, "number": "+27 21 000 0001"}]
    assert codes(nested.flatten(organisation(phones=phones), "x")) == [
        ("organization 1 › phones 2", "number", "two_records")
    ]


def test_what_hsds_does_not_know_is_named_and_does_not_stop_the_rest():
    found = nested.flatten(organisation(stars=5), "x")
    assert (codes(found), found.unknown) == ([], {"organization.stars": 1})


@pytest.mark.parametrize("document", [[], 7, "x", None, {"contents": []}, {"contents": "x"}])
def test_a_document_without_organisations_is_told(document):
    assert "no_organizations" in [one.code for one in tables.check(nested.flatten(document, "x"))]


@pytest.mark.parametrize("document", [[7], [{"id": A, "name": "U", "description": "H", "phones": 3}], [{"id": 7}]])
def test_a_document_of_another_shape_is_told_and_breaks_nothing(document):
    assert tables.check(nested.flatten(document, "x"))


def test_a_phone_of_two_services_is_one_phone_in_json_and_two_in_tables():
    phone = {"id": C, "number": "+27 21 000 0000"}
    services = [{"id": key, "name": "Advice", "status": "active", "phones": [phone]} for key in (A, B)]
    document = organisation(services=services)
    rows = nested.flatten(document, "x").rows
    assert nested.nest(rows) == [document]
    assert sorted(row["service_id"] for row in package.for_tables(rows)["phone"].values()) == [A, B]


def package_of(**files):
    return package.read_package({name.replace("_csv", ".csv"): text.encode() for name, text in files.items()})


def test_an_id_that_stands_twice_in_a_table_is_told_with_its_line():
    found = package_of(organizations_csv=f"id,name,description\n{A},One,x\n{A},Two,x\n")
    assert codes(found) == [("line 3", "id", "id_twice")]


def test_a_line_with_more_cells_than_columns_is_told():
    assert codes(package_of(organizations_csv=f"id,name,description\n{A},One,x,y\n")) == [("line 2", "", "more_cells")]


def test_a_table_without_ids_is_told():
    assert codes(package_of(organizations_csv="name\nOne\n")) == [("line 1", "id", "no_id_column")]


def test_a_package_without_tables_is_told():
    assert [one.code for one in package_of(readme_csv="x").problems] == ["no_tables"]


def test_a_file_that_is_not_utf_8_is_told():
    found = package.read_package({"organizations.csv": b"id,name\n\xff\xfe"})
    assert [one.code for one in found.problems] == ["no_utf8"]


def test_a_figure_that_no_computer_holds_exactly_is_told_and_not_changed():
    found = package_of(locations_csv=f"id,location_type,latitude\n{A},physical,1.00000000000000000001\n")
    assert codes(found) == [("line 2", "latitude", "no_number")]


def test_a_formula_stays_as_it_is_in_a_package():
    rows = {"organization": {A: {"id": A, "name": "=1+1", "description": "@x"}}}
    again = package.read_package(package.unzip(package.write_package(rows, title="x")))
    assert again.rows["organization"] == rows["organization"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and nothing more", b"x" * 100])
def test_what_is_no_zip_is_refused(content):
    with pytest.raises(package.CannotRead):
        package.unzip(content)


@needs_hsds
def test_what_we_write_of_each_table_is_described_as_published():
    ours = {one["name"]: one for one in package.describe(tables.TABLES, title="x")["resources"]}
    for theirs in published():
        fields = {one["name"]: (one["type"], one.get("format")) for one in theirs["schema"]["fields"]}
        assert {
            one["name"]: (one["type"], one.get("format")) for one in ours[theirs["name"]]["schema"]["fields"]
        } == fields
