"""The plan of a case: goals in the caller's words, and steps with who and by when."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.plan import GoalForm, StepForm
from cases.models import Case
from cases.models.closing import ReviewedStep
from cases.models.plan import Goal, PlanStep
from cases.services import approval, plan
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker


def show_plan(request: HttpRequest, case: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the plan; `forms` stand in for the empty ones, with errors: `step_form` belongs to `at_goal` or `at_step`."""
    needs_review = approval.is_needed(case, ReviewedStep.PLAN)
    page = {
        "case": case,
        "goals": plan.read_goals(case),
        "goal_form": GoalForm(),
        "empty": StepForm(auto_id=False, initial={"owner": worker(request).username}),
        "needs_review": needs_review,
        "review": approval.newest(case, ReviewedStep.PLAN) if needs_review else None,
        "now": clock.now(),
        **forms,
    }
    return render(request, "cases/plan/plan.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def plan_page(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    if request.method == "GET":
        return show_plan(request, case)
    form = GoalForm(request.POST)
    if form.is_valid():
        try:
            plan.set_goal(case=case, words=form.cleaned_data["words"], by=user, at=at)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("cases:plan", case.ref)
    return show_plan(request, case, status=422, goal_form=form)


@require_POST
@says_why
def goal(request: HttpRequest, ref: str, goal_ref: str) -> HttpResponse:
    """Plan a step to a goal, or end the goal."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = Goal.objects.filter(case=case, ref=goal_ref).select_related("case").first()
    if row is None:
        raise NotFound
    if "state" in request.POST:
        plan.end_goal(goal=row, state=request.POST["state"], why=request.POST.get("why", "")[:500], by=user, at=at)
        return redirect("cases:plan", case.ref)
    form = StepForm(request.POST, auto_id=False)
    if form.is_valid():
        try:
            plan.add_step(goal=row, by=user, at=at, **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("cases:plan", case.ref)
    return show_plan(request, case, status=422, step_form=form, at_goal=row.ref)


@require_POST
@says_why
def step(request: HttpRequest, ref: str, step_ref: str) -> HttpResponse:
    """A step is done, dropped, or planned otherwise."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = PlanStep.objects.filter(goal__case=case, ref=step_ref).select_related("goal__case").first()
    if row is None:
        raise NotFound
    match request.POST.get("verb", ""):
        case "done":
            plan.finish_step(step=row, by=user, at=at)
            messages.success(request, _("Done."))
        case "drop":
            plan.drop_step(step=row, why=request.POST.get("why", "")[:500], by=user, at=at)
        case "change":
            form = StepForm(request.POST, auto_id=False)
            if not form.is_valid():
                return show_plan(request, case, status=422, step_form=form, at_step=row.ref)
            try:
                plan.change_step(step=row, by=user, at=at, **form.cleaned_data)
            except NotAllowed as refused:
                form.add_error(None, str(refused))
                return show_plan(request, case, status=422, step_form=form, at_step=row.ref)
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
    return redirect("cases:plan", case.ref)
