"""The page behind a one-time link: for somebody who has no account, on any phone. To look at it spends nothing.

Whatever is wrong with a link (guessed, late, used, withdrawn) is answered alike. Nothing here says whose line this is or
what it is for; the words stay general until somebody has accepted and the caller has said yes.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from helpline.core import clock
from referrals.forms.following import ReportForm
from referrals.models import Declined, Offer, OfferState
from referrals.services import answering, links, reports_back, telling
from referrals.services.tongues import name_of


@login_not_required
@require_http_methods(["GET", "POST"])
def offer_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked; a POST says yes or no, once."""
    at = clock.now()
    offer = links.find(token, at)
    if offer is None:
        return _answer(request, "referrals/link/gone.html", {}, status=410)
    if request.method == "GET":
        links.note_seen(offer, at=at)
        return _show(request, offer, at)
    because = request.POST.get("because", "")
    match request.POST.get("answer"):
        case "yes" if offer.state == OfferState.OPEN:
            said = answering.accept(offer=offer, at=at, how="link")
            if said.result not in {"accepted", "already"}:
                return _answer(request, "referrals/link/thanks.html", {"result": said.result})
            return redirect("referrals:offer_link", token)
        case "no":  # who had accepted gives it back by this
            answering.decline(offer=offer, at=at, how="link", because=because)
        case _other:
            return _show(request, offer, at, status=422)
    return _answer(request, "referrals/link/thanks.html", {"result": "declined"})


@login_not_required
@require_http_methods(["GET", "POST"])
def report_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever helped how it went. To look at it spends nothing; an answer is given once."""
    at = clock.now()
    report = reports_back.find(token, at)
    if report is None:
        return _answer(request, "referrals/link/gone.html", {}, status=410)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reports_back.answer(report=report, how="link", at=at, **form.cleaned_data)
        return _answer(request, "referrals/link/thanks.html", {"result": "reported"})
    status = 422 if request.method == "POST" else 200
    return _answer(request, "referrals/link/how.html", {"form": form, "asked_at": report.asked_at}, status=status)


def _show(request: HttpRequest, offer: Offer, at: Any, *, status: int = 200) -> HttpResponse:
    referral = offer.referral
    page = {
        "offer": offer, "is_mine": offer.state == OfferState.ACCEPTED, "matter": referral.get_matter_display(),
        "area": referral.area.name if referral.area is not None else "",
        "spoken": name_of(referral.language) if referral.language else "",
        "told": telling.what_may_be_told(offer, at=at), "reasons": Declined.choices, "now": at,
    }  # fmt: skip
    return _answer(request, "referrals/link/offer.html", page, status=status)


def _answer(request: HttpRequest, template: str, page: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, template, page, status=status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
