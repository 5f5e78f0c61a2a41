"""The call screen: one page from the ring to the wrap-up, with one field to type into."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access import READ, WRITE, Reason, get_case, may_read_story
from cases.models import Case
from cases.services import casework, information
from cases.services.code_words import was_given
from cases.services.contact_sheet import read_safe_lines
from helpline.core import clock
from helpline.core.errors import NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User
from helpline.dashboard.callfile import (
    Known,
    kind_choices,
    latest_call,
    read_known,
    read_offer,
    say_wrapped_up,
    step_choices,
)
from helpline.dashboard.casefile import count_earlier_cases
from helpline.dashboard.transfer_views import read_state
from telephony.models import Call, WrapUp
from telephony.services import wrap_up


def find_call(case: Case) -> Call:
    """Return the call of this case's screen. Raises NotFound where the case came without a call."""
    call = latest_call(case)
    if call is None:
        raise NotFound(_("There is no call on this case."))
    return call


@require_GET
@says_why
def call_screen(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=READ, at=at)
    call, may_read = find_call(case), may_read_story(user, case)
    page = {
        **_state(case, call, user, may_read=may_read),
        "caller": None if case.possibly_known else case.caller,
        "safe_lines": read_safe_lines(case, at, user) if may_read else [],
        "reasons": Reason.choices,
        "earlier_count": count_earlier_cases(case) if may_read else 0,
        "known": read_known(case) if may_read else Known(),
        "has_given_word": was_given(case),
        "draft": casework.read_draft(case=case, by=user) if may_read else "",
        "connecting": read_state(case, call, user) if may_read else {},
        "kinds": kind_choices(),
        "steps": step_choices(),
        "topics": information.read_for(case.line),
        "now": at,
    }
    return render(request, "cases/call.html", page)


def _state(case: Case, call: Call, user: User, *, may_read: bool) -> dict[str, Any]:
    return {"case": case, "call": call, "user": user, "may_read": may_read, "may_write": may_read}


@require_GET
@says_why
def call_state(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the line that says where the call is. A page that was shut is loaded anew once its reader may write."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=READ, at=at)
    may_read = may_read_story(user, case)
    response = render(request, "cases/_call_state.html", _state(case, find_call(case), user, may_read=may_read))
    if may_read and request.GET.get("is") == "shut":
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@says_why
def call_kind(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what the call is about, while it goes on. Answers 204: the button shows it already."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    wrap_up.set_kind(call=find_call(case), kind=request.POST.get("kind", ""), by=user, at=at)
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("dashboard:call", ref)


@require_POST
@says_why
def call_done(request: HttpRequest, ref: str) -> HttpResponse:
    """Wrap the call up, and go to the board with what was done and its undo."""
    user, at, said = worker(request), clock.now(), request.POST
    case = get_case(user, ref, to=WRITE, at=at)
    done = wrap_up.wrap_up(
        call=find_call(case),
        kind=said.get("kind", ""),
        by=user,
        at=at,
        body=said.get("body"),
        step=said.get("step", wrap_up.AS_USUAL),
    )
    _tell(request, done, case, at)
    return redirect("dashboard:board")


def _tell(request: HttpRequest, done: WrapUp, case: Case, at: datetime) -> None:
    undo = reverse("dashboard:call_undo", args=[case.ref, done.ref])
    messages.success(request, say_wrapped_up(done, case, at), extra_tags=undo)


@require_POST
@says_why
def call_undo(request: HttpRequest, ref: str, wrap_up_ref: str) -> HttpResponse:
    """Take a wrap-up back, and go back to the call screen."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    done = WrapUp.objects.filter(ref=wrap_up_ref, call__case=case).first()
    if done is None:
        raise NotFound(_("There is no such wrap-up."))
    wrap_up.take_back(wrap_up=done, by=user, at=at)
    back = reverse("dashboard:call", args=[ref])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": back})
    return redirect(back)


@require_GET
def ringing(request: HttpRequest) -> HttpResponse:
    """Give the call that rings the phone of who asks, or that she is in; nothing where she sees it already: on the board
    while it rings, and on the screen of that very call.
    """
    offer = read_offer(worker(request), clock.now())
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if offer is not None:
        is_shown = here == reverse("dashboard:board") and offer.is_ringing
        if is_shown or here == reverse("dashboard:call", args=[offer.case_ref]):
            offer = None
    return render(request, "_parts/_offer.html", {"offer": offer})
