"""The rota's pages: a week of a line, its shifts and changes, and taking over now."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpline.core import clock
from helpline.core.errors import HelplineError
from helpline.core.lines.models import Line
from helpline.core.rota import coverage
from helpline.core.rota import services as rota
from helpline.core.rota.models import Override, Shift
from helpline.core.rota.words import say_gap
from helpline.office.access import KEEPS_ROTA, only, signed_in
from helpline.office.rota_forms import OverrideForm, ShiftForm
from helpline.office.week import draw_week, span_of, week_of

GAPS_SAID = 6  # more than that and the picture says it better


@require_GET
def week(request: HttpRequest) -> HttpResponse:
    at, me = clock.now(), signed_in(request)
    lines = list(Line.objects.active())
    if not lines:
        return render(request, "office/rota_empty.html")
    line = next((one for one in lines if one.ref == request.GET.get("line")), lines[0])
    zone = clock.find_zone(line.time_zone)
    monday = week_of(_read_day(request.GET.get("from", "")) or at.astimezone(zone).date())
    since, until = span_of(monday, zone)
    read = rota.read_rota(line, since, until)
    gaps = coverage.find_gaps(read.turns, read.changes, max(since, min(at, until)), until)
    on_call = rota.who_is_on(line, at)
    shown = {
        "lines": lines,
        "line": line,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(weeks=1),
        "after": monday + timedelta(weeks=1),
        "is_this_week": since <= at < until,
        "days": draw_week(
            read.turns, read.changes, monday, zone, at=at, names={name: str(one) for name, one in read.people.items()}
        ),
        "overrides": [_describe(row, zone) for row in read.overrides],
        "gaps": [_find_cover(gap, zone) for gap in gaps[:GAPS_SAID]],
        "more_gaps": max(0, len(gaps) - GAPS_SAID),
        "on_now": on_call,
        "next": rota.next_change(line, at),
        "zone": zone,
        "keeps": me.holds(*KEEPS_ROTA),
        "may_take_over": me.has_verified_phone and not (on_call and on_call[0].person == me),
    }
    return render(request, "office/rota.html", shown)


@require_http_methods(["GET", "POST"])
@only(KEEPS_ROTA)
def shift_new(request: HttpRequest, line_ref: str) -> HttpResponse:
    line = get_object_or_404(Line, ref=line_ref)
    form = ShiftForm(request.POST or None, zone=clock.find_zone(line.time_zone), initial=_asked_for(request, line))
    if request.method == "POST" and form.is_valid():
        given, by, at = form.cleaned_data, signed_in(request), clock.now()
        who = {"line": line, "person": given["person"], "position": given["position"], "by": by, "at": at}
        try:
            if given["weeks"] > 1:
                rota.repeat_shift(
                    **who,
                    day=given["day"],
                    from_time=given["from_time"],
                    to_time=given["to_time"],
                    weeks=given["weeks"],
                )
            else:
                rota.add_shift(**who, starts_at=given["starts_at"], ends_at=given["ends_at"])
        except HelplineError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is on the rota.") % {"name": given["person"]})
            return _to_week(line, given["day"])
    return _render_form(request, form, line, title=_("Add a shift"))


@require_http_methods(["GET", "POST"])
@only(KEEPS_ROTA)
def shift(request: HttpRequest, ref: str) -> HttpResponse:
    row = get_object_or_404(Shift.objects.select_related("line", "person"), ref=ref)
    zone = clock.find_zone(row.line.time_zone)
    initial = {"person": row.person.username, "position": row.position, **_as_typed(row, zone)}
    form = ShiftForm(request.POST or None, zone=zone, initial=initial)
    del form.fields["weeks"]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rota.change_shift(
                shift=row, person=given["person"], position=given["position"], by=signed_in(request), at=clock.now(),
                starts_at=given["starts_at"], ends_at=given["ends_at"],
            )  # fmt: skip
        except HelplineError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The shift is changed."))
            return _to_week(row.line, given["day"])
    remove = reverse("office:shift_remove", args=[ref])
    return _render_form(request, form, row.line, title=_("Change a shift"), remove=remove)


@require_POST
@only(KEEPS_ROTA)
def shift_remove(request: HttpRequest, ref: str) -> HttpResponse:
    row = get_object_or_404(Shift.objects.select_related("line", "person"), ref=ref)
    day = row.starts_at.astimezone(clock.find_zone(row.line.time_zone)).date()
    rota.remove_shift(shift=row, by=signed_in(request), at=clock.now())
    messages.success(request, _("%(name)s is off the rota for that time.") % {"name": row.person})
    return _to_week(row.line, day)


@require_http_methods(["GET", "POST"])
@only(KEEPS_ROTA)
def override_new(request: HttpRequest, line_ref: str) -> HttpResponse:
    line = get_object_or_404(Line, ref=line_ref)
    form = OverrideForm(request.POST or None, zone=clock.find_zone(line.time_zone), initial=_asked_for(request, line))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rota.override(
                line=line, person=given["person"], replaces=given["replaces"], by=signed_in(request), at=clock.now(),
                starts_at=given["starts_at"], ends_at=given["ends_at"],
            )  # fmt: skip
        except HelplineError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The change is on the rota."))
            return _to_week(line, given["day"])
    return _render_form(request, form, line, title=_("Change for a night"))


@require_POST
@only(KEEPS_ROTA)
def override_remove(request: HttpRequest, ref: str) -> HttpResponse:
    row = get_object_or_404(Override.objects.select_related("line"), ref=ref)
    day = row.starts_at.astimezone(clock.find_zone(row.line.time_zone)).date()
    rota.remove_override(row=row, by=signed_in(request), at=clock.now())
    messages.success(request, _("The change is taken back; the rota holds as before."))
    return _to_week(row.line, day)


@require_POST
def take_over(request: HttpRequest, line_ref: str) -> HttpResponse:
    """Put whoever asks first on call, now. Everybody with a verified number may: a sick colleague cannot ask for leave."""
    line = get_object_or_404(Line.objects.active(), ref=line_ref)
    me, at = signed_in(request), clock.now()
    try:
        rota.take_over_now(line=line, person=me, at=at)
    except HelplineError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("You are first on call now."))
    return _to_week(line, at.astimezone(clock.find_zone(line.time_zone)).date())


def _render_form(
    request: HttpRequest, form: ShiftForm | OverrideForm, line: Line, *, title: str, remove: str = ""
) -> HttpResponse:
    shown = {"form": form, "line": line, "title": title, "remove": remove}
    return render(request, "office/rota_form.html", shown, status=400 if form.errors else 200)


def _to_week(line: Line, day: date) -> HttpResponseRedirect:
    return redirect(reverse("office:rota", query={"line": line.ref, "from": week_of(day).isoformat()}))


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not 2000 < day.year < 2200:
        raise Http404
    return day


def _asked_for(request: HttpRequest, line: Line) -> dict[str, Any]:
    """Read what a link already says about a new shift: the day (otherwise today) and the hours that want somebody."""
    asked = {name: request.GET[name] for name in ("day", "from_time", "to_time", "to_day") if request.GET.get(name)}
    return {"day": clock.now().astimezone(clock.find_zone(line.time_zone)).date(), **asked}


def _as_typed(row: Shift, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    typed: dict[str, Any] = {"day": starts.date(), "from_time": starts.time(), "to_time": ends.time()}
    plain_end = starts.date() if ends.time() > starts.time() else starts.date() + timedelta(days=1)
    return typed if ends.date() == plain_end else {**typed, "to_day": ends.date()}


def _find_cover(gap: coverage.Gap, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = gap.starts_at.astimezone(zone), gap.ends_at.astimezone(zone)
    asked = {"day": starts.date().isoformat(), "from_time": f"{starts:%H:%M}", "to_time": f"{ends:%H:%M}"}
    if ends - starts > timedelta(hours=24):
        asked["to_day"] = ends.date().isoformat()
    return {"words": say_gap(gap, zone), "asked": asked}


def _describe(row: Override, zone: ZoneInfo) -> dict[str, Any]:
    names = {"person": str(row.person or ""), "other": str(row.replaces or "")}
    if row.person is None:
        words = _("%(other)s is away, nobody instead")
    elif row.replaces is None:
        words = _("%(person)s as well")
    else:
        words = _("%(person)s instead of %(other)s")
    return {
        "ref": row.ref,
        "words": words % names,
        "starts": _local(row.starts_at, zone),
        "ends": _local(row.ends_at, zone),
    }


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)
