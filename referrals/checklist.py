"""Whom sex workers trust, and for how long: the fifteen points, what each step needs, and what ends trust. Plain rules.

A provider is asked by people who know what it is to be judged at a counter: an interview over fifteen points, then a test by
a peer who rings or goes there as anybody would. The tables are tests/data/vetting_steps.csv, vetting_lasts.csv and
vetting_reports.csv. Days are days of the calendar where the line is.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

# What is asked, in the order of the interview. Their words for people: `services/vetting_words.py`.
POINTS: Final = (
    "no_judgement", "confidential", "no_condition", "no_police", "hours", "cost", "languages", "place", "scope", "promise",
    "contact", "conflict", "complaints", "licence", "agreement",
)  # fmt: skip
NUMBERS: Final = range(1, len(POINTS) + 1)
# A zero in one of these and nobody is sent there, whatever the rest is like.
VITAL: Final = (1, 2, 3, 4)
SCORES: Final = (0, 1, 2)

MONTHS: Final = 12
MONTHS_AT_RISK: Final = 6  # lawyers and clinics: most is entrusted to them, and their staff changes most
AT_RISK_KINDS: Final = ("lawyer", "clinic")
PROBATION_MONTHS: Final = 3
REMIND_DAYS: Final = (30, 7, 0)  # days before the vetting has to be done anew
OVERDUE_DAYS: Final = 30  # after that a provider that is still approved is on probation; a rule never goes further

REPORTS_COUNT_FOR: Final = timedelta(days=365)
REPORTS_THAT_SUSPEND: Final = 2
COUNTING: Final = ("open", "upheld")

# Steps after which callers may be sent there.
_MAKES_TRUSTED: Final = ("approve", "put_on_probation", "lift")


@dataclass(frozen=True)
class Tried:
    """What a peer told of one test; None: not found out."""

    reached: bool | None = None
    respectful: bool | None = None
    moralised: bool | None = None
    would_send_a_friend: bool | None = None


@dataclass(frozen=True)
class Found:
    """What one vetting has found so far. `tests`: oldest first. `scored_by`: who gave the scores, as references.

    `open_reports`: told of the provider and not looked at. `is_breach_upheld`: found to be so since they were last trusted.
    """

    is_begun: bool = True
    scores: Mapping[int, int] = field(default_factory=dict)
    tests: tuple[Tried, ...] = ()
    is_agreement_signed: bool = False
    scored_by: frozenset[str] = frozenset()
    open_reports: int = 0
    is_breach_upheld: bool = False


def missing(verb: str, state: str, found: Found, by: str) -> tuple[str, ...]:
    """Return what is missing for this step, as words of ours; empty where `by` may take it. The table of moves says more.

    Against somebody (suspend, probation, remove) nothing is ever missing: it needs a reason, and no proof.
    """
    if verb == "interview":
        return _lacks(("begun", found.is_begun), ("vital_unscored", all(n in found.scores for n in VITAL)))
    if verb == "peer_test":
        return _lacks(("begun", found.is_begun), *_tested(found))
    if verb == "approve":
        return _lacks(
            ("begun", found.is_begun), ("unscored", all(n in found.scores for n in NUMBERS)), *_is_sound(found),
            ("agreement", found.is_agreement_signed), ("second_person", bool(found.scored_by - {by})),
            ("open_reports", not found.open_reports),
        )  # fmt: skip
    if verb == "put_on_probation" and state == "peer_tested":
        return _lacks(
            ("begun", found.is_begun), ("vital_unscored", all(n in found.scores for n in VITAL)), *_is_sound(found),
            ("second_person", bool(found.scored_by - {by})), ("open_reports", not found.open_reports),
        )  # fmt: skip
    if verb in _MAKES_TRUSTED and state == "suspended":
        return _lacks(("open_reports", not found.open_reports), ("breach_upheld", not found.is_breach_upheld))
    return ()


def _is_sound(found: Found) -> tuple[tuple[str, bool], ...]:
    return (("vital_zero", all(found.scores.get(n) != 0 for n in VITAL)), *_tested(found))


def _tested(found: Found) -> tuple[tuple[str, bool], ...]:
    reached = [one for one in found.tests if one.reached]
    return (
        ("peer_test", any(is_good(one) for one in reached)),
        ("peer_test_bad", not reached or not is_bad(reached[-1])),
    )


def is_good(test: Tried) -> bool:
    """Say whether a peer was reached there and treated with respect."""
    return bool(test.reached and test.respectful) and not is_bad(test)


def is_bad(test: Tried) -> bool:
    """Say whether a peer was treated badly; who was not reached was not."""
    return test.respectful is False or test.moralised is True or test.would_send_a_friend is False


def _lacks(*needed: tuple[str, bool]) -> tuple[str, ...]:
    return tuple(code for code, is_there in needed if not is_there)


def renew_by(after: str, kind: str, on: date, was: date | None, *, has_clinic_or_law: bool = False) -> date | None:
    """Return the day by which a provider has to be vetted anew, after it came into a state on a day. None: no such day.

    `was` is the day that stood there. Approval lasts twelve months, six for lawyers and clinics (also where another kind of
    provider offers such help); probation three, or what was left if that is less.
    """
    if after == "approved":
        return add_months(on, MONTHS_AT_RISK if kind in AT_RISK_KINDS or has_clinic_or_law else MONTHS)
    if after == "probation":
        ends = add_months(on, PROBATION_MONTHS)
        return ends if was is None else min(was, ends)
    return None


def add_months(on: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def reminder_stage(renew: date, today: date) -> int:
    """Return how many of the reminders are due by today: 1 from thirty days before, 2 from seven, 3 from the day itself."""
    return sum(today >= renew - timedelta(days=days) for days in REMIND_DAYS)


def is_long_overdue(renew: date, today: date) -> bool:
    """Say whether a provider that is approved goes on probation because nobody has vetted it anew."""
    return today > renew + timedelta(days=OVERDUE_DAYS)


@dataclass(frozen=True)
class Report:
    """One report as the rule sees it. `case`: where it came from; blank: from no case, which counts for itself."""

    kind: str
    state: str
    told_on: date
    case: str = ""


def ends_trust(reports: Iterable[Report], today: date) -> str:
    """Return why a provider is suspended by what was told of it, as a word of ours; blank where it is not.

    One breach is enough, before anybody has looked at it; once it was found to be so it has done its work, and who was
    vetted from the beginning since is not suspended by it again. Bad reports count for a year, two of them from different
    cases, until they are found not to be so or are settled.
    """
    counting = [one for one in reports if one.state in COUNTING]
    if any(one.kind == "breach" and one.state == "open" for one in counting):
        return "breach"
    poor = [one for one in counting if one.kind == "poor" and today - one.told_on < REPORTS_COUNT_FOR]
    apart = sum(not one.case for one in poor) + len({one.case for one in poor if one.case})
    return "two_reports" if apart >= REPORTS_THAT_SUSPEND else ""
