"""Write down readings where one answer shows many stories, and find cases without leaving a trace of what was typed."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from cases.access import SAME_READING, with_story
from cases.models import Case, Number
from cases.querysets import CaseQuerySet
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.numbers import read_number
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

MOST_FOUND = 50  # more than that is not a search for one person
_SPOKEN = re.compile(rf"(?:HL-?)?([{ALPHABET}]{{4,13}})")


def note_readings(*, by: User, what: str, refs: Iterable[str], at: datetime) -> None:
    """Write down that these cases (or callers) were read, each once in ten minutes as at the door: two statements.

    `what` is "case" or "caller".
    """
    wanted = set(refs)
    if not wanted:
        return
    verb = f"{what}.read"
    lately = Entry.objects.filter(about__in=wanted, who=by, verb=verb, at__gt=at - SAME_READING, at__lte=at)
    new = sorted(wanted - set(lately.values_list("about", flat=True)))
    Entry.objects.bulk_create(Entry(at=at, who=by, verb=verb, what=what, about=ref) for ref in new)


def search_cases(*, by: User, typed: str, at: datetime) -> list[Case]:
    """Return the cases that are meant, newest first, at most fifty: by reference, in any writing, or by a whole number.

    By reference those that this person may know of; by number only those whose story she may read, because a match
    tells who called. A search by number is in the audit, with how many were found, never with what was typed.
    """
    visible = Case.objects.visible_to(by).select_related("line", "caller", "owner")
    spoken = _SPOKEN.fullmatch("".join(typed.upper().split()))
    found = list(visible.filter(ref=f"HL-{spoken[1]}")) if spoken else []
    already = [case.pk for case in found]
    return (found + find_by_number(by=by, typed=typed, cases=visible.exclude(pk__in=already), at=at))[:MOST_FOUND]


def find_by_number(*, by: User, typed: str, cases: CaseQuerySet, at: datetime) -> list[Case]:
    """Return those of the cases that came from a number and that this person may read, newest first; none where what was
    typed is no number. A search that was one is in the audit, with how many were found, never with what was typed.
    """
    number = read_number(typed) if typed.isprintable() else None
    return _with_number(by, number, cases, at) if number is not None else []


def _with_number(by: User, number: str, visible: CaseQuerySet, at: datetime) -> list[Case]:
    held = Number.objects.filter(index__in=all_indexes("number", number))
    known = held.first()
    cases: list[Case] = []
    if known is not None:
        came_from_it = Q(number=known) | Q(possibly_known=False, caller__isnull=False, caller=known.caller_id)
        newest = list(visible.filter(came_from_it).order_by("-pk")[: MOST_FOUND * 4])
        readable = with_story(by, newest)
        cases = [case for case in newest if case.ref in readable]
    about = known.ref if known is not None and cases else ""
    audit.record(by=by, verb="number.searched", what="number", about=about, at=at, found=len(cases))
    return cases
