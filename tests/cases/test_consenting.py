"""Does a consent hold? The table that a coordinator can read, and what must be true whatever was said."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.consenting import ANYBODY, Receiver, Said, contradict, holds, is_refused
from tests.factories import NIGHT
from tests.tables import is_yes, read_table, split_list


def read_receiver(words):
    kind, _, name = words.partition(":")
    return Receiver(kind, name)


def read_said(words):
    """Read what was said, an hour after the other, the last one an hour ago; "until 1" ran out a day ago."""
    parts = split_list(words)
    said = []
    for place, part in enumerate(parts):
        has_run_out = " until 1" in part
        answer, _, receiver = part.replace(" until 1", "").partition(" ")
        when = NIGHT - timedelta(days=2) - timedelta(hours=len(parts) - place)
        until = NIGHT - timedelta(days=1) if has_run_out else None
        said.append(Said(answer, when, read_receiver(receiver), until, place))
    return said


@pytest.mark.parametrize("row", read_table("consents.csv"))
def test_a_consent_holds_only_where_the_table_says_so(row):
    said, receiver = read_said(row["said"]), read_receiver(row["asked of"])
    assert holds(said, receiver, NIGHT) is is_yes(row["holds"])
    assert is_refused(said, receiver, NIGHT) is is_yes(row["refused"])


def test_what_will_be_said_tomorrow_does_not_count_tonight():
    assert not holds([Said("given", NIGHT + timedelta(seconds=1))], ANYBODY, NIGHT)


def test_a_yes_has_run_out_at_its_very_moment_and_not_before():
    said = [Said("given", NIGHT - timedelta(days=1), until=NIGHT)]
    assert holds(said, ANYBODY, NIGHT - timedelta(microseconds=1))
    assert not holds(said, ANYBODY, NIGHT)


def test_of_two_answers_of_the_same_moment_the_later_written_counts():
    said = [Said("withdrawn", NIGHT, order=2), Said("given", NIGHT, order=1)]
    assert not holds(said, ANYBODY, NIGHT)


def test_yes_and_no_contradict_each_other_and_taking_back_contradicts_nothing():
    assert contradict("given", "refused")
    assert contradict("given", "not_now")
    assert not contradict("given", "withdrawn")
    assert not contradict("given", "given")


RECEIVERS = st.builds(Receiver, st.sampled_from(["", "lawyer", "clinic"]), st.sampled_from(["", "N.", "O."]))
ANY_SAID = st.lists(
    st.builds(
        Said,
        answer=st.sampled_from(["given", "refused", "not_now", "withdrawn"]),
        said_at=st.integers(0, 9).map(lambda hours: NIGHT - timedelta(hours=hours)),
        receiver=RECEIVERS,
        until=st.none() | st.integers(-3, 3).map(lambda hours: NIGHT + timedelta(hours=hours)),
        order=st.integers(0, 99),
    ),
    max_size=8,
)


@given(said=ANY_SAID, receiver=RECEIVERS)
def test_nothing_both_holds_and_is_refused_and_nothing_holds_without_a_yes(said, receiver):
    assert not (holds(said, receiver, NIGHT) and is_refused(said, receiver, NIGHT))
    if holds(said, receiver, NIGHT):
        assert any(one.answer == "given" for one in said)


@given(said=ANY_SAID, receiver=RECEIVERS)
def test_a_no_to_everybody_said_last_ends_everything(said, receiver):
    last = Said("refused", NIGHT, order=100)
    assert not holds([*said, last], receiver, NIGHT)
    assert is_refused([*said, last], receiver, NIGHT)
