"""A code word is not to be guessed: five wrong ones within an hour, then a supervisor."""

from datetime import timedelta

import pytest

from cases.models import Case
from cases.services import identity
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose", code_word="sea otter"), owner=thandi)


@pytest.fixture
def tonight(rose, line, thandi):
    """Somebody rings from the phone of Rose."""
    return make_case(line=line, caller=rose.caller, possibly_known=True, owner=thandi)


def say(case, by, at, word):
    return identity.confirm_known(case=case, by=by, how="code_word", code_word=word, at=at)


@pytest.fixture
def guessed(tonight, thandi, at):
    """Tonight's case after five wrong words."""
    for word in ("cat", "dog", "cow", "hen", "fox"):
        with pytest.raises(NotAllowed, match="not a code word"):
            say(tonight, thandi, at, word)
    return tonight


def test_after_five_wrong_words_even_the_right_one_opens_nothing_for_thandi(guessed, thandi, at):
    with pytest.raises(NotAllowed, match="supervisor"):
        say(guessed, thandi, at, "sea otter")
    assert Case.objects.get(pk=guessed.pk).possibly_known
    assert Entry.objects.get(verb="case.code_word_refused").about == guessed.ref
    assert Entry.objects.filter(verb="case.wrong_code_word").count() == 5


def test_who_has_guessed_cannot_go_on_by_being_sure(guessed, thandi, at):
    with pytest.raises(NotAllowed, match="supervisor"):
        identity.confirm_known(case=guessed, by=thandi, how="deliberate", at=at)
    assert Case.objects.get(pk=guessed.pk).possibly_known


def test_the_guesses_of_all_count_together(guessed, sipho, at):
    with pytest.raises(NotAllowed, match="supervisor"):
        say(guessed, sipho, at, "sea otter")


def test_naledi_the_supervisor_goes_on(guessed, naledi, at):
    assert not say(guessed, naledi, at, "sea otter").possibly_known


def test_an_hour_later_the_word_counts_again(guessed, thandi, at):
    assert not say(guessed, thandi, at + timedelta(hours=1), "sea otter").possibly_known


def test_the_guesses_on_one_case_do_not_shut_another(guessed, rose, line, thandi, at):
    other = make_case(line=line, caller=rose.caller, possibly_known=True, owner=thandi)
    assert not say(other, thandi, at, "sea otter").possibly_known


def test_it_is_still_possible_to_say_that_it_is_somebody_else(guessed, thandi, at):
    assert not identity.say_somebody_else(case=guessed, by=thandi, at=at).possibly_known


def test_joining_by_the_word_asks_for_it_unless_it_was_given_tonight(tonight, rose, line, thandi, at):
    sure = identity.confirm_known(case=tonight, by=thandi, how="deliberate", at=at)
    with pytest.raises(NotAllowed, match="not a code word"):
        identity.join_cases(case=sure, into=rose, by=thandi, how="code_word", code_word="cat", at=at)
    assert Entry.objects.filter(verb="case.wrong_code_word", about=tonight.ref).exists()
    assert Case.objects.get(pk=tonight.pk).state == "open"
    later = say(make_case(line=line, caller=rose.caller, possibly_known=True, owner=thandi), thandi, at, "sea otter")
    identity.join_cases(case=later, into=rose, by=thandi, how="code_word", at=at)
    assert Entry.objects.get(verb="case.joined").detail == {"into": rose.ref, "how": "code_word"}


def test_the_word_of_one_person_joins_nothing_to_the_case_of_another(tonight, rose, line, thandi, at):
    known = say(tonight, thandi, at, "sea otter")
    lily = make_case(line=line, caller=make_caller(code_name="Lily", code_word="kite"), owner=thandi)
    with pytest.raises(NotAllowed, match="not a code word"):
        identity.join_cases(case=known, into=lily, by=thandi, how="code_word", code_word="sea otter", at=at)
