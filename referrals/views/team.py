"""The rapid response team, for the keepers of the network."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.numbers import mask_number
from helpline.core.staff.models import User
from referrals.access import check_keeps_network
from referrals.forms.team import MemberForm
from referrals.models import TeamMember
from referrals.services import team as keeping
from referrals.services.tongues import name_of


def _keeper(request: HttpRequest) -> tuple[User, datetime]:
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    return user, at


@require_GET
@says_why
def team(request: HttpRequest) -> HttpResponse:
    _keeper(request)
    members = TeamMember.objects.filter(ended_at=None).select_related("user").prefetch_related("areas")
    rows = [
        {
            "member": one, "number": mask_number(str(one.number)) if one.number else "",
            "areas": ", ".join(area.name for area in one.areas.all()),
            "languages": ", ".join(name_of(code) for code in one.languages),
        }
        for one in members
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["member"].is_away, str(row["member"].name).casefold()))  # type: ignore[attr-defined]
    return render(request, "referrals/team/team.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@says_why
def member(request: HttpRequest, member_ref: str = "") -> HttpResponse:
    """Add somebody to the team, change them, or do one of the small things: checked, away, back, left."""
    user, at = _keeper(request)
    there = TeamMember.objects.filter(ref=member_ref, ended_at=None).first() if member_ref else None
    if member_ref and there is None:
        raise NotFound
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    if there is not None and verb in _VERBS:
        _do(there, verb, user, at)
        messages.success(request, _("Noted."))
        return redirect("referrals:team")
    form = MemberForm(request.POST or None, initial=_now(there) if there is not None else {})
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "number": form.cleaned_data["number"].strip() or None}
        try:
            keeping.keep_member(member=there, by=user, at=at, **said)
        except NotAllowed as refused:
            form.add_error("number" if said["number"] else "user", str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect("referrals:team")
    page: dict[str, Any] = {"form": form, "there": there, "title": _("Member of the team")}
    return render(request, "referrals/team/form.html", page, status=422 if request.method == "POST" else 200)


_VERBS = ("checked", "away", "back", "left")


def _do(row: TeamMember, verb: str, by: User, at: datetime) -> None:
    if verb == "checked":
        keeping.note_number_checked(member=row, by=by, at=at)
    elif verb == "left":
        keeping.end_member(member=row, by=by, at=at)
    else:
        keeping.set_away(member=row, is_away=verb == "away", by=by, at=at)


def _now(row: TeamMember) -> dict[str, Any]:
    return {
        "name": row.name, "languages": row.languages, "user": row.user.username if row.user is not None else "",
        "areas": [area.ref for area in row.areas.all()],
    }  # fmt: skip
