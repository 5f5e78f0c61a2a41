"""A lawyer is texted a question: area, matter, language, a code, by when, and a link; nothing of the caller, and only while it is asked."""

import re
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from cases.models import NeedKind
from helpline.core.outbox.models import Message
from referrals.models import Area, Matter, Offer, Provider, ProviderPerson, Referral
from referrals.services import asking, letters, links, sweeping
from telephony.erasure import Telephony
from telephony.gateway.practice.texting import Refuses
from telephony.models import Text
from telephony.services.addressing import write_body
from telephony.services.delivery import deliver_due
from telephony.text_words import count_segments
from tests.cases.messages.test_texts_to_callers import what_tells
from tests.referrals.asking_rows import NUMBERS, ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db(transaction=True)

# A lawyer has to know that a lawyer is needed, and for what; what else the list of telling words has stays out.
MUST_BE_SAID = {"lawyer", "http", "arrest*", "court", "viol*", "violen*", "health", "extortion", "papers"}


@pytest.fixture
def lawyers(nomsa):
    return make_three()


@pytest.fixture
def referral(case, nomsa, lawyers):
    return ask_for_lawyer(case, nomsa)


def question(referral):
    return Message.objects.get(
        template="offer/ask", to_ref=Offer.objects.get(referral=referral, state="open").person.ref
    )


def test_a_lawyer_reads_what_is_needed_where_in_which_language_by_when_and_how_to_answer(
    referral, gateway, at, sent_to
):
    deliver_due(at=at, gateway=gateway)
    (body,) = sent_to(NUMBERS[0])
    code = Offer.objects.get(referral=referral).code
    start = f"A lawyer is needed: arrest, Woodstock, isiZulu. Reply {code} yes or {code} no by 02:20. http"
    assert body.startswith(start)


def test_it_names_neither_the_caller_nor_the_case(referral, case, gateway, at, sent_to):
    deliver_due(at=at, gateway=gateway)
    (body,) = sent_to(NUMBERS[0])
    for given_away in (case.ref, referral.ref, case.number.number[-6:], "Umbrella"):
        assert given_away not in body


def test_the_link_in_it_opens_the_offer_and_is_kept_nowhere(referral, gateway, at, sent_to):
    deliver_due(at=at, gateway=gateway)
    token = re.search(r"/o/([\w-]+)/", sent_to(NUMBERS[0])[0])[1]
    assert len(token) == 22
    assert links.find(token, at).referral == referral
    kept = question(referral)
    assert token not in f"{kept.words}{kept.attempt}{kept.why}"
    assert token not in str(list(Offer.objects.values()))


def test_the_next_one_is_not_asked_before(referral, gateway, at, sent_to):
    deliver_due(at=at, gateway=gateway)
    assert sent_to(NUMBERS[1]) == []


def test_nothing_leaves_to_a_provider_that_was_removed_a_moment_ago(referral, lawyers, gateway, at, sent_to):
    Provider.objects.filter(pk=lawyers[0].provider_id).update(vetting="removed")
    deliver_due(at=at, gateway=gateway)
    assert sent_to(NUMBERS[0]) == []


def test_the_next_is_asked_in_their_place(referral, lawyers, gateway, at, sent_to):
    Provider.objects.filter(pk=lawyers[0].provider_id).update(vetting="removed")
    sweeping.sweep(at=at + timedelta(seconds=5))
    deliver_due(at=at + timedelta(seconds=5), gateway=gateway)
    assert len(sent_to(NUMBERS[1])) == 1


def test_nothing_leaves_to_somebody_who_has_left(referral, lawyers, gateway, at, sent_to):
    ProviderPerson.objects.filter(pk=lawyers[0].pk).update(left_at=at)
    deliver_due(at=at, gateway=gateway)
    assert sent_to(NUMBERS[0]) == []


def test_nothing_leaves_after_it_was_withdrawn(referral, nomsa, gateway, at, sent_to):
    asking.withdraw(referral=referral, by=nomsa, at=at, why="caller")
    deliver_due(at=at, gateway=gateway)
    assert sent_to(NUMBERS[0]) == []


def test_whoever_had_the_question_hears_that_it_is_not_needed_and_no_more(referral, nomsa, gateway, at, sent_to):
    deliver_due(at=at, gateway=gateway)
    asking.withdraw(referral=referral, by=nomsa, at=at, why="consent")
    deliver_due(at=at, gateway=gateway)
    code = Offer.objects.get(referral=referral).code
    assert sent_to(NUMBERS[0])[1:] == [f"{code}: it is not needed any more. Thank you."]


def test_a_phone_that_cannot_be_reached_is_no_wait_of_ten_minutes(referral, network, gateway, at, sent_to):
    network.texting[NUMBERS[0]] = Refuses(21610)
    deliver_due(at=at, gateway=gateway)
    sweeping.sweep(at=at + timedelta(seconds=15))
    deliver_due(at=at + timedelta(seconds=15), gateway=gateway)
    assert len(sent_to(NUMBERS[1])) == 1


@pytest.mark.parametrize("is_team", [False, True])
@pytest.mark.parametrize("need", NeedKind.values)
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_question_is_one_text_and_tells_no_more_than_it_must(language, need, is_team):
    for matter in Matter.values:
        asked = Referral(need=need, matter=matter, area=Area(name="Woodstock"), language="zu", is_team=is_team)
        with translation.override(language):
            what = letters.say_what(Offer(referral=asked))
        words = {"what": what, "code": "A7K", "until": "02:20", "link": f"https://desk.example.org/o/{'x' * 22}/"}
        body = write_body(Message(template="offer/ask"), [language], words)
        assert count_segments(body).segments == 1
        assert set(what_tells(body)) <= MUST_BE_SAID


def test_our_own_team_reads_the_area_and_neither_matter_nor_language():
    asked = Referral(need="rapid_response", matter="violence", area=Area(name="Woodstock"), language="zu", is_team=True)
    assert letters.say_what(Offer(referral=asked)) == "Can you go to Woodstock now?"


@pytest.mark.parametrize("name", ["accepted", "declined", "over", "taken", "unclear"])
@pytest.mark.parametrize("more", ["", "yes"])
def test_every_answer_is_one_text_that_tells_nothing(name, more):
    body = write_body(Message(template=f"offer/{name}"), ["en"], {"code": "A7K", "more": more})
    assert count_segments(body).segments == 1
    assert what_tells(body) == []
    assert "A7K" in body


def test_while_somebody_decides_about_it_a_question_waits_and_nobody_waits_for_the_other(
    referral, gateway, at, sent_to
):
    held, done = threading.Event(), threading.Event()

    def decide():
        with transaction.atomic():
            list(Offer.objects.select_for_update().filter(referral=referral))
            held.set()
            done.wait(timeout=20)
        connection.close()

    deciding = threading.Thread(target=decide)
    deciding.start()
    try:
        assert held.wait(timeout=10)
        assert deliver_due(at=at, gateway=gateway) == 0
        assert Message.objects.get(template="offer/ask").state == "waiting"
    finally:
        done.set()
        deciding.join(timeout=10)
    deliver_due(at=at + timedelta(seconds=4), gateway=gateway)
    assert len(sent_to(NUMBERS[0])) == 1


def test_what_a_lawyer_answers_is_no_part_of_the_callers_own_copy(referral, case, gateway, at):
    ours = Text(direction="inbound", case=case, offer=Offer.objects.get(), body="A7K yes", at=at)
    hers = Text(direction="inbound", case=case, body="please call", at=at)
    holding = next(one for one in Telephony.holdings if one.model == "telephony.Text")
    assert not holding.is_hers(ours, None)
    assert holding.is_hers(hers, None)
