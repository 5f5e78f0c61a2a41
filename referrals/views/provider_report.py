"""Something is told of a provider, by anybody who speaks with callers: from the provider's page, or from a referral."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE
from cases.models import Case
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User
from referrals.access import get_provider, get_referral
from referrals.forms.vetting import CONFLICT, ReportForm
from referrals.models import Provider, Referral
from referrals.services import conflicts, provider_reports, suspending


@require_http_methods(["GET", "POST"])
@says_why
def of_provider(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    provider = get_provider(user, ref, at=at)
    form = ReportForm(request.POST if request.method == "POST" else None, with_conflict=False)
    if request.method == "POST" and form.is_valid() and _keep(request, form, provider, None):
        return redirect("referrals:provider", provider.ref)
    return _show(request, form, provider)


@require_http_methods(["GET", "POST"])
@says_why
def of_referral(request: HttpRequest, ref: str, referral_ref: str) -> HttpResponse:
    """Tell it in a case: there it can be a conflict of interest in this case too."""
    user, at = worker(request), clock.now()
    referral = _get(user, ref, referral_ref, at, is_to_write=request.method == "POST")
    if referral.provider is None:
        raise NotAllowed(_("Nobody has accepted. Who declined or was silent is found in the network."))
    form = ReportForm(request.POST if request.method == "POST" else None, with_conflict=True)
    if request.method == "POST" and form.is_valid() and _keep(request, form, referral.provider, referral.case):
        return redirect("referrals:referral", referral.case.ref, referral.ref)
    return _show(request, form, referral.provider, referral)


@require_POST
@says_why
def looked_at(request: HttpRequest, ref: str, referral_ref: str) -> HttpResponse:
    """Somebody has looked at a referral whose provider was suspended."""
    user, at = worker(request), clock.now()
    referral = _get(user, ref, referral_ref, at, is_to_write=True)
    if suspending.looked_at(referral=referral, by=user, at=at):
        messages.success(request, _("Written down: you have looked at it."))
    return redirect("referrals:referral", referral.case.ref, referral.ref)


def _get(user: User, ref: str, referral_ref: str, at: datetime, *, is_to_write: bool) -> Referral:
    referral = get_referral(user, referral_ref, to=WRITE if is_to_write else STORY, at=at)
    if referral.case.ref != ref.upper():
        raise NotFound
    return referral


def _keep(request: HttpRequest, form: ReportForm, provider: Provider, case: Case | None) -> bool:
    user, at = worker(request), clock.now()
    said = form.cleaned_data
    if said["kind"] == CONFLICT:
        conflicts.add(provider=provider, kind=said["conflict"], words=said["words"], case=case, by=user, at=at)
        messages.success(request, _("Written down: they are not asked in this case."))
        return True
    try:
        key = request.POST.get("key", "")[:24]
        provider_reports.report(
            provider=provider, kind=said["kind"], words=said["words"], case=case, by=user, at=at, key=key
        )
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("Written down. A coordinator looks at it."))
    return True


def _show(request: HttpRequest, form: ReportForm, provider: Provider, referral: Referral | None = None) -> HttpResponse:
    page = {"form": form, "provider": provider, "referral": referral, "key": new_opaque()}
    return render(request, "referrals/vetting/report.html", page, status=422 if form.is_bound else 200)
