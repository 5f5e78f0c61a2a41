"""Working together on one case: whose turn it is, and who else is writing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cases.access import STORY, WRITE, get_case
from cases.services import presence
from cases.services.turns import set_turn
from helpline.core import clock
from helpline.core.http.pages import says_why, worker


@require_POST
@says_why
def turn(request: HttpRequest, ref: str) -> HttpResponse:
    """Say who must act next."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    set_turn(case=case, turn=request.POST.get("turn", ""), by=user, at=at)
    return redirect("dashboard:case", case.ref)


@require_GET
@says_why
def here(request: HttpRequest, ref: str) -> HttpResponse:
    """Say who else is writing into this case."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    people = presence.who_is_writing(case=case, besides=user, at=at)
    return render(request, "cases/together/_here.html", {"people": people})
