"""The case page, whole and in the parts that re-read themselves; the list of cases; a case without a call."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import READ, Reason, get_case, may_read_story
from cases.models import Case, FollowUpKind
from cases.services import casework, identity, intake, usual_followups
from cases.services.code_words import was_given
from cases.services.contact_sheet import read_safe_lines
from cases.services.way_words import REACHES_CALLERS, suggest_way
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.pages import says_why, worker
from helpline.core.lines.models import Line
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User
from helpline.dashboard.casefile import Promises, count_earlier_cases, read_promises, who_may_take
from helpline.dashboard.caselist import SHOWS, TURNS, CaseList, read_cases, search_cases
from helpline.dashboard.forms import CallerForm, FollowUpForm, HandOverForm, NewCaseForm, postpone_choices
from helpline.dashboard.panels import Beside, read_beside
from helpline.dashboard.story import Story, read_story
from telephony.models import Call

LONGEST_SEARCH = 200  # characters


def show_case(request: HttpRequest, case: Case, at: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a case that was opened through the door; `forms` stand in for the empty ones, with errors."""
    user = worker(request)
    may_read = may_read_story(user, case)
    page = {
        "caller": None if case.possibly_known else case.caller,
        "safe_lines": read_safe_lines(case, at, user) if may_read else [],
        "reasons": [pair for pair in Reason.choices if pair[0] != Reason.CALL_BACK],  # that has a button of its own
        **promises_of(case, user, at),
        "story": story_of(case, user, at) if may_read else Story(),
        "beside": read_beside(case, user, at) if may_read else Beside(),
        "earlier_count": count_earlier_cases(case) if may_read else 0,
        "earlier_cases": identity.earlier_cases(case) if may_read and case.state == "open" else [],
        "has_given_word": was_given(case),
        "draft": casework.read_draft(case=case, by=user),
        "text_key": new_opaque(),
        "on_the_phone": Call.objects.live().filter(case=case).exists(),
        "follow_up_form": FollowUpForm(at=at),
        "hand_over_form": HandOverForm(takers=who_may_take(user)),
        "caller_form": CallerForm(initial=names_of(case)),
        **forms,
    }
    return render(request, "cases/case.html", page, status=status)


def names_of(case: Case) -> dict[str, str | None]:
    """Return what the form of the caller begins with; nothing while the caller is only possibly known."""
    if case.possibly_known or case.caller is None:
        return {}
    return {"code_name": case.caller.code_name, "pronouns": case.caller.pronouns}


def story_of(case: Case, user: User, at: datetime, **page: datetime | None) -> Story:
    """Read the story of a case together with the cases that were joined to it and that this person may read."""
    return read_story([case, *identity.joined_cases(case, user)], at, **page)


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
    before, since = (parse_time(request.GET.get(name)) for name in ("before", "since"))
    page = story_of(case, user, at, before=before, since=since) if may_read else Story()
    template = "cases/_story_earlier.html" if before else "cases/_story.html"
    return render(request, template, {"case": case, "story": page, "may_read": may_read})


@require_GET
@says_why
def promises(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=READ, at=at)
    return render(request, "cases/_promises.html", promises_of(case, user, at))


def promises_of(case: Case, user: User, at: datetime) -> dict[str, Any]:
    """Return what the promises of a case are drawn from."""
    may_write = may_read_story(user, case)
    promised = read_promises(case)
    return {
        "case": case,
        "promises": promised,
        **(reach(case, promised, at) if may_write else {}),
        "may_read": may_write,
        "may_write": may_write,
        "now": at,
        "postpone_choices": postpone_choices(at),
        "colleagues": list(who_may_take(user)) if may_write else [],
    }


def reach(case: Case, promised: Promises, at: datetime) -> dict[str, Any]:
    """Return how the caller is reached for what is promised, and what is usual and not promised yet."""
    kinds = {follow_up.kind for follow_up in promised.follow_ups} & REACHES_CALLERS
    return {
        "way_back": suggest_way(case, at, kind=FollowUpKind.CALL_BACK) if FollowUpKind.CALL_BACK in kinds else None,
        "way": suggest_way(case, at) if kinds - {FollowUpKind.CALL_BACK} else None,
        "usual": usual_followups.offer(case, promised.follow_ups, at),
    }


def parse_time(text: str | None) -> datetime | None:
    """Read a time out of an address; None where it is none, or has no offset."""
    try:
        at = parse_datetime(text or "")
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    show = request.GET.get("show", "open")
    turn = request.GET.get("turn", "")
    page = read_cases(user, show, at, request.GET.get("after", ""), turn)
    filters = {"show": show, "shows": SHOWS, "turn": turn if turn in dict(TURNS) else "", "turns": TURNS}
    return render(request, "cases/list.html", {"page": page, "now": at, **filters})


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Find by POST, so that what was searched for stands in no address, history or log. One hit is opened at once."""
    user, at, typed = worker(request), clock.now(), request.POST.get("q", "")
    said = {"typed": typed[:LONGEST_SEARCH], "shows": SHOWS, "now": at}
    try:
        page = search_cases(user, typed[:LONGEST_SEARCH], at)
    except NotAllowed as refused:
        return render(request, "cases/list.html", {"page": CaseList((), ""), "refused": refused, **said}, status=403)
    if len(page.rows) == 1:
        return redirect("dashboard:case", page.rows[0].case.ref)
    return render(request, "cases/list.html", {"page": page, **said})


@require_http_methods(["GET", "POST"])
@says_why
def new(request: HttpRequest) -> HttpResponse:
    user = worker(request)
    form = NewCaseForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "cases/new.html", {"form": form}, status=422 if request.method == "POST" else 200)
    line = Line.objects.active().first()
    case = intake.open_without_call(by=user, at=clock.now(), line=line, **form.cleaned_data)
    messages.success(request, _("The case is open, and yours."))
    return redirect("dashboard:case", case.ref)
