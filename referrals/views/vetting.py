"""How a provider is vetted, for the keepers of the network."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User
from referrals.access import get_provider
from referrals.forms.vetting import ConflictForm, LookForm, PeerTestForm, PointsForm, SignedForm
from referrals.lifecycle import VettingVerb
from referrals.models import Conflict, Provider, ProviderReport
from referrals.services import conflicts, provider_reports, vetting
from referrals.services.vetting_reading import read_vetting
from referrals.services.vetting_words import VERBS


def _open(request: HttpRequest, ref: str) -> tuple[User, Provider, datetime]:
    user, at = worker(request), clock.now()
    return user, get_provider(user, ref, at=at, to_keep=True), at


def _show(
    request: HttpRequest, provider: Provider, *, status: int = 200, points: dict[str, Any] | None = None, **forms: Any
) -> HttpResponse:
    found = read_vetting(provider, worker(request), clock.now())
    signed = found["vetting"].agreement_on if found["vetting"] is not None else None
    page = {
        **found, "provider": provider, "points_form": PointsForm(points=found["points"]),
        "test_form": PeerTestForm(auto_id="test_%s", initial={"tested_at": clock.now()}),
        "signed_form": SignedForm(auto_id="signed_%s", initial={"on": signed}),
        "conflict_form": ConflictForm(auto_id="conflict_%s", provider=provider), "look_form": LookForm(auto_id=False),
        "now": clock.now(), **forms,
    }  # fmt: skip
    return render(request, "referrals/vetting/vetting.html", page, status=status)


def _back(provider: Provider, part: str = "") -> HttpResponse:
    answer = redirect("referrals:vetting", provider.ref)
    if part:
        answer["Location"] += f"#{part}"
    return answer


@require_http_methods(["GET", "POST"])
@says_why
def page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show it; a POST begins to look at them, for the first time or anew."""
    user, provider, at = _open(request, ref)
    if request.method == "GET":
        return _show(request, provider)
    try:
        vetting.begin(provider=provider, by=user, at=at)
    except NotAllowed as refused:
        messages.warning(request, str(refused))
    return _back(provider, "points")


@require_POST
@says_why
def points(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the points that were changed, all of them or none."""
    user, provider, at = _open(request, ref)
    form = PointsForm(request.POST, points=read_vetting(provider, user, at)["points"])
    if form.is_valid():
        try:
            vetting.score_all(provider=provider, found=form.changed(), by=user, at=at)
        except vetting.PointConflict as late:
            form.add_error(f"score_{late.point}", str(late))
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return _back(provider, "points")
    return _show(request, provider, status=422, points_form=form)


@require_POST
@says_why
def peer_test(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down what a peer told."""
    user, provider, at = _open(request, ref)
    form = PeerTestForm(request.POST, auto_id="test_%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            vetting.record_test(
                provider=provider, how=said["how"], tested_at=said["tested_at"], answers=form.answers,
                words=said["words"], by=user, at=at,
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Written down."))
            return _back(provider, "tests")
    return _show(request, provider, status=422, test_form=form)


@require_POST
@says_why
def signed(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down when the agreement was signed."""
    user, provider, at = _open(request, ref)
    form = SignedForm(request.POST, auto_id="signed_%s")
    if form.is_valid():
        try:
            vetting.sign(provider=provider, on=form.cleaned_data["on"], by=user, at=at)
        except NotAllowed as refused:
            form.add_error("on", str(refused))
        else:
            messages.success(request, _("Kept."))
            return _back(provider, "points")
    return _show(request, provider, status=422, signed_form=form)


@require_POST
@says_why
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Take one step; what is missing for it is said."""
    user, provider, at = _open(request, ref)
    verb: VettingVerb | None = next((one for one in VERBS if one == request.POST.get("verb")), None)
    if verb is None:
        return _show(request, provider, status=422)
    try:
        words = request.POST.get("words", "")[:4000]
        vetting.move(provider=provider, verb=verb, by=user, at=at, why=request.POST.get("why", ""), words=words)
    except NotAllowed as refused:
        return _show(request, provider, status=422, refused=str(refused))
    messages.success(request, _("Done."))
    return _back(provider)


@require_POST
@says_why
def conflict(request: HttpRequest, ref: str, conflict_ref: str = "") -> HttpResponse:
    """Write down a conflict of interest in every case, or end one."""
    user, provider, at = _open(request, ref)
    if conflict_ref:
        row = Conflict.objects.select_related("provider").filter(provider=provider, case=None, ref=conflict_ref).first()
        if row is None:
            raise NotFound
        conflicts.end(conflict=row, by=user, at=at)
        return _back(provider, "conflicts")
    form = ConflictForm(request.POST, auto_id="conflict_%s", provider=provider)
    if not form.is_valid():
        return _show(request, provider, status=422, conflict_form=form)
    conflicts.add(provider=provider, **form.cleaned_data, by=user, at=at)
    messages.success(request, _("Written down."))
    return _back(provider, "conflicts")


@require_POST
@says_why
def look(request: HttpRequest, ref: str, report_ref: str) -> HttpResponse:
    """Say what was found about a report."""
    user, provider, at = _open(request, ref)
    row = ProviderReport.objects.select_related("provider").filter(provider=provider, ref=report_ref).first()
    if row is None:
        raise NotFound
    form = LookForm(request.POST, auto_id=False)
    if not form.is_valid():
        return _show(request, provider, status=422, looked_form=form, looked_ref=row.ref)
    try:
        provider_reports.look(report=row, **form.cleaned_data, by=user, at=at)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return _show(request, provider, status=422, looked_form=form, looked_ref=row.ref)
    messages.success(request, _("Kept."))
    return _back(provider, "reports")
