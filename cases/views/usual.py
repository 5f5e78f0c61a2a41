"""Promise with one press what is usual after a call or an incident."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.access import WRITE, get_case
from cases.services import usual_followups
from helpline.core import clock
from helpline.core.http.pages import says_why, worker


@require_POST
@says_why
def promise_usual(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    added = usual_followups.add(case=case, by=user, at=at, codes=said.getlist("usual"), agreed="agreed" in said)
    told = ngettext("%(count)d thing is promised.", "%(count)d things are promised.", len(added))
    messages.success(request, told % {"count": len(added)})
    return redirect("dashboard:case", case.ref)
