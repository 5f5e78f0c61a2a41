"""Who is asked, who accepted, and who is out for us is handed over at the end of a shift, in words that may be read in passing."""

from datetime import timedelta

import pytest

from helpline.dashboard import sheet
from referrals.models import Going, Offer, Referral, TeamMember
from referrals.services import answering, asking
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


def read(line, at):
    return [(one.because, one.about, one.is_urgent) for one in sheet.read_asked(line, at, at + timedelta(hours=8))]


def test_what_is_asked_is_handed_over_with_its_promise(asked, line, at):
    assert read(line, at) == [("asked", asked.ref, False)]
    assert read(line, at + timedelta(minutes=31)) == [("asked", asked.ref, True)]


def test_where_nobody_is_left_it_comes_first(asked, line, at):
    Referral.objects.update(state="nobody")
    assert read(line, at) == [("nobody_left", asked.ref, True)]


def test_who_accepted_and_was_not_put_in_touch_is_handed_over_until_they_are(asked, line, nomsa, at):
    answering.accept(offer=Offer.objects.select_related("referral__case").get(), at=at, how="text")
    assert read(line, at) == [("put_in_touch", asked.ref, False)]
    asking.mark_reached(referral=asked, by=nomsa, at=at)
    assert read(line, at) == []


def test_who_of_the_team_is_out_is_handed_over_until_they_are_back(case, line, nomsa, at):
    TeamMember.objects.create(name="Sage", number="+447700900131", added_at=at)
    asking.ask(
        case=case, by=nomsa, at=at, need="rapid_response", matter="there_now", area=None, language="", is_team=True
    )  # fmt: skip
    answering.accept(offer=Offer.objects.select_related("referral__case").get(), at=at, how="text")
    row = Going.objects.get()
    assert ("team_out", row.ref, False) in read(line, at)
    Going.objects.update(ended_at=at)
    assert "team_out" not in [because for because, _about, _urgent in read(line, at)]


def test_the_page_says_it_without_a_word_of_law_or_of_the_caller(asked, line, nomsa, sit_down, monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    page = sit_down(nomsa).get("/hand-over/").content.decode()
    assert "Asked, no answer yet" in page
    shown = page[page.index('<div class="sheet">') :].casefold()
    for telling in ("lawyer", "arrest", "ayanda", "rose", "legal"):
        assert telling not in shown
