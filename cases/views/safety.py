"""The safety page of a case: the plan in her words, and her check-ins with what is done about them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.safety import CheckInForm, PlanForm
from cases.models import Case, CheckIn, CheckInContact, SafetyPlan
from cases.services import check_in_people, check_ins, safety_plans
from cases.services.check_in_answers import Heard, hear_from_number, hear_on_phone
from cases.services.check_in_reading import read_earlier, read_live
from cases.services.check_ins import NotAgreed
from helpline.core import clock
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User

ABOUT_US = frozenset({"we_do", "we_do_not"})
# Alike for either word: others may hear it, or read over a shoulder.
TAKEN_IN = gettext_lazy("Taken in. Thank them and say goodbye as always.")
NOT_HER_WORD = gettext_lazy("That is not the word. It goes on as if nothing had been said: ask once more.")


@require_GET
@says_why
def show(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    plan = safety_plans.find_plan(case)
    page = {
        **check_in_of(case, at),
        "earlier": read_earlier(case),
        "plan": plan,
        "sections": sections_of(plan) if plan is not None and safety_plans.may_see(user, plan, case) else [],
        "may_see_plan": plan is None or safety_plans.may_see(user, plan, case),
    }
    return render(request, "cases/safety/page.html", page)


@require_GET
@says_why
def now(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the part that re-reads itself: how the check-in stands at this moment."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    return render(request, "cases/safety/_check_in.html", check_in_of(case, at))


def check_in_of(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "live": read_live(case, at),
        "now": at,
        "may_begin": case.state == "open" and is_settled(case),
    }


def is_settled(case: Case) -> bool:
    """Say whether we know who rings in this case."""
    return case.caller is not None and not case.possibly_known


def sections_of(plan: SafetyPlan, *, on_paper: bool = False) -> list[tuple[str, str]]:
    """Return the parts that have something in them, each under the words of the form; on paper nothing speaks of us."""
    labels = PlanForm.base_fields
    names = [name for name in SafetyPlan.SECTIONS if not (on_paper and name in ABOUT_US)]
    return [(str(labels[name].label), words) for name in names if (words := getattr(plan, name))]


@require_GET
@says_why
def plan(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    there = plan_of(user, case)
    written = {name: getattr(there, name) for name in SafetyPlan.SECTIONS} if there is not None else {}
    rest = (
        {"readers": there.readers, "wants_paper": there.wants_paper, "version": there.version}
        if there
        else {"version": 0}
    )
    return render(request, "cases/safety/plan.html", {"case": case, "form": PlanForm(initial={**written, **rest})})


def plan_of(user: User, case: Case) -> SafetyPlan | None:
    """Return the plan. Raises NotAllowed where she does not want this person to read it."""
    there = safety_plans.find_plan(case)
    if there is not None and not safety_plans.may_see(user, there, case):
        raise NotAllowed(_("The caller wants this plan read only by the person who has their case."))
    return there


@require_POST
@says_why
def plan_keep(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the plan. Where somebody else was faster nothing typed is lost: both stand side by side."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = PlanForm(request.POST)
    page: dict[str, Any] = {"case": case, "form": form}
    if not form.is_valid():
        return render(request, "cases/safety/plan.html", page, status=422)
    said = form.cleaned_data
    try:
        safety_plans.keep(
            case=case, by=user, sections=form.sections(), readers=said["readers"], wants_paper=said["wants_paper"],
            version=said["version"], at=at,
        )  # fmt: skip
    except Conflict as faster:
        form.add_error(None, str(faster))
        there = plan_of(user, case)
        page["theirs"] = sections_of(there) if there is not None else []
        page["their_version"] = there.version if there is not None else 0
        return render(request, "cases/safety/plan.html", page, status=409)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return render(request, "cases/safety/plan.html", page, status=422)
    messages.success(request, _("Kept. It is to be gone through again in a month."))
    return redirect("cases:safety", case.ref)


@require_POST
@says_why
def plan_confirm(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    safety_plans.confirm(case=case, by=user, at=at)
    messages.success(request, _("Written down: it stands as it is."))
    return redirect("cases:safety", case.ref)


@require_GET
@says_why
def paper(request: HttpRequest, ref: str) -> HttpResponse:
    """The plan for a printer, where she wants it on paper: her words, and nothing that says where they come from."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at, reason="paper")
    there = plan_of(user, case)
    if there is None or not there.wants_paper:
        raise NotAllowed(_("The caller did not say that they want it on paper."))
    return render(request, "cases/safety/paper.html", {"case": case, "sections": sections_of(there, on_paper=True)})


@require_GET
@says_why
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    page = {"case": case, "form": CheckInForm(case=case, at=at), "is_settled": is_settled(case)}
    return render(request, "cases/safety/begin.html", page)


@require_POST
@says_why
def set_up(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = CheckInForm(request.POST, case=case, at=at)
    if form.is_valid():
        try:
            check_ins.start(case=case, by=user, agreed=form.agreed(), at=at)
        except NotAgreed as refused:
            form.blame(refused)
        except Conflict as faster:
            form.add_error(None, str(faster))
        else:
            messages.success(request, _("The check-in runs."))
            return redirect("cases:safety", case.ref)
    page = {"case": case, "form": form, "is_settled": is_settled(case)}
    return render(request, "cases/safety/begin.html", page, status=422)


@require_POST
@says_why
def check_in(request: HttpRequest, ref: str, check_in_ref: str) -> HttpResponse:
    """Do one of the verbs of a check-in."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = CheckIn.objects.filter(case=case, ref=check_in_ref).select_related("case").first()
    if row is None:
        raise NotFound(_("There is no such check-in, or it is not yours."))
    messages.success(request, act(row, request.POST.get("verb", ""), user, at, request.POST))
    return redirect("cases:safety", case.ref)


@require_POST
@says_why
def ring(request: HttpRequest, ref: str, contact_ref: str) -> HttpResponse:
    """The number of one of her people, with what may be said to them; or why not."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    people = CheckInContact.objects.select_related("check_in__case", "route")
    contact = people.filter(check_in__case=case, ref=contact_ref).first()
    if contact is None:
        raise NotFound(_("There is no such person, or it is not yours."))
    number = check_in_people.number_to_ring(contact=contact, by=user, at=at)
    return render(request, "cases/safety/ring.html", {"case": case, "contact": contact, "number": number})


@require_POST
@says_why
def word(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a word for a check-in from somebody who is only possibly known: the word tells whose check-in it is."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    if hear_from_number(case=case, by=user, said=request.POST.get("word", "")[:200], at=at) == Heard.WRONG:
        raise NotAllowed(NOT_HER_WORD)
    messages.success(request, TAKEN_IN)
    return redirect("dashboard:case", case.ref)


def act(row: CheckIn, verb: str, user: User, at: datetime, said: "dict[str, str]") -> str:
    """Do what the button says and return what happened, in words. Raises NotAllowed for a verb that there is not."""
    match verb:
        case "arrived" | "heard":
            heard = hear_on_phone(
                check_in=row, by=user, said=said.get("word", "")[:200], at=at, is_over=verb == "arrived"
            )
            if heard == Heard.WRONG:
                raise NotAllowed(NOT_HER_WORD)
            return str(TAKEN_IN)
        case "on_it":
            check_in_people.acknowledge(check_in=row, by=user, at=at)
            return _("You are on it. The others are not woken for now.")
        case "no_answer":
            check_in_people.note_no_answer(check_in=row, by=user, at=at, words=said.get("note", "")[:500])
            return _("Written down. The next step follows at once.")
        case "extend":
            minutes = said.get("minutes", "")
            check_in_people.extend(check_in=row, by=user, at=at, minutes=int(minutes) if minutes.isdecimal() else 0)
            return _("More time.")
        case "escalate":
            check_in_people.escalate(check_in=row, by=user, at=at)
            return _("Begun.")
        case "police":
            check_in_people.note_police(check_in=row, by=user, at=at, words=said.get("note", "")[:500])
            return _("Written down.")
        case "stop":
            check_in_people.stop(check_in=row, by=user, at=at, reason=said.get("reason", "")[:500])
            return _("Stopped.")
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
