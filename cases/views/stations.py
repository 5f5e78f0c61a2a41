"""The hidden directory of stations: for coordinators and supervisors; for everybody else there is nothing here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import check_keeps_stations, get_station
from cases.forms.stations import MeetingForm, OfficerForm, StationForm
from cases.models import Station
from cases.services import stations
from cases.services.incident_facts import Unfit
from helpline.core import clock
from helpline.core.http.pages import says_why, worker


@require_GET
@says_why
def listed(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    check_keeps_stations(worker(request), at)
    page = {"stations": stations.search(""), "promises": stations.open_promises(), "now": at}
    return render(request, "cases/stations/list.html", page)


@require_POST
@says_why
def search(request: HttpRequest) -> HttpResponse:
    """Find by POST, so that no name stands in an address or a log."""
    at, typed = clock.now(), request.POST.get("q", "")[:200]
    check_keeps_stations(worker(request), at)
    return render(request, "cases/stations/list.html", {"stations": stations.search(typed), "typed": typed, "now": at})


@require_http_methods(["GET", "POST"])
@says_why
def new(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    check_keeps_stations(user, at)
    form = StationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("name", "district", "notes")}
        made = _try(form, lambda: stations.add_station(by=user, at=at, **said))
        if isinstance(made, Station):
            return redirect("cases:station", made.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/stations/form.html", {"form": form}, status=status)


def _try(form: forms.Form, deed: Callable[[], object]) -> object:
    """Do it, or put the service's sentences to the fields of the form and return None."""
    try:
        return deed()
    except Unfit as refused:
        for field, sentence in refused.fields.items():
            form.add_error(field, sentence)
        return None


@require_GET
@says_why
def station(request: HttpRequest, station_ref: str) -> HttpResponse:
    at = clock.now()
    return _show(request, get_station(worker(request), station_ref, at=at), at)


def _show(request: HttpRequest, found: Station, at: datetime, status: int = 200, **forms: Any) -> HttpResponse:
    page = {
        "station": found,
        "officers": found.officers.all(),
        "meetings": found.meetings.select_related("recorded_by"),
        "promises": found.promises.select_related("owner"),
        "named": stations.count_named(found, at),
        "officer_form": OfficerForm(),
        "meeting_form": MeetingForm(at=at),
        "now": at,
        **forms,
    }
    return render(request, "cases/stations/station.html", page, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def edit(request: HttpRequest, station_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_station(user, station_ref, at=at)
    if request.method == "GET":
        initial = {"name": found.name, "district": found.district, "notes": found.notes, "version": found.version}
        return render(request, "cases/stations/form.html", {"form": StationForm(initial=initial), "station": found})
    form = StationForm(request.POST)
    if form.is_valid():
        said = {**form.cleaned_data, "version": form.cleaned_data["version"] or 0}
        try:
            if _try(form, lambda: stations.change_station(station=found, by=user, at=at, **said)):
                return redirect("cases:station", found.ref)
        except stations.StationOvertaken as overtaken:
            form.go_on_from(overtaken.now.version)
            page = {"form": form, "station": found, "theirs": overtaken.now, "sentence": str(overtaken)}
            return render(request, "cases/stations/form.html", page, status=409)
    return render(request, "cases/stations/form.html", {"form": form, "station": found}, status=422)


@require_POST
@says_why
def officer(request: HttpRequest, station_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_station(user, station_ref, at=at)
    form = OfficerForm(request.POST)
    if form.is_valid() and _try(form, lambda: stations.add_officer(station=found, by=user, at=at, **form.cleaned_data)):
        return redirect("cases:station", found.ref)
    return _show(request, found, at, 422, officer_form=form)


@require_POST
@says_why
def officer_ended(request: HttpRequest, station_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_station(user, station_ref, at=at)
    stations.end_officer(station=found, officer_ref=request.POST.get("officer", ""), by=user, at=at)
    return redirect("cases:station", found.ref)


@require_POST
@says_why
def meeting(request: HttpRequest, station_ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    found = get_station(user, station_ref, at=at)
    form = MeetingForm(request.POST, at=at)
    if form.is_valid() and _try(
        form, lambda: stations.record_meeting(station=found, by=user, at=at, **form.cleaned_data)
    ):
        messages.success(request, _("Kept."))
        return redirect("cases:station", found.ref)
    return _show(request, found, at, 422, meeting_form=form)


@require_POST
@says_why
def promise(request: HttpRequest, station_ref: str) -> HttpResponse:
    """Say whether a promise was kept."""
    user, at = worker(request), clock.now()
    found = get_station(user, station_ref, at=at)
    is_kept = request.POST.get("kept") == "yes"
    stations.finish_promise(station=found, promise_ref=request.POST.get("promise", ""), by=user, at=at, is_kept=is_kept)
    return redirect("cases:station", found.ref)
