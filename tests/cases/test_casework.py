"""Who has a case, what is written in it, and when it ends."""

from datetime import timedelta

import pytest

from cases.access import may_read_story
from cases.models import Case, CaseState, LetIn, Note
from cases.services import casework
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from tests.factories import make_case, make_follow_up, make_note


@pytest.fixture
def case(line, at):
    """A case that nobody has yet."""
    return make_case(line=line, at=at)


def test_the_case_of_a_call_belongs_to_whoever_answered_it_first(case, nomsa, sipho, at):
    assert casework.give_to_whoever_answered(case=case, person=sipho, at=at)
    assert not casework.give_to_whoever_answered(case=case, person=nomsa, at=at)
    assert not casework.give_to_whoever_answered(case=case, person=sipho, at=at)
    assert Case.objects.get().owner == sipho
    assert set(LetIn.objects.values_list("user__username", "why")) == {
        ("sipho", "accepted_call"),
        ("nomsa", "accepted_call"),
    }
    assert Entry.objects.filter(verb="case.taken").count() == 1


def test_thandi_takes_over_in_the_morning_with_what_is_due_and_nomsa_reads_on(case, nomsa, thandi, at):
    casework.give_to_whoever_answered(case=case, person=nomsa, at=at)
    hers, nobodys = make_follow_up(case, owner=nomsa), make_follow_up(case)
    done = make_follow_up(case, owner=nomsa, state="done")
    casework.take_over(case=case, by=thandi, at=at)
    assert Case.objects.get().owner == thandi
    owners = {row.pk: row.owner for row in case.follow_ups.all()}
    assert owners == {hers.pk: thandi, nobodys.pk: thandi, done.pk: nomsa}
    assert may_read_story(nomsa, case)


def test_of_two_who_take_over_at_once_the_second_is_told(case, nomsa, sipho, at):
    as_nomsa_saw_it, as_sipho_saw_it = Case.objects.get(), Case.objects.get()
    casework.take_over(case=as_nomsa_saw_it, by=nomsa, at=at)
    with pytest.raises(Conflict):
        casework.take_over(case=as_sipho_saw_it, by=sipho, at=at)
    assert Case.objects.get().owner == nomsa


def test_a_coordinator_and_somebody_who_has_left_take_nothing_over(case, lerato, zola, at):
    for person in (lerato, zola):
        with pytest.raises(NotAllowed):
            casework.take_over(case=case, by=person, at=at)


def test_lerato_is_let_in_once_and_shut_out_again_but_the_owner_is_not(case, thandi, lerato, at):
    casework.take_over(case=case, by=thandi, at=at)
    for _ in range(2):
        casework.let_in(case=case, user=lerato, by=thandi, at=at)
    assert may_read_story(lerato, case)
    assert Entry.objects.filter(verb="case.let_in").count() == 1
    casework.shut_out(case=case, user=lerato, by=thandi, at=at)
    assert not may_read_story(lerato, case)
    with pytest.raises(NotAllowed):
        casework.shut_out(case=Case.objects.get(), user=thandi, by=thandi, at=at)


def test_nobody_who_has_left_is_let_in(case, thandi, zola, at):
    with pytest.raises(NotAllowed):
        casework.let_in(case=case, user=zola, by=thandi, at=at)


def test_what_nomsa_types_is_kept_as_often_as_it_changes_in_one_draft(case, nomsa, at):
    for body in ("fo", "four women", "four women, van \x00"):
        casework.save_draft(case=case, by=nomsa, body=body, at=at)
    draft = Note.objects.get()
    assert (draft.body, draft.is_draft) == ("four women, van \x00", True)


def test_two_people_who_write_at_once_keep_a_draft_each(case, nomsa, thandi, at):
    casework.save_draft(case=case, by=nomsa, body="hers", at=at)
    casework.save_draft(case=case, by=thandi, body="mine", at=at)
    assert {note.author: note.body for note in Note.objects.all()} == {nomsa: "hers", thandi: "mine"}


def test_a_draft_that_was_emptied_is_gone(case, nomsa, at):
    casework.save_draft(case=case, by=nomsa, body="wrong case", at=at)
    assert casework.save_draft(case=case, by=nomsa, body="", at=at) is None
    assert not Note.objects.exists()


def test_a_finished_note_is_the_draft_in_the_story_and_in_the_audit(case, nomsa, at):
    draft = casework.save_draft(case=case, by=nomsa, body="four wom", at=at)
    note = casework.finish_note(case=case, by=nomsa, body="four women", at=at + timedelta(minutes=3))
    assert note == draft
    kept = Note.objects.get()
    assert (kept.body, kept.is_draft, kept.written_at) == ("four women", False, at + timedelta(minutes=3))
    deed = Entry.objects.get(verb="note.written")
    assert (deed.who, deed.about, deed.detail) == (nomsa, case.ref, {"note": note.ref})


def test_a_draft_is_finished_as_it_was_last_kept(case, nomsa, at):
    casework.save_draft(case=case, by=nomsa, body="kept while typing", at=at)
    assert casework.finish_note(case=case, by=nomsa, at=at).body == "kept while typing"


def test_a_button_pressed_twice_writes_one_note_and_the_same_words_later_are_another(case, nomsa, at):
    first = casework.finish_note(case=case, by=nomsa, body="rang, no answer", at=at)
    assert casework.finish_note(case=case, by=nomsa, body="rang, no answer", at=at + timedelta(seconds=2)) == first
    later = casework.finish_note(case=case, by=nomsa, body="rang, no answer", at=at + timedelta(hours=1))
    assert later != first


def test_a_note_without_words_is_not_a_note(case, nomsa, at):
    make_note(case, nomsa, "  \n ", is_draft=True)
    with pytest.raises(NotAllowed):
        casework.finish_note(case=case, by=nomsa, at=at)


def test_a_case_with_a_promise_on_it_is_not_closed(case, thandi, at):
    follow_up = make_follow_up(case)
    with pytest.raises(NotAllowed, match="1 promise"):
        casework.close(case=case, by=thandi, at=at)
    follow_up.state = "done"
    follow_up.save()
    closed = casework.close(case=case, by=thandi, at=at)
    assert (closed.state, closed.closed_at) == (CaseState.CLOSED, at)


def test_a_closed_case_is_reopened_and_an_open_one_is_not(case, thandi, at):
    casework.close(case=case, by=thandi, at=at)
    reopened = casework.reopen(case=case, by=thandi, at=at)
    assert (reopened.state, reopened.closed_at) == (CaseState.OPEN, None)
    with pytest.raises(NotAllowed):
        casework.reopen(case=case, by=thandi, at=at)
    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["case.closed", "case.reopened"]


def test_the_summary_is_sealed_and_its_words_stand_in_no_audit(case, thandi, at):
    casework.set_summary(case=case, by=thandi, summary=" Taken at the bridge. ", at=at)
    assert Case.objects.get().summary == "Taken at the bridge."
    assert "bridge" not in str(Entry.objects.get().detail)


def test_urgency_is_one_of_two_words(case, thandi, at):
    assert casework.set_urgency(case=case, by=thandi, urgency="danger", at=at).urgency == "danger"
    with pytest.raises(NotAllowed):
        casework.set_urgency(case=case, by=thandi, urgency="very", at=at)
