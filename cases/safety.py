"""Check-ins: what happens next where somebody has not been heard from. Plain rules, no framework.

She said: I write or ring by 23:30. Nothing is done before that moment and the minutes of grace after it. Then, one step
after the other: a text to her, a call to her by a person on call, her own people in her order, the whole team. Beside that
runs the line of staff: whoever is told says within a few minutes that they are on it, or the next one is told.

Distances are counted from when a step was really taken, never from when it should have been. So after hours in which nothing
ran there is no burst of texts to people near her: the steps begin then, in order, each with its own wait. Only staff are told
in the same moment as she is asked, because there is no time left to lose.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Deed = Literal["text_her", "call_her", "contact", "team"]
Result = Literal["waiting", "refused", "no_answer"]
Answer = Literal["danger", "safe", "more"]

# Figures of ours, from what lone-worker services do: seconds matter less than that nobody waits for somebody who sleeps.
ANSWERS_A_TEXT_WITHIN: Final = timedelta(minutes=2)
IS_LATE_AFTER: Final = timedelta(minutes=15)  # then something of ours was down, and staff are told at once
HELD_BACK_FOR: Final = timedelta(minutes=10)  # whoever is on it has so long before her people are told
STAYS_ON_IT_FOR: Final = timedelta(minutes=15)  # after that a person who said so and did nothing counts no more
LONGEST_WAIT: Final = timedelta(minutes=30)  # between two rounds through the line of staff

LEAST_MORE, MOST_MORE = 5, 120  # minutes that can be asked for by a text
EXTENSIONS_BY_TEXT: Final = 3  # in one round: who holds her phone must not put us off for ever


@dataclass(frozen=True)
class Plan:
    """What was agreed: by when, how much longer, how many of her people, and how long each of them is given.

    `contacts_in_danger`: she wants her people told after the word for danger too. They might ring her, so it is no unless
    she said yes.
    """

    due_at: datetime
    grace: timedelta
    contacts: int
    wait: timedelta = timedelta(minutes=5)
    contacts_in_danger: bool = False


@dataclass(frozen=True)
class Taken:
    """A step that was taken, the how-manieth contact where it was one, and what came of it."""

    deed: Deed
    place: int
    at: datetime
    result: Result


@dataclass(frozen=True)
class Next:
    """The step to take now (None: none), and when to look again (None: nothing more happens by itself)."""

    deed: Deed | None
    place: int = 0
    look_at: datetime | None = None


def next_step(
    *,
    now: datetime,
    plan: Plan,
    taken: Sequence[Taken],
    begun_at: datetime | None = None,
    is_danger: bool = False,
    acknowledged_at: datetime | None = None,
) -> Next:
    """Return the next step about her. `begun_at` is when it began earlier than planned: a person said so, or her word did.

    `taken` is in the order in which it was done. A step that was refused, or of which a person said that nobody answered, is followed by the next at once. While
    somebody said that they are on it, her people and the team wait a while for what that brings.
    """
    begins_at = plan.due_at + plan.grace if begun_at is None else begun_at
    if now < begins_at:
        return Next(None, look_at=begins_at)
    done = {(step.deed, step.place) for step in taken}
    left = [step for step in _order(plan, is_danger=is_danger) if step not in done]
    if not left:
        return Next(None)
    deed, place = left[0]
    may_at = _may_at(plan, taken, begins_at, acknowledged_at)
    return Next(None, look_at=may_at) if now < may_at else Next(deed, place)


def _order(plan: Plan, *, is_danger: bool) -> list[tuple[Deed, int]]:
    contacts: list[tuple[Deed, int]] = [("contact", number) for number in range(1, plan.contacts + 1)]
    if is_danger:  # nothing may sound on her phone, and whoever is told must be able to keep quiet
        return [("team", 0), *(contacts if plan.contacts_in_danger else [])]
    return [("text_her", 0), ("call_her", 0), *contacts, ("team", 0)]


def _may_at(plan: Plan, taken: Sequence[Taken], begins_at: datetime, acknowledged_at: datetime | None) -> datetime:
    if not taken:
        return begins_at
    last = taken[-1]
    if last.result != "waiting":
        return last.at
    if last.deed == "text_her":
        is_late = last.at - begins_at > IS_LATE_AFTER
        return last.at if is_late else last.at + ANSWERS_A_TEXT_WITHIN
    may_at = last.at + plan.wait
    return may_at if acknowledged_at is None else max(may_at, acknowledged_at + HELD_BACK_FOR)


@dataclass(frozen=True)
class Told:
    """A member of staff who was told, and when."""

    person: str
    at: datetime


@dataclass(frozen=True)
class Telling:
    """Whom of staff to tell now (None: nobody), and when to look again."""

    person: str | None
    look_at: datetime


def whom_to_tell(
    *,
    now: datetime,
    line: Sequence[str],
    told: Sequence[Told],
    within: timedelta,
    acknowledged_at: datetime | None = None,
) -> Telling:
    """Return who of staff is told next: the first, and whoever follows where nobody says within so long that they are on it.

    `line` is the order as it is at this moment, so that a change of shift counts. Once all were told it begins again, each
    round slower than the one before; it never ends by itself. Who said that they are on it keeps the others quiet for a
    quarter of an hour, and longer with each thing that they note.
    """
    if acknowledged_at is not None and now < acknowledged_at + STAYS_ON_IT_FOR:
        return Telling(None, acknowledged_at + STAYS_ON_IT_FOR)
    if not line:
        return Telling(None, now + within)
    since = [one for one in told if acknowledged_at is None or one.at >= acknowledged_at + STAYS_ON_IT_FOR]
    if since:
        rounds = 1 + (len(since) - 1) // len(line)
        waits_until = max(one.at for one in since) + min(within * rounds, LONGEST_WAIT)
        if now < waits_until:
            return Telling(None, waits_until)
    times = {person: sum(one.person == person for one in since) for person in line}
    person = min(line, key=lambda name: times[name])  # the first of those who were told least often
    return Telling(person, now + within)


@dataclass(frozen=True)
class Words:
    """What she agreed to say. `takes_plain`: a plain SAFE is enough, which anybody who holds her phone could write."""

    safe: str = ""
    danger: str = ""
    takes_plain: bool = True

    def __repr__(self) -> str:
        return "<words>"


def read_answer(body: str, words: Words, *, plain: Literal["safe", "more"] | None = None) -> Answer | None:
    """Return what a text (or what she said on the phone) means; None where it is no answer, such as a wrong word.

    `plain` is what it means as a word of command, in any language. Her own word for danger comes first, and counts inside
    a longer text too; her word for safe counts only where it is the whole text. All comparisons take the same time.
    """
    said = split_words(body)
    if words.danger and _is_in(split_words(words.danger), said):
        return "danger"
    if words.safe and hmac.compare_digest(_joined(said), _joined(split_words(words.safe))):
        return "safe"
    if plain == "safe" and (words.takes_plain or not words.safe):
        return "safe"
    return "more" if plain == "more" else None


def may_extend_by_text(*, is_missed: bool, has_word: bool, extensions: int) -> bool:
    """Say whether "30" from her phone gives her more time: not for ever, and once she is missed only her word counts."""
    return extensions < EXTENSIONS_BY_TEXT and not (is_missed and has_word)


# What the gateway or we take for a command, in every language of telephony.text_words (a test holds the two together).
# A word for danger that stops all texts, or that the gateway swallows, would be the worst of words.
NOT_AS_WORDS: Final = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "start",
        "unstop",
        "help",
        "info",
        "arret",
        "arreter",
        "arretez",
        "desabonner",
        "desinscrire",
        "demarrer",
        "commencer",
        "reprendre",
        "aide",
        "staak",
        "houop",
        "kanselleer",
        "begin",
        "hulp",
        "misa",
        "yima",
        "yeka",
        "qala",
        "usizo",
        "qalisa",
        "uncedo",
        "стоп",
        "зупинити",
        "відписатися",
        "скасувати",
        "старт",
        "почати",
        "підписатися",
        "допомога",
        "довідка",
        "отписаться",
        "отменить",
        "начать",
        "подписаться",
        "помощь",
        "справка",
        "alto",
        "parar",
        "detener",
        "cancelar",
        "baja",
        "empezar",
        "comenzar",
        "iniciar",
        "alta",
        "ayuda",
        "pare",
        "sair",
        "comecar",
        "voltar",
        "ajuda",
    ]
)
SHORTEST_WORD: Final = 3


def what_is_wrong(words: Words) -> str | None:
    """Return a code for why these words cannot be hers; None where they can."""
    safe, danger = (_joined(split_words(word)).decode() for word in (words.safe, words.danger))
    reserved = {_joined(split_words(word)).decode() for word in NOT_AS_WORDS}
    for typed, plain in ((words.safe, safe), (words.danger, danger)):
        if typed.strip() and len(plain) < SHORTEST_WORD:
            return "too_short"
        if plain in reserved:
            return "a_command"
        if plain.isdecimal():
            return "a_number"
    if safe and danger and (safe in danger or danger in safe):
        return "too_alike"
    return None


def split_words(text: str) -> list[str]:
    """Split into words without case, accents, or anything between them: words are said, not typed."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.findall(r"[^\W_]+", bare)


def _joined(words: Iterable[str]) -> bytes:
    return "".join(words).encode("utf-8", "surrogatepass")


def _is_in(word: Sequence[str], said: Sequence[str]) -> bool:
    """Say whether a text is this word, or holds it as whole words; all places are compared, whatever is found first."""
    meant = _joined(word)
    places = [said[start : start + len(word)] for start in range(len(said) - len(word) + 1)]
    same = [hmac.compare_digest(_joined(place), meant) for place in (*places, said)]
    return bool(meant) and any(same)
