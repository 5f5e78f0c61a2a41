"""Other ways to a caller than her own numbers: through a person, a place, or by letter; each with a card, in her order."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from cases.models import Caller, Case, ContactRoute, RouteKind, Voicemail
from cases.services.cards import Said, check, check_unchanged, fill, known_caller
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.numbers import read_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LETTERS = frozenset({RouteKind.LETTER, RouteKind.PRISON_LETTER})


def check_route(*, said: Said, kind: str, name: str, number: str, place: str, may_know: str) -> dict[str, str]:
    """Return what is wrong with a route, a sentence for each field; nothing where it can be kept."""
    wrong = check(said)
    if kind not in RouteKind.values:
        wrong["kind"] = _("Say what kind of way it is.")
    if not name.strip():
        wrong["name"] = _("Say how they call this person or place.")
    if number.strip() and read_number(number) is None:
        wrong["number"] = _("This is no telephone number.")
    if kind in LETTERS:
        if not place.strip():
            wrong["place"] = _("A letter needs an address.")
        if number.strip():
            wrong["number"] = _("A letter goes to an address. Write the number down as a way of its own.")
    elif not number.strip() and not place.strip():
        wrong["number"] = _("A number, or where to find them.")
    if (said.may_text or said.may_call) and not number.strip() and "number" not in wrong:
        wrong["number"] = _("To text or call it needs a number.")
    if said.voicemail == Voicemail.NAMED and not may_know.strip():
        wrong["voicemail"] = _("They may be told nothing, so no message there may say who we are.")
    return wrong


@transaction.atomic
def save_route(
    *,
    case: Case,
    by: User,
    at: datetime,
    said: Said,
    kind: str,
    name: str,
    number: str = "",
    place: str = "",
    language: str = "",
    may_know: str = "",
    route_ref: str = "",
    seen_at: datetime | None = None,
) -> ContactRoute:
    """Add a way to the caller of a case, last in her order, or (`route_ref`) write one anew.

    Raises NotAllowed with the first sentence of `check_route` or while nobody knows who rings, NotFound for a way that is
    not hers, NotAllowed for one that has ended, Conflict where somebody wrote it anew since `seen_at`.
    """
    wrong = check_route(said=said, kind=kind, name=name, number=number, place=place, may_know=may_know)
    if wrong:
        raise NotAllowed(next(iter(wrong.values())))
    now = lock(case)
    caller = known_caller(now)
    if route_ref:
        route = find_route(caller, route_ref)
        check_unchanged(route, seen_at)
    else:
        last = caller.routes.aggregate(last=models.Max("position"))["last"] or 0
        route = ContactRoute(caller=caller, position=last + 1, created_at=at)
    route.kind, route.name, route.language = kind, name.strip(), language.strip()
    route.number = read_number(number) if number.strip() else None
    route.place, route.may_know = place.strip() or None, may_know.strip() or None
    fill(route, said, by=by, at=at)
    route.save()
    audit.record(
        by=by, verb="route.changed" if route_ref else "route.added", what="case", about=case.ref, at=at, route=route.ref,
        kind=kind, may_text=said.may_text, may_call=said.may_call, voicemail=said.voicemail,
    )  # fmt: skip
    realtime.publish("case", case.ref)
    return route


def read_route(caller: Caller, route_ref: str) -> ContactRoute:
    """Return a way of this caller, also one that has ended. Raises NotFound."""
    route = ContactRoute.objects.filter(caller=caller, ref=route_ref).first()
    if route is None:
        raise NotFound(_("There is no such way to them."))
    return route


def find_route(caller: Caller, route_ref: str) -> ContactRoute:
    """Return a way of this caller that is still used, held for a change. Raises NotFound, NotAllowed for one that ended."""
    route = ContactRoute.objects.select_for_update().filter(caller=caller, ref=route_ref).first()
    if route is None:
        raise NotFound(_("There is no such way to them."))
    if route.ended_at is not None:
        raise NotAllowed(_("This way has ended. Add it again if it is safe again."))
    return route


@transaction.atomic
def end_route(*, case: Case, by: User, at: datetime, route_ref: str) -> ContactRoute:
    """Stop using a way from now on; it is kept, so that what was done along it stays explained. Raises as save_route."""
    route = find_route(known_caller(lock(case)), route_ref)
    route.ended_at = at
    route.save(update_fields=["ended_at"])
    audit.record(by=by, verb="route.ended", what="case", about=case.ref, at=at, route=route.ref)
    realtime.publish("case", case.ref)
    return route


@transaction.atomic
def confirm_route(*, case: Case, by: User, at: datetime, route_ref: str) -> ContactRoute:
    """Note that it was asked again and everything about this way is still so. Raises as save_route."""
    route = find_route(known_caller(lock(case)), route_ref)
    route.confirmed_at, route.confirmed_by = at, by
    route.save(update_fields=["confirmed_at", "confirmed_by"])
    audit.record(by=by, verb="route.confirmed", what="case", about=case.ref, at=at, route=route.ref)
    realtime.publish("case", case.ref)
    return route


@transaction.atomic
def try_earlier(*, case: Case, by: User, at: datetime, route_ref: str) -> None:
    """Move a way one place up in her order. The first one stays where it is. Raises as save_route."""
    caller = known_caller(lock(case))
    route = find_route(caller, route_ref)
    in_order = list(caller.routes.select_for_update().filter(ended_at=None).order_by("position", "pk"))
    place = [one.pk for one in in_order].index(route.pk)
    if place:
        in_order[place - 1], in_order[place] = in_order[place], in_order[place - 1]
    for position, one in enumerate(in_order, start=1):
        if one.position != position:
            ContactRoute.objects.filter(pk=one.pk).update(position=position)
    audit.record(by=by, verb="route.moved", what="case", about=case.ref, at=at, route=route.ref)
    realtime.publish("case", case.ref)
