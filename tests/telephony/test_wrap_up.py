"""Thandi is done with a call: what it was about is said, her words are kept, what follows is promised, a slip is undone."""

from datetime import timedelta

import pytest

from cases.models import Case, FollowUp, Note, SearchWord
from cases.services import casework, followups
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from telephony.models import Call, Text, WrapUp
from telephony.services import ending, wrap_up
from tests.factories import make_call, make_caller, make_case, make_follow_up, make_note

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=5)


@pytest.fixture
def case(line, thandi):
    return make_case(line=line, caller=make_caller(), owner=thandi)


@pytest.fixture
def call(case, thandi, at):
    """A call that ended just now, with what the system promises after every call."""
    call = make_call(case, answered_by=thandi, at=at)
    followups.add_after_call(case=case, key=call.ref, owner=thandi, ended_at=at, at=at)
    return call


@pytest.fixture
def done(call, thandi, at):
    """Return a function that wraps the call up."""

    def wrap(kind, **how):
        return wrap_up.wrap_up(call=call, kind=kind, by=thandi, at=how.pop("at", at + SOON), **how)

    return wrap


def promised(case):
    return sorted(FollowUp.objects.unfinished().filter(case=case).values_list("kind", flat=True))


def test_the_note_goes_into_the_story_and_the_write_up_is_done(done, case, thandi, at):
    casework.save_draft(case=case, by=thandi, body="four women, one van", at=at)
    done("support")
    assert [(note.body, note.is_draft) for note in Note.objects.filter(case=case)] == [("four women, one van", False)]
    assert FollowUp.objects.get(case=case, because="write_up").state == "done"


def test_words_that_come_with_the_press_count_before_the_draft(done, case, thandi, at):
    casework.save_draft(case=case, by=thandi, body="four wom", at=at)
    done("support", body="four women")
    assert Note.objects.get(case=case).body == "four women"


def test_a_call_without_words_gets_no_empty_note(done, case):
    done("silent", body="  ")
    assert not Note.objects.filter(case=case).exists()


def test_after_support_somebody_asks_the_next_day(done, case):
    done("support")
    assert promised(case) == ["safety"]
    assert FollowUp.objects.filter(case=case).count() == 2, "the promise that was there stays, none is added"


def test_after_a_question_nothing_is_promised(done, case):
    done("information")
    assert promised(case) == []
    assert Case.objects.get(pk=case.pk).state == "open"


def test_a_step_that_was_chosen_counts_before_the_usual_one(done, case, at):
    done("information", step="call_back")
    row = FollowUp.objects.unfinished().get(case=case)
    assert (row.kind, row.because, row.due_at) == ("call_back", "call_back", at + timedelta(hours=4))


def test_no_step_leaves_out_the_usual_one(done, case):
    done("support", step="none")
    assert promised(case) == []


def test_who_could_not_speak_is_looked_at_in_half_an_hour(done, case, at):
    done("listened")
    assert FollowUp.objects.unfinished().get(case=case).due_at == at + timedelta(minutes=30)


@pytest.mark.parametrize("kind", ["wrong_number", "test", "client"])
def test_an_empty_case_ends_with_it_and_is_never_deleted(done, case, kind):
    assert done(kind).closed_case
    case.refresh_from_db()
    assert case.state == "closed"
    assert promised(case) == []


def test_a_note_of_this_call_does_not_keep_a_wrong_number_open(done, case):
    done("wrong_number", body="looked for a plumber")
    assert Case.objects.get(pk=case.pk).state == "closed"


def another_call(case, thandi):
    make_call(case, outcome="missed")


def a_text(case, thandi):
    Text.objects.create(direction="inbound", case=case, body="hello", at=case.opened_at)


def a_promise_of_ours(case, thandi):
    make_follow_up(case, owner=thandi)


def a_line_about_it(case, thandi):
    casework.set_summary(case=case, by=thandi, summary="four women", at=case.opened_at)


def danger(case, thandi):
    casework.set_urgency(case=case, by=thandi, urgency="danger", at=case.opened_at)


def a_case_joined_to_it(case, thandi):
    make_case(line=case.line, joined_into=case, state="joined")


@pytest.mark.parametrize(
    "more", [another_call, a_text, a_promise_of_ours, a_line_about_it, danger, a_case_joined_to_it]
)
def test_a_case_with_more_in_it_stays_open(done, case, thandi, more):
    more(case, thandi)
    assert not done("wrong_number").closed_case
    case.refresh_from_db()
    assert case.state == "open"


def test_what_was_promised_to_a_caller_stays_where_the_case_goes_on(done, call, case, at, thandi):
    a_text(case, thandi)
    kept = make_follow_up(case, kind="call_back", key=f"call-{call.ref}-call-back")
    done("test")
    kept.refresh_from_db()
    assert kept.state == "due"


def test_a_slip_is_taken_back_whole(done, case, call, thandi, at):
    casework.save_draft(case=case, by=thandi, body="four women", at=at)
    mistake = done("wrong_number")
    wrap_up.take_back(wrap_up=mistake, by=thandi, at=at + 2 * SOON)
    case.refresh_from_db()
    call.refresh_from_db()
    assert (case.state, call.kind, call.wrapped_up_at) == ("open", "", None)
    assert casework.read_draft(case=case, by=thandi) == "four women"
    assert promised(case) == ["safety", "task"]
    assert case.next_due_at is not None


def test_a_note_that_was_taken_back_is_not_found_by_its_words(done, thandi, at):
    mistake = done("support", body="quokka")
    assert SearchWord.objects.exists()
    wrap_up.take_back(wrap_up=mistake, by=thandi, at=at + 2 * SOON)
    assert not SearchWord.objects.exists()


def test_what_a_slip_had_promised_is_no_longer_promised(done, case, thandi, at):
    wrap_up.take_back(wrap_up=done("support", step="call_back"), by=thandi, at=at + 2 * SOON)
    assert promised(case) == ["safety", "task"]


def test_who_has_begun_another_note_keeps_both(done, case, thandi, at):
    mistake = done("support", body="four women")
    casework.save_draft(case=case, by=thandi, body="and a child", at=at)
    wrap_up.take_back(wrap_up=mistake, by=thandi, at=at + 2 * SOON)
    assert {note.body for note in Note.objects.filter(case=case)} == {"four women", "and a child"}


@pytest.mark.parametrize("when", [timedelta(minutes=2), timedelta(hours=1)])
def test_after_a_minute_nothing_is_taken_back(done, case, thandi, at, when):
    done_once = done("test")
    with pytest.raises(NotAllowed):
        wrap_up.take_back(wrap_up=done_once, by=thandi, at=at + when)
    case.refresh_from_db()
    assert case.state == "closed"


def test_nobody_takes_back_what_a_colleague_did(done, naledi, at):
    with pytest.raises(NotAllowed):
        wrap_up.take_back(wrap_up=done("support"), by=naledi, at=at + SOON)


@pytest.mark.parametrize("again", ["", "x y z"])
def test_a_double_press_is_one(done, case, again):
    assert done("support", body="x y z").pk == done("support", body=again).pk
    assert WrapUp.objects.count() == 1
    assert Note.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("kind", ["", "pizza", "SUPPORT", "\x00"])
def test_a_word_that_is_no_kind_changes_nothing(done, case, kind):
    with pytest.raises(NotAllowed):
        done(kind, body="four women")
    assert not Note.objects.filter(case=case).exists()
    assert promised(case) == ["safety", "task"]


def test_a_step_that_there_is_not_changes_nothing(done, case):
    with pytest.raises(NotAllowed):
        done("support", step="tea", body="four women")
    assert not Note.objects.filter(case=case).exists()


def test_a_call_wrapped_up_before_it_ends_promises_nothing_more_when_it_does(case, thandi, at):
    call = make_call(case, state="connected", answered_by=thandi)
    call.legs.create(person=thandi, step=0, rang_at=at, result="accepted", accepted_at=at, bridged=True)
    wrap_up.wrap_up(call=call, kind="support", by=thandi, at=at)
    ending.end_call(
        Call.objects.select_related("case", "line").get(pk=call.pk), at=at + timedelta(minutes=3), seconds=5
    )
    assert promised(case) == ["safety"]


def test_a_wrap_up_taken_back_after_the_call_ended_promises_what_every_call_does(case, thandi, at):
    call = make_call(case, state="connected", answered_by=thandi)
    call.legs.create(person=thandi, step=0, rang_at=at, result="accepted", accepted_at=at, bridged=True)
    early = wrap_up.wrap_up(call=call, kind="information", by=thandi, at=at)
    ending.end_call(Call.objects.select_related("case", "line").get(pk=call.pk), at=at + SOON, seconds=5)
    wrap_up.take_back(wrap_up=early, by=thandi, at=at + 2 * SOON)
    assert promised(case) == ["safety", "task"]


def test_what_it_was_about_can_be_said_while_it_goes_on(call, thandi, at):
    wrap_up.set_kind(call=call, kind="clinic", by=thandi, at=at)
    assert Call.objects.get(pk=call.pk).kind == "clinic"
    assert Entry.objects.get(verb="call.kind").detail == {"kind": "clinic"}


def test_the_audit_tells_codes_and_no_words(done, case):
    make_note(case, case.owner, "something else")
    done("support", body="quokka")
    assert "quokka" not in "".join(str(entry.detail) for entry in Entry.objects.all())
