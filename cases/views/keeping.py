"""What we keep of a case and its caller: a hold on it, a wish to be forgotten, and the caller's own copy."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.keeping import HoldForm, PackageForm, WishForm
from cases.models import Case, ErasureWish, Package, WishScope, WishState
from cases.services import erasing, holds
from cases.services import package as packages
from helpline.core import clock
from helpline.core.errors import HelplineError, NotAllowed
from helpline.core.http.pages import says_why, worker


def show(request: HttpRequest, case: Case, at: datetime, *, status: int = 200, **forms: Any) -> HttpResponse:
    is_known = case.caller is not None and not case.possibly_known
    page = {
        "case": case,
        "hold": holds.find(case, at),
        "wish": ErasureWish.objects.filter(case_ref=case.ref).select_related("asked_by").first(),
        "this_case": erasing.preview(case=case, scope=WishScope.CASE, at=at),
        "person": erasing.preview(case=case, scope=WishScope.PERSON, at=at) if is_known else None,
        "package": Package.objects.filter(caller=case.caller).defer("content").first() if is_known else None,
        "hold_form": HoldForm(),
        "wish_form": WishForm(),
        "package_form": PackageForm(),
        **forms,
    }
    page["waits"] = page["wish"] is not None and page["wish"].state == WishState.WAITING
    return render(request, "cases/keeping/keeping.html", page, status=status)


@require_GET
@says_why
def keeping(request: HttpRequest, ref: str) -> HttpResponse:
    at = clock.now()
    return show(request, get_case(worker(request), ref, to=STORY, at=at), at)


@require_POST
@says_why
def hold(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a hold on it, or end the one that is there."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    if request.POST.get("verb") == "end":
        holds.end(case=case, by=user, at=at)
        return redirect("cases:keeping", case.ref)
    form = HoldForm(request.POST)
    if form.is_valid():
        try:
            holds.put(case=case, by=user, at=at, **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error("until", str(refused))
        else:
            return redirect("cases:keeping", case.ref)
    return show(request, case, at, status=422, hold_form=form)


@require_POST
@says_why
def forget(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down that the caller wants to be forgotten; a second person decides."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = WishForm(request.POST)
    if form.is_valid():
        try:
            erasing.ask(case=case, by=user, at=at, **form.cleaned_data)
        except HelplineError as refused:
            form.add_error("scope", str(refused))
        else:
            return redirect("cases:keeping", case.ref)
    return show(request, case, at, status=422, wish_form=form)


@require_POST
@says_why
def package(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for the caller's own copy; it is made in the background."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = PackageForm(request.POST)
    if form.is_valid():
        try:
            packages.ask(case=case, by=user, at=at, **form.cleaned_data)
        except HelplineError as refused:
            form.add_error("how", str(refused))
        else:
            return redirect("cases:keeping", case.ref)
    return show(request, case, at, status=422, package_form=form)


@require_POST
@says_why
def package_take(request: HttpRequest, ref: str, package_ref: str) -> HttpResponse:
    """Hand the file out, once. By POST: a page that is loaded ahead spends nothing."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    content = packages.take(case=case, ref=package_ref, by=user, at=at)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = 'attachment; filename="papers.zip"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
