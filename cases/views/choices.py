"""The talk before a legal step: one point at a time, by key or thumb, and what was chosen."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.forms.choices import ChoiceForm, TalkForm
from cases.models import Case
from cases.models.choice import ChoiceTalk, PointState
from cases.services import choices, wordings
from cases.views.consents import language_of
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker


def find_talk(case: Case, talk_ref: str) -> ChoiceTalk:
    talk = ChoiceTalk.objects.filter(case=case, ref=talk_ref).select_related("case", "explained_by").first()
    if talk is None:
        raise NotFound
    return talk


@require_http_methods(["GET", "POST"])
@says_why
def talks(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what was chosen, and begin the talk about a step."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    known = wordings.languages()
    form = TalkForm(request.POST or None, languages=known, initial={"language": language_of(request, case)})
    if request.method == "POST" and form.is_valid():
        talk = choices.begin(case=case, by=user, at=at, **form.cleaned_data)
        return redirect("cases:choice", case.ref, talk.ref)
    page = {"case": case, "form": form, "talks": choices.read_talks(case), "now": at}
    return render(request, "cases/choices/talks.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@says_why
def talk(request: HttpRequest, ref: str, talk_ref: str) -> HttpResponse:
    """Show the point that comes next, or the one asked for, and note how it went."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    row = find_talk(case, talk_ref)
    if request.method == "POST":
        said = request.POST
        number = read_number(said.get("number", ""))
        note = said.get("note", "")[:2000]
        choices.say_point(talk=row, number=number, state=said.get("state", ""), note=note, by=user, at=at)
        return redirect(reverse("cases:choice", args=[case.ref, row.ref]) + "#point")
    return show_talk(request, case, row, ChoiceForm())


def show_talk(request: HttpRequest, case: Case, row: ChoiceTalk, form: ChoiceForm) -> HttpResponse:
    points = {point.number: point for point in row.points.select_related("wording")}
    numbers = range(1, choices.POINTS + 1)
    left = [number for number in numbers if number not in points]
    asked = read_number(request.GET.get("point", ""))
    current = asked if asked in numbers else left[0] if left else 0
    words = wordings.wordings([f"point_{number}" for number in numbers], row.language)
    page: dict[str, Any] = {
        "case": case,
        "talk": row,
        "points": [(number, points.get(number), words[f"point_{number}"]) for number in numbers],
        "current": current,
        "point": points.get(current),
        "words": words.get(f"point_{current}"),
        "left": len(left),
        "done": choices.POINTS - len(left),
        "all": choices.POINTS,
        "states": PointState.choices,
        "form": form,
    }
    return render(request, "cases/choices/talk.html", page, status=422 if form.errors else 200)


def read_number(typed: str) -> int:
    """Return the number of a point; 0 where it is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0


@require_POST
@says_why
def decide(request: HttpRequest, ref: str, talk_ref: str) -> HttpResponse:
    """Write down what they chose."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    row = find_talk(case, talk_ref)
    form = ChoiceForm(request.POST)
    if form.is_valid():
        try:
            choices.decide(talk=row, by=user, at=at, **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Written down. It is asked again before each next step."))
            return redirect("cases:choices", case.ref)
    return show_talk(request, case, row, form)
