"""The list of cases: filters in the worker's words, pages by key, and a search that leaves no trace in an address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.access import with_story
from cases.models import Case
from cases.services.reading import find_by_number
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

PAGE = 50
FOUND = 50  # a search that finds more is too wide to be read
SHOWS: tuple[tuple[str, str | Promise], ...] = (
    ("open", _("Open")),
    ("mine", _("Mine")),
    ("due", _("Due")),
    ("nobody", _("Nobody has it")),
    ("closed", _("Closed")),
)
_PART_OF_REFERENCE = re.compile(rf"(?:HL-?)?([{ALPHABET}]{{2,13}})")


@dataclass(frozen=True)
class CaseRow:
    """One line of the list. The code name only for who may read the story, and never while a caller is only possible."""

    case: Case
    code_name: str
    is_mine: bool


@dataclass(frozen=True)
class CaseList:
    """A page; `after` is the reference from which the next one goes on, blank on the last."""

    rows: Sequence[CaseRow]
    after: str


def read_cases(user: User, show: str, at: datetime, after: str = "") -> CaseList:
    """Read one page, newest first, in a fixed number of queries at any depth."""
    cases = _shown(Case.objects.visible_to(user), user, show, at)
    last = Case.objects.visible_to(user).filter(ref=after).first() if after else None
    if last is not None:
        cases = cases.filter(Q(opened_at__lt=last.opened_at) | Q(opened_at=last.opened_at, pk__lt=last.pk))
    page = list(cases.select_related("owner", "caller", "line").order_by("-opened_at", "-pk")[: PAGE + 1])
    return CaseList(_rows(user, page[:PAGE]), page[PAGE - 1].ref if len(page) > PAGE else "")


def _shown(cases: "QuerySet[Case]", user: User, show: str, at: datetime) -> "QuerySet[Case]":
    if show == "mine":
        return cases.filter(state="open", owner=user)
    if show == "due":
        return cases.filter(state="open", next_due_at__lte=at)
    if show == "nobody":
        return cases.filter(state="open", owner=None)
    return cases.filter(state="closed" if show == "closed" else "open")


def search_cases(user: User, typed: str, at: datetime) -> CaseList:
    """Find cases by (a part of) their reference or by a whole number. Names are sealed and cannot be searched.

    A number finds only what this person may read, and is in the audit: a match tells who called.
    """
    cases = Case.objects.visible_to(user).select_related("owner", "caller", "line")
    part = _PART_OF_REFERENCE.fullmatch(typed.strip().upper())
    found = list(cases.filter(ref__contains=part[1]).order_by("-opened_at", "-pk")[:FOUND]) if part else []
    with_number = find_by_number(by=user, typed=typed, cases=cases.exclude(pk__in=[case.pk for case in found]), at=at)
    return CaseList(_rows(user, [*found, *with_number][:FOUND]), "")


def _rows(user: User, cases: Sequence[Case]) -> list[CaseRow]:
    readable = with_story(user, cases)
    return [CaseRow(case, _code_name(case) if case.ref in readable else "", case.owner_id == user.pk) for case in cases]


def _code_name(case: Case) -> str:
    if case.possibly_known or case.caller is None:
        return ""
    return case.caller.code_name or ""
