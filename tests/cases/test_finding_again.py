"""Rose rings from a new number: by the reference that she was given and her word she is known again, and nobody guesses."""

import pytest

from cases.models import Caller, Case, Number, SafeContact
from cases.services import finding, merging
from cases.services.safe_contact import may_text
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case, make_person, make_safe_contact


@pytest.fixture
def rose(thandi):
    caller = make_caller(code_name="Rose", code_word="Lemon tree")
    make_safe_contact(caller, thandi, may_text=True)
    return caller


@pytest.fixture
def march(rose, line):
    return make_case(caller=rose, line=line)


@pytest.fixture
def tonight(line, march):
    """A call from a number that was never seen."""
    return make_case(caller=make_caller(), line=line)


def find(case, march, by, at, word="lemon TREE", reference=None):
    return finding.find_again(case=case, by=by, at=at, reference=reference or march.ref, code_word=word)


@pytest.mark.parametrize("writing", ["{}", " {} ", "lower", "bare"])
def test_by_both_she_is_known_again_and_her_new_number_joins_her(tonight, march, rose, thandi, at, writing):
    said = {"lower": march.ref.lower(), "bare": march.ref[3:]}.get(writing, writing.format(march.ref))
    known = find(tonight, march, thandi, at, reference=said)
    assert (known.caller, known.possibly_known) == (rose, False)
    number = Number.objects.get(pk=tonight.number_id)
    assert number.caller == rose
    assert set(rose.safe_contacts.values_list("number", flat=True)) == {march.number_id, number.pk}
    assert may_text(number=number, case=known, at=at).because == "said_no"
    assert may_text(number=march.number, case=known, at=at)


def test_a_wrong_reference_and_a_wrong_word_are_told_apart_by_nobody(tonight, march, line, thandi, at):
    nobody = make_case(line=line)  # withheld: there is no word to be right
    sentences = set()
    for reference, word in (
        (march.ref, "orange"),
        ("HL-2222", "lemon tree"),
        ("", "lemon tree"),
        (nobody.ref, "x"),
        (tonight.ref, "x"),
    ):
        case = make_case(caller=make_caller(), line=line)
        with pytest.raises(NotAllowed) as no:
            find(case, march, thandi, at, word=word, reference=reference or " ")
        sentences.add(str(no.value))
    assert sentences == {"This reference and this word do not belong together."}
    tonight.refresh_from_db()
    assert tonight.caller.code_name is None


def test_who_guesses_from_call_to_call_is_stopped_at_the_case_that_is_guessed_at(march, line, at):
    guessers = [make_person(f"g{number}", "counsellor") for number in range(6)]
    for guesser in guessers[:5]:
        with pytest.raises(NotAllowed, match="do not belong together"):
            find(make_case(caller=make_caller(), line=line), march, guesser, at, word="x")
    with pytest.raises(NotAllowed, match="Too many"):
        find(make_case(caller=make_caller(), line=line), march, guessers[5], at, word="lemon tree")
    assert Entry.objects.filter(verb="case.wrong_code_word", about=march.ref).count() == 5


def test_on_somebody_elses_phone_she_is_known_and_the_phone_stays_theirs(march, rose, line, thandi, at):
    lily = make_caller(code_name="Lily")
    case = make_case(caller=lily, line=line, possibly_known=True)
    known = find(case, march, thandi, at)
    assert (known.caller, Number.objects.get(pk=case.number_id).caller) == (rose, lily)
    assert SafeContact.objects.filter(caller=rose, number=case.number).exists()
    assert Caller.objects.get(pk=lily.pk).merged_into is None


def test_from_a_withheld_number_she_is_known_too(march, rose, line, thandi, at):
    case = make_case(line=line)
    assert find(case, march, thandi, at).caller == rose


def test_a_case_that_is_only_possibly_hers_proves_nothing(tonight, line, rose, thandi, at):
    possibly = make_case(caller=rose, line=line, possibly_known=True)
    with pytest.raises(NotAllowed):
        find(tonight, possibly, thandi, at)


def test_who_has_a_word_of_her_own_is_settled(line, march, thandi, at):
    lily = make_case(caller=make_caller(code_word="Kite"), line=line)
    with pytest.raises(NotAllowed, match="settled already"):
        find(lily, march, thandi, at)


def test_it_can_be_undone(tonight, march, rose, thandi, at):
    before = tonight.caller
    known = find(tonight, march, thandi, at)
    (merge,) = merging.merges_of(rose)
    merging.undo_merge(case=known, merge_ref=merge.ref, by=thandi, at=at)
    assert Case.objects.get(pk=tonight.pk).caller == before
    assert Number.objects.get(pk=tonight.number_id).caller == before
