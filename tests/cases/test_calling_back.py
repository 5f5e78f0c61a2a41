"""The number of a caller is shown for ringing back only where that is safe now; else there is the reason, and a task."""

from datetime import timedelta

import pytest

from cases.models import FollowUp
from cases.services.calling_back import call_back
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from tests.factories import NIGHT, make_caller, make_case, make_follow_up, make_safe_contact

TEN_O_CLOCK = NIGHT + timedelta(hours=7, minutes=50)
IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(5)]


@pytest.fixture
def rose(db):
    return make_caller(code_word="Lemon tree")


@pytest.fixture
def case(rose, line, thandi):
    return make_case(caller=rose, line=line, owner=thandi)


def test_where_it_is_safe_there_is_the_number_and_what_to_say(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True, voicemail="vague", say="the salon", who_hears="her mother")
    call = call_back(case=case, by=thandi, at=at)
    assert (call.number, call.say, call.message, call.who_hears, call.ask_word) == (
        case.number.number, "the salon", "This is Thandi, returning your call.", "her mother", True,
    )  # fmt: skip
    entry = Entry.objects.get(verb="number.revealed")
    assert (entry.about, entry.detail["reason"]) == (case.ref, "call_back")


def test_her_own_words_are_said_on_the_mailbox(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True, voicemail="vague", voicemail_words="The shop has your shoes.")
    assert call_back(case=case, by=thandi, at=at).message == "The shop has your shoes."


def test_where_no_message_may_be_left_there_is_none(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True)
    call = call_back(case=case, by=thandi, at=at)
    assert (call.message, call.say) == ("", "Sorry, wrong number.")


def test_at_a_wrong_hour_the_number_stays_shut_and_a_task_is_due_when_it_is_right(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True, hours=IN_THE_MORNING)
    call = call_back(case=case, by=thandi, at=at)
    assert (call.number, call.decision.because, call.decision.next_at) == ("", "not_now", TEN_O_CLOCK)
    task = FollowUp.objects.get()
    assert (task.because, task.due_at, task.owner, task.why) == (
        "call_not_safe", TEN_O_CLOCK, thandi, call.decision.sentence,
    )  # fmt: skip
    assert not Entry.objects.filter(verb="number.revealed").exists()


def test_pressing_twice_is_one_task(case, thandi, at):
    for _twice in range(2):
        assert not call_back(case=case, by=thandi, at=at).decision
    assert FollowUp.objects.count() == 1


def test_a_promise_opens_the_number_and_nothing_else(case, thandi, at):
    make_follow_up(case, kind="call_back", due_at=at, key="call-x-call-back")
    call = call_back(case=case, by=thandi, at=at)
    assert (call.number, call.message, call.say) == (case.number.number, "", "Sorry, wrong number.")


def test_of_a_phone_that_is_only_possibly_hers_nothing_of_her_card_is_shown(rose, line, thandi, at):
    make_safe_contact(rose, thandi, may_call=True, say="the salon", who_hears="her mother", voicemail="vague")
    case = make_case(caller=rose, line=line, owner=thandi, possibly_known=True)
    make_follow_up(case, kind="call_back", due_at=at, key="call-x-call-back")
    call = call_back(case=case, by=thandi, at=at)
    assert (call.number, call.say, call.who_hears, call.message, call.ask_word) == (
        case.number.number, "Sorry, wrong number.", "", "", False,
    )  # fmt: skip


def test_a_number_of_another_case_is_not_there(case, thandi, at):
    with pytest.raises(NotFound):
        call_back(case=case, by=thandi, at=at, number_ref=make_caller().numbers.get().ref)


def test_whoever_may_not_read_the_case_gets_no_number(case, rose, thandi, lerato, at):
    make_safe_contact(rose, thandi, may_call=True)
    with pytest.raises(NotAllowed):
        call_back(case=case, by=lerato, at=at)


def test_it_prints_no_number(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_call=True, say="quokka")
    assert repr(call_back(case=case, by=thandi, at=at)) == "<call back>"
