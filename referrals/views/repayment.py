"""What a caller agreed to pay back, on the case's own page. It is no condition of anything."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.models import Case
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from referrals.forms.money import PauseForm, PaymentForm, RepaymentForm
from referrals.models import Repayment
from referrals.services import repayments


def show(request: HttpRequest, case: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    plans = repayments.read_plans(case, timezone.localdate())
    running = next((plan for plan in plans if plan.row.state in repayments.UNFINISHED), None)
    page = {
        "case": case, "plans": plans, "running": running, "form": RepaymentForm(), "pause_form": PauseForm(auto_id="pause_%s"),
        "payment_form": PaymentForm(auto_id="paid_%s", initial={"on": timezone.localdate()}), "key": new_opaque(), **forms,
    }  # fmt: skip
    return render(request, "referrals/money/repayment.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def repayment(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    if request.method == "GET":
        return show(request, case)
    form = RepaymentForm(request.POST)
    key = sent_reference(request, "key")
    if form.is_valid():
        try:
            repayments.agree(case=case, **form.cleaned_data, by=user, at=at, key=f"repay-{key}" if key else None)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("referrals:repayment", case.ref)
    return show(request, case, status=422, form=form)


@require_POST
@says_why
def repayment_change(request: HttpRequest, ref: str, repayment_ref: str) -> HttpResponse:
    """Note what came in, let it rest, go on, or forgive it."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = Repayment.objects.filter(case=case, ref=repayment_ref).select_related("case").first()
    if row is None:
        raise NotFound
    match request.POST.get("verb"):
        case "pay":
            form = PaymentForm(request.POST, auto_id="paid_%s")
            form.money_in = row.currency
            if not form.is_valid():
                return show(request, case, status=422, payment_form=form)
            key = sent_reference(request, "key")
            repayments.record_payment(
                repayment=row, **form.cleaned_data, by=user, at=at, key=f"paid-{key}" if key else None
            )
        case "pause":
            pausing = PauseForm(request.POST, auto_id="pause_%s")
            if not pausing.is_valid():
                return show(request, case, status=422, pause_form=pausing)
            repayments.pause(repayment=row, **pausing.cleaned_data, by=user, at=at)
        case "resume":
            repayments.resume(repayment=row, by=user, at=at)
        case "forgive":
            repayments.forgive(repayment=row, why=request.POST.get("why", "")[:500].replace("\x00", ""), by=user, at=at)
        case _:
            raise NotAllowed(_("There is nothing of that name to do."))
    return redirect("referrals:repayment", case.ref)
