"""The incident type of the United Nations' recording system (GBVIMS), by its ordered questions. For reports alone.

Six questions in a fixed order, the first yes decides, one type for each incident (source: the GBVIMS user guide,
chapter 3). The type never decides what help somebody gets: nothing but the writing of reports may import this module
(pyproject.toml and a test hold to that). tests/data/gbvims.csv is the table.

Nothing more is worked out here, on purpose. That system derives "possible sexual exploitation" wherever money or goods
changed hands and rape or assault was done: of a sex worker who was raped by a client it would say so each time. We derive no
such context, and nothing about trafficking, from anything: not from money, not from crossing a border, not from origin.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from helpline.core.opening import gettext_noop as _


class Kind(StrEnum):
    RAPE = "rape"
    SEXUAL_ASSAULT = "sexual_assault"
    PHYSICAL_ASSAULT = "physical_assault"
    FORCED_MARRIAGE = "forced_marriage"
    DENIAL = "denial_of_resources"
    PSYCHOLOGICAL = "psychological_emotional_abuse"
    NON_GBV = "non_gbv"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    OPEN = "open"


KINDS: Final[Mapping[Kind, str]] = {
    Kind.RAPE: _("rape"),
    Kind.SEXUAL_ASSAULT: _("sexual assault"),
    Kind.PHYSICAL_ASSAULT: _("physical assault"),
    Kind.FORCED_MARRIAGE: _("forced marriage"),
    Kind.DENIAL: _("denial of resources, opportunities or services"),
    Kind.PSYCHOLOGICAL: _("psychological or emotional abuse"),
    Kind.NON_GBV: _("not in that system"),
}
# In this order; the first yes decides.
QUESTIONS: Final[Mapping[Kind, str]] = {
    Kind.RAPE: _("Was there penetration, however slight, that they did not agree to?"),
    Kind.SEXUAL_ASSAULT: _("Was there other sexual contact that they did not agree to, or a try at rape?"),
    Kind.PHYSICAL_ASSAULT: _("Were they hurt in the body?"),
    Kind.FORCED_MARRIAGE: _("Was a marriage forced on them?"),
    Kind.DENIAL: _("Was money, a chance or a service kept from them?"),
    Kind.PSYCHOLOGICAL: _("Were they threatened, shut in, insulted or put under pressure?"),
}

# What each act may be. Several: the coordinator decides which; none: the system does not count it.
MAY_BE: Final[Mapping[str, tuple[Kind, ...]]] = {
    "PHY_BEAT": (Kind.PHYSICAL_ASSAULT,),
    "PHY_WEAPON": (Kind.PHYSICAL_ASSAULT,),
    "PHY_CHOKE": (Kind.PHYSICAL_ASSAULT,),
    "PHY_ROBBED": (Kind.PHYSICAL_ASSAULT, Kind.DENIAL),  # without force it is denial
    "PHY_KILLED": (),  # only what survivors report is counted there; it stays in our own figures
    "PHY_THREAT": (Kind.PSYCHOLOGICAL,),
    "SEX_RAPE": (Kind.RAPE,),
    "SEX_GANG": (Kind.RAPE,),
    "SEX_COERCED": (Kind.RAPE, Kind.SEXUAL_ASSAULT),
    "SEX_CONDOM": (Kind.RAPE,),
    "SEX_ATTEMPT": (Kind.SEXUAL_ASSAULT,),
    "SEX_UNPAID": (Kind.RAPE, Kind.SEXUAL_ASSAULT, Kind.DENIAL, Kind.PSYCHOLOGICAL),
    "EMO_EXTORT": (Kind.DENIAL,),
    "EMO_THREAT": (Kind.PSYCHOLOGICAL,),
    "EMO_HUMIL": (Kind.PSYCHOLOGICAL,),
    "EMO_DETAIN": (Kind.PSYCHOLOGICAL,),
    "EMO_CONFINE": (Kind.PSYCHOLOGICAL,),
    "EMO_DENIAL": (Kind.DENIAL,),
    "EMO_ONLINE": (Kind.PSYCHOLOGICAL,),
}


@dataclass(frozen=True)
class Proposal:
    """The type that follows, or the question that a coordinator has to answer first (then `kind` is None)."""

    kind: Kind | None
    ask: Kind | None = None


def suggest_answers(acts: Iterable[str]) -> dict[Kind, Answer]:
    """Return an answer to each question from the acts alone: open where an act may be this or something else.

    An act that this list does not know leaves open what no other act has answered.
    """
    acts = list(acts)
    certain = {MAY_BE[code][0] for code in acts if len(MAY_BE.get(code, ())) == 1}
    possible = {kind for code in acts for kind in MAY_BE.get(code, ())}
    has_strangers = any(code not in MAY_BE for code in acts)
    return {kind: _answer(kind, certain, possible, has_strangers=has_strangers) for kind in QUESTIONS}


def _answer(kind: Kind, certain: set[Kind], possible: set[Kind], *, has_strangers: bool) -> Answer:
    if kind in certain:
        return Answer.YES
    return Answer.OPEN if kind in possible or has_strangers else Answer.NO


def decide(answers: Mapping[Kind, Answer]) -> Proposal:
    """Ask in order: the first yes decides, an open question before it stops the asking. A missing answer is open."""
    for kind in QUESTIONS:
        answer = answers.get(kind, Answer.OPEN)
        if answer == Answer.YES:
            return Proposal(kind)
        if answer == Answer.OPEN:
            return Proposal(None, ask=kind)
    return Proposal(Kind.NON_GBV)


class Elapsed(StrEnum):
    """How long after it happened it was told: the bands of that system, which meet and never overlap."""

    TO_3_DAYS = "0-3 days"
    TO_5_DAYS = "4-5 days"
    TO_2_WEEKS = "6-14 days"
    TO_1_MONTH = "2 weeks-1 month"
    LONGER = "over 1 month"


_BANDS: Final = (
    (
        timedelta(days=3),
        Elapsed.TO_3_DAYS,
    ),  # 72 hours to the minute: day 4 is never counted as inside the window of PEP
    (timedelta(days=5), Elapsed.TO_5_DAYS),
    (timedelta(days=14), Elapsed.TO_2_WEEKS),
    (timedelta(days=31), Elapsed.TO_1_MONTH),
)


def band_of(elapsed: timedelta) -> Elapsed:
    """Return the band of a length of time. Raises ValueError for one below zero: it was told before it happened."""
    if elapsed < timedelta(0):
        raise ValueError("told before it happened")
    return next((band for longest, band in _BANDS if elapsed <= longest), Elapsed.LONGER)
