"""The clocks of a case, and the page on which a coordinator keeps the rules behind them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import STORY, WRITE, get_case, may_read_story
from cases.forms.clocks import ClockForm, ConfirmForm, StopForm, TimesForm
from cases.models import Case, Clock, StopReason
from cases.services import clock_rules, clocks
from cases.services.clock_offers import Offer, countries_held_in, find_offer, key_of, read_offers
from cases.services.clock_words import show_all
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http import words
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import Role, User


@require_http_methods(["GET", "POST"])
@says_why
def case_clocks(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the clocks of a case; a POST starts one or several."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    clinical, custody = clock_rules.rules_for(case.line, besides=countries_held_in(case))
    offer = find_offer(case, request.GET.get("from", ""), request.GET.get("n", ""))
    initial = _begin_with(offer) if offer is not None else {"key": new_opaque()}
    form = ClockForm(request.POST or None, clinical=clinical, custody=custody, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            clocks.start(
                case=case, rules=said["rules"], by=user, at=at, earliest_at=said["earliest_at"],
                latest_at=said["latest_at"], journey=form.journey_length, whom=said["whom"], station=said["station"],
                key=said["key"],
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error("earliest_at", str(refused))
        else:
            messages.success(request, _("It runs. What has to be done by when stands with the promises."))
            return redirect("cases:clocks", case.ref)
    return _show(request, case, user, at, form=form)


def _begin_with(offer: Offer) -> dict[str, Any]:
    """Fill in what an incident says; a person looks at it and starts the clock, or does not."""
    return {
        "key": key_of(offer.incident), "rules": list(offer.rules), "earliest_at": offer.earliest_at,
        "latest_at": offer.latest_at, "station": offer.station,
    }  # fmt: skip


def _show(request: HttpRequest, case: Case, user: User, at: datetime, **more: Any) -> HttpResponse:
    form = more["form"]
    read = clocks.read_clocks(case, at)
    page = {
        "case": case,
        "offers": read_offers(case, [told.clock for told in read]),
        "may_write": may_read_story(user, case) and case.state == "open",
        "clocks": show_all(read, at),
        "reasons": StopReason.choices,
        "now": at,
        **more,
    }
    return render(request, "cases/clocks/clocks.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@says_why
def case_clock(request: HttpRequest, ref: str, clock_ref: str) -> HttpResponse:
    """Correct the time of one clock, or stop it."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    row = clocks.find(case, clock_ref)
    if request.method == "POST" and request.POST.get("verb") == "stop":
        stop = StopForm(request.POST)
        said = stop.cleaned_data if stop.is_valid() else {}
        clocks.stop(clock=row, by=user, at=at, because=said.get("because", ""), note=said.get("note", ""))
        messages.success(request, _("Stopped. What it had promised is not needed any more."))
        return redirect("cases:clocks", case.ref)
    form = TimesForm(request.POST or None, initial=_times_of(row))
    if request.method == "POST" and form.is_valid():
        times = form.cleaned_data
        try:
            clocks.correct(
                clock=row, by=user, at=at, earliest_at=times["earliest_at"], latest_at=times["latest_at"],
                journey=form.journey_length, station=times["station"], seen=request.POST.get("seen"),
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error("earliest_at", str(refused))
        else:
            messages.success(request, _("Corrected. What was promised has moved along."))
            return redirect("cases:clocks", case.ref)
    name = clock_rules.read_rules([row.rule])[row.rule].rule.name
    page = {"case": case, "clock": row, "name": name, "form": form, "seen": clocks.version(row)}
    return render(request, "cases/clocks/clock.html", page, status=422 if form.is_bound else 200)


def _times_of(row: Clock) -> dict[str, Any]:
    return {
        "earliest_at": row.earliest_at,
        "latest_at": row.latest_at,
        "journey": row.journey_minutes or None,
        "station": row.station or "",
    }


SEES_RULES = (Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR, Role.COORDINATOR, Role.ADMINISTRATOR)


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule with its source and who confirmed it here: those of our countries first."""
    user = worker(request)
    if not user.holds(*SEES_RULES):
        raise Http404
    found = list(clock_rules.read_rules().values())
    ours = clock_rules.our_countries()
    page = {
        "clinical": [here for here in found if not here.is_custody],
        "custody": [here for here in found if here.is_custody and here.country in ours],
        "elsewhere": [here for here in found if here.is_custody and here.country not in ours],
        "keeps": user.holds(*clock_rules.KEEPS_RULES),
    }
    return render(request, "cases/clocks/rules.html", page)


@require_http_methods(["GET", "POST"])
@says_why
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Write down who confirmed a rule here, and with which hours; clocks that run are reckoned anew."""
    user, at = worker(request), clock.now()
    here = clock_rules.read_rules([code]).get(code)
    if here is None or not user.holds(*clock_rules.KEEPS_RULES):
        raise Http404
    today = at.astimezone(words.here()).date()
    hours = here.limit_hours if here.is_changed else None
    form = ConfirmForm(request.POST or None, initial={"confirmed_on": today, "limit_hours": hours})
    if request.method == "POST" and form.is_valid():
        try:
            clock_rules.confirm(code=code, by=user, at=at, **form.cleaned_data)
        except NotAllowed as refused:
            form.add_error("confirmed_on", str(refused))
        else:
            moved = clocks.recount(rule=code, by=user, at=at)
            messages.success(request, _told_how_many(moved))
            return redirect("cases:clock_rules")
    earlier = clock_rules.earlier(code)
    page = {"here": here, "form": form, "earlier": earlier}
    return render(request, "cases/clocks/rule.html", page, status=422 if form.is_bound else 200)


def _told_how_many(moved: int) -> str:
    if not moved:
        return _("Written down.")
    said = ngettext(
        "Written down. %(count)d clock that runs says something else now, and its promises moved along.",
        "Written down. %(count)d clocks that run say something else now, and their promises moved along.",
        moved,
    )
    return said % {"count": moved}
