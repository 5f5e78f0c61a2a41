"""What callers agree to: the page of a case, and the coordinator's page of the words in which it is asked."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.consents import ConsentForm, WordingForm
from cases.models import Case, Consent, ConsentWording, Purpose
from cases.services import consent_keeping, consents, wordings
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import Role, User

KEEPS_WORDS = (Role.COORDINATOR,)


def language_of(request: HttpRequest, case: Case) -> str:
    """Return the language to ask in: the one chosen on the page, else the first of the line's."""
    known = wordings.languages()
    asked = request.POST.get("language") or request.GET.get("language") or ""
    of_line = case.line.languages if case.line else []
    return next((one for one in (asked, *of_line) if one in known), wordings.FALLBACK)


@require_http_methods(["GET", "POST"])
@says_why
def consent_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what they agree to, and keep what they say now."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    language = language_of(request, case)
    form = ConsentForm(request.POST or None, wordings=wordings.wordings(Purpose.values, language))
    if request.method == "POST" and form.is_valid():
        try:
            consent_keeping.record(case=case, answers=form.answers(), by=user, at=at, language=language, **form.rest())
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept. It counts from now on."))
            return redirect("cases:consents", case.ref)
    page = {
        "case": case,
        "form": form,
        "language": language,
        "languages": wordings.languages(),
        "standing": consents.read_standing(case, at),
        "history": list(_history(case)),
        "now": at,
    }
    return render(request, "cases/consents/consents.html", page, status=422 if form.errors else 200)


def _history(case: Case) -> Iterable[Consent]:
    rows = Consent.objects.about(case).select_related("wording", "recorded_by", "case")
    return rows.order_by("-said_at", "-pk")[:100]


@require_POST
@says_why
def consent_withdraw(request: HttpRequest, ref: str, consent_ref: str) -> HttpResponse:
    """Take a yes back: one press, no reason."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = Consent.objects.filter(case=case, ref=consent_ref).select_related("case").first()
    if row is None:
        raise NotFound
    consent_keeping.withdraw(consent=row, by=user, at=at)
    messages.success(request, _("Taken back. What was planned on it is stopped."))
    return redirect("cases:consents", case.ref)


def _keeper(request: HttpRequest) -> User:
    """Return the coordinator who asks; for all others there is nothing here."""
    user = worker(request)
    if not user.holds(*KEEPS_WORDS):
        raise Http404
    return user


@require_GET
def wording_list(request: HttpRequest) -> HttpResponse:
    """Show every subject in one language: what is said now, and what is being written."""
    _keeper(request)
    known = wordings.languages()
    language = request.GET.get("language", wordings.FALLBACK)
    language = language if language in known else wordings.FALLBACK
    said = wordings.wordings(wordings.subjects(), language)
    drafts = {row.about: row for row in ConsentWording.objects.drafts().filter(language=language)}
    rows = [{"about": one, "name": name_of(one), "said": said.get(one), "draft": drafts.get(one)} for one in said]
    page = {"rows": rows, "language": language, "languages": known}
    return render(request, "cases/consents/wordings.html", page)


@require_http_methods(["GET", "POST"])
@says_why
def wording(request: HttpRequest, about: str) -> HttpResponse:
    """Write the next version of what is said about one subject; with `publish` it is said from now on."""
    user, at = _keeper(request), clock.now()
    if about not in wordings.subjects():
        raise Http404
    form = WordingForm(request.POST or None, initial=_begin(about, request.GET.get("language", wordings.FALLBACK)))
    if request.method == "POST" and form.is_valid():
        try:
            draft = wordings.save_draft(about=about, by=user, at=at, **form.cleaned_data)
            if "publish" in request.POST:
                wordings.publish(draft=draft, by=user, at=at)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            published = "publish" in request.POST
            told = _("Published: callers are asked in these words now.") if published else _("Kept as a draft.")
            messages.success(request, told)
            return redirect("cases:wordings")
    page = {"form": form, "about": about, "name": name_of(about), "versions": _versions(about)}
    return render(request, "cases/consents/wording.html", page, status=422 if form.errors else 200)


def _begin(about: str, language: str) -> dict[str, Any]:
    draft = ConsentWording.objects.drafts().filter(about=about, language=language).first()
    said = wordings.wordings([about], language).get(about)
    return {"language": language, "body": draft.body if draft else said.body if said else ""}


def _versions(about: str) -> list[ConsentWording]:
    return list(ConsentWording.objects.published().filter(about=about).select_related("by").order_by("-published_at"))


def name_of(about: str) -> str:
    """Say what a wording is about."""
    if about in Purpose.values:
        return str(Purpose(about).label)
    return _("Before a legal step, point %(number)s") % {"number": about.removeprefix("point_")}
