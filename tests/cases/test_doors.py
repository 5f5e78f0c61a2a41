"""Who gets to a case, who does not, and what both can tell from the answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access import READ, WRITE, get_case, get_follow_up, may_read_story, reveal_number, with_story
from cases.models import Case
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from tests.factories import let_in, make_caller, make_case, make_follow_up, make_person


@pytest.fixture
def case(line, sipho, at):
    """A case that Sipho owns."""
    return make_case(line=line, caller=make_caller(number="+447700900211"), owner=sipho, at=at)


def opens(user, case, at, to=READ):
    try:
        return get_case(user, case.ref, to=to, at=at) == case
    except (NotFound, NotAllowed):
        return False


def test_the_owner_the_desk_and_the_supervisor_read_a_case_and_nobody_else(
    case, sipho, thandi, naledi, nomsa, lerato, pieter, zola, at
):
    people = [sipho, thandi, naledi, nomsa, lerato, pieter, zola]
    assert [person.username for person in people if opens(person, case, at)] == ["sipho", "thandi", "naledi"]


def test_lerato_reads_the_case_that_she_was_let_into_and_no_other(case, lerato, sipho, at):
    other = make_case(owner=sipho, at=at)
    let_in(case, lerato)
    assert opens(lerato, case, at, to=WRITE)
    assert not opens(lerato, other, at)


def test_nomsa_knows_of_a_case_that_nobody_owns_and_writes_into_it_only_once_it_is_hers(nomsa, at):
    case = make_case(at=at)
    assert opens(nomsa, case, at)
    assert not may_read_story(nomsa, case)
    with pytest.raises(NotAllowed):
        get_case(nomsa, case.ref, to=WRITE, at=at)
    Case.objects.filter(pk=case.pk).update(owner=nomsa)
    assert opens(nomsa, case, at, to=WRITE)


def test_what_is_not_yours_and_what_is_not_there_are_the_same_answer_after_the_same_work(case, nomsa, at):
    heard = []
    for ref in (case.ref, "HL-ZZZZZZ"):
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            pytest.raises(NotFound) as refusal,
        ):
            get_case(nomsa, ref, to=READ, at=at)
        heard.append((str(refusal.value), len(asked)))
    assert heard[0][0] == heard[1][0]
    # Roles are read once for each person, by the first of the two.
    assert heard[0][1] - 1 == heard[1][1]


def test_a_refusal_is_written_down_without_what_was_typed(case, nomsa, at):
    for typed in (case.ref, "+447700900211", "Rose\x00", "HL-" + "A" * 4000):
        with pytest.raises(NotFound):
            get_case(nomsa, typed, to=READ, at=at)
    assert [entry.about for entry in Entry.objects.filter(verb="case.denied").order_by("pk")] == [case.ref, "", "", ""]


def test_reading_is_written_down_once_in_ten_minutes_for_each_person(case, sipho, thandi, at):
    for minutes in (0, 1, 9, 11):
        get_case(sipho, case.ref, to=READ, at=at + timedelta(minutes=minutes))
    get_case(thandi, case.ref.lower(), to=READ, at=at + timedelta(minutes=2))
    readers = (
        Entry.objects.filter(verb="case.read", about=case.ref).order_by("at").values_list("who__username", flat=True)
    )
    assert list(readers) == ["sipho", "thandi", "sipho"]


def test_a_list_of_cases_tells_in_one_query_whose_story_sipho_may_read(
    case, sipho, thandi, at, django_assert_num_queries
):
    let_into, shut = make_case(at=at), make_case(at=at)
    let_in(let_into, sipho)
    assert sipho.roles
    with django_assert_num_queries(1):
        assert with_story(sipho, [case, let_into, shut]) == {case.ref, let_into.ref}
    assert with_story(thandi, [case, let_into, shut]) == {case.ref, let_into.ref, shut.ref}


def test_a_number_is_shown_to_the_owner_for_a_reason_and_that_is_written_down(case, sipho, at):
    assert reveal_number(sipho, case, reason="call_back", at=at) == "+447700900211"
    deed = Entry.objects.get(verb="number.revealed")
    assert (deed.who, deed.about, deed.detail["reason"]) == (sipho, case.ref, "call_back")
    with pytest.raises(NotAllowed):
        reveal_number(sipho, case, reason="curious", at=at)


def test_a_number_is_not_shown_to_nomsa_before_she_took_the_case_over(nomsa, at):
    case = make_case(caller=make_caller(), at=at)
    with pytest.raises(NotAllowed):
        reveal_number(nomsa, case, reason="call_back", at=at)
    assert Entry.objects.get(verb="number.denied").who == nomsa


def test_another_cases_number_is_not_reached_through_this_case(case, sipho, at):
    stranger = make_caller()
    with pytest.raises(NotFound):
        reveal_number(sipho, case, reason="call_back", number_ref=stranger.numbers.get().ref, at=at)


def test_a_withheld_number_is_no_number(sipho, at):
    with pytest.raises(NotFound):
        reveal_number(sipho, make_case(owner=sipho, at=at), reason="call_back", at=at)


def test_a_follow_up_is_reached_only_through_its_case(case, sipho, nomsa, at):
    follow_up = make_follow_up(case)
    assert get_follow_up(sipho, follow_up.ref, at=at) == follow_up
    for ref in (follow_up.ref, "23456789", "no such thing\x00"):
        with pytest.raises(NotFound):
            get_follow_up(nomsa, ref, at=at)


def test_somebody_with_two_roles_has_what_either_of_them_gives(db, at):
    both = make_person("both", "coordinator", "counsellor")
    assert opens(both, make_case(at=at), at)
