"""What a call was about, in one word for each, and what follows from the word. Plain rules, no framework.

tests/data/call_kinds.csv is the table that a coordinator can read. There is never one figure "calls": help lines that
counted everything together found later that most of it was testing and pranks, so each kind says whether it counts as a
substantive contact. Source of the codes: `contact_outcomes` of the violence codes; the kinds and their digits are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Kind = Literal[
    "support", "information", "hiv_sti", "clinic", "client", "silent", "wrong_number", "test", "abusive", "listened"
]
Step = Literal["", "day_after", "look_again", "in_a_week", "call_back"]

# A caller who leaves within so many seconds has hardly heard the greeting: such calls are counted apart.
SHORT_WITHIN_SECONDS: Final = 10


@dataclass(frozen=True)
class Meaning:
    """What one kind means: its digit on the keyboard, the code that is counted, whether it is a substantive contact,
    whether an empty case ends with it, and which step is promised unless somebody says otherwise ("" for none).
    """

    digit: str
    code: str
    is_substantive: bool
    ends_empty_case: bool
    step: Step


MEANINGS: Final[Mapping[Kind, Meaning]] = {
    "support": Meaning("1", "ANSWERED_SUPPORT", True, False, "day_after"),
    "information": Meaning("2", "ANSWERED_INFO_ONLY", True, False, ""),
    # Asked of us, answered elsewhere: counted apart, so that the need is seen and our own figures stay honest.
    "hiv_sti": Meaning("3", "OTHER_MATTER_HEALTH", False, False, ""),
    "clinic": Meaning("4", "OTHER_MATTER_HEALTH", False, False, "in_a_week"),
    "client": Meaning("5", "OTHER_MATTER_CLIENT_SEEKING", False, True, ""),
    "silent": Meaning("6", "SILENT", False, False, ""),
    "wrong_number": Meaning("7", "WRONG_NUMBER", False, True, ""),
    "test": Meaning("8", "PRANK_TEST", False, True, ""),
    "abusive": Meaning("9", "ABUSIVE", False, False, ""),
    # Somebody could not speak and let us hear: never closed by itself, and looked at again soon.
    "listened": Meaning("0", "DURESS_LISTEN", True, False, "look_again"),
}

# How long after the end of the call each step is due. "day_after" is moved into the hours of the desk.
STEPS: Final[Mapping[Step, tuple[str, timedelta]]] = {
    "day_after": ("safety", timedelta(hours=24)),
    "look_again": ("check", timedelta(minutes=30)),
    "in_a_week": ("check", timedelta(days=7)),
    "call_back": ("call_back", timedelta(hours=4)),
}

_UNANSWERED: Final[Mapping[str, str]] = {
    "voicemail": "CALLBACK_REQUESTED",
    "callback": "CALLBACK_REQUESTED",
    "missed": "ABANDONED_QUEUE",
    "silent": "SILENT",
}


def mean(kind: str) -> Meaning | None:
    """Return what a kind means; None for a word that is no kind, such as the blank of a call nobody has spoken of yet."""
    return MEANINGS.get(kind)  # type: ignore[call-overload,no-any-return]


def kind_of_digit(digit: str) -> str:
    """Return the kind that a digit stands for, blank where it stands for none."""
    return next((kind for kind, meaning in MEANINGS.items() if meaning.digit == digit), "")


def code_of(*, outcome: str | None, kind: str, seconds: int | None = None) -> str:
    """Return the code under which a call is counted; blank while it is not known: live, blocked, or answered and not
    yet said what it was about. What a person said counts before what the telephone did. `seconds` is how long the
    caller stayed.
    """
    said = mean(kind)
    if said is not None:
        return said.code
    if outcome == "abandoned":
        is_short = seconds is not None and seconds <= SHORT_WITHIN_SECONDS
        return "ABANDONED_SHORT" if is_short else "ABANDONED_QUEUE"
    return _UNANSWERED.get(outcome or "", "")
