"""The promise of a lawyer runs on the board: late ones first, in a word and a shape, and nothing to read in passing."""

from datetime import timedelta

import pytest

from referrals.models import Offer, Referral
from referrals.services import answering, sweeping
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=nomsa)


@pytest.fixture
def asked(case, nomsa):
    make_three()
    return ask_for_lawyer(case, nomsa)


def board_at(moment, person, sit_down, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: moment)
    return sit_down(person).get("/board/due/").content.decode()


def test_it_stands_there_with_how_long_it_has(asked, case, nomsa, at, sit_down, monkeypatch):
    page = board_at(at + timedelta(minutes=18), nomsa, sit_down, monkeypatch)
    row = page[page.index(f"asked-{asked.ref}") :].partition("</a>")[0]
    assert "in 12 min" in row
    assert "asked" in row
    assert case.ref in row


def test_nobody_who_passes_by_reads_what_it_is_about(asked, nomsa, at, sit_down, monkeypatch):
    page = board_at(at, nomsa, sit_down, monkeypatch).casefold()
    for telling in ("lawyer", "arrest", "ayanda", "rose", "woodstock", "legal"):
        assert telling not in page


def test_a_late_one_says_so_in_words_and_stands_first(asked, line, nomsa, at, sit_down, monkeypatch):
    other = ask_for_lawyer(make_case(line=line, owner=nomsa), nomsa, promised_minutes=240)
    page = board_at(at + timedelta(minutes=42), nomsa, sit_down, monkeypatch)
    assert page.index(f"asked-{asked.ref}") < page.index(f"asked-{other.ref}")
    assert "asked, late" in page
    assert "12 min late" in page


def test_where_nobody_is_left_to_ask_it_says_that(asked, nomsa, at, sit_down, monkeypatch):
    Referral.objects.update(state="nobody")
    assert "nobody left" in board_at(at, nomsa, sit_down, monkeypatch)


def test_it_leaves_the_board_when_somebody_has_accepted(asked, nomsa, at, sit_down, monkeypatch):
    answering.accept(offer=Offer.objects.select_related("referral__case").get(), at=at, how="text")
    assert f"asked-{asked.ref}" not in board_at(at, nomsa, sit_down, monkeypatch)


def test_whoever_may_not_know_of_the_case_does_not_see_it(asked, sipho, pieter, at, sit_down, monkeypatch):
    sweeping.sweep(at=at)
    assert f"asked-{asked.ref}" not in board_at(at, pieter, sit_down, monkeypatch)
    assert f"asked-{asked.ref}" not in board_at(at, sipho, sit_down, monkeypatch)
