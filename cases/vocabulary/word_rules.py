"""Acts that somebody's own words suggest: lists of beginnings of words, nothing cleverer. Never set, only offered.

A rule is one or more beginnings of words that follow each other ("took off condom" is three). Whoever reads a suggestion sees which
of the caller's words gave it. Words of other languages stand beside the English ones; each needs a native reader.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

_LONGEST_READ: Final = 100_000  # characters; what lies beyond suggests nothing
_WITHIN: Final = 2  # words that may stand between two beginnings of one rule

RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "PHY_BEAT": ("beat", "hit me", "hit her", "hit us", "kick", "slap", "punch", "assault", "поби", "били", "betha"),
    "PHY_WEAPON": ("knife", "stab", "gun", "shot at", "weapon", "bottle", "machete", "panga", "sjambok", "ножем"),
    "PHY_CHOKE": ("chok", "strangl", "throat", "could not breath", "couldn’t breath", "couldn't breath", "душив"),
    "PHY_ROBBED": ("robb", "stole", "stolen", "snatch", "mugg", "took my money", "took my phone", "took money", "пограб"),
    "PHY_KILLED": ("killed her", "killed him", "murder", "was killed", "is dead", "вбил"),
    "PHY_THREAT": ("threat kill", "will kill", "going to kill", "threat hurt", "threat beat"),
    "SEX_RAPE": ("rape", "raping", "forced himself", "forced sex", "without consent", "зґвалт", "dlwengul"),
    "SEX_GANG": ("gang rape", "gangrape", "took turns", "three of them rape", "all rape"),
    "SEX_COERCED": ("forced me to", "forced her to", "made me do", "made her do", "had to sleep with", "sexual favour"),
    "SEX_CONDOM": (
        "took off condom", "took condom off", "removed condom", "without condom", "refused condom", "no condom", "stealth",
    ),
    "SEX_ATTEMPT": ("tried to rape", "attempted rape", "grop", "touched me", "touched her", "grabbed my"),
    "SEX_UNPAID": ("did not pay", "didn’t pay", "didn't pay", "refused to pay", "would not pay", "without pay", "not paid"),
    "EMO_EXTORT": ("extort", "bribe", "blackmail", "demand money", "wanted money", "pay them", "paid them", "хабар"),
    "EMO_THREAT": ("threat", "tell my family", "tell her family", "tell everyone", "out me", "outing", "погрож"),
    "EMO_HUMIL": ("humiliat", "insult", "laughed at", "spat", "called me names", "called us", "made fun"),
    "EMO_DETAIN": (
        "arrest", "detain", "custody", "police station", "in a cell", "in the cell", "locked up", "picked up by police",
        "затрим", "banjiw", "boshiw",
    ),
    "EMO_CONFINE": ("raid", "lock in", "locked in", "not let out", "kept in", "took her passport", "took my passport"),
    "EMO_DENIAL": ("turned away", "refused to treat", "refused to help", "would not take", "denied", "refused service"),
    "EMO_ONLINE": ("online", "facebook", "whatsapp group", "posted my", "posted her", "posted photo", "dox", "screenshots"),
}  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """An act, and the words that gave it, as they stand in the text."""

    code: str
    heard: str


def suggest_acts(text: str) -> list[Suggestion]:
    """Return the acts that a text suggests, in the order of their first words in it, each once."""
    plain = unicodedata.normalize("NFC", text[:_LONGEST_READ])
    found = []
    for code, beginnings in RULES.items():
        hits = [hit for hit in (_pattern(beginning).search(plain) for beginning in beginnings) if hit]
        if hits:
            first = min(hits, key=lambda hit: (hit.start(), -hit.end()))
            found.append((first.start(), Suggestion(code, " ".join(first[0].split()))))
    return [suggestion for _start, suggestion in sorted(found, key=lambda each: each[0])]


@cache
def _pattern(beginning: str) -> re.Pattern[str]:
    words = [rf"{re.escape(word)}\w{{0,20}}" for word in beginning.split()]
    between = rf"\W{{1,4}}(?:\w{{1,20}}\W{{1,4}}){{0,{_WITHIN}}}"
    return re.compile(r"\b" + between.join(words), re.IGNORECASE)
