"""What somebody means who texts back: the table that a coordinator may read, and texts that nobody expects."""

import random

import pytest

from referrals.replies import NO, YES, read_reply
from telephony.text_words import COMMANDS
from tests.tables import is_yes, read_table, split_list


@pytest.mark.parametrize("row", read_table("replies.csv"))
def test_what_they_mean(row):
    reply = read_reply(row["said"], frozenset(split_list(row["codes"])))
    assert (reply.means, reply.code, reply.other_code) == (row["means"], row["code"], row["other"])
    assert reply.is_plain == is_yes(row["plain"])
    if row["because"]:
        assert reply.because == row["because"]


def test_no_word_is_a_yes_and_a_no():
    said = [{word.strip() for words in table.values() for word in words.split(",")} for table in (YES, NO)]
    assert not said[0] & said[1]


def test_no_answer_is_a_word_that_stops_texts():
    commands = {word for language in COMMANDS.values() for words in language.values() for word in words}
    answers = {word.strip() for table in (YES, NO) for words in table.values() for word in words.split(",")}
    assert not commands & answers


@pytest.mark.parametrize(
    "said", ["\x00", "\u202eYES", "yes" * 100_000, "A7K\x00yes", "🙂", "'; DROP TABLE --", "<script>A7K</script>"]
)
def test_whatever_is_written_breaks_nothing(said):
    read_reply(said, frozenset({"A7K"}))


def test_letters_thrown_together_are_hardly_ever_an_answer():
    chance = random.Random(3)
    texts = (
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz 23456789", k=chance.randint(4, 40))) for _ in range(5000)
    )
    assert sum(bool(read_reply(text, frozenset({"A7K"})).means) for text in texts) < 25
