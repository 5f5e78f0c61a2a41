"""HSDS in, and out again: every field of every record comes back. The published examples, and directories made up at random."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from referrals.hsds import nested, package, tables
from referrals.hsds.tables import is_said
from referrals.models import HsdsRow, Provider
from referrals.services import hsds_in, hsds_out
from tests.factories import NIGHT
from tests.referrals.beside import HSDS as SHARED
from tests.referrals.beside import needs_hsds as needs_shared
from tests.referrals.made_up import directories


def plain(said):
    """Return a document without what says nothing, and without the order of lists."""
    if isinstance(said, dict):
        return {name: plain(value) for name, value in said.items() if is_said(value)}
    return sorted(map(plain, said), key=json.dumps) if isinstance(said, list) else said


def published():
    return json.loads((SHARED / "organization_full.json").read_text())


def published_package(**changes):
    """The published files; `changes` puts other ids in the place of those that lead nowhere."""
    files = {one.name: one.read_bytes() for one in (SHARED / "csv").iterdir()}
    for before, after in changes.items():
        files = {name: content.replace(before.encode(), after.encode()) for name, content in files.items()}
    return files


LEADING_NOWHERE = {
    "f28dd44b-0c4d-479f-8e90-4c52219a8b3c": "ac148810-d857-441c-9679-408f346de14b",
    "985e4a42-bd9f-4edc-911d-0243a4640aca": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610",
    "ae67a707-5893-4225-b0b1-320ab9cb596b": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610",
    "93eaf18d-1cd2-4ec7-bffb-3c9172ee5070": "e94c9f38-1e8f-4564-91d4-d53501ab1765",
    "07ff6aee-a219-438c-b694-d2fcb6c5373b": "5c4d79d7-cc55-470e-9f1f-8cad074e4892",
}


@needs_shared
@pytest.mark.django_db
def test_the_published_organisation_comes_back_whole(lerato):
    found = nested.flatten(published(), "organization_full.json")
    assert (tables.check(found), found.unknown) == ([], {})
    hsds_in.take_in(rows=found.rows, by=lerato, at=NIGHT)
    (told,) = nested.nest(hsds_out.read_rows())
    assert plain(told) == plain(published())


@needs_shared
def test_the_published_package_has_ids_that_lead_nowhere_and_each_is_told():
    problems = tables.check(package.read_package(published_package()))
    assert {one.said for one in problems if one.code == "dangling"} == set(LEADING_NOWHERE)
    assert len(problems) == len(LEADING_NOWHERE)


@needs_shared
@pytest.mark.django_db
def test_the_published_package_put_right_comes_back_whole(lerato):
    found = package.read_package(published_package(**LEADING_NOWHERE))
    assert tables.check(found) == []
    hsds_in.take_in(rows=found.rows, by=lerato, at=NIGHT)
    again = package.read_package(package.unzip(package.write_package(hsds_out.read_rows(), title="x")))
    assert again.rows == found.rows


made_up = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def through_us(rows, by):
    """Take rows into an empty directory and return what comes out of it."""
    Provider.objects.all().delete()
    HsdsRow.objects.all().delete()
    hsds_in.take_in(rows=rows, by=by, at=NIGHT)
    return hsds_out.read_rows()


def through_a_package(rows):
    found = package.read_package(package.unzip(package.write_package(rows, title="x")))
    assert tables.check(found) == []
    return found.rows


def through_json(rows):
    found = nested.flatten(json.loads(json.dumps(nested.nest(rows))), "x.json")
    assert (tables.check(found), found.unknown) == ([], {})
    return found.rows


@pytest.mark.django_db
@made_up
@given(rows=directories())
def test_every_field_of_every_table_comes_back(rows, lerato):
    again = through_us(through_a_package(rows), lerato)
    for table in tables.TABLES:
        assert again[table] == rows[table], table


@pytest.mark.django_db
@made_up
@given(rows=directories())
def test_every_field_of_every_nested_organisation_comes_back(rows, lerato):
    document = nested.nest(rows)
    assert plain(nested.nest(through_us(through_json(rows), lerato))) == plain(document)


@made_up
@given(rows=directories())
def test_json_becomes_tables_and_json_again(rows):
    document = nested.nest(rows)
    assert plain(nested.nest(through_a_package(through_json(rows)))) == plain(document)


@pytest.mark.django_db
@made_up
@given(rows=directories())
def test_taken_in_twice_it_is_what_it_was(rows, lerato):
    through_us(rows, lerato)
    assert hsds_in.take_in(rows=rows, by=lerato, at=NIGHT).new == 0
    assert hsds_out.read_rows() == {table: rows[table] for table in tables.TABLES}
