"""What happens to a case before anybody has read it: opened for a call, for a text, or at the desk."""

import pytest
from django.db import IntegrityError, transaction

from cases.models import Caller, Case, CaseState, Note, Number, Source
from cases.services import intake
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case

NUMBER = "+447700900201"


def open_for_call(line, at, number=NUMBER):
    return intake.open_for_number(
        line_id=line.pk, number=number, known=intake.find_known(number), source=Source.CALL, at=at
    )


def test_a_first_call_makes_a_caller_a_number_and_a_case(line, at):
    opened = open_for_call(line, at)
    case = Case.objects.get()
    assert (opened.case, case.line, case.opened_at, case.possibly_known) == (case, line, at, False)
    assert (opened.caller_id, opened.number_id) == (case.caller_id, Number.objects.get().pk)
    assert case.caller.numbers.get().number == NUMBER


def test_a_second_call_from_the_number_opens_a_case_of_its_own_that_is_possibly_known(line, at):
    first, second = open_for_call(line, at), open_for_call(line, at)
    assert second.case != first.case
    assert second.case.possibly_known
    assert (second.caller_id, second.number_id) == (first.caller_id, first.number_id)
    assert (Caller.objects.count(), Number.objects.count()) == (1, 1)


def test_two_withheld_callers_are_never_one_person(line, at):
    cases = [intake.open_for_withheld(line_id=line.pk, source=Source.CALL, at=at).case for _ in range(2)]
    assert [(case.caller_id, case.possibly_known) for case in cases] == [(None, False), (None, False)]
    assert cases[0] != cases[1]


def test_a_call_costs_three_inserts_from_a_new_number_one_from_a_known_and_one_withheld(
    line, at, django_assert_num_queries
):
    intake.next_case_reference()  # a process learns once how many cases there are
    with django_assert_num_queries(3):
        opened = intake.open_for_number(line_id=line.pk, number=NUMBER, known=None, source=Source.CALL, at=at)
    known = intake.KnownNumber(number_id=opened.number_id, caller_id=opened.caller_id)
    with django_assert_num_queries(1):
        intake.open_for_number(line_id=line.pk, number=NUMBER, known=known, source=Source.CALL, at=at)
    with django_assert_num_queries(1):
        intake.open_for_withheld(line_id=line.pk, source=Source.CALL, at=at)


def test_a_number_seen_by_two_calls_at_once_stops_the_second_which_may_then_try_again(line, at):
    open_for_call(line, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        intake.open_for_number(line_id=line.pk, number=NUMBER, known=None, source=Source.CALL, at=at)
    assert Case.objects.count() == 1
    assert open_for_call(line, at).case.possibly_known


def test_a_reference_that_is_taken_leaves_nothing_half_saved(line, at, monkeypatch):
    taken = make_case(at=at)
    monkeypatch.setattr(intake, "new_code", lambda length: taken.ref.removeprefix("HL-"))
    with pytest.raises(IntegrityError), transaction.atomic():
        open_for_call(line, at)
    assert (Case.objects.get(), Caller.objects.count()) == (taken, 0)


@pytest.mark.parametrize(("how_many", "length"), [(0, 4), (4_050, 4), (4_051, 5), (121_501, 6), (1_000_000, 6)])
def test_references_grow_longer_before_they_grow_scarce(how_many, length, monkeypatch):
    count = intake._CaseCount()
    count.learn(how_many)
    monkeypatch.setattr(intake, "_case_count", count)
    ref = intake.next_case_reference()
    assert ref.startswith("HL-")
    assert len(ref) == len("HL-") + length


def open_for_text(line, at, number=NUMBER):
    return intake.open_for_text(line_id=line.pk, number=number, known=intake.find_known(number), at=at)


def test_texts_of_one_number_form_one_thread_on_its_newest_open_case(line, at):
    open_for_call(line, at)
    newest = open_for_call(line, at)
    texts = [open_for_text(line, at) for _ in range(2)]
    assert [text.case for text in texts] == [newest.case, newest.case]
    assert not any(text.is_new for text in texts)


def test_a_text_after_the_case_was_closed_opens_a_new_one_that_is_possibly_known(line, at):
    closed = open_for_call(line, at).case
    Case.objects.filter(pk=closed.pk).update(state=CaseState.CLOSED, closed_at=at)
    text = open_for_text(line, at)
    assert text.is_new
    assert (text.case.source, text.case.possibly_known) == (Source.TEXT, True)


def test_a_text_follows_its_case_to_the_one_that_it_was_joined_to(line, at):
    other = make_case(line=line, caller=make_caller(), at=at)
    joined = open_for_call(line, at).case
    Case.objects.filter(pk=joined.pk).update(state=CaseState.JOINED, joined_into=other)
    assert open_for_text(line, at).case == other


def test_thandi_opens_a_case_for_somebody_who_came_in_about_her_sister(line, thandi, at):
    case = intake.open_without_call(
        by=thandi,
        source=Source.WALK_IN,
        line=line,
        code_name="Rose",
        pronouns="she",
        concerns_another=True,
        concerns_code_name="Lily",
        note="Her sister was taken at the bridge.",
        at=at,
    )
    case = Case.objects.get(pk=case.pk)
    assert (case.owner, case.caller.code_name, case.concerns.code_name) == (thandi, "Rose", "Lily")
    assert case.caller != case.concerns
    assert Note.objects.get().body == "Her sister was taken at the bridge."
    deed = Entry.objects.get(verb="case.opened")
    assert (deed.who, deed.about, deed.detail) == (thandi, case.ref, {"source": "walk_in"})


def test_a_case_without_a_call_is_not_opened_for_a_call_nor_by_the_administrator(thandi, pieter, at):
    with pytest.raises(NotAllowed):
        intake.open_without_call(by=thandi, source=Source.CALL, at=at)
    with pytest.raises(NotAllowed):
        intake.open_without_call(by=pieter, source=Source.WALK_IN, at=at)
    assert not Case.objects.exists()
