"""The end of a case, and what a supervisor looks at first: asked for, answered, and where it is wanted at all."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.closing import ClosingForm
from cases.models.closing import Review, ReviewedStep, ReviewState
from cases.services import approval, closing, reviews
from cases.services.reading import note_readings
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.lines.models import Line
from helpline.core.staff.models import Role


@require_http_methods(["GET", "POST"])
@says_why
def closing_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what is still open, and end the case, or ask a supervisor to look at the end."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    review = approval.newest(case, ReviewedStep.CLOSING)
    is_settled = approval.is_settled(case, ReviewedStep.CLOSING, user)
    form = ClosingForm(request.POST or None, initial=review.proposal if review and review.proposal else None)
    if request.method == "POST" and form.is_valid():
        said = form.said()
        try:
            if is_settled:
                closing.close(case=case, by=user, at=at, **said)
                messages.success(request, _("Closed. It can be opened again."))
                return redirect("dashboard:case", case.ref)
            closing.check(**{name: said[name] for name in ("reason", "ticked", "may_resume", "say_then")})
            kept = {**said, "may_resume": request.POST["may_resume"]}
            note = form.cleaned_data["note"]
            reviews.ask(case=case, step=ReviewedStep.CLOSING, by=user, at=at, note=note, proposal=kept)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("A supervisor looks at it. The case stays open until then."))
            return redirect("dashboard:case", case.ref)
    page = {
        "case": case,
        "form": form,
        "checklist": closing.read_checklist(case),
        "review": review,
        "is_settled": is_settled,
        "now": at,
    }
    return render(request, "cases/closing/closing.html", page, status=422 if form.errors else 200)


@require_POST
@says_why
def review_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask a supervisor to look at the plan, or at sharing."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    step, note = request.POST.get("step", ""), request.POST.get("note", "")
    if step == ReviewedStep.CLOSING:
        raise NotAllowed(_("The end of a case is asked for on its own page."))
    about = request.POST.get("about", "")
    if about and not case.consents.filter(ref=about).exists():
        raise NotFound
    reviews.ask(case=case, step=step, by=user, at=at, note=note, about=about)
    messages.success(request, _("A supervisor looks at it."))
    return redirect("cases:plan" if step == ReviewedStep.PLAN else "cases:consents", case.ref)


@require_POST
@says_why
def review_answer(request: HttpRequest, ref: str, review_ref: str) -> HttpResponse:
    """Approve what was asked for, or give it back with a note."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    review = Review.objects.filter(case=case, ref=review_ref).select_related("case").first()
    if review is None:
        raise NotFound
    verb = request.POST.get("verb", "")
    if verb not in {"approve", "return"}:
        raise NotAllowed(_("There is no such thing to do."))
    reviews.answer(review=review, by=user, at=at, approve=verb == "approve", note=request.POST.get("note", ""))
    messages.success(request, _("Approved.") if verb == "approve" else _("Given back with your note."))
    return redirect("cases:reviews")


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """Show a supervisor what waits for her."""
    user, at = worker(request), clock.now()
    if not user.holds(Role.SUPERVISOR):
        raise Http404
    rows = reviews.waiting()
    note_readings(by=user, what="case", refs=[row.case.ref for row in rows], at=at)
    return render(request, "cases/closing/reviews.html", {"reviews": rows, "now": at, "states": ReviewState})


@require_http_methods(["GET", "POST"])
@says_why
def review_rules(request: HttpRequest) -> HttpResponse:
    """Keep where a supervisor looks first."""
    user, at = worker(request), clock.now()
    if not user.holds(Role.COORDINATOR):
        raise Http404
    lines: list[Line | None] = [None, *Line.objects.all()]
    if request.method == "POST":
        ticked = set(request.POST.getlist("rule"))
        wanted = [(line, step) for line in lines for step in ReviewedStep if name_of_rule(line, step) in ticked]
        reviews.keep_rules(rules=wanted, by=user, at=at)
        messages.success(request, _("Kept. It holds from now on."))
        return redirect("cases:review_rules")
    kept = reviews.read_rules()
    rows = [
        (line, [(step, name_of_rule(line, step), (line and line.pk, step.value) in kept) for step in ReviewedStep])
        for line in lines
    ]
    return render(request, "cases/closing/rules.html", {"rows": rows})


def name_of_rule(line: Line | None, step: ReviewedStep) -> str:
    return f"{line.ref if line else 'all'}-{step}"
