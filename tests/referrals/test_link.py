"""The page behind a one-time link: looking spends nothing, the first yes gets it, and whatever is wrong is answered alike."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.consenting import Receiver
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from referrals.models import Conflict, Offer, Referral
from referrals.services import asking, links
from tests.factories import make_area, make_caller, make_case, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def lawyer(at, monkeypatch, line, thandi):
    """A lawyer who was asked for Rose, at her phone: `open` gives the page, `press` answers."""
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    woodstock = make_area()
    make_provider("Ayanda Law", areas=[woodstock], number="+447700900121")
    make_provider("Zinzi Law", areas=[woodstock], number="+447700900122")
    case = make_case(line=line, owner=thandi, caller=make_caller(code_name="Rose"), at=at)
    consent_keeping.record(case=case, answers=[Answer("share", "given", Receiver("lawyer"))], by=thandi, at=at)
    asked = asking.ask(
        case=case, by=thandi, at=at, need="legal", matter="arrest", area=woodstock, language="zu",
        may_be_told="Rose, cell 4", consent_ref=case.consents.get().ref,
    )  # fmt: skip
    offer = asked.offers.get(state="open")
    return Phone(links.make(offer)[0], case, asked, offer)


class Phone:
    def __init__(self, path, case, asked, offer):
        self.path, self.case, self.asked, self.offer = path, case, asked, offer
        self.browser = Client()

    def open(self, path=""):
        return self.browser.get(path or self.path)

    def press(self, answer, **said):
        return self.browser.post(self.path, {"answer": answer, **said}, follow=True)


def test_before_a_yes_it_says_area_matter_and_language_and_nothing_else(lawyer):
    page = lawyer.open().content.decode()
    for said in ("Woodstock", "Arrest or detention", "isiZulu", "<title>Desk</title>"):
        assert said in page
    for hidden in ("Rose", "cell 4", lawyer.case.ref, lawyer.asked.ref, "Umbrella", "sex"):
        assert hidden not in page


def test_looking_at_it_ten_times_spends_nothing(lawyer):
    for _ in range(10):
        assert lawyer.open().status_code == 200
    lawyer.offer.refresh_from_db()
    assert lawyer.offer.state == "open"
    assert lawyer.offer.link_seen_at is not None


def test_after_a_yes_with_consent_it_says_what_may_be_told(lawyer):
    page = lawyer.press("yes").content.decode()
    assert "You have it" in page
    assert "Rose, cell 4" in page
    assert Referral.objects.get().provider.name == lawyer.offer.provider.name
    assert Offer.objects.get(pk=lawyer.offer.pk).answered_how == "link"


def test_after_a_yes_without_consent_it_says_only_that_we_ring(lawyer, thandi, at, monkeypatch):
    from cases.services.consent_keeping import withdraw

    lawyer.press("yes")
    withdraw(consent=lawyer.case.consents.get(), by=thandi, at=at + timedelta(minutes=1))
    monkeypatch.setattr("helpline.core.clock.now", lambda: at + timedelta(minutes=2))
    answer = lawyer.open()
    assert "cell 4" not in answer.content.decode()


def test_a_no_with_a_conflict_keeps_them_out_of_this_case(lawyer):
    lawyer.press("no", because="conflict")
    assert Conflict.objects.get().case == lawyer.case
    assert lawyer.open().status_code == 410
    assert Offer.objects.get(referral=lawyer.asked, state="open").pk != lawyer.offer.pk


def test_who_accepted_can_give_it_back_and_the_next_is_asked(lawyer):
    lawyer.press("yes")
    assert "Somebody else is asked" in lawyer.press("no").content.decode()
    assert Referral.objects.get().state == "asking"


def test_a_second_yes_changes_nothing(lawyer):
    lawyer.press("yes")
    lawyer.press("yes")
    assert Offer.objects.filter(state="accepted").count() == 1


def test_the_one_who_is_late_hears_that_it_is_taken_or_gone(lawyer, thandi, at):
    asking.withdraw(referral=lawyer.asked, by=thandi, at=at, why="caller_wants_not")
    answer = lawyer.press("yes")
    assert answer.status_code == 410
    assert Referral.objects.get().state == "withdrawn"


def test_guessed_late_used_and_withdrawn_links_are_answered_alike(lawyer, thandi, at, monkeypatch):
    guessed = lawyer.open("/o/" + "A" * 22 + "/")
    short = lawyer.open("/o/x/")
    lawyer.press("no")
    used = lawyer.open()
    monkeypatch.setattr("helpline.core.clock.now", lambda: at + timedelta(days=1))
    late = lawyer.open()
    answers = (guessed, short, used, late)
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.content for answer in answers}) == 1
    kept = ("Referrer-Policy", "X-Robots-Tag", "Cache-Control")
    assert len({tuple(answer.headers[name] for name in kept) for answer in answers}) == 1


def test_the_page_is_kept_by_no_browser_no_search_engine_and_no_next_site(lawyer):
    answer = lawyer.open()
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_an_answer_without_a_word_changes_nothing(lawyer):
    assert lawyer.browser.post(lawyer.path, {}).status_code == 422
    assert Referral.objects.get().state == "asking"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_do_nothing(lawyer, method):
    assert getattr(lawyer.browser, method)(lawyer.path).status_code == 405
