"""Days in court of a case."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import STORY, WRITE, get_case
from cases.forms.hearings import HearingForm, OutcomeForm
from cases.models import CouldNotCome, Hearing
from cases.services import hearings
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.numbers import mask_number
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User


@require_http_methods(["GET", "POST"])
@says_why
def case_hearings(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the days in court of a case; a POST writes one down."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    near = hearings.who_may_go_along(case)
    form = HearingForm(request.POST or None, near=near, initial={"tell_caller": True})
    if request.method == "POST" and form.is_valid():
        try:
            hearings.add(case=case, by=user, at=at, key=sent_reference(request, "key")[:24], **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error("day_at", str(refused))
        else:
            messages.success(request, _("Written down. The day before stands with the promises."))
            return redirect("cases:hearings", case.ref)
    page = {
        "case": case,
        "may_write": case.state == "open",
        "hearings": hearings.read_hearings(case),
        "form": form,
        "key": new_opaque(),
        "reasons": CouldNotCome.choices,
        "now": at,
    }
    return render(request, "cases/hearings/hearings.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@says_why
def case_hearing(request: HttpRequest, ref: str, hearing_ref: str) -> HttpResponse:
    """Change one day in court, or say what became of it."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    row = hearings.find(case, hearing_ref)
    verb = request.POST.get("verb", "")
    if request.method == "POST" and verb:
        messages.success(request, _end(row, verb, user, at, OutcomeForm(request.POST)))
        return redirect("cases:hearings", case.ref)
    form = HearingForm(request.POST or None, near=hearings.who_may_go_along(case), initial=_fields_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            hearings.change(
                hearing=row, by=user, at=at, seen_at=_read_seen(request), **_with_number(row, form.cleaned_data)
            )
        except NotAllowed as refused:
            form.add_error("day_at", str(refused))
        else:
            messages.success(request, _("Changed. What was promised has moved along."))
            return redirect("cases:hearings", case.ref)
    page = {"case": case, "hearing": row, "form": form, "seen": row.changed_at.isoformat()}
    return render(request, "cases/hearings/hearing.html", page, status=422 if form.is_bound else 200)


def _end(row: Hearing, verb: str, user: User, at: datetime, form: OutcomeForm) -> str:
    """Do what the button says and return what happened, in words. Raises NotAllowed for a verb that there is not."""
    if not form.is_valid():
        raise NotAllowed(" ".join(str(error) for errors in form.errors.values() for error in errors))
    said = form.cleaned_data
    match verb:
        case "held":
            hearings.hold(hearing=row, by=user, at=at, note=said["note"])
            return _("Held.")
        case "called_off":
            hearings.call_off(hearing=row, by=user, at=at, note=said["note"])
            return _("Called off.")
        case "could_not_come":
            hearings.could_not_come(hearing=row, by=user, at=at, reason=said["reason"], note=said["note"])
            return _("Written down. Somebody asks soon what would help.")
        case "postpone":
            if said["day_at"] is None:
                raise NotAllowed(_("Say to which day it was moved."))
            hearings.postpone(hearing=row, by=user, at=at, day_at=said["day_at"], note=said["note"])
            return _("Moved, with everything that was arranged.")
        case "take_back":
            hearings.take_back(hearing=row, by=user, at=at)
            return _("Taken back: it is still to come.")
        case _other:
            raise NotAllowed(_("There is no such thing to do."))


def _fields_of(row: Hearing) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(row, name) or "" for name in hearings.WORDS}
    known["lawyer_number"] = mask_number(row.lawyer_number) if row.lawyer_number else ""
    goes_along = row.goes_along.ref if row.goes_along is not None else ""
    return {
        **known,
        **{tick: getattr(row, tick) for tick in hearings.TICKS},
        "day_at": row.at,
        "goes_along": goes_along,
    }


def _with_number(row: Hearing, said: dict[str, Any]) -> dict[str, Any]:
    """A number that stands in the field masked, as it was shown, is the one that is kept."""
    if row.lawyer_number and said["lawyer_number"] == mask_number(row.lawyer_number):
        return {name: value for name, value in said.items() if name != "lawyer_number"}
    return said


def _read_seen(request: HttpRequest) -> datetime | None:
    try:
        return parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None
