"""The list of cases: filters in the worker's words, pages by key, and a search that leaves no trace in an address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.access import with_story
from cases.models import Case, Turn
from cases.services.searching import WHERE, search
from helpline.core.staff.models import User

PAGE = 50
SHOWS: tuple[tuple[str, str | Promise], ...] = (
    ("open", _("Open")),
    ("mine", _("Mine")),
    ("due", _("Due")),
    ("nobody", _("Nobody has it")),
    ("closed", _("Closed")),
)
TURNS = Turn.choices


@dataclass(frozen=True)
class CaseRow:
    """One line of the list. The code name only for who may read the story, and never while a caller is only possible."""

    case: Case
    code_name: str
    is_mine: bool
    where: Sequence[str | Promise] = ()  # in what a search found it


@dataclass(frozen=True)
class CaseList:
    """A page; `after` is the reference from which the next one goes on, blank on the last."""

    rows: Sequence[CaseRow]
    after: str


def read_cases(user: User, show: str, at: datetime, after: str = "", turn: str = "") -> CaseList:
    """Read one page, newest first, in a fixed number of queries at any depth; `turn` keeps those in which somebody must act."""
    cases = _shown(Case.objects.visible_to(user), user, show, at)
    if turn in Turn.values:
        cases = cases.filter(turn=turn)
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
    """Find cases by what was typed. Raises as `cases.services.searching.search` does."""
    found = search(by=user, typed=typed, at=at, by_part_of_reference=True)
    where = {one.case.pk: [WHERE[kind] for kind in one.where] for one in found}
    return CaseList(_rows(user, [one.case for one in found], where), "")


def _rows(
    user: User, cases: Sequence[Case], where: Mapping[int, Sequence[str | Promise]] | None = None
) -> list[CaseRow]:
    readable = with_story(user, cases)
    return [
        CaseRow(
            case=case,
            code_name=_code_name(case) if case.ref in readable else "",
            is_mine=case.owner_id == user.pk,
            where=(where or {}).get(case.pk, ()),
        )
        for case in cases
    ]


def _code_name(case: Case) -> str:
    if case.possibly_known or case.caller is None:
        return ""
    return case.caller.code_name or ""
