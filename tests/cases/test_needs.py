"""What somebody needs, and what became of it: declined and unavailable are never the same."""

import pytest

from cases.models import Need
from cases.services.needs import set_needs
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, owner=thandi, at=at)


def outcomes(case):
    return dict(Need.objects.filter(case=case).values_list("kind", "outcome"))


def test_thandi_notes_two_needs_and_later_what_became_of_one(rose, thandi, at):
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": "open", "shelter": "unavailable"})
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": "referred"})
    assert outcomes(rose) == {"legal": "referred", "shelter": "unavailable"}


def test_a_need_noted_by_mistake_is_taken_away(rose, thandi, at):
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": "open"})
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": ""})
    assert outcomes(rose) == {}


def test_a_kind_that_was_never_noted_and_stays_blank_makes_nothing(rose, thandi, at):
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": ""})
    assert outcomes(rose) == {}
    assert not Entry.objects.filter(verb="case.needs").exists()


@pytest.mark.parametrize("wrong", [{"rescue": "open"}, {"legal": "open", "health": "cured"}])
def test_what_there_is_no_word_for_is_refused_and_nothing_is_kept(rose, thandi, at, wrong):
    with pytest.raises(NotAllowed):
        set_needs(case=rose, by=thandi, at=at, outcomes=wrong)
    assert outcomes(rose) == {}


def test_a_change_is_in_the_audit_by_its_kinds(rose, thandi, at):
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": "declined"})
    assert Entry.objects.get(verb="case.needs").detail == {"kinds": ["legal"]}


def test_the_page_shows_what_is_noted_and_keeps_what_is_chosen(client, rose, thandi):
    client.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(f"/cases/{rose.ref}/needs/", {"legal": "unavailable"})
    assert outcomes(rose) == {"legal": "unavailable"}
    assert "there was none" in client.get(f"/cases/{rose.ref}/").content.decode()


def test_a_page_that_was_opened_before_takes_nothing_away_that_it_did_not_show(client, rose, thandi, at):
    set_needs(case=rose, by=thandi, at=at, outcomes={"legal": "open", "health": "open"})
    client.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(f"/cases/{rose.ref}/needs/", {"legal": "by_us"})
    assert outcomes(rose) == {"legal": "by_us", "health": "open"}


def test_nomsa_who_was_not_let_in_changes_nothing(client, rose, nomsa):
    client.force_login(nomsa, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"/cases/{rose.ref}/needs/", {"legal": "open"}).status_code == 404
    assert outcomes(rose) == {}
