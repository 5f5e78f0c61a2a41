"""Two of everything at once, with real threads on a real database: one gets it, nobody is asked twice, nothing is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cases.consenting import Receiver
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer as Said
from helpline.core.outbox.models import Message
from referrals.models import Offer, Referral
from referrals.services import answering, asking, sweeping
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import NUMBERS, ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def lawyers(nomsa):
    return make_three()


@pytest.fixture
def together(case, nomsa, lawyers):
    """Three lawyers have the question at the same time."""
    return ask_for_lawyer(case, nomsa, way="together")


def at_once(*deeds):
    """Do all of these at the same moment, and return what came of each, in order."""
    results, errors = [None] * len(deeds), []
    gate = threading.Barrier(len(deeds))

    def run(place, deed):
        try:
            gate.wait(timeout=10)
            results[place] = deed()
        except Exception as error:  # noqa: BLE001 - shown by the test that waits
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not errors, errors
    return results


def offers_of(referral):
    return list(Offer.objects.select_related("referral__case").filter(referral=referral).order_by("place", "pk"))


def test_of_three_acceptances_at_once_one_gets_it_and_two_hear_taken(together, at):
    deeds = [lambda offer=offer: answering.accept(offer=offer, at=at, how="link") for offer in offers_of(together)]
    results = [answer.result for answer in at_once(*deeds)]
    assert sorted(results) == ["accepted", "taken", "taken"]
    assert sorted(offer.state for offer in offers_of(together)) == ["accepted", "taken", "taken"]


def test_two_by_text_at_once_are_answered_each_with_what_came_of_it(together, at):
    codes = {offer.person.number: offer.code for offer in offers_of(together)}
    deeds = [
        lambda number=number: answering.answer_text(number=number, body=f"{codes[number]} yes", at=at)
        for number in NUMBERS[:2]
    ]
    assert sorted(answer.result for answer in at_once(*deeds)) == ["accepted", "taken"]
    told = Message.objects.filter(key__contains="-answer-").values_list("template", flat=True)
    assert sorted(told) == ["offer/accepted", "offer/taken"]


def test_the_same_link_pressed_twice_at_once_accepts_once(together, at):
    offer = offers_of(together)[0]
    deeds = [lambda: answering.accept(offer=offer, at=at, how="link")] * 4
    assert sorted(answer.result for answer in at_once(*deeds)) == ["accepted", "already", "already", "already"]


def test_four_sweeps_at_once_ask_the_next_once(case, nomsa, lawyers, at):
    referral = ask_for_lawyer(case, nomsa)
    Message.objects.update(state="delivered")
    later = at + timedelta(minutes=10)
    at_once(*[lambda: sweeping.sweep(at=later)] * 4)
    assert [offer.state for offer in offers_of(referral)] == ["silent", "open"]
    assert Message.objects.filter(template="offer/ask").count() == 2


def test_a_yes_in_the_moment_in_which_the_time_is_over_is_not_lost(case, nomsa, lawyers, at):
    referral = ask_for_lawyer(case, nomsa)
    Message.objects.update(state="delivered")
    later = at + timedelta(minutes=10)
    (offer,) = offers_of(referral)
    answer, _swept = at_once(
        lambda: answering.accept(offer=offer, at=later, how="text"), lambda: sweeping.sweep(at=later)
    )
    assert answer.result == "accepted"
    assert Referral.objects.get().state == "accepted"
    assert [offer.state for offer in offers_of(referral) if offer.state == "open"] == []


def test_a_yes_in_the_moment_in_which_the_caller_takes_theirs_back(together, case, nomsa, at):
    offer = offers_of(together)[0]
    refused = [Said("share", "refused", Receiver("lawyer"))]
    at_once(
        lambda: answering.accept(offer=offer, at=at, how="text"),
        lambda: consent_keeping.record(case=case, answers=refused, by=nomsa, at=at),
    )
    sweeping.sweep(at=at)
    assert Referral.objects.get().state == "withdrawn"
    assert {one.state for one in offers_of(together)} == {"withdrawn"} | (
        {"taken"} if Offer.objects.filter(state="taken").exists() else set()
    )


def test_withdrawn_and_accepted_in_one_moment_ends_withdrawn(together, nomsa, at):
    offer = offers_of(together)[0]
    at_once(
        lambda: answering.accept(offer=offer, at=at, how="link"),
        lambda: asking.withdraw(referral=together, by=nomsa, at=at, why="caller"),
    )
    assert Referral.objects.get().state == "withdrawn"
    assert not Offer.objects.filter(state__in=["open", "accepted"]).exists()


def test_two_counsellors_who_ask_with_the_same_form_ask_once(case, nomsa, lawyers):
    at_once(*[lambda: ask_for_lawyer(case, nomsa, key="form")] * 3)
    assert Referral.objects.count() == 1
    assert Offer.objects.count() == 1
