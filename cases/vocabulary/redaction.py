"""What should not stand in a text that others may read one day: a suggestion for the person who writes that text.

The rule sees names that it is told, capitalised words, numbers, plates, clock times and dates. It sees nothing of
what makes somebody recognisable to who knows her: a person reads and writes the text, always. Too much taken out costs a
word; too little can cost a life. tests/data/redaction.csv is the table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from helpline.core.opening import gettext_noop as _

NAME, PLACE, NUMBER, PLATE, TIME = "name", "place", "number", "plate", "time"
MARKS = {
    NAME: _("[name]"),
    PLACE: _("[place]"),
    NUMBER: _("[number]"),
    PLATE: _("[plate]"),
    TIME: _("[time]"),
}
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_CLOCK = re.compile(r"\b\d{1,2}(?:[:.h]\d{2}(?:\s?(?:am|pm))?|\s?(?:am|pm))\b|\b\d{1,2}\s?o[’']clock\b", re.IGNORECASE)
_DATE = re.compile(
    rf"\b\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b(?:\s+\d{{4}})?"
    rf"|\b(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?\b",
    re.IGNORECASE,
)
# Letters and digits mixed in one to three short groups, at least five characters with both.
_PLATE = re.compile(
    r"\b(?=[A-Z0-9 -]{5,14}\b)(?:[A-Z]{1,3}[ -]?\d{2,6}(?:[ -]\d{2,4})?(?:[ -]?[A-Z]{1,3})?|\d{2,4}[ -]?[A-Z]{2,3}[ -]?\d{0,4})\b"
)
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\d\s()./-]{0,20}\d)?")
# Other scripts have capitals, too.
_CAPITALISED = re.compile(r"[^\W\d_][\w’'-]*")
_BEGINS = re.compile(r"(?:^|[.!?…:\n\r\"“”«(]\s*)$")
# Words that begin many sentences. Another word that begins one is taken for a name: somebody may be called so.
_BEGINNERS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "there",
        "here",
        "it",
        "its",
        "i",
        "we",
        "you",
        "he",
        "she",
        "they",
        "my",
        "our",
        "your",
        "his",
        "her",
        "their",
        "me",
        "us",
        "him",
        "them",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "some",
        "somebody",
        "someone",
        "nobody",
        "everybody",
        "everyone",
        "all",
        "both",
        "many",
        "most",
        "none",
        "no",
        "not",
        "yes",
        "and",
        "but",
        "or",
        "so",
        "then",
        "when",
        "while",
        "after",
        "before",
        "since",
        "until",
        "because",
        "if",
        "as",
        "at",
        "in",
        "on",
        "by",
        "for",
        "from",
        "with",
        "without",
        "to",
        "of",
        "into",
        "out",
        "over",
        "under",
        "near",
        "again",
        "also",
        "only",
        "just",
        "now",
        "later",
        "soon",
        "yesterday",
        "today",
        "tonight",
        "last",
        "next",
        "every",
        "each",
        "another",
        "other",
        "what",
        "who",
        "where",
        "why",
        "how",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "may",
        "might",
        "must",
        "please",
        "sorry",
        "thank",
        "nothing",
        "something",
        "police",
        "officers",
        "officer",
        "men",
        "man",
        "women",
        "woman",
        "people",
        "client",
        "clients",
        "caller",
        "neighbours",
        "guards",
        "soldiers",
        "inside",
        "outside",
        "behind",
        "during",
        "once",
        "twice",
        "still",
        "even",
        "maybe",
        "perhaps",
        "however",
        "first",
        "second",
        "afterwards",
        "suddenly",
    ]
)
_NO_NAMES = {
    "i",
    "hiv",
    "pep",
    "aids",
    "sti",
    "ngo",
    "ok",
    "sms",
    "id",
    "arv",
    "prep",
    "i’m",
    "i'm",
    "i’ve",
    "i've",
    "i’d",
    "i'd",
    "i’ll",
    "i'll",
}


@dataclass(frozen=True)
class Redacted:
    """The suggested text, and what was taken out, by kind, in the order of the text."""

    text: str
    taken: list[tuple[str, str]] = field(default_factory=list)


def suggest_redaction(text: str, *, names: Iterable[str] = (), places: Iterable[str] = ()) -> Redacted:
    """Return a text without names, numbers, plates, exact places and times, as far as a rule can see them.

    `names` and `places` are those that we know (code names, officers, stations, streets): they go wherever they stand, in any
    case. The marks are in English; who shows the text may translate them.
    """
    taken: list[tuple[int, str, str]] = []
    known = [(word, NAME) for word in names] + [(word, PLACE) for word in places]
    hidden = text
    for word, kind in sorted(((word.strip(), kind) for word, kind in known), key=lambda one: -len(one[0])):
        if word:
            hidden = _take(hidden, re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE), kind, taken)
    for pattern, kind in ((_DATE, TIME), (_CLOCK, TIME), (_PLATE, PLATE), (_NUMBER, NUMBER)):
        hidden = _take(hidden, pattern, kind, taken)
    hidden = _take_capitalised(hidden, taken)
    shown = re.sub("[\ue000-\ue004]", lambda found: _SHOWN[found[0]], hidden)
    return Redacted(shown, [(kind, word) for _place, kind, word in sorted(taken, key=lambda one: one[0])])


# While the text is worked on a mark is one private character, so that no later rule reads what an earlier one wrote.
_PRIVATE = {NAME: "\ue000", PLACE: "\ue001", NUMBER: "\ue002", PLATE: "\ue003", TIME: "\ue004"}
_SHOWN = {private: MARKS[kind] for kind, private in _PRIVATE.items()}


def _take(text: str, pattern: re.Pattern[str], kind: str, taken: list[tuple[int, str, str]]) -> str:
    def hide(found: re.Match[str]) -> str:
        taken.append((found.start(), kind, found[0]))
        return _PRIVATE[kind]

    return pattern.sub(hide, text)


def _take_capitalised(text: str, taken: list[tuple[int, str, str]]) -> str:
    def hide(found: re.Match[str]) -> str:
        word = found[0]
        plain = word.casefold()
        if not word[0].isupper() or plain in _NO_NAMES:
            return word
        begins = _BEGINS.search(text[max(0, found.start() - 40) : found.start()])
        if begins and plain in _BEGINNERS:
            return word
        taken.append((found.start(), NAME, word))
        return _PRIVATE[NAME]

    text = _CAPITALISED.sub(hide, text)
    return re.sub(rf"{_PRIVATE[NAME]}(?:\s{_PRIVATE[NAME]})+", _PRIVATE[NAME], text)
