"""Complaints about us: one is taken by anybody, and handled by people who are not named in it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import READ, get_case
from cases.models import Case, Complaint
from cases.services import complaints
from helpline.core import clock
from helpline.core.errors import HelplineError, NotFound
from helpline.core.staff.models import Role, User
from helpline.office.access import HANDLES_COMPLAINTS, only, signed_in
from helpline.office.complaint_forms import AnswerForm, ComplaintForm

SHOWN = 100
HOW = (
    ("call", gettext_lazy("we rang")),
    ("in_person", gettext_lazy("in person")),
    ("letter", gettext_lazy("by letter")),
    ("asked_us", gettext_lazy("they rang us")),
)


@require_GET
@only(HANDLES_COMPLAINTS)
def complaint_list(request: HttpRequest) -> HttpResponse:
    """List what this person may handle: the open ones first, by what is promised next."""
    user, at = signed_in(request), clock.now()
    mine = Complaint.objects.visible_to(user).select_related("handler")
    rows = [
        {"complaint": row, "due_at": complaints.deadline_of(row), "is_late": complaints.deadline_of(row) < at}
        for row in sorted(mine.open(), key=complaints.deadline_of)
    ]
    settled = mine.filter(finished_at__isnull=False).order_by("-finished_at")[:SHOWN]
    return render(request, "office/complaints.html", {"rows": rows, "settled": settled})


@require_http_methods(["GET", "POST"])
@only(frozenset(Role))
def complaint_new(request: HttpRequest) -> HttpResponse:
    """Take one. Afterwards whoever took it sees it only if they may handle it."""
    user, at = signed_in(request), clock.now()
    form = ComplaintForm(request.POST or None, initial={"case": request.GET.get("case", "")[:16]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            case = _find_case(user, given.pop("case"), at)
        except NotFound as absent:
            form.add_error("case", str(absent))
        else:
            try:
                complaints.receive(by=user, at=at, case=case, **given)
            except HelplineError as refused:
                form.add_error("named", str(refused))
            else:
                messages.success(
                    request,
                    _(
                        "It is taken, and goes to people who are not named in it. The caller hears from them within three days."
                    ),
                )
                return redirect("dashboard:board")
    return render(request, "office/complaint_new.html", {"form": form}, status=422 if form.errors else 200)


def _find_case(user: User, ref: str, at: datetime) -> Case | None:
    return get_case(user, ref, to=READ, at=at) if ref.strip() else None


@require_http_methods(["GET", "POST"])
@only(HANDLES_COMPLAINTS)
def complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one to somebody who may handle it, and do what they press."""
    user, at = signed_in(request), clock.now()
    try:
        row = complaints.get_complaint(user, ref, at=at)
        if request.method == "POST":
            return _press(request, row, user, at)
    except NotFound:
        raise Http404 from None
    complaints.note_reading(complaint=row, by=user, at=at)
    return _show(request, row, user, at)


def _press(request: HttpRequest, row: Complaint, user: User, at: datetime) -> HttpResponse:
    verb, typed = request.POST.get("verb", ""), request.POST
    form = AnswerForm(typed) if verb == "answer" else None
    if form is not None and not form.is_valid():
        return _show(request, row, user, at, status=422, answer_form=form)
    try:
        match verb:
            case "take":
                complaints.take(complaint=row, by=user, at=at)
            case "acknowledge":
                complaints.acknowledge(complaint=row, by=user, at=at)
            case "note":
                complaints.write_note(complaint=row, by=user, body=typed.get("body", ""), at=at)
            case "name":
                person = User.objects.active().filter(ref=typed.get("person", "")).first()
                if person is not None:
                    complaints.name_also(complaint=row, person=person, by=user, at=at)
            case "answer" if form is not None:
                complaints.answer(complaint=row, by=user, at=at, **form.cleaned_data)
            case "number":
                return _show(request, row, user, at, number=complaints.show_number(complaint=row, by=user, at=at))
            case "told":
                complaints.note_told(complaint=row, by=user, how=typed.get("how", ""), at=at)
            case "withdraw":
                complaints.withdraw(complaint=row, by=user, at=at)
    except NotFound:
        raise
    except HelplineError as refused:
        messages.error(request, str(refused))
    if not Complaint.objects.visible_to(user).filter(pk=row.pk).exists():  # who pressed has just named themselves
        return redirect("office:complaints")
    return redirect("office:complaint", ref=row.ref)


def _show(
    request: HttpRequest, row: Complaint, user: User, at: datetime, *, status: int = 200, **more: Any
) -> HttpResponse:
    named = list(row.named.all())
    shown = {
        "complaint": row,
        "named": named,
        "notes": row.notes.select_related("author"),
        "due_at": complaints.deadline_of(row),
        "is_open": row.state in complaints.OPEN,
        "others": User.objects.active().exclude(pk__in=[person.pk for person in named]).order_by("username"),
        "answer_form": AnswerForm(),
        "may_ring": complaints.may_ring(row, at),
        "how": HOW,
        **more,
    }
    return render(request, "office/complaint.html", shown, status=status)
