"""What somebody of the team means who texts while they are out: there, back, all well, in trouble, what became of it.

Plain rules, no framework; the table is tests/data/going.csv. Trouble is heard before anything else, in whatever words.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

Said = Literal[
    "danger", "cannot", "back", "there", "well", "released", "calmed", "taken_to_help", "still_held", "not_found",
    "not_wanted", "",
]  # fmt: skip
OUTCOMES: Final = ("released", "calmed", "taken_to_help", "still_held", "not_found", "not_wanted")

# In the order in which they are looked for. The first six anywhere in a text; the others as the whole or its beginning.
ANYWHERE: Final[Mapping[Said, str]] = {
    "danger": "danger, in danger, trouble, help, help me, not ok, not okay, not well, not safe, not good, unsafe, emergency, hurt, "
    "attacked, they have me, arrested me, took me, following me, sos, gevaar, ingozi, usizo, hatari, peligro, небезпека, опасность, помогите",
    "still_held": "still held, still inside, still there in custody, locked up, still locked, not let, wont let, didnt let, cant let, "
    "not released, no bail",
    "not_found": "not found, nobody here, nobody there, no one here, no one there, noone here, cannot find, cant find, gone already",
    "not_wanted": "not wanted, does not want, do not want, doesnt want, dont want, did not want, sent me away",
    "released": "released, let go, let them go, let her go, let him go, let us go, let me go, set free, they are free, freed, out now",
    "taken_to_help": "at the clinic, to the clinic, clinic, hospital, safe house, safe place, shelter",
    "calmed": "calm, calm now, quiet, quiet now, sorted, settled, resolved, all over",
}  # fmt: skip
BEGINNING: Final[Mapping[Said, str]] = {
    "cannot": "cannot, can not, cant, can t, i cannot, i can t, i cant, unable, turning back, sorry, nee, siwezi, angikwazi, andikwazi, "
    "не можу, не могу, no puedo, je ne peux pas, não posso",
    "back": "back, home, i am back, im back, i m back, i am home, im home, back home, safe home, got home, terug, nyumbani, sengibuyile, "
    "вдома, дома, en casa, em casa, rentrée, rentré",
    "there": "there, arrived, here, i am here, im here, i m here, i am there, im there, i m there, just arrived, reached, daar, ngifikile, "
    "ndifikile, nimefika, на місці, на месте, llegué, ya llegué, cheguei, arrivée, arrivé, je suis là",
    "well": "ok, okay, all well, all ok, all good, well, fine, i am ok, im ok, i m ok, i am fine, im fine, safe, on my way, coming, "
    "still on my way, still here, goed, kulungile, sawa, добре, хорошо, bien, tudo bem, ça va",
}  # fmt: skip
YES: Final = "yes, y, yeah, ja, yebo, ewe, ndiyo, так, да, sí, sim, oui"
NO: Final = "no, n, nope, cha, hayi, hapana, ні, нет, não, non"


def read_going(body: str, *, was_asked: bool, code: str = "") -> Said:
    """Read a text of somebody who is out; blank where it cannot be told, which a person must read.

    `was_asked`: they were just asked whether all is well, so a bare yes or no answers that. `code`: of what they accepted.
    """
    words = _words(body, code)
    said = " ".join(words)
    if was_asked and said in _NO:
        return "danger"
    if was_asked and said in _YES:
        return "well"
    for meaning, phrases in _ANYWHERE.items():
        if any(f" {phrase} " in f" {said} " for phrase in phrases):
            return meaning
    for meaning, phrases in _BEGINNING.items():
        if any(f"{said} ".startswith(f"{phrase} ") for phrase in phrases):
            return meaning
    return ""


def _words(text: str, code: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text[:400]).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return [
        word for word in re.findall(r"[^\W_]+", bare.replace("'", "").replace("\u2019", "")) if word != code.casefold()
    ]


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(" ".join(_words(phrase, "")) for phrase in listed.split(","))


_ANYWHERE: Final = {meaning: _phrases(listed) for meaning, listed in ANYWHERE.items()}
_BEGINNING: Final = {meaning: _phrases(listed) for meaning, listed in BEGINNING.items()}
_YES: Final = _phrases(YES)
_NO: Final = _phrases(NO)
