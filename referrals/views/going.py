"""Sending the rapid response team, and what the desk writes down of whoever is out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access import STORY, WRITE, get_case
from cases.models import NeedKind
from helpline.core import clock
from helpline.core.errors import NotFound
from helpline.core.http.pages import says_why, worker
from referrals.access import get_referral
from referrals.services import going


@require_GET
@says_why
def send_team(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, with the team already chosen."""
    case = get_case(worker(request), ref, to=STORY, at=clock.now())
    return redirect(reverse("referrals:ask", args=[case.ref], query={"need": NeedKind.RAPID_RESPONSE}))


@require_POST
@says_why
def going_do(request: HttpRequest, ref: str, referral_ref: str, going_ref: str) -> HttpResponse:
    """Somebody rang the member, or was rung: write down what they said."""
    user, at = worker(request), clock.now()
    referral = get_referral(user, referral_ref, to=WRITE, at=at)
    row = going.find(referral, going_ref)
    if row is None or referral.case.ref != ref.upper():
        raise NotFound
    going.say(going=row, what=request.POST.get("verb", ""), at=at, by=user)
    messages.success(request, _("Written down."))
    return redirect("referrals:referral", referral.case.ref, referral.ref)
