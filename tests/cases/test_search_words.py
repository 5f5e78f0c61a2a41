"""What a search finds, as a table that a coordinator can read and correct."""

import time

import pytest

from cases import search_words
from tests.tables import is_yes, read_table

READ = {
    "note": search_words.words_of,
    "name": search_words.words_of_names,
    "plate": search_words.words_of_plates,
}


def finds(typed, words):
    sought = search_words.read_search(typed)
    return bool(sought) and all(any(way <= words for way in one.ways) for one in sought)


@pytest.mark.parametrize("row", read_table("search_words.csv"))
def test_what_was_written_is_found_or_not(row):
    assert finds(row["typed"], READ[row["in"]]([row["written"]])) == is_yes(row["found"])


def test_common_words_are_in_no_index():
    assert search_words.words_of(["They said that she was not there, and it is what they want"]) == frozenset()


def test_a_number_and_a_plate_are_never_a_word():
    assert search_words.words_of(["0821234567"]) == {"#21234567"}
    assert search_words.words_of_plates(["CA123"]) == {"~ca12", "~a123", "123"}


def test_ten_megabytes_of_words_take_moments_and_have_an_end():
    began = time.monotonic()
    found = search_words.words_of([" ".join(f"word{n}x" for n in range(900_000))])
    assert len(found) == search_words.MOST_WORDS
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "text",
    ["1" * 200_000, "1 " * 100_000, "a1-" * 60_000, "(" * 200_000, "é" * 200_000, "\0\ud800" * 1000, "กข" * 90_000],
)
def test_hostile_text_takes_moments(text):
    began = time.monotonic()
    search_words.words_of([text])
    search_words.read_search(text)
    assert time.monotonic() - began < 5


def test_a_search_has_at_most_eight_words():
    assert len(search_words.read_search(" ".join(f"letters{chr(97 + n)}{chr(98 + n)}" for n in range(20)))) <= 8
