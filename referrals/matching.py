"""Whom to ask, in which order, and why. Plain rules, no framework; the table is tests/data/matching.csv.

Asked is only who is trusted, does this, has a way to be asked and room for it, and has no conflict. Among those, whoever
works there comes before whoever works elsewhere, and a lawyer on stand-by before all others who work there. Between
equals it is fair: who was asked longest ago comes first, and then a draw that stays the same for one referral.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

TRUSTED: Final = ("approved", "probation")
LEGAL: Final = "legal"

# Somebody of whom nothing is known yet counts as having answered four of five, so that they are neither first nor last.
PRIOR_ANSWERED, PRIOR_ASKED = 4, 5
ANSWERS_WELL, ANSWERS_AT_TIMES = (
    0.6,
    0.3,
)  # shares; finer than three bands nobody would ever be equal, and one always first
EXPLAINED: Final = 50  # nobody reads further down, and thousands of reasons take time
RATED_BADLY: Final = 0.5  # share of callers who said that they were respected; below it comes after the others

IN_AREA, ABOVE, NOT_SAID, ELSEWHERE = range(4)


class Candidate(NamedTuple):
    """One person at a provider, or one member of the team, as plain values.

    `trusted` is the state of vetting. `conflicted`: in this case or in every one; `said_conflict`: they said so themselves
    when they were asked in this case. `areas`: where they work, `needs`: what they do (both as references or codes).
    `on_stand_by`: their position now, for the area wanted. `answered` of `asked`: the last half year. `not_for`: whom they
    do not help, in their words; it keeps nobody out, because only a person can judge it.
    """

    ref: str
    provider_ref: str = ""
    trusted: str = "approved"
    conflicted: bool = False
    said_conflict: bool = False
    refused: bool = False  # the caller said that this one must not hear of it
    needs: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    on_stand_by: int | None = None
    open_now: bool | None = None
    takes_cases: bool = True
    open_cases: int = 0
    most_open: int | None = None
    answered: int = 0
    asked: int = 0
    last_asked_at: datetime | None = None
    rating: float | None = None
    not_for: str = ""
    has_way: bool = True  # a number, and a way in which they want to be asked
    is_asleep: bool = False  # it is night there, and they are not to be asked at night
    asked_already: bool = False  # in this referral
    is_deputy: bool = False  # asked after the others of their provider
    distance_km: float | None = None  # of team members, where it is known


@dataclass(frozen=True)
class Wanted:
    """What is wanted. `area`: the area itself first, then those it lies in; empty means anywhere. `within`: its parts.

    `seed` is the reference of the referral: the draw between equals is the same each time it is looked at.
    """

    need: str
    at: datetime
    area: tuple[str, ...] = ()
    within: frozenset[str] = frozenset()
    language: str = ""
    is_team: bool = False
    seed: str = ""


class Reason(NamedTuple):
    """A word of ours, and the figures that belong to it."""

    code: str
    figures: tuple[int, ...] = ()


class Match(NamedTuple):
    """Somebody who may be asked, why in this place, and what a person should know before."""

    ref: str
    provider_ref: str
    reasons: tuple[Reason, ...]
    not_for: str = ""


def rank(wanted: Wanted, candidates: Iterable[Candidate]) -> tuple[Match, ...]:
    """Return who may be asked, the first first; the first fifty with their reasons. Who is left out: `why_not`."""
    fit = [one for one in candidates if not why_not(wanted, one)]
    fit.sort(key=lambda one: _place(wanted, one))
    return tuple(
        Match(one.ref, one.provider_ref, _reasons(wanted, one) if place < EXPLAINED else (), one.not_for)
        for place, one in enumerate(fit)
    )


def why_not(wanted: Wanted, candidate: Candidate) -> str:
    """Return why somebody may not be asked, as a word of ours; blank where they may. The gravest reason counts."""
    one = candidate
    if one.trusted not in TRUSTED:
        return one.trusted if one.trusted in {"removed", "suspended"} else "not_vetted"
    if one.conflicted:
        return "conflict"
    if one.said_conflict:
        return "said_conflict"
    if one.refused:
        return "caller_said_no"
    if not wanted.is_team and wanted.need not in one.needs:
        return "no_such_need"
    if not one.takes_cases:
        return "not_taking"
    if one.most_open is not None and one.open_cases >= one.most_open:
        return "full"
    if not one.has_way:
        return "no_way"
    if one.is_asleep and one.on_stand_by is None:  # who is on stand-by has said that they may be woken
        return "asleep"
    return "asked_already" if one.asked_already else ""


def _place(wanted: Wanted, one: Candidate) -> tuple[object, ...]:
    where = _where(wanted, one)
    position = one.on_stand_by if wanted.need == LEGAL and one.on_stand_by is not None else 10_000
    return (
        where == ELSEWHERE,
        position,
        one.trusted != "approved",
        where,
        not _speaks(wanted, one),
        _OPEN[one.open_now],
        _near(one),
        _band(one),
        one.rating is not None and one.rating < RATED_BADLY,
        one.is_deputy,
        one.last_asked_at or _NEVER,
        _draw(wanted.seed, one.ref),
    )


def _where(wanted: Wanted, one: Candidate) -> int:
    if not wanted.area or wanted.area[0] in one.areas:
        return IN_AREA
    if one.areas & (frozenset(wanted.area[1:]) | wanted.within):
        return ABOVE
    return ELSEWHERE if one.areas else NOT_SAID


def _near(one: Candidate) -> int:
    """Members of the team in bands of five kilometres; one of whom it is not known comes after those who are near."""
    return 20 if one.distance_km is None else int(one.distance_km // 5)


def _speaks(wanted: Wanted, one: Candidate) -> bool:
    return not wanted.language or wanted.language in one.languages


def _band(one: Candidate) -> int:
    share = (one.answered + PRIOR_ANSWERED) / (one.asked + PRIOR_ASKED)
    return 0 if share >= ANSWERS_WELL else 1 if share >= ANSWERS_AT_TIMES else 2


def _draw(seed: str, ref: str) -> str:
    return hashlib.sha256(f"{seed}|{ref}".encode()).hexdigest()


_OPEN: Final = {True: 0, None: 1, False: 2}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _reasons(wanted: Wanted, one: Candidate) -> tuple[Reason, ...]:
    """Say what put them in their place, in the order in which it counts for people."""
    said = [] if wanted.is_team else [Reason("vetted" if one.trusted == "approved" else "on_probation")]
    if wanted.area:
        said.append(Reason(("in_area", "area_above", "area_not_said", "elsewhere")[_where(wanted, one)]))
    if one.distance_km is not None:
        said.append(Reason("distance", (round(one.distance_km),)))
    if wanted.language:
        said.append(Reason("speaks" if _speaks(wanted, one) else "other_language"))
    if wanted.need == LEGAL and one.on_stand_by is not None:
        said.append(Reason("on_stand_by", (one.on_stand_by,)))
    if one.open_now is not None:
        said.append(Reason("open_now" if one.open_now else "closed_now"))
    said.append(Reason("answered", (one.answered, one.asked)) if one.asked else Reason("never_asked"))
    if one.rating is not None and one.rating < RATED_BADLY:
        said.append(Reason("rated_badly"))
    return tuple(said)
