"""Complaints to oversight bodies and court cases of one case."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.models import Case
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from referrals.forms.proceedings import DECISION_WORDS, PaidForm, ProceedingForm, StepForm
from referrals.lifecycle import ProceedingVerb, proceeding_verbs
from referrals.models import Proceeding
from referrals.services import proceedings as service

VERB_WORDS = {
    "file": gettext_lazy("It was filed"), "go_on": gettext_lazy("It goes on"), "decide": gettext_lazy("It was decided"), "appeal": gettext_lazy("Appealed"),
    "close": gettext_lazy("It is over"), "drop": gettext_lazy("They chose to stop"),
}  # fmt: skip


def _show(request: HttpRequest, case: Case, *, status: int = 200, at_row: str = "", **forms: Any) -> HttpResponse:
    at = clock.now()
    decisions = dict(DECISION_WORDS)
    rows = [
        {
            "row": row, "verbs": [(verb, VERB_WORDS[verb]) for verb in proceeding_verbs(row.state)],
            "why_not_file": service.why_not_file(row, at) if row.state == "prepared" else "",
            "decision": decisions.get(row.decision, "") if row.decision else "",
            "form": forms.get("step_form") if at_row == row.ref else StepForm(auto_id=f"{row.ref}_%s"),
            "paid_form": PaidForm(auto_id=f"{row.ref}_paid_%s") if row.damages is not None else None,
        }
        for row in service.read_proceedings(case)
    ]  # fmt: skip
    page = {
        "case": case,
        "rows": rows,
        "at_row": at_row,
        "form": forms.get("form") or ProceedingForm(),
        "key": new_opaque(),
    }
    return render(request, "referrals/proceedings/proceedings.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def proceedings(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY if request.method == "GET" else WRITE, at=at)
    if request.method == "GET":
        return _show(request, case)
    form = ProceedingForm(request.POST)
    if not form.is_valid():
        return _show(request, case, status=422, form=form)
    service.add(case=case, **form.cleaned_data, by=user, at=at, key=sent_reference(request, "key")[:24])
    return redirect("referrals:proceedings", case.ref)


@require_POST
@says_why
def proceeding(request: HttpRequest, ref: str, proceeding_ref: str) -> HttpResponse:
    """Take one step in it, note something, or how much was paid."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = Proceeding.objects.select_related("case").filter(case=case, ref=proceeding_ref).first()
    if row is None:
        raise NotFound
    verb = request.POST.get("verb", "")
    if verb == "paid":
        paid = PaidForm(request.POST)
        paid.money_in = row.currency
        if not paid.is_valid():
            raise NotAllowed(" ".join(str(error) for errors in paid.errors.values() for error in errors))
        service.note_paid(proceeding=row, amount=paid.cleaned_data["amount"], by=user, at=at)
        return redirect("referrals:proceedings", case.ref)
    form = StepForm(request.POST, auto_id=f"{row.ref}_%s")
    if not form.is_valid():
        return _show(request, case, status=422, step_form=form, at_row=row.ref)
    said = dict(form.cleaned_data)
    try:
        if verb == "note":
            service.add_step(proceeding=row, on=said["on"], words=said["words"], by=user, at=at)
        elif verb in VERB_WORDS:
            said["damages"] = said["damages"] or None
            seen = request.POST.get("seen", "")[:10]
            service.move(proceeding=row, verb=cast("ProceedingVerb", verb), by=user, at=at, seen=seen, **said)
        else:
            raise NotAllowed(_("There is no such thing to do."))
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return _show(request, case, status=422, step_form=form, at_row=row.ref)
    messages.success(request, _("Written down."))
    return redirect("referrals:proceedings", case.ref)
