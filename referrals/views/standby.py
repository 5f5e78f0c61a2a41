"""Stand-by of lawyers: who is on, the next two weeks, and keeping them."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from helpline.core import clock
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from referrals.access import check_keeps_network, check_uses_network, may_keep_network
from referrals.forms.standby import StandByForm
from referrals.models import StandBy
from referrals.services import standby, standby_weeks
from referrals.services.directory import zone_here


@require_GET
@says_why
def stand_by(request: HttpRequest) -> HttpResponse:
    """Everybody who speaks with callers sees who is on now, and the two weeks to come."""
    user, at = worker(request), clock.now()
    check_uses_network(user, at)
    zone = zone_here()
    here = at.astimezone(zone).date()
    this_monday = here - timedelta(days=here.weekday())
    monday = _read_monday(request.GET.get("from", "")) or this_monday
    page = {
        "strips": standby_weeks.read_strips(at=at, monday=monday), "keeps": may_keep_network(user), "zone": zone,
        "monday": monday, "last": monday + timedelta(days=13), "before": monday - timedelta(days=14),
        "after": monday + timedelta(days=14), "is_now": monday == this_monday,
    }  # fmt: skip
    return render(request, "referrals/standby/stand_by.html", page)


@require_http_methods(["GET", "POST"])
@says_why
def stand_by_new(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    form = StandByForm(request.POST or None, initial={"day": at.astimezone(zone_here()).date()})
    if request.method == "POST" and form.is_valid():
        try:
            standby.add(**form.cleaned_data, by=user, at=at)
        except (NotAllowed, Conflict) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("They are on stand-by."))
            return redirect("referrals:stand_by")
    return _render(request, form, _("Add stand-by"))


@require_http_methods(["GET", "POST"])
@says_why
def stand_by_change(request: HttpRequest, stand_by_ref: str) -> HttpResponse:
    """Change one stretch, or take it off."""
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    row = StandBy.objects.select_related("person__provider", "area").filter(ref=stand_by_ref).first()
    if row is None:
        raise NotFound
    if request.method == "POST" and request.POST.get("verb") == "remove":
        standby.remove(stand_by=row, by=user, at=at)
        messages.success(request, _("Taken off."))
        return redirect("referrals:stand_by")
    form = StandByForm(request.POST or None, initial=_as_typed(row))
    del form.fields["weeks"]
    if request.method == "POST" and form.is_valid():
        try:
            standby.change(stand_by=row, **form.cleaned_data, by=user, at=at)
        except (NotAllowed, Conflict) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect("referrals:stand_by")
    return _render(request, form, _("Change stand-by"), there=row)


def _render(request: HttpRequest, form: StandByForm, title: str, **more: Any) -> HttpResponse:
    page = {"form": form, "title": title, "zone": zone_here(), **more}
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/standby/form.html", page, status=status)


def _read_monday(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day - timedelta(days=day.weekday()) if 2000 < day.year < 2200 else None


def _as_typed(row: StandBy) -> dict[str, Any]:
    zone = zone_here()
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return {
        "person": row.person.ref, "area": row.area.ref if row.area is not None else "", "position": row.position,
        "day": starts.date(), "from_time": starts.time(), "to_time": ends.time(), "to_day": _last_day(starts, ends),
    }  # fmt: skip


def _last_day(starts: datetime, ends: datetime) -> date | None:
    """Say the last day only where the two times do not say it by themselves."""
    plain = starts.date() if ends.time() > starts.time() else starts.date() + timedelta(days=1)
    return ends.date() if ends.date() != plain else None
