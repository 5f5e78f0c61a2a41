"""What was done to somebody: list, write down, read, change, and what belongs to it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case, get_incident
from cases.forms.incidents import IncidentForm, initial_of
from cases.forms.law import ConsultForm
from cases.models import Case, Incident
from cases.services import identity, incidents, law_cards
from cases.services.incident_facts import Unfit, facts_of
from cases.services.incident_lists import others_of_event
from cases.services.incident_reports import DECIDES
from cases.vocabulary.codes import ACTS, TYPES, flags_of
from cases.vocabulary.word_rules import suggest_acts
from helpline.core import clock
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User


@require_GET
@says_why
def listed(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    of_it = [case, *identity.joined_cases(case, user)]
    rows = Incident.objects.filter(case__in=of_it).whole().order_by("-recorded_at", "-pk")
    return render(request, "cases/incidents/list.html", {"case": case, "incidents": rows, "now": at})


@require_http_methods(["GET", "POST"])
@says_why
def new(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    if request.method == "GET":
        kept = incidents.read_draft(case=case, by=user)
        form = IncidentForm(initial={"narrative": kept, "key": new_opaque()}, at=at)
        return _show_form(request, case, form, draft=kept)
    form = IncidentForm(request.POST, at=at)
    if not form.is_valid():
        return _show_form(request, case, form, status=422)
    try:
        made = incidents.record(case=case, by=user, at=at, facts=form.facts(), key=form.cleaned_data["key"] or None)
    except Unfit as refused:
        form.blame(refused)
        return _show_form(request, case, form, status=422)
    if not made.acts.exists() and suggest_acts(made.narrative or ""):
        messages.success(request, _("Kept. Is one of the marked things what was done? Tick what is right."))
        return redirect("cases:incident_edit", case.ref, made.ref)
    messages.success(request, _("Kept."))
    return redirect("cases:incident", case.ref, made.ref)


@require_GET
@says_why
def incident(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=STORY, case_ref=ref, at=at)
    return show_incident(request, found, user, at)


def show_incident(
    request: HttpRequest, found: Incident, user: User, at: datetime, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Render an incident that was opened through the door; `forms` stand in for the empty ones, with errors."""
    case = found.case
    whole = Incident.objects.whole().select_related("twin").get(pk=found.pk)
    whole.case = case
    page = {
        "case": case,
        "incident": whole,
        "flags": flags_of(act.code for act in whole.acts.all()),
        "may_decide_kind": user.holds(*DECIDES),
        "others": others_of_event(whole, user),
        "cards": law_cards.cards_for(whole),
        "consultations": whole.consultations.select_related("colleague") if whole.needs_law_card else (),
        "consult_form": ConsultForm(by=user, at=at),
        "country": law_cards.country_of(whole),
        "now": at,
        **forms,
    }
    return render(request, "cases/incidents/incident.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def edit(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Change an incident. Whoever was slower sees both texts and loses neither."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    if request.method == "GET":
        initial = initial_of(facts_of(found), found.version)
        draft = incidents.read_draft(case=found.case, by=user, incident=found)
        form = IncidentForm(initial={**initial, "narrative": draft or initial["narrative"]}, at=at)
        has_draft = bool(draft) and draft != initial["narrative"]
        return _show_form(request, found.case, form, incident=found, draft=draft, theirs=found if has_draft else None)
    form = IncidentForm(request.POST, initial=initial_of(facts_of(found), found.version), at=at)
    if not form.is_valid():
        return _show_form(request, found.case, form, incident=found, status=422)
    try:
        version = form.cleaned_data["version"] or 0
        incidents.change(incident=found, by=user, at=at, facts=form.facts(), version=version)
    except Unfit as refused:
        form.blame(refused)
        return _show_form(request, found.case, form, incident=found, status=422)
    except incidents.Overtaken as overtaken:
        form.go_on_from(overtaken.now.version)
        return _show_form(
            request, found.case, form, incident=found, theirs=overtaken.now, sentence=str(overtaken), status=409
        )
    messages.success(request, _("Kept."))
    return redirect("cases:incident", found.case.ref, found.ref)


def _show_form(request: HttpRequest, case: Case, form: IncidentForm, *, status: int = 200, **more: Any) -> HttpResponse:
    page = {"case": case, "form": form, **acts_of(form.heard, form.chosen_acts), **more}
    return render(request, "cases/incidents/form.html", page, status=status)


def acts_of(heard: str, chosen: list[str]) -> dict[str, Any]:
    """Return what the choice of acts is drawn from: those that the words suggest first, none of them chosen by us."""
    suggested = [one for one in suggest_acts(heard) if one.code not in chosen]
    shown = {one.code for one in suggested}
    by_type = [
        (words, [act for act in ACTS.values() if act.type == kind and act.code not in shown])
        for kind, words in TYPES.items()
    ]
    old = [code for code in chosen if code not in ACTS]
    return {"suggested": suggested, "acts_by_type": by_type, "chosen": chosen, "old_acts": old}


@require_POST
@says_why
def acts(request: HttpRequest, ref: str) -> HttpResponse:
    """Draw the choice of acts anew from the words as they are typed, which come in the body and are kept nowhere here."""
    get_case(worker(request), ref, to=WRITE, at=clock.now())
    page = acts_of(request.POST.get("narrative", ""), request.POST.getlist("acts"))
    return render(request, "cases/incidents/_acts.html", page)


@require_POST
@says_why
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what is being typed of a new incident. Answers 204: the page says itself that it was kept."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    incidents.save_draft(case=case, by=user, body=request.POST.get("narrative", ""), at=at)
    return HttpResponse(status=204)


@require_POST
@says_why
def edit_draft(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    body = request.POST.get("narrative", "")
    incidents.save_draft(case=found.case, by=user, body=body, at=at, incident=found)
    return HttpResponse(status=204)


@require_POST
@says_why
def released(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Note that somebody is out, as of now: the exact time can be changed in the form."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    incidents.set_released(incident=found, by=user, at=at, released_at=at)
    messages.success(request, _("They are out. Change the time in the form if it was earlier."))
    return redirect("cases:incident", found.case.ref, found.ref)


@require_POST
@says_why
def consult(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Record that a colleague was asked."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    form = ConsultForm(request.POST, by=user, at=at)
    if not form.is_valid():
        return show_incident(request, found, user, at, status=422, consult_form=form)
    try:
        law_cards.record_consultation(incident=found, by=user, at=at, **form.cleaned_data)
    except Unfit as refused:
        for field, sentence in refused.fields.items():
            form.add_error(field, sentence)
        return show_incident(request, found, user, at, status=422, consult_form=form)
    return redirect("cases:incident", found.case.ref, found.ref)
