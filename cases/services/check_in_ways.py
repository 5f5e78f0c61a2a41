"""Whom a check-in can reach, and how: her phone, her own people, and the line of staff. Asked afresh each time."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from cases.access import numbers_of
from cases.models import Caller, Case, CheckIn, CheckInContact, ContactRoute, LetIn, Number
from cases.reaching import Channel
from cases.services import safe_contact
from helpline.core.audit import services as audit
from helpline.core.rota.services import who_is_on
from helpline.core.staff.models import Role, User

BY_TEXT: Channel = "text"
BY_CALL: Channel = "call"
NO_WAY = ""
_CHANNELS = (BY_TEXT, BY_CALL)


def usable_routes(caller: Caller, case: Case, at: datetime) -> list[ContactRoute]:
    """Return the ways to this caller that may be a check-in's contact: her card lets us text or ring them, if not now."""
    routes = ContactRoute.objects.filter(caller=caller, ended_at=None).order_by("position", "pk")
    return [route for route in routes if route.number and is_usable(route, case, at)]


def is_usable(route: ContactRoute, case: Case, at: datetime) -> bool:
    """Say whether a route may be texted or rung at some hour of the day."""
    answers = [safe_contact.may_reach_route(route=route, channel=channel, case=case, at=at) for channel in _CHANNELS]
    return any(answer.is_allowed or answer.because == "not_now" for answer in answers)


def way_to(contact: CheckInContact, case: Case, at: datetime) -> tuple[str, str]:
    """Return how one of her people can be told now ("text", else "call", else blank), and a code for why not otherwise."""
    answers = {
        channel: safe_contact.may_reach_route(route=contact.route, channel=channel, case=case, at=at)
        for channel in _CHANNELS
    }
    for channel, answer in answers.items():
        if answer.is_allowed:
            return channel, answers[BY_TEXT].because
    return NO_WAY, answers[BY_TEXT].because


def number_to_ask(check_in: CheckIn, at: datetime) -> tuple[Number | None, str]:
    """Return the number on which she may be texted now, the agreed one first; or None and a code for why there is none."""
    numbers = sorted(numbers_of(check_in.case), key=lambda number: number.pk != check_in.number_id)
    because = "no_number"
    for number in numbers:
        answer = safe_contact.may_text(number=number, case=check_in.case, at=at)
        if answer.is_allowed:
            return number, ""
        because = answer.because if because == "no_number" else because
    return None, because


def may_ring_her(check_in: CheckIn, at: datetime) -> tuple[bool, str]:
    """Say whether a person may ring her on any of her numbers now; a code for why not otherwise."""
    answers = [safe_contact.may_call(number=number, case=check_in.case, at=at) for number in numbers_of(check_in.case)]
    if any(answer.is_allowed for answer in answers):
        return True, ""
    return False, answers[0].because if answers else "no_number"


def staff_line(case: Case, at: datetime) -> list[User]:
    """Return who of staff is told, in order: who is on call now (else who has the case), coordinators, supervisors.

    Only people whose duty number is verified: nobody else could be told.
    """
    on_call = [turn.person for turn in who_is_on(case.line, at)] if case.line is not None else []
    first = on_call or ([case.owner] if case.owner is not None else [])
    leads: list[User] = []
    for role in (Role.COORDINATOR, Role.SUPERVISOR):
        leads += User.objects.active().holding(role).order_by("username")
    unique = dict.fromkeys([*first, *leads])
    return [person for person in unique if person.is_active and person.has_verified_phone and person.duty_phone]


def let_in(case: Case, person: User, at: datetime) -> None:
    """Whoever is told must get at the case. Written down; those who may read it anyway are left as they are."""
    if LetIn.objects.filter(case=case, user=person).exists() or case.owner_id == person.pk:
        return
    LetIn.objects.bulk_create([LetIn(case=case, user=person, why="check_in", since=at)], ignore_conflicts=True)
    audit.record(
        by=None, verb="case.let_in", what="case", about=case.ref, at=at, person=person.username, why="check_in"
    )


def live_of_number(number_id: int) -> Sequence[CheckIn]:
    """Return the live check-ins of everybody who is known to use this number: phones are shared."""
    of_number = Q(caller__numbers=number_id) | Q(caller__safe_contacts__number=number_id) | Q(number=number_id)
    live = CheckIn.objects.live().filter(of_number)
    return list(CheckIn.objects.filter(pk__in=live.values("pk")).select_related("case__line", "case__owner", "caller"))
