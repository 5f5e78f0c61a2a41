"""The same event for other people, and the text for advocacy."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import WRITE, get_case, get_incident
from cases.forms.sharing import ShareForm, TwinForm
from cases.models import AdvocacyText, Case
from cases.services import advocacy, events
from cases.services.incident_facts import Unfit
from cases.vocabulary.codes import say
from helpline.core import clock
from helpline.core.errors import HelplineError
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User


@require_http_methods(["GET", "POST"])
@says_why
def share(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Write the same event down for other people: its facts, not the words."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    acts = [(act.code, _(say(act.code))) for act in found.acts.all()]
    form = ShareForm(request.POST or None, incident=found, acts=acts, initial={"key": new_opaque()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = events.share_event(
                incident=found, by=user, at=at, cases=_cases_named(said["refs"], user), people=form.people(),
                acts=said["acts"], is_held=said["is_held"], key=said["key"],
            )  # fmt: skip
        except Unfit as refused:
            for field, sentence in refused.fields.items():
                form.add_error({"people": "person_0"}.get(field, field), sentence)
        else:
            count = len(made)
            words = ngettext("Written down for %(count)d more.", "Written down for %(count)d more.", count)
            messages.success(request, words % {"count": count})
            return redirect("cases:incident", found.case.ref, found.ref)
    page = {"case": found.case, "incident": found, "form": form}
    return render(request, "cases/incidents/share.html", page, status=422 if request.method == "POST" else 200)


def _cases_named(typed: str, user: User) -> list[Case]:
    """Open each case that was named. Raises Unfit where one is not there or not this person's: which one is not said."""
    at = clock.now()
    try:
        return [get_case(user, ref, to=WRITE, at=at) for ref in dict.fromkeys(typed.upper().split())]
    except HelplineError:
        raise Unfit({"refs": _("One of these is not there, or not yours.")}) from None


@require_http_methods(["GET", "POST"])
@says_why
def twin(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Write the text for advocacy; a rule suggests what to leave out, a person decides. Nothing is published here."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    kept = AdvocacyText.objects.filter(incident=found).select_related("written_by").first()
    suggestion = advocacy.suggest(found)
    page = {"case": found.case, "incident": found, "kept": kept, "suggestion": suggestion}
    if request.method == "GET":
        initial = {"version": kept.version if kept else 0, "body": kept.body if kept else suggestion.text}
        return render(request, "cases/incidents/twin.html", {**page, "form": TwinForm(initial=initial)})
    form = TwinForm(request.POST)
    if form.is_valid():
        try:
            advocacy.write_twin(incident=found, by=user, at=at, **form.cleaned_data)
        except Unfit as refused:
            form.add_error("body", refused.fields["body"])
        except advocacy.TwinOvertaken as overtaken:
            form.go_on_from(overtaken.now.version)
            both = {"theirs": overtaken.now, "sentence": str(overtaken)}
            return render(request, "cases/incidents/twin.html", {**page, "form": form, **both}, status=409)
        else:
            messages.success(request, _("Kept. Nobody has been sent it."))
            return redirect("cases:incident", found.case.ref, found.ref)
    return render(request, "cases/incidents/twin.html", {**page, "form": form}, status=422)


@require_POST
@says_why
def remove_twin(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    advocacy.remove_twin(incident=found, by=user, at=at)
    return redirect("cases:incident", found.case.ref, found.ref)
