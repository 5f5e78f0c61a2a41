"""What callers and people near them are texted by the system: one neutral fact, in every language, one segment.

tests/data/telling_words.csv is the list of words that give away; whoever keeps a line adds those of its languages.
"""

import re
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings

from cases.services.hearing_reminders import TEMPLATES
from helpline.core.outbox.models import Message
from telephony.services.addressing import write_body
from telephony.text_words import count_segments
from tests.tables import read_table

FOLDER = Path(settings.BASE_DIR) / "templates" / "messages" / "sms"
TO_CALLERS = sorted(f"caller/{path.stem}" for path in (FOLDER / "caller").glob("*.txt"))
NAMES = [*TO_CALLERS, *sorted(f"contact/{path.stem}" for path in (FOLDER / "contact").glob("*.txt"))]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# What the caller says may be told to somebody near her is hers to choose; the rest of the words are ours.
LONGEST_WORDS = {"time": "23:59", "name": "Rose", "tell": ""}
WORDS = [row.values[0] for row in read_table("telling_words.csv")]


def plain(text):
    return unicodedata.normalize("NFKC", text).casefold()


def what_tells(body):
    """Return the words of the list that stand in a text: as whole words, or as beginnings where they end with a star."""
    said = plain(body)
    found = []
    for row in WORDS:
        word = plain(row["word"])
        end = r"\w*" if word.endswith("*") else r"(?!\w)" if word[-1].isalnum() else ""
        if re.search(rf"(?<!\w){re.escape(word.rstrip('*'))}{end}", said):
            found.append(row["word"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_text_to_a_caller_gives_nothing_away_and_is_one_segment(name, language):
    body = write_body(Message(template=name, words=LONGEST_WORDS), [language])
    assert body
    assert what_tells(body) == []
    length = count_segments(body)
    assert length.segments == 1
    assert length.characters <= (160 if length.encoding == "GSM-7" else 70)


@pytest.mark.parametrize("name", TO_CALLERS)
def test_a_text_to_a_caller_holds_no_number_no_name_and_no_more_than_two_sentences(name):
    body = write_body(Message(template=name, words=LONGEST_WORDS), ["en"])
    assert not re.search(r"\d{4,}", body)
    assert body.count(".") + body.count("!") + body.count("?") <= 2
    assert "\n" not in body
    assert re.findall(r"{{\s*(\w+)", (FOLDER / f"{name}.txt").read_text()) in (["time"], [])


def test_every_text_that_is_sent_by_itself_is_among_those_that_are_scanned():
    assert set(TEMPLATES.values()) <= set(NAMES)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("Your court date is tomorrow.", "court"),
        ("See you at the CLINIC", "clinic"),
        ("Umbrella: tomorrow at 09:00", "umbrella"),
        ("policemen", "police*"),
        ("завтра в суді", "суд*"),
        ("HL-7K3M tomorrow", "HL-"),
        ("ｃｏｕｒｔ", "court"),
    ],
)
def test_the_scan_finds_what_it_is_for(body, word):
    assert word in what_tells(body)


@pytest.mark.parametrize("body", ["Reminder: tomorrow at 09:00.", "the courtyard", "She lawfully"])
def test_the_scan_leaves_other_words_alone(body):
    assert what_tells(body) == []


def test_the_list_has_words_for_every_language_of_the_desk():
    assert set(LANGUAGES) <= {row["language"] for row in WORDS}
