"""The type of an incident for a report in the United Nations' format, by its ordered questions."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cases.access import WRITE, get_incident
from cases.models import Answer as Said
from cases.models import Incident, ReportKind
from cases.services import incident_reports
from cases.services.incident_facts import Unfit
from cases.vocabulary.gbvims import KINDS, QUESTIONS, Answer, Kind, suggest_answers
from helpline.core import clock
from helpline.core.errors import NotFound
from helpline.core.http.forms import set_look
from helpline.core.http.pages import says_why, worker

ANSWERS = [(Answer.YES, gettext_lazy("yes")), (Answer.NO, gettext_lazy("no")), (Answer.OPEN, gettext_lazy("open"))]


class KindForm(forms.Form):
    """The questions in their order, with what follows from the acts; the type itself can be chosen against them."""

    kind = forms.ChoiceField(label=gettext_lazy("Or count it as"), required=False)
    goods_exchanged = forms.ChoiceField(
        label=gettext_lazy("Money or goods changed hands"), required=False, choices=Said.choices,
        help_text=gettext_lazy(
            "Leave it blank. Filled in, that system counts a worker’s rape by a client as “possible sexual exploitation”."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggested = suggest_answers(act.code for act in incident.acts.all())
        for kind, words in QUESTIONS.items():
            initial = suggested[kind]
            self.fields[kind.value] = forms.ChoiceField(label=_(words), choices=ANSWERS, initial=initial.value)
        kinds: Any = self.fields["kind"]
        kinds.choices = [("", _("as the answers say")), *((kind.value, _(words)) for kind, words in KINDS.items())]
        set_look(self)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in QUESTIONS]

    def answers(self) -> dict[Kind, Answer]:
        return {kind: Answer(self.cleaned_data[kind.value]) for kind in QUESTIONS}


@require_http_methods(["GET", "POST"])
@says_why
def kind(request: HttpRequest, ref: str, incident_ref: str) -> HttpResponse:
    """Decide the type. For others than coordinators and supervisors who may read the case there is nothing here."""
    user, at = worker(request), clock.now()
    found = get_incident(user, incident_ref, to=WRITE, case_ref=ref, at=at)
    if not user.holds(*incident_reports.DECIDES):
        raise NotFound
    kept = ReportKind.objects.filter(incident=found).select_related("decided_by").first()
    initial = {"goods_exchanged": kept.goods_exchanged} if kept else {}
    form = KindForm(request.POST or None, incident=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            incident_reports.decide_kind(
                incident=found, by=user, at=at, answers=form.answers(), kind=said["kind"],
                goods_exchanged=said["goods_exchanged"],
            )  # fmt: skip
        except Unfit as refused:
            for field, sentence in refused.fields.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("Kept, for reports alone."))
            return redirect("cases:incident", found.case.ref, found.ref)
    page = {"case": found.case, "incident": found, "form": form, "kept": kept, "kinds": KINDS}
    if kept is not None:
        page["kept_words"] = _(KINDS[Kind(kept.kind)])
    return render(request, "cases/incidents/kind.html", page, status=422 if request.method == "POST" else 200)
