"""What somebody means who texts back to a question with a code: "A7K yes", "yes a7k", "a7k", "no A7K", "A7K nee".

Plain rules, no framework; the table is tests/data/replies.csv. Forgiving in how it is written, and never in which question
it is for.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Means = Literal["yes", "no", ""]

YES: Final[Mapping[str, str]] = {
    "en": "yes, y, yeah, yep, ok, okay, sure, accept, accepted, i accept, i can, i will, on my way, coming, i am coming, im coming, "
    "i ll take it, ill take it, i will take it, can do, yes i can, yes please",
    "fr": "oui, d accord, j accepte, je viens",
    "af": "ja, goed, ek aanvaar, ek kom, reg so",
    "zu": "yebo, kulungile, ngiyavuma, ngiyeza",
    "xh": "ewe, kulungile, ndiyavuma, ndiyeza",
    "uk": "так, добре, згода, згоден, згодна, беру, їду",
    "ru": "да, хорошо, согласен, согласна, беру, еду",
    "es": "sí, vale, de acuerdo, acepto, voy",
    "pt": "sim, está bem, aceito, vou",
    "sw": "ndiyo, ndio, sawa, nakubali, nakuja",
}
NO: Final[Mapping[str, str]] = {
    "en": "no, n, nope, not now, cannot, can not, can t, cant, i can t, i cant, i cannot, sorry, sorry no, no sorry, decline, declined, "
    "unable, busy, i am busy, im busy, not possible, not available, unavailable",
    "fr": "non, impossible, désolé, désolée, je ne peux pas, pas possible",
    "af": "nee, ek kan nie, jammer, nie nou nie",
    "zu": "cha, qha, angikwazi, ngixolele",
    "xh": "hayi, andikwazi, uxolo",
    "uk": "ні, не можу, зайнятий, зайнята, вибачте",
    "ru": "нет, не могу, занят, занята, извините",
    "es": "no puedo, lo siento, imposible",
    "pt": "não, nao, não posso, desculpe, impossível",
    "sw": "hapana, siwezi, samahani",
}
NOT_A_NO: Final = "no problem, no problems, no prob, no worries, no stress, geen probleem, pas de problème, no hay problema, sin problema"
CONFLICT: Final = "conflict, conflict of interest, belangebotsing, conflit, conflicto, конфлікт, конфликт"
BUSY: Final = "busy, no time, not now, occupied"
FAR: Final = "far, too far, te ver, loin, lejos"

_CODE = re.compile(r"[a-z][2-9][a-z]")


@dataclass(frozen=True)
class Reply:
    """What a text means. `code`: one that this phone was asked with. `other_code`: it names one that it was not.

    `is_plain`: the whole text is a yes or a no, and nothing else. `because` goes with a no.
    """

    means: Means
    code: str = ""
    other_code: str = ""
    is_plain: bool = False
    because: str = "other"


def read_reply(body: str, codes: frozenset[str]) -> Reply:
    """Read a text as an answer to one of the questions with these codes. A code alone is a yes."""
    words = _words(body)
    known = {code.casefold(): code for code in codes}
    named = [known[word] for word in words if word in known]
    named += [known[joined] for joined in _written_apart(words) if joined in known]
    strange = [word for word in words if _CODE.fullmatch(word) and word not in known]
    rest = _without(words, named[0].casefold() if named else "")
    said = _meaning(rest)
    because = _because(rest)
    if len(set(named)) > 1:  # two questions in one text: which is which cannot be told
        return Reply("", other_code=named[1], because=because)
    if named:
        means: Means = said or _first_word(rest) or ("yes" if not rest else "")
        return Reply(means, code=named[0], because=because)
    if strange and (_meaning([word for word in words if word not in strange]) or len(words) == 1):
        return Reply("", other_code=strange[0].upper(), because=because)
    return Reply(said, is_plain=bool(said), because=because)


def _without(words: list[str], code: str) -> list[str]:
    """Take the code out, also where it was written apart ("a 7 k")."""
    if not code:
        return words
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            if "".join(words[start : start + length]) == code:
                return [*words[:start], *words[start + length :]]
    return words


def _written_apart(words: list[str]) -> list[str]:
    """Join what stands beside each other: "A7 K", "a 7 k"."""
    by_two = ["".join(words[start : start + 2]) for start in range(len(words) - 1)]
    return by_two + ["".join(words[start : start + 3]) for start in range(len(words) - 2)]


def _meaning(words: list[str]) -> Means:
    """A text that is a yes or a no from its first to its last word."""
    said = " ".join(words)
    if said in _NO or said in _CONFLICT:
        return "no"
    return "yes" if said in _YES else ""


def _first_word(words: list[str]) -> Means:
    """Beside its code a text may say more: what it begins with counts, and a no anywhere in it is stronger than a yes."""
    said = f" {' '.join(words)} "
    for phrase in _NOT_A_NO:
        said = said.replace(f" {phrase} ", " yes " if said.strip() == phrase else " ")
    if any(f" {phrase} " in said for phrase in _NO | _CONFLICT):
        return "no"
    return "yes" if any(said.startswith(f" {phrase} ") for phrase in _YES) else ""


def _because(words: list[str]) -> str:
    said = f" {' '.join(words)} "
    for code, phrases in (("conflict", _CONFLICT), ("far", _FAR), ("busy", _BUSY)):
        if any(f" {phrase} " in said for phrase in phrases):
            return code
    return "other"


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text[:400]).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.findall(r"[^\W_]+", bare)


def _phrases(*languages: str) -> frozenset[str]:
    return frozenset(" ".join(_words(phrase)) for language in languages for phrase in language.split(","))


_YES: Final = _phrases(*YES.values())
_NO: Final = _phrases(*NO.values())
_NOT_A_NO: Final = sorted(_phrases(NOT_A_NO), key=len, reverse=True)
_CONFLICT: Final = _phrases(CONFLICT)
_BUSY: Final = _phrases(BUSY)
_FAR: Final = _phrases(FAR)
