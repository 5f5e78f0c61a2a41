"""Which words of a text can be searched for, in one form: plain rules, the same for what is written and what is typed.

Nothing here knows a key; `cases.services.word_index` makes of these words what lies in the database. A change of a rule
needs `VERSION` raised, so that `manage.py index_words` writes the index anew.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

VERSION: Final = 1
SHORTEST: Final = 3  # characters of a word; shorter ones stand in every note, and tell by their number what they are
SHORTEST_NAME: Final = 2
# Words are cut here, so that "detained", "detainees" and "detain" with an ending are one. Endings carry case and number
# in English, Afrikaans and Ukrainian; it also finds by the first six letters. In isiZulu the beginning bends instead.
CUT_AT: Final = 6
PART_OF_PLATE: Final = 4  # characters: with three, the last ones of a province's plates would stand in every third
PLATE_LENGTHS: Final = range(5, 10)
MOST_GROUPS: Final = 4  # in which a plate is written: "CA 123-456" has three
TAIL: Final = 8  # figures of a telephone number that stay the same with and without its country
LONGEST_TEXT: Final = 300_000  # characters; what comes after them is kept, and not found by its words
MOST_WORDS: Final = 4_000  # of one text
MOST_SOUGHT: Final = 8  # words of one search

# Words of every second note: they find nothing and would show by their number what language a note is in. Afrikaans
# "van" is left out, because a van is what people are taken away in.
_COMMON: Final = """
a about after again all also an and any are as at back be because been before being but by call called caller calls
can case come could day did do does done down even every for from get go going got had has have he her here him his
how i if in into is it its just know last like me more most much must my need next no not note now of off on one only
or other our out over own phone please rang ring said same say says see she should so some still such take tell than
that the their them then there these they thing this those through time to today told tomorrow tonight too two under
until up us very want wants was way we well went were what when where which while who why will with work would
yesterday yes you your
aan al as baie by daar dat die dit een en ek gaan gesê haar hier hom hulle hy jou kan kom ma maar met moet my na nie
nog nou ons ook op sal sê se sy toe uit vir was wat wil word
futhi kanti kodwa kuphela lapha lapho manje ngoba noma ukuthi uma wathi yena yini kakhulu kanye khona loku lokho nje
kunye kuba okanye ukuba xa nokuba kwaye ngoku apha apho wathi utsho
або але без був була були бути вже він вона вони все всі від для дуже його їх її коли люди мене мені може моя нас не
немає ні ось під після про при сказала сказав так там тебе тепер то тому той тут хто цей це цього чи щоб що як яка
який є ще ми ви та за до на
был была были быть все вы где да для его ее если есть еще когда кто меня мне может мы нас нет ни но об он она они от
по после при сейчас сказала так там тебя то тоже только тут уже что чтобы это как
"""

_MARKS: Final = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x0652))  # Latin, Greek, Cyrillic; Hebrew; Arabic
# Scripts that write no spaces between words: two characters after each other stand for a word.
_WITHOUT_SPACES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0x20000, 0x2FA1F),
)  # fmt: skip
_JOINS: Final = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")  # don't, O'Brien, п'ять: one word
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:[ t]+\d{1,2}:\d{2})?(?!\d)"
)
_LONG_NUMBER: Final = re.compile(r"(?<!\w)\+?\(?\d(?:[ ().\-/]{0,2}\d){6,19}(?!\w)")
_WORD: Final = re.compile(r"[^\W_]+")
_RUN: Final = re.compile(r"[a-z]+|[0-9]+")
# Plates of some countries use only letters that Latin has too, and are typed in either script.
_ALIKE: Final = str.maketrans("авеікмнорстху", "abeikmhopctxy")


@dataclass(frozen=True)
class Sought:
    """One thing that was typed: a case has it where it has every word of one of these ways."""

    ways: tuple[frozenset[str], ...]


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return what these texts are found by. Numbers and plates carry a mark in front, so that they are never a word."""
    found: set[str] = set()
    for text in texts:
        for word in _of_text(_plain(text[:LONGEST_TEXT])):
            found.add(word)
            if len(found) >= MOST_WORDS:
                return frozenset(found)
    return frozenset(found)


def words_of_names(texts: Iterable[str]) -> frozenset[str]:
    """Return what names are found by: their words, short ones too, and no word is too common to be a name."""
    words = (word for text in texts for word in _split(_plain(text[:1000])) if len(word) >= SHORTEST_NAME)
    return frozenset(_cut(word) for word in words)


def words_of_plates(texts: Iterable[str]) -> frozenset[str]:
    """Return what number plates are found by: every four characters after each other, and each group of three or more."""
    found: set[str] = set()
    for text in texts:
        groups = [group.translate(_ALIKE) for group in _WORD.findall(_plain(text[:100]))]
        whole = "".join(groups)
        found |= _parts_of(whole)
        found |= {run for said in (*groups, whole) for run in _RUN.findall(said) if len(run) >= SHORTEST}
    return frozenset(found)


def read_search(typed: str) -> list[Sought]:
    """Return what was typed into the search: a case must have all of it. Empty where nothing can be searched for.

    At most eight things count.
    """
    plain = _plain(typed[:400])
    numbers = [Sought((_of_long_number(match[0]),)) for match in _LONG_NUMBER.finditer(plain)]
    words = list(_split(_LONG_NUMBER.sub(" ", plain)))
    sought, only_names, at = numbers, list[Sought](), 0
    while at < len(words):
        plate = _longest_plate(words[at : at + MOST_GROUPS])
        if plate:
            sought.append(_seek_plate(words[at : at + plate]))
        elif len(words[at]) >= SHORTEST_NAME:
            is_in_notes = len(words[at]) >= SHORTEST and words[at] not in _STOP_WORDS
            (sought if is_in_notes else only_names).append(Sought((frozenset({_cut(words[at])}),)))
        at += plate or 1
    # Jo and Will are names; beside other words such a word is nothing that a note is found by.
    return list(dict.fromkeys(sought or only_names))[:MOST_SOUGHT]


def _plain(text: str) -> str:
    """Return the text in one form: compatible characters, small letters, no accents, Western figures, nothing unseen."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = spread if spread.isascii() else "".join(map(_plain_character, spread))
    return _JOINS.sub("", unicodedata.normalize("NFC", kept))


def _plain_character(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return character
    if any(first <= code <= last for first, last in _MARKS) or unicodedata.category(character) == "Cf":
        return ""
    figure = unicodedata.decimal(character, None)
    return character if figure is None else str(figure)


def _of_text(plain: str) -> Iterator[str]:
    plain = _DATE.sub(" ", plain)
    for match in _LONG_NUMBER.finditer(plain):
        yield from _of_long_number(match[0])
    plain = _LONG_NUMBER.sub(" ", plain)
    for run in _short_groups(plain):
        for first in range(len(run)):
            for last in range(first + 1, min(len(run), first + MOST_GROUPS) + 1):
                if _is_plate(run[first:last]):
                    yield from _parts_of(_join(run[first:last]))
    for word in _split(plain):
        if len(word) >= SHORTEST and word not in _STOP_WORDS:
            yield _cut(word)


def _short_groups(plain: str) -> Iterator[list[str]]:
    """Return the runs of short groups, a space or a hyphen apart, in which a plate may stand."""
    run: list[str] = []
    ends_at = -1
    for match in _WORD.finditer(plain):
        is_next = match.start() == ends_at + 1 and plain[ends_at] in " -"
        if not is_next or not _may_be_group(match[0]):
            yield run
            run = []
        if _may_be_group(match[0]):
            run.append(match[0])
        ends_at = match.end()
    yield run


def _may_be_group(word: str) -> bool:
    return (len(word) <= 3 or not word.isalpha()) and len(word) < PLATE_LENGTHS.stop and word not in _STOP_WORDS


def _split(plain: str) -> Iterator[str]:
    for word in _WORD.findall(plain):
        if _is_without_spaces(word[0]) and len(word) > 1:
            yield from (f"{word[at : at + 2]}·" for at in range(len(word) - 1))
        else:
            yield word


def _is_without_spaces(character: str) -> bool:
    code = ord(character)
    return code >= 0x0E00 and any(first <= code <= last for first, last in _WITHOUT_SPACES)


def _cut(word: str) -> str:
    if not word.isalpha():
        return word
    if len(word) > SHORTEST and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]  # raids, raid
    return word[:CUT_AT]


def _of_long_number(said: str) -> frozenset[str]:
    figures = "".join(character for character in said if character.isdigit())
    return frozenset({f"#{figures[-TAIL:]}"})


def _join(groups: Sequence[str]) -> str:
    return "".join(groups).translate(_ALIKE)


def _is_plate(groups: Sequence[str]) -> bool:
    whole = _join(groups)
    figures = sum(character.isdigit() for character in whole)
    return len(whole) in PLATE_LENGTHS and 2 <= figures < len(whole) and whole.isascii()


def _parts_of(whole: str) -> frozenset[str]:
    parts = (whole[at : at + PART_OF_PLATE] for at in range(len(whole) - PART_OF_PLATE + 1))
    return frozenset(f"~{part}" for part in parts)


def _longest_plate(words: Sequence[str]) -> int:
    """Return how many of these words, from the first on, may be one plate or a part of one; 0 for none."""
    for many in range(len(words), 0, -1):
        whole = _join(words[:many])
        has_figures = whole.isascii() and any(character.isdigit() for character in whole)
        if has_figures and PART_OF_PLATE <= len(whole) < PLATE_LENGTHS.stop and all(map(_may_be_group, words[:many])):
            return many
    return 0


def _seek_plate(groups: Sequence[str]) -> Sought:
    """It may stand in a case as a plate, or as words that only look like one."""
    as_words = frozenset(_cut(word) for word in groups if len(word) >= SHORTEST)
    return Sought(tuple(dict.fromkeys(way for way in (_parts_of(_join(groups)), as_words) if way)))


_STOP_WORDS: Final = frozenset(_split(_plain(_COMMON)))
