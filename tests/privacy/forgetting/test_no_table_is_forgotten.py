"""Whatever leads to a case, a caller or a number is named by one eraser: a table that is added later cannot be forgotten."""

from collections import Counter

import pytest
from django.apps import apps
from django.conf import settings

from cases.models import Caller, Case, Number
from helpline.core.privacy.erasure import all_erasers, all_kinds
from helpline.core.privacy.fields import SealedField

# What leads to a person and is in no eraser, and why that is right.
EXCEPTIONS = {
    "cases.Complaint": "outlives its case: the link is cut, and it has a time of its own (kind complaint)",
    "cases.Complaint_named": "whom a complaint is about: goes with it",
    "cases.ComplaintNote": "what a handler found out: goes with its complaint",
    "referrals.ProviderReport": "what was told of a provider stays there: its words and the link to the case go",
    "referrals.Feedback": "as above: answers stay with the provider, without words or a case",
    "referrals.Fee": "what a lawyer was paid: the accounts stay, the link to the referral is cut",
    "cases.HandOver_cases": "the link itself: it goes with its hand-over or its case",
}
# Sealed texts that lead to nobody, and where they go.
SEALED_AND_NOBODY_S = {
    "cases.Complaint": "kept apart from its case, with a time of its own (kind complaint)",
    "cases.ComplaintNote": "goes with its complaint",
    "staff.User": "a colleague's duty number: taken away when they leave",
    "staff.NumberCheck": "a colleague's: goes after days (kind number_check)",
    "cases.LocalRule": "who confirmed a rule about times: a lawyer or a nurse of the place, kept by a coordinator",
    "cases.InformationVersion": "what a legal-information card says: nobody's story",
    "lines.Line": "the last-resort number of a line, kept by a coordinator",
    "telephony.TextEvent": "found by the id of its text, and goes with it",
    "cases.ImportFile": "a spreadsheet of past cases while it is looked at: gone within the hour",
    "cases.Station": "a place; of the people there only who agreed to speak with us",
    "cases.LiaisonOfficer": "an officer, not a caller: kept and ended by a coordinator",
    "cases.StationMeeting": "what was said at a meeting, about no caller",
    "cases.StationPromise": "what a station promised, about no caller",
    "referrals.ProviderPerson": "a person at a provider: kept by a coordinator, no caller",
    "referrals.Place": "where a provider is",
    "referrals.Phone": "a provider's number",
    "referrals.HsdsRow": "a row of a public directory, of a provider",
    "referrals.DirectoryImport": "a file of providers while it is looked at: gone within a day (kind directory_import)",
    "referrals.VettingScore": "how a provider was vetted: about no caller",
    "referrals.PeerTest": "how a provider met a tester of ours: about no caller",
    "referrals.VettingMove": "why a provider is trusted or not: about no caller",
    "referrals.ProviderReport": "of a provider: its words go with the case that it came from",
    "referrals.Feedback": "of a provider: its words go with the case that it came from",
    "referrals.TeamMember": "a member of our own team: taken away when they leave it",
    "outbox.Message": "names a case by its reference: in the outbox's eraser",
}


def leading_to_people():
    """Every model from which foreign keys lead, over whatever is between, to a case, a caller or a number."""
    found = {Case, Caller, Number}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            for field in [*model._meta.get_fields()]
            if field.is_relation and (field.many_to_one or field.one_to_one or field.many_to_many)
            and field.concrete and field.related_model in found
        } - found  # fmt: skip
        if not more:
            return {model._meta.label for model in found}
        found |= more


NAMED = Counter(holding.model for eraser in all_erasers() for holding in eraser.holdings)


def test_every_table_that_leads_to_a_person_stands_in_one_eraser():
    assert sorted(leading_to_people() - set(NAMED) - set(EXCEPTIONS)) == []
    assert [model for model, times in NAMED.items() if times > 1] == []


def test_no_exception_is_left_over():
    assert set(EXCEPTIONS) - leading_to_people() == set()


def test_every_table_with_sealed_words_stands_in_an_eraser_or_is_nobody_s():
    sealed = {
        model._meta.label
        for model in apps.get_models()
        if any(isinstance(field, SealedField) for field in model._meta.get_fields())
    }
    assert sorted(sealed - set(NAMED) - set(SEALED_AND_NOBODY_S)) == []


@pytest.mark.parametrize("eraser", all_erasers(), ids=lambda eraser: eraser.name)
def test_each_eraser_says_in_words_what_it_holds_and_what_goes(eraser):
    assert not eraser.holdings or (str(eraser.holds) and str(eraser.removes))
    assert all(str(holding.words) for holding in eraser.holdings)


def test_the_erasers_stand_in_the_settings_by_name_in_their_order():
    assert [f"{type(one).__module__}.{type(one).__name__}" for one in all_erasers()] == settings.ERASERS


def test_every_kind_has_a_name_of_its_own_and_a_safe_default():
    kinds = all_kinds()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(0 < kind.least <= kind.days and str(kind.words) and str(kind.removes) for kind in kinds)


@pytest.mark.parametrize("eraser", all_erasers(), ids=lambda eraser: eraser.name)
def test_what_is_told_to_a_caller_are_columns_that_exist(eraser, db):
    for holding in eraser.holdings:
        names = {field.name for field in holding.table._meta.get_fields()}
        told = [one.read.split(".")[0] for one in holding.tells if isinstance(one.read, str)]
        assert set(told) <= names, holding.model
        assert {name for name in (holding.when, holding.code) if name} <= names, holding.model
