"""How providers have answered, and how it was for callers: the last half year, whatever their number."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals.models import Feedback, Offer, Referral
from referrals.services.standing import Rating, Standing, read_standing
from tests.factories import make_case
from tests.referrals.asking_rows import make_lawyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def referral(line, nomsa, at):
    return Referral.objects.create(case=make_case(line=line), need="legal", asked_at=at, asked_by=nomsa)


@pytest.fixture
def person(db):
    return make_lawyer("Ayanda Law")


@pytest.fixture
def offer(referral, person, at):
    def made(state, *, minutes=None, days_ago=1, of=None):
        offered_at = at - timedelta(days=days_ago)
        whose = of or person
        case = make_case(line=referral.case.line)
        asked = Referral.objects.create(case=case, need="legal", asked_at=offered_at, asked_by=referral.asked_by)
        return Offer.objects.create(
            key=f"{asked.ref}", referral=asked, provider=whose.provider, person=whose, place=1, state=state,
            offered_at=offered_at, answered_at=offered_at + timedelta(minutes=minutes) if minutes is not None else None,
        )  # fmt: skip

    return made


def test_nothing_is_known_of_somebody_new(person, at):
    assert read_standing([person.provider_id], at=at) == {person.provider_id: Standing()}


def test_asked_answered_accepted_and_how_fast(offer, person, at):
    offer("accepted", minutes=4)
    offer("declined", minutes=8)
    offer("silent", days_ago=3)
    one = read_standing([person.provider_id], at=at)[person.provider_id]
    assert (one.asked, one.answered, one.accepted, one.median_minutes) == (3, 2, 1, 6)
    assert one.last_asked_at == at - timedelta(days=1)


@pytest.mark.parametrize("state", ["planned", "open", "withdrawn", "undelivered"])
def test_what_says_nothing_of_them_is_not_counted(state, offer, person, at):
    offer(state)
    assert read_standing([person.provider_id], at=at)[person.provider_id].asked == 0


def test_what_is_older_than_half_a_year_is_forgotten(offer, person, at):
    offer("silent", days_ago=181)
    assert read_standing([person.provider_id], at=at)[person.provider_id].asked == 0


def test_how_it_was_counts_only_those_who_said(person, at):
    for answer in (True, False, None):
        Feedback.objects.create(provider=person.provider, respectful=answer, safe=True, told_at=at)
    ratings = read_standing([person.provider_id], at=at)[person.provider_id].ratings
    assert (ratings["respectful"], ratings["safe"], ratings["reached"]) == (Rating(1, 2), Rating(3, 3), Rating(0, 0))


def test_two_statements_for_one_or_for_a_thousand(offer, person, at):
    offer("silent")
    for many in ([person.provider_id], list(range(1000)), None):
        with CaptureQueriesContext(connection) as asked:
            read_standing(many, at=at)
        assert len(asked) == 2


def test_all_of_them_is_the_same_as_each_but_for_the_median(offer, person, at):
    offer("silent", of=make_lawyer("Botha Law"))
    offer("accepted", minutes=3)
    Feedback.objects.create(provider=person.provider, respectful=True, told_at=at)
    everybody = read_standing(None, at=at)
    assert {pk: replace(read_standing([pk], at=at)[pk], median_minutes=None) for pk in everybody} == everybody
    assert len(everybody) == 2
