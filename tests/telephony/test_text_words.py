"""Texts: who wants to leave, what is urgent, what it costs, and that two machines never answer each other for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.text_words import Segments, count_segments, is_urgent, make_nul_visible, may_reply, read_command
from tests.tables import is_yes, read_table


def build(words):
    """Read "152 a + 1 €" as 152 times a and one euro."""
    return "".join(int(count) * sign for count, sign in (part.split() for part in words.split(" + ")))


@pytest.mark.parametrize("row", read_table("text_commands.csv"))
def test_a_text_is_a_command_only_where_the_table_says(row):
    assert (read_command(row["text"], opt_out_type=row["opt out type"] or None) or "") == row["means"]


def test_blanks_around_a_command_do_not_matter():
    assert read_command(" \n stop \t") == "stop"


@pytest.mark.parametrize("row", read_table("urgent_texts.csv"))
def test_a_text_is_urgent_where_the_table_says(row):
    assert is_urgent(row["text"]) is is_yes(row["urgent"])


def test_a_line_adds_its_own_urgent_words_and_phrases():
    assert is_urgent("they are at the Blue House again", also=["blue house"])
    assert not is_urgent("they are at the bluehouse again", also=["blue house", "", "?"])


@pytest.mark.parametrize("row", read_table("segments.csv"))
def test_a_text_costs_what_the_table_says(row):
    counted = count_segments(build(row["text"]))
    assert (counted.encoding, counted.units, counted.segments) == (
        row["encoding"],
        int(row["units"]),
        int(row["segments"]),
    )


def test_an_empty_text_costs_nothing():
    assert count_segments("") == Segments("GSM-7", 0, 0, 0)


@pytest.mark.parametrize(
    ("body", "is_too_long"),
    [("a" * 1600, False), ("a" * 1601, True), ("€" * 1600, False), ("🆘" * 800, False), ("🆘" * 800 + "a", True)],
)
def test_a_text_over_1600_characters_is_refused(body, is_too_long):
    assert count_segments(body).is_too_long is is_too_long


@given(st.text(max_size=400))
def test_any_text_can_be_read_counted_and_stored(body):
    counted = count_segments(body)
    assert counted.units >= len(body)
    assert (counted.segments == 0) == (body == "")
    assert read_command(body) in {None, "stop", "start", "help"}
    assert is_urgent(body) in {True, False}
    assert "\x00" not in make_nul_visible(body)
    make_nul_visible(body).encode()


def test_a_nul_and_half_an_emoji_are_seen_and_nothing_else_is_changed():
    assert make_nul_visible("a\x00b\ud83dc مرحبا 🆘") == "a␀b\ufffdc مرحبا 🆘"


@pytest.mark.parametrize("kind", ["short", "address", "withheld"])
def test_a_sender_that_nobody_reads_gets_no_reply(kind):
    assert not may_reply(sender_kind=kind, replies_in_last_hour=0).is_allowed


@pytest.mark.parametrize(("sent", "is_allowed"), [(0, True), (2, True), (3, False), (500, False)])
def test_a_number_gets_three_automatic_replies_an_hour_and_no_more(sent, is_allowed):
    assert may_reply(sender_kind="number", replies_in_last_hour=sent).is_allowed is is_allowed
