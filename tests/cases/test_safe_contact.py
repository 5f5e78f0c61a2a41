"""What may be sent to a number: the table that a coordinator can read, and that every answer but a fresh yes blocks."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case
from cases.services.safe_contact import SAID_STAYS_GOOD_FOR, Said, decide, may_call, may_text
from tests.factories import NIGHT, make_caller, make_case, make_safe_contact
from tests.tables import is_yes, read_table


def read_said(row):
    if not row["days ago"]:
        return None
    return Said(is_yes(row["said text"]), is_yes(row["said call"]), NIGHT - timedelta(days=int(row["days ago"])))


@pytest.mark.parametrize("row", read_table("may_text.csv"))
def test_it_is_sent_only_where_the_table_says_so(row):
    decision = decide(
        said=read_said(row),
        channel=row["channel"],
        is_opted_out=is_yes(row["opted out"]),
        is_blocked=is_yes(row["blocked"]),
        is_possibly_known=is_yes(row["possibly known"]),
        at=NIGHT,
    )
    assert decision.because == row["answer"]
    assert decision.is_allowed is bool(decision) is (row["answer"] == "said_yes")
    assert decision.sentence.endswith(".")


SAID = st.builds(
    Said,
    may_text=st.booleans(),
    may_call=st.booleans(),
    confirmed_at=st.timedeltas(timedelta(), timedelta(days=400)).map(lambda ago: NIGHT - ago),
)


@given(st.none() | SAID, st.sampled_from(["text", "call"]), st.booleans(), st.booleans(), st.booleans())
def test_nothing_but_a_fresh_yes_opens_the_way(said, channel, is_opted_out, is_blocked, is_possibly_known):
    facts = {"is_opted_out": is_opted_out, "is_blocked": is_blocked, "is_possibly_known": is_possibly_known}
    if decide(said=said, channel=channel, at=NIGHT, **facts):
        assert said is not None
        assert said.may_text if channel == "text" else said.may_call
        assert NIGHT - said.confirmed_at <= SAID_STAYS_GOOD_FOR
        assert not is_blocked
        assert not is_possibly_known
        assert not (is_opted_out and channel == "text")


def test_rose_is_texted_where_she_said_so_and_nowhere_else(thandi, at):
    rose = make_caller()
    number, other = rose.numbers.get(), make_caller().numbers.get()
    case = make_case(caller=rose, at=at)
    assert may_text(number=number, case=case, at=at).because == "not_known"
    make_safe_contact(rose, thandi, may_text=True)
    assert may_text(number=number, case=case, at=at)
    assert not may_call(number=number, case=case, at=at)
    assert may_text(number=other, case=case, at=at).because == "not_known"


def test_what_rose_said_does_not_hold_for_somebody_else_on_her_phone(thandi, at):
    rose, lily = make_caller(), make_caller(number="")
    make_safe_contact(rose, thandi, may_text=True)
    case = make_case(caller=lily, number=rose.numbers.get(), at=at)
    assert may_text(number=case.number, case=case, at=at).because == "not_known"


def test_stop_and_a_possible_match_are_read_from_the_rows_as_they_are_now(thandi, at):
    rose = make_caller()
    make_safe_contact(rose, thandi, may_text=True)
    case = make_case(caller=rose, at=at)
    Case.objects.filter(pk=case.pk).update(possibly_known=True)
    assert may_text(number=case.number, case=Case.objects.get(), at=at).because == "possibly_known"
    case.number.opted_out_at = at
    assert may_text(number=case.number, case=case, at=at).because == "opted_out"


def test_a_block_ends_when_its_time_has_passed(thandi, at):
    rose = make_caller()
    make_safe_contact(rose, thandi, may_text=True)
    case = make_case(caller=rose, at=at)
    case.number.blocked_until = at + timedelta(hours=1)
    assert may_text(number=case.number, case=case, at=at).because == "blocked"
    assert may_text(number=case.number, case=case, at=at + timedelta(hours=1))


def test_where_there_is_no_number_or_no_case_nothing_is_sent(at, db):
    assert may_text(number=None, case=make_case(at=at), at=at).because == "no_number"
    assert may_text(number=make_caller().numbers.get(), case=None, at=at).because == "no_number"
