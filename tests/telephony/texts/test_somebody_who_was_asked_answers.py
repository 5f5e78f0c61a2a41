"""A lawyer answers by text: it is heard before a case is opened, it comes once, and an answer always comes back."""

from datetime import timedelta

import pytest

from cases.models import Case
from helpline.core.outbox.models import Message
from referrals.models import Conflict, Offer, Referral
from referrals.services import asking, sweeping
from telephony.models import Text
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import NUMBERS, ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def lawyers(nomsa):
    return make_three()


@pytest.fixture
def referral(case, nomsa, lawyers):
    return ask_for_lawyer(case, nomsa)


@pytest.fixture
def code(referral):
    return Offer.objects.get(referral=referral, state="open").code


def answers():
    return list(
        Message.objects.filter(template__startswith="offer/", key__contains="-answer-").values_list(
            "template", flat=True
        )
    )


def as_it_is(referral):
    return Referral.objects.get(pk=referral.pk)


@pytest.mark.parametrize("said", ["{} yes", "yes {}", "{}", " {}! ", "YEBO {}", "{} ok I will come"])
def test_a_yes_in_many_ways_gives_it_to_them(referral, code, text_in, said):
    text_in(said.format(code.lower()), From=NUMBERS[0])
    assert as_it_is(referral).state == "accepted"
    assert answers() == ["offer/accepted"]


@pytest.mark.parametrize("said", ["{} no", "no {}", "{} nee", "{} sorry I cannot tonight"])
def test_a_no_in_many_ways_asks_the_next(referral, code, text_in, said):
    text_in(said.format(code), From=NUMBERS[0])
    assert [offer.state for offer in Offer.objects.filter(referral=referral)] == ["declined", "open"]
    assert answers() == ["offer/declined"]


def test_a_clear_yes_without_the_code_is_for_the_only_open_question(referral, text_in):
    text_in("Yes", From=NUMBERS[0])
    assert as_it_is(referral).state == "accepted"


def test_a_yes_without_the_code_is_asked_for_it_where_two_questions_are_open(referral, lawyers, line, nomsa, text_in):
    other = make_case(line=line, caller=make_caller(), owner=nomsa)
    ask_for_lawyer(other, nomsa, persons=[lawyers[0].ref])
    text_in("Yes", From=NUMBERS[0])
    assert {one.state for one in Referral.objects.all()} == {"asking"}
    assert answers() == ["offer/unclear"]


def test_their_answer_opens_no_case_and_is_kept_on_the_case_that_it_is_for(referral, case, code, text_in):
    text_in(f"{code} yes", From=NUMBERS[0])
    assert Case.objects.count() == 1
    text = Text.objects.get()
    assert (text.case, text.offer.referral, text.number, text.caller) == (case, referral, None, None)


def test_the_same_answer_delivered_twice_by_the_gateway_is_answered_once(referral, code, text_in):
    for _ in range(3):
        text_in(f"{code} yes", sid="SM" + "2" * 32, From=NUMBERS[0])
    assert answers() == ["offer/accepted"]
    assert Text.objects.count() == 1


def test_a_text_that_is_no_answer_goes_the_ordinary_way(referral, text_in):
    text_in("Good evening, what is this about please", From=NUMBERS[0])
    assert Case.objects.count() == 2


def test_somebody_else_who_has_the_code_gets_nothing_by_it(referral, code, text_in):
    text_in(f"{code} yes", From="+447700900250")
    assert as_it_is(referral).state == "asking"
    assert answers() == []


def test_the_word_that_stops_texts_is_never_an_answer(referral, text_in):
    text_in("STOP", From=NUMBERS[0])
    assert as_it_is(referral).state == "asking"


def test_who_is_late_hears_that_somebody_else_has_it(referral, code, text_in, at):
    Message.objects.update(state="delivered")
    sweeping.sweep(at=at + timedelta(minutes=10))
    other = Offer.objects.get(referral=referral, state="open")
    text_in(f"{other.code} yes", From=NUMBERS[1])
    text_in(f"{code} yes", From=NUMBERS[0])
    assert answers() == ["offer/accepted", "offer/taken"]


def test_a_yes_to_what_was_withdrawn_hears_that_it_is_not_needed(referral, code, nomsa, at, text_in):
    asking.withdraw(referral=referral, by=nomsa, at=at, why="caller")
    text_in(f"{code} yes", From=NUMBERS[0])
    assert answers() == ["offer/over"]
    assert as_it_is(referral).state == "withdrawn"


def test_a_wrong_code_is_asked_for_again(referral, code, text_in):
    wrong = "Z9Z" if code != "Z9Z" else "Y8Y"
    text_in(f"{wrong} yes", From=NUMBERS[0])
    assert answers() == ["offer/unclear"]
    assert as_it_is(referral).state == "asking"


def test_two_machines_do_not_answer_each_other_for_ever(referral, code, text_in):
    for _ in range(20):
        text_in(f"{code} yes", From=NUMBERS[0])
    assert len(answers()) == 6


def test_a_conflict_of_interest_keeps_them_out_of_this_case(referral, case, code, lawyers, text_in):
    text_in(f"{code} no, conflict of interest", From=NUMBERS[0])
    assert [(row.provider, row.case) for row in Conflict.objects.all()] == [(lawyers[0].provider, case)]


def test_a_no_after_a_yes_gives_it_back_and_the_next_is_asked(referral, code, text_in):
    text_in(f"{code} yes", From=NUMBERS[0])
    text_in(f"{code} sorry I cannot", From=NUMBERS[0])
    assert as_it_is(referral).state == "asking"
    assert Offer.objects.get(referral=referral, state="open").person.number == NUMBERS[1]
