"""Where a text goes that tells a caller of a fixed time: the first of their own numbers that may be texted while it is true."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases.clocks.telling import Telling
from cases.models import Case
from cases.services import safe_contact
from cases.services.ways import choose_way
from helpline.core.outbox.models import Route


@dataclass(frozen=True)
class To:
    """Where one telling goes: an outbox route and its `to`, from when; or, where it may not, the sentence that says why."""

    route: str = ""
    to: str = ""
    not_before: datetime | None = None
    why_not: str = ""


def find_caller(case: Case, telling: Telling, at: datetime) -> To:
    """Take the first of the caller's own numbers, in the order of safe contact, that may be texted while it is true."""
    ways = [way for way in choose_way(case=case, at=at) if way.channel == "text" and way.number is not None]
    tried = [read_decision(way.decision, Route.CALLER, way.ref, telling) for way in ways]
    allowed = [one for one in tried if not one.why_not]
    if allowed:
        return min(allowed, key=lambda one: one.not_before or at)
    return tried[0] if tried else To(why_not=_("There is no number to reach them at."))


def read_decision(decision: safe_contact.Decision, route: str, to: str, telling: Telling) -> To:
    """Read what the card of a number or a route says as somewhere to send a telling to, if need be later on its day."""
    if decision.is_allowed:
        return To(route, to)
    if decision.next_at is not None and decision.next_at < telling.until:
        return To(route, to, not_before=decision.next_at)
    return To(why_not=decision.sentence)
