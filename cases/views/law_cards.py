"""Cards about the law of a country: read by whoever answers callers, kept by a coordinator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.forms.law import ASKED, LawCardForm
from cases.models import LawCard
from cases.services import law_cards
from cases.services.incident_facts import Unfit
from helpline.core import clock
from helpline.core.errors import NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User


@require_GET
@says_why
def listed(request: HttpRequest) -> HttpResponse:
    user = worker(request)
    if not user.holds(*ASKED):
        raise NotFound
    page = {"cards": LawCard.objects.select_related("changed_by"), "keeps": user.holds(*law_cards.KEEPS_LAW_CARDS)}
    return render(request, "cases/law/list.html", page)


@require_http_methods(["GET", "POST"])
@says_why
def new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@require_http_methods(["GET", "POST"])
@says_why
def card(request: HttpRequest, card_ref: str) -> HttpResponse:
    _check_keeps(worker(request))
    found = LawCard.objects.filter(ref=card_ref).first()
    if found is None:
        raise NotFound
    return _write(request, found)


def _check_keeps(user: User) -> None:
    if not user.holds(*law_cards.KEEPS_LAW_CARDS):
        raise NotFound


def _write(request: HttpRequest, found: LawCard | None) -> HttpResponse:
    user, at = worker(request), clock.now()
    _check_keeps(user)
    form = LawCardForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            law_cards.write_card(by=user, at=at, **form.cleaned_data)
        except Unfit as refused:
            for field, sentence in refused.fields.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("Kept. Counsellors read it from now on."))
            return redirect("cases:law_cards")
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/law/form.html", {"form": form, "card": found}, status=status)
