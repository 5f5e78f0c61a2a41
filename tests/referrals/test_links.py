"""One-time links: random, kept as a hash, spent once, in no log."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from helpline.core.privacy.redact import RedactFilter, redact
from referrals.models import Offer
from referrals.services import answering, asking, links
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(line, nomsa):
    """Ayanda has the question; how it stands, and her link's token."""
    make_three()
    ask_for_lawyer(make_case(line=line, caller=make_caller(), owner=nomsa), nomsa)
    offer = Offer.objects.select_related("referral__case").get()
    return offer, links.make(offer)[1]


def test_it_opens_the_offer_while_it_may_be_answered(asked, at):
    offer, token = asked
    assert links.find(token, at) == offer


def test_looking_spends_nothing_and_is_noted_once(asked, at):
    offer, token = asked
    for minute in (1, 2):
        links.note_seen(links.find(token, at), at=at + timedelta(minutes=minute))
    offer.refresh_from_db()
    assert (offer.state, offer.link_seen_at) == ("open", at + timedelta(minutes=1))


def test_late_it_opens_nothing(asked, at):
    assert links.find(asked[1], at + timedelta(minutes=10)) is None


def test_withdrawn_it_opens_nothing(asked, nomsa, at):
    offer, token = asked
    asking.withdraw(referral=offer.referral, by=nomsa, at=at, why="caller")
    assert links.find(token, at) is None


def test_after_a_no_it_opens_nothing(asked, at):
    offer, token = asked
    answering.decline(offer=offer, at=at, how="link")
    assert links.find(token, at) is None


def test_whoever_accepted_sees_it_for_some_hours_more_and_no_longer(asked, at):
    offer, token = asked
    answering.accept(offer=offer, at=at, how="link")
    assert links.find(token, at + timedelta(hours=11)) == offer
    assert links.find(token, at + timedelta(hours=13)) is None


def test_a_new_link_ends_the_one_before(asked, at):
    offer, token = asked
    links.make(offer)
    assert links.find(token, at) is None


def test_the_token_is_128_bits_and_lies_nowhere(asked):
    offer, token = asked
    offer.refresh_from_db()
    assert len(token) == 22
    assert token not in offer.token_hash


@pytest.mark.parametrize("guess", ["", "x", "A" * 22, "A" * 23, "é" * 22, "\x00" * 22, "../../etc", "A" * 10_000])
def test_what_is_guessed_opens_nothing(asked, at, guess):
    assert links.find(guess, at) is None


def test_each_wrong_link_costs_the_same(asked, at, django_assert_num_queries):
    for token in ("A" * 22, "x"):
        with django_assert_num_queries(1):
            links.find(token, at)


class TestInNoLog:
    def test_the_server_keeps_no_log_of_addresses(self):
        written = (Path(settings.BASE_DIR) / "helpline/processes/gunicorn.py").read_text(encoding="utf-8")
        assert "accesslog = None" in written

    @pytest.mark.parametrize(
        "said",
        [
            "Internal Server Error: /o/{}/",
            '"GET /o/{}/ HTTP/1.1" 200 1234',
            "Forbidden (CSRF token missing.): /o/{}/",
            "Not Found: /o/{}",
            "https://desk.example.org/o/{}/?x=1",
        ],
    )
    def test_what_django_says_of_an_address_is_cut(self, asked, said):
        _offer, token = asked
        assert token not in redact(said.format(token))
        record = logging.LogRecord("django.request", logging.ERROR, "x", 1, said.replace("{}", "%s"), (token,), None)
        RedactFilter().filter(record)
        assert token not in record.getMessage()

    def test_references_of_ours_stay_readable(self, asked):
        offer, _token = asked
        assert offer.ref in redact(f"/cases/HL-7K3M/referrals/{offer.ref}/")
        assert redact("GET /static/helpline/css/tokens.css") == "GET /static/helpline/css/tokens.css"

    def test_every_way_to_the_console_passes_that_filter(self):
        assert "redact" in settings.LOGGING["handlers"]["console"]["filters"]
        used = {name for logger in settings.LOGGING["loggers"].values() for name in logger.get("handlers", [])}
        assert used <= {"console"}
