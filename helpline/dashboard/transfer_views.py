"""Connect the caller of a live call with somebody outside: whom, what happens now in words, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.consenting import Receiver
from cases.models import Case
from cases.services import consents
from helpline.core import clock
from helpline.core.errors import Conflict
from helpline.core.http.pages import says_why, worker
from helpline.core.staff.models import User
from referrals.models import TRUSTED, ProviderPerson, Referral, ReferralState
from telephony.models import Call, Transfer
from telephony.services import transfers
from telephony.transferring import WISHES, may_wish

MOST_SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """Somebody with whom a caller can be connected. `has_yes`: the caller's yes to it is written down already."""

    ref: str
    provider: str
    kind: str
    is_accepted: bool
    has_yes: bool


def read_state(case: Case, call: Call | None, user: User) -> dict[str, Any]:
    """Return what the panel on the call screen shows: what goes on now, and what may be asked for."""
    shown = Transfer.objects.filter(call=call).select_related("provider", "by", "out_call", "call") if call else None
    transfer = shown.order_by("-began_at", "-pk").first() if shown is not None else None
    is_hers = call is not None and call.answered_by_id == user.pk
    is_on = call is not None and call.state == "connected" and is_hers
    goes_on = transfer is not None and transfer.ended_at is None and transfer.state != "returned"
    wishes = [
        wish for wish in WISHES if transfer is not None and goes_on and is_hers and may_wish(transfer.state, wish)
    ]
    return {
        "case": case, "transfer": transfer, "may_begin": is_on and not goes_on, "wishes": wishes, "is_hers": is_hers,
    }  # fmt: skip


@require_GET
@says_why
def transfer_state(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the panel anew."""
    user = worker(request)
    case = get_case(user, ref, to=STORY, at=clock.now())
    return render(request, "cases/_transfer.html", read_state(case, latest(case), user))


@require_http_methods(["GET", "POST"])
@says_why
def transfer(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose with whom: those who accepted first, and whoever is found by name (by POST: a name stands in no address)."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=STORY, at=at)
    name = request.POST.get("name", "").replace("\x00", "").strip()[:100]
    choices = _choices(case, name, at)
    page = {**read_state(case, latest(case), user), "choices": choices, "name": name, "call": latest(case)}
    return render(request, "cases/transfer.html", page)


@require_POST
@says_why
def transfer_begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Ring them, and go to the call screen."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    person = request.POST.get("person", "")
    transfers.begin(case=case, person_ref=person, by=user, at=at, said_yes_now=bool(request.POST.get("said_yes")))
    return redirect("dashboard:call", ref)


@require_POST
@says_why
def transfer_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for the next step: bring the caller in, leave them to talk, take the caller back."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    wish = next((known for known in WISHES if known == request.POST.get("wish")), None)
    going_on = Transfer.objects.live().filter(call__case=case).select_related("call").order_by("-began_at").first()
    if going_on is None or wish is None:
        raise Conflict(_("Nobody is being connected now."))
    transfers.ask(transfer=going_on, wish=wish, by=user, at=at)
    messages.success(request, _("Done in a moment."))
    return redirect("dashboard:call", ref)


def latest(case: Case) -> Call | None:
    """Return the call that goes on in a case, else its newest."""
    calls = Call.objects.filter(case=case).order_by("-started_at", "-pk")
    return calls.live().first() or calls.first()


def _choices(case: Case, name: str, at: Any) -> Sequence[Choice]:
    """Return those who accepted for this case and, where a name is looked for, those of that name: trusted, with a number."""
    people = ProviderPerson.objects.filter(left_at=None, provider__vetting__in=TRUSTED, number__isnull=False)
    people = people.select_related("provider").order_by("provider__name", "is_deputy", "pk")
    asked = Referral.objects.filter(case=case, state__in=[ReferralState.ACCEPTED, ReferralState.REACHED])
    accepted = list(asked.exclude(person=None).values_list("person", flat=True))
    found = list(people.filter(pk__in=accepted))
    if name:
        found += list(people.filter(provider__name__icontains=name).exclude(pk__in=accepted)[:MOST_SHOWN])
    yes: dict[int, bool] = {}
    for person in found:
        if person.provider_id not in yes:
            receiver = Receiver(person.provider.kind, person.provider.name)
            yes[person.provider_id] = consents.holds(case, "share", receiver, at=at)
    return [
        Choice(
            person.ref, person.provider.name, person.provider.get_kind_display(), person.pk in accepted,
            yes[person.provider_id],
        )
        for person in found
    ]  # fmt: skip
