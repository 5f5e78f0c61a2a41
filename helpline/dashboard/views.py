"""The board, whole and in its three parts, and what can be answered on it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from cases.access import get_hand_over
from cases.services import handover
from helpline.core import clock
from helpline.core.alarms import services as alarms
from helpline.core.alarms.models import Alarm
from helpline.core.http.pages import says_why, worker
from helpline.core.http.words import here
from helpline.core.staff.models import Role
from helpline.dashboard.board import read_due, read_now, read_tonight
from helpline.dashboard.on_call import read_watches

LONGEST_REASON = 500  # characters


def title_of_night(at: datetime) -> str | Promise:
    """Call the third column by the time of day: nobody says "tonight" at noon."""
    return _("Today") if 6 <= at.astimezone(here()).hour < 17 else _("Tonight")


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    user, at = worker(request), clock.now()
    parts = {"now": read_now(user, at), "due": read_due(user, at), "tonight": read_tonight(user, at)}
    return render(request, "dashboard/board.html", {**parts, "title": title_of_night(at)})


@require_GET
def now(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/_now.html", {"now": read_now(worker(request), clock.now())})


@require_GET
def due(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/_due.html", {"due": read_due(worker(request), clock.now())})


@require_GET
def tonight(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    part = {"tonight": read_tonight(worker(request), at), "title": title_of_night(at)}
    return render(request, "dashboard/_tonight.html", part)


@require_GET
def on_call(request: HttpRequest) -> HttpResponse:
    """Give what the top bar says of who is on call."""
    worker(request)
    return render(request, "_parts/_on_call.html", {"watches": read_watches(clock.now())})


@require_POST
def alarm_seen(request: HttpRequest, ref: str) -> HttpResponse:
    user = worker(request)
    alarm = Alarm.objects.filter(ref=ref).first()
    if alarm is None or not user.holds(Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR):
        raise Http404
    if not alarms.acknowledge(alarm=alarm, by=user, at=clock.now()):
        messages.info(request, _("Somebody has it already."))
    return redirect("dashboard:board")


@require_POST
@says_why
def hand_over_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Accept, decline or take back a hand-over. Who accepts one case goes on to it."""
    user, at = worker(request), clock.now()
    offered = get_hand_over(user, ref, at=at)
    match request.POST.get("answer"):
        case "accept":
            taken = handover.accept(hand_over=offered, by=user, at=at)
            messages.success(request, _("Yours now."))
            if len(taken) == 1:
                return redirect("dashboard:case", taken[0].ref)
        case "decline":
            handover.decline(hand_over=offered, by=user, at=at, why=request.POST.get("why", "")[:LONGEST_REASON])
            messages.success(request, _("It stays where it was. They are told that it came back."))
        case "withdraw":
            handover.withdraw(hand_over=offered, by=user, at=at)
    return redirect("dashboard:board")
