"""Phones are shared: who rings is only possibly known until somebody says so, and that can be undone."""

from datetime import timedelta

import pytest

from cases.access import numbers_of
from cases.models import Case, CaseState, Source
from cases.services import followups, identity, intake
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_case, make_follow_up, make_note

NUMBER = "+447700900201"


def call_from(line, at, number=NUMBER):
    known = intake.find_known(number)
    return intake.open_for_number(line_id=line.pk, number=number, known=known, source=Source.CALL, at=at).case


@pytest.fixture
def march(line, thandi, at):
    """A case of eight months ago. The caller was Rose; she left a code word."""
    case = call_from(line, at - timedelta(days=250))
    identity.describe(case=case, by=thandi, code_name="Rose", code_word="Sea Otter", at=at)
    return case


@pytest.fixture
def tonight(march, line, at):
    """Tonight somebody rings from the same phone."""
    return call_from(line, at)


def test_earlier_cases_stay_shut_until_somebody_says_who_it_is(tonight, march, nomsa, at):
    assert tonight.possibly_known
    assert identity.earlier_cases(tonight) == []
    known = identity.confirm_known(case=tonight, by=nomsa, how="code_word", code_word="sea  otter", at=at)
    assert identity.earlier_cases(known) == [march]
    deed = Entry.objects.get(verb="case.confirmed_known")
    assert (deed.who, deed.about, deed.detail) == (nomsa, tonight.ref, {"how": "code_word"})


def test_a_wrong_code_word_opens_nothing_and_is_written_down_without_the_word(tonight, march, nomsa, at):
    for word in ("otter", "", "Rose"):
        with pytest.raises(NotAllowed):
            identity.confirm_known(case=tonight, by=nomsa, how="code_word", code_word=word, at=at)
    assert Case.objects.get(pk=tonight.pk).possibly_known
    tries = Entry.objects.filter(verb="case.wrong_code_word")
    assert [(entry.about, entry.detail) for entry in tries] == [(tonight.ref, {})] * 3


def test_a_deliberate_step_without_the_word_opens_them_too_and_says_so(tonight, march, thandi, at):
    known = identity.confirm_known(case=tonight, by=thandi, how="deliberate", at=at)
    assert identity.earlier_cases(known) == [march]
    assert Entry.objects.get(verb="case.confirmed_known").detail == {"how": "deliberate"}


def test_the_code_word_says_which_of_two_people_with_one_phone_it_is(tonight, march, line, thandi, at):
    other = identity.say_somebody_else(case=tonight, by=thandi, at=at)
    identity.describe(case=other, by=thandi, code_name="Lily", code_word="kite", at=at)
    later = call_from(line, at + timedelta(days=1))
    known = identity.confirm_known(case=later, by=thandi, how="code_word", code_word="Kite", at=at)
    assert known.caller.code_name == "Lily"
    assert identity.earlier_cases(known) == [tonight]


def test_somebody_else_on_the_same_phone_has_no_past_here(tonight, march, thandi, at):
    other = identity.say_somebody_else(case=tonight, by=thandi, at=at)
    assert other.caller != march.caller
    assert (other.caller.code_name, identity.earlier_cases(other)) == (None, [])
    assert [number.number for number in numbers_of(other)] == [NUMBER]


def test_what_is_written_about_a_possible_rose_does_not_become_roses(tonight, march, thandi, at):
    with pytest.raises(NotAllowed):
        identity.describe(case=tonight, by=thandi, code_name="Nobody knows", at=at)
    march.caller.refresh_from_db()
    assert march.caller.code_name == "Rose"


def test_a_new_number_has_nothing_to_confirm(line, nomsa, at):
    case = call_from(line, at)
    for how in ("code_word", "deliberate", "because"):
        with pytest.raises(NotAllowed):
            identity.confirm_known(case=case, by=nomsa, how=how, code_word="x", at=at)


def test_names_are_written_field_by_field_and_taken_away_by_a_blank(march, thandi, at):
    identity.describe(case=march, by=thandi, pronouns="they", at=at)
    identity.describe(case=march, by=thandi, code_name="", at=at)
    caller = Case.objects.get(pk=march.pk).caller
    assert (caller.code_name, caller.pronouns, caller.code_word) == (None, "they", "Sea Otter")
    assert Entry.objects.filter(verb="caller.described").latest("pk").detail == {
        "whom": "caller",
        "fields": ["code_name"],
    }


def test_a_withheld_caller_and_whom_it_is_about_get_rows_of_their_own(thandi, at):
    case = make_case(at=at)
    rings = identity.describe(case=case, by=thandi, code_name="Rose", at=at)
    about = identity.describe(case=case, by=thandi, whom="concerns", code_name="Lily", at=at)
    case = Case.objects.get()
    assert (case.caller, case.concerns) == (rings, about)
    assert rings != about


@pytest.fixture
def confirmed(tonight, thandi, at):
    """Tonight's case, once it is settled that it is Rose again."""
    return identity.confirm_known(case=tonight, by=thandi, how="deliberate", at=at)


def test_a_case_is_joined_to_an_older_one_and_everything_stays_where_it_was(confirmed, march, thandi, at):
    note, follow_up = make_note(confirmed, thandi, "tonight"), make_follow_up(confirmed, due_at=at + timedelta(hours=1))
    identity.join_cases(case=confirmed, into=march, by=thandi, how="code_word", code_word="sea otter", at=at)
    joined = Case.objects.get(pk=confirmed.pk)
    assert (joined.state, joined.joined_into) == (CaseState.JOINED, march)
    note.refresh_from_db()
    follow_up.refresh_from_db()
    assert (note.case, follow_up.case) == (joined, joined)
    assert identity.joined_cases(march, thandi) == [joined]
    assert Case.objects.get(pk=march.pk).next_due_at == follow_up.due_at
    assert Entry.objects.get(verb="case.joined").detail == {"into": march.ref, "how": "code_word"}


def test_parting_undoes_it(confirmed, march, thandi, at):
    make_follow_up(confirmed, due_at=at)
    identity.join_cases(case=confirmed, into=march, by=thandi, how="deliberate", at=at)
    parted = identity.part_cases(case=confirmed, by=thandi, at=at)
    assert (parted.state, parted.joined_into) == (CaseState.OPEN, None)
    due = {case.pk: case.next_due_at for case in Case.objects.all()}
    assert due == {march.pk: None, confirmed.pk: at}
    assert Entry.objects.get(verb="case.parted").detail == {"from": march.ref}


def test_what_had_been_joined_to_a_case_comes_along(confirmed, march, line, thandi, at):
    third = call_from(line, at + timedelta(hours=1))
    third = identity.confirm_known(case=third, by=thandi, how="deliberate", at=at)
    identity.join_cases(case=third, into=confirmed, by=thandi, how="deliberate", at=at)
    identity.join_cases(case=confirmed, into=march, by=thandi, how="deliberate", at=at)
    assert identity.joined_cases(march, thandi) == [confirmed, third]


def test_whoever_has_the_older_case_may_read_what_was_joined_to_it(confirmed, march, thandi, sipho, at):
    march.owner = sipho
    march.save()
    identity.join_cases(case=confirmed, into=march, by=thandi, how="deliberate", at=at)
    assert identity.joined_cases(march, sipho) == [confirmed]


def test_only_who_reads_both_joins_them(confirmed, march, nomsa, at):
    Case.objects.filter(pk=confirmed.pk).update(owner=nomsa)
    with pytest.raises(NotAllowed):
        identity.join_cases(case=confirmed, into=march, by=nomsa, how="deliberate", at=at)


def test_what_is_not_settled_and_what_is_the_same_is_not_joined(tonight, march, thandi, at):
    for case, into in ((tonight, march), (march, march)):
        with pytest.raises(NotAllowed):
            identity.join_cases(case=case, into=into, by=thandi, how="deliberate", at=at)


def test_a_promise_made_after_joining_is_due_on_the_older_case_too(confirmed, march, thandi, at):
    identity.join_cases(case=confirmed, into=march, by=thandi, how="deliberate", at=at)
    due_at = at + timedelta(minutes=20)
    followups.add(case=confirmed, kind="task", due_at=due_at, at=at, key="call-x-write-up")
    assert Case.objects.get(pk=march.pk).next_due_at == due_at
