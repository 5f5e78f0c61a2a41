"""What came of a referral: appointments, and how it was for the caller."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE
from cases.models import CouldNotCome
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from referrals.access import get_referral
from referrals.forms.following import AppointmentForm, FeedbackForm, ReportForm
from referrals.models import Appointment, Feedback, Referral
from referrals.services import appointments, feedback, reports_back


def _show(request: HttpRequest, referral: Referral, *, status: int = 200, **forms: Any) -> HttpResponse:
    told = Feedback.objects.filter(referral=referral).first()
    answers = {name: getattr(told, name) for name in feedback.QUESTIONS} if told is not None else {}
    page = {
        "referral": referral, "case": referral.case, "appointments": referral.appointments.all(), "told": told,
        "form": AppointmentForm(initial={"tell_caller": True}),
        "feedback_form": FeedbackForm(auto_id="told_%s", told=answers, initial={"words": told.words if told else ""}),
        "reports": referral.reports_back.all(), "report_form": ReportForm(auto_id="report_%s"),
        "reasons": CouldNotCome.choices, "key": new_opaque(), "now": clock.now(), **forms,
    }  # fmt: skip
    return render(request, "referrals/following/following.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def following(request: HttpRequest, ref: str, referral_ref: str) -> HttpResponse:
    """Show what came of it; a POST writes an appointment or what was told of how it was."""
    user, at = worker(request), clock.now()
    referral = get_referral(user, referral_ref, to=STORY if request.method == "GET" else WRITE, at=at)
    if referral.case.ref != ref.upper():
        raise NotFound
    if request.method == "GET":
        return _show(request, referral)
    if request.POST.get("verb") == "report":
        told = ReportForm(request.POST, auto_id="report_%s")
        if not told.is_valid():
            return _show(request, referral, status=422, report_form=told)
        said = dict(told.cleaned_data)
        said.pop("next_step_on")
        reports_back.note_told(referral=referral, by=user, at=at, **said)
        messages.success(request, _("Kept."))
        return redirect("referrals:following", referral.case.ref, referral.ref)
    if request.POST.get("verb") == "ask_report":
        asked = reports_back.ask(referral=referral, at=at, by=user)
        messages.success(
            request, _("They are asked by a text.") if asked else _("There is nobody who can be asked by a text.")
        )
        return redirect("referrals:following", referral.case.ref, referral.ref)
    if request.POST.get("verb") == "told":
        telling = FeedbackForm(request.POST, auto_id="told_%s")
        if not telling.is_valid():
            return _show(request, referral, status=422, feedback_form=telling)
        feedback.tell(referral=referral, answers=telling.answers, words=telling.cleaned_data["words"], by=user, at=at)
        messages.success(request, _("Kept."))
        return redirect("referrals:following", referral.case.ref, referral.ref)
    form = AppointmentForm(request.POST)
    if form.is_valid():
        try:
            key = sent_reference(request, "key")[:24]
            appointments.add(referral=referral, **form.cleaned_data, by=user, at=at, key=key)
        except NotAllowed as refused:
            form.add_error("day_at", str(refused))
        else:
            messages.success(request, _("Written down."))
            return redirect("referrals:following", referral.case.ref, referral.ref)
    return _show(request, referral, status=422, form=form)


@require_POST
@says_why
def appointment(request: HttpRequest, ref: str, referral_ref: str, appointment_ref: str) -> HttpResponse:
    """Say what became of one appointment, or move it."""
    user, at = worker(request), clock.now()
    referral = get_referral(user, referral_ref, to=WRITE, at=at)
    row = Appointment.objects.filter(referral=referral, ref=appointment_ref).first()
    if row is None or referral.case.ref != ref.upper():
        raise NotFound
    row.referral = referral
    verb = request.POST.get("verb", "")
    if verb == "move":
        form = AppointmentForm(request.POST)
        if not form.is_valid():
            raise NotAllowed(_("Say to which day it was moved."))
        appointments.move(appointment=row, day_at=form.cleaned_data["day_at"], by=user, at=at)
    else:
        appointments.end(appointment=row, verb=verb, why=request.POST.get("why", ""), by=user, at=at)
    return redirect("referrals:following", referral.case.ref, referral.ref)
