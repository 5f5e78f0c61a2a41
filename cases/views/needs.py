"""The page of what somebody needs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases.access import STORY, WRITE, get_case
from cases.forms.needs import NeedsForm
from cases.models import Need
from cases.services.needs import set_needs
from helpline.core import clock
from helpline.core.http.pages import says_why, worker


@require_http_methods(["GET", "POST"])
@says_why
def needs(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY if request.method == "GET" else WRITE, at=at)
    form = NeedsForm(request.POST or None, needs=Need.objects.filter(case=case))
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "cases/needs.html", {"case": case, "form": form}, status=status)
    # What the form was not sent with stays as it is: an old page takes nothing away.
    said = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
    set_needs(case=case, by=user, at=at, outcomes=said)
    return redirect("dashboard:case", case.ref)
