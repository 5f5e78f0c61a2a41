"""The case page, whole and in the parts that re-read themselves."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from cases.access import READ, WRITE, Reason, get_case, may_read_story, reveal_number
from cases.models import Case
from helpline.core import clock
from helpline.core.staff.models import User
from helpline.dashboard.casefile import count_earlier_cases, read_draft, read_promises, read_safe_lines
from helpline.dashboard.people import says_why, worker
from helpline.dashboard.story import Story, read_story


def show_case(request: HttpRequest, case: Case, at: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a case that was opened through the door; `forms` replace the empty ones, with their errors."""
    user = worker(request)
    may_read = may_read_story(user, case)
    page = {
        "case": case,
        "may_read": may_read,
        "may_write": may_read,
        "safe_lines": read_safe_lines(case) if may_read else [],
        "reasons": Reason.choices,
        "promises": read_promises(case),
        "story": read_story(case, at) if may_read else Story([], None),
        "earlier_cases": count_earlier_cases(case),
        "draft": read_draft(case, user),
        "now": at,
        **forms,
    }
    return render(request, "cases/case.html", page, status=status)


@require_GET
@says_why
def case(request: HttpRequest, ref: str) -> HttpResponse:
    at = clock.now()
    return show_case(request, get_case(worker(request), ref, to=READ, at=at), at)


@require_GET
@says_why
def story(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=READ, at=at)
    may_read = may_read_story(user, case)
    page = read_story(case, at, parse_time(request.GET.get("before"))) if may_read else Story([], None)
    return render(request, "cases/_story.html", {"case": case, "story": page, "may_read": may_read})


@require_GET
@says_why
def promises(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=READ, at=at)
    return render(request, "cases/_promises.html", promises_of(case, user, at))


def promises_of(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """Return what the promises of a case are drawn from."""
    may_write = may_read_story(user, case)
    return {"case": case, "promises": read_promises(case), "may_write": may_write, "now": at, "user": user}


@require_POST
@says_why
def number(request: HttpRequest, ref: str, number_ref: str) -> HttpResponse:
    """Show one whole number, for the reason given, which is written down."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    whole = reveal_number(user, case, reason=request.POST.get("reason", ""), number_ref=number_ref, at=at)
    return render(request, "cases/_number_shown.html", {"number": whole, "number_ref": number_ref})


def parse_time(text: str | None) -> datetime | None:
    """Read a time out of an address; None where it is none, or has no offset."""
    try:
        at = parse_datetime(text or "")
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
