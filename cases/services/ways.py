"""The ways to reach a caller, in the order in which they are tried, each with whether it is allowed now.

Who follows something up takes the first that is allowed; where none is, the reasons say what to ask her next time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cases.access import numbers_of
from cases.models import Case, ContactRoute, Number, Purpose, RouteKind, Whose
from cases.reaching import Channel, Verdict
from cases.services import consents
from cases.services.safe_contact import Decision, answer, decide_for, may_reach_route, said_about

_LETTERS = (RouteKind.LETTER, RouteKind.PRISON_LETTER)


@dataclass(frozen=True)
class Way:
    """One way: a channel to one of her own numbers, or along a route. Prints nothing of either."""

    channel: Channel
    decision: Decision
    number: Number | None = None
    route: ContactRoute | None = None

    @property
    def ref(self) -> str:
        """The reference of its number or route: the `to` of a message in the outbox."""
        row = self.number or self.route
        return row.ref if row is not None else ""


def choose_way(*, case: Case, at: datetime) -> list[Way]:
    """Return every way to the caller of this case: texts to her numbers, calls to them, then her routes in her order.

    Her own phone comes before a shared one and what was confirmed last before what is older. Nothing is left out: the
    first whose `decision` is allowed is the way to take. While the caller is only possibly known, none is allowed.
    """
    return [*_ways_to_numbers(case, at), *_ways_along_routes(case, at)]


def first_safe_way(*, case: Case, at: datetime) -> Way | None:
    """Return the first way that is allowed now, else the one that will be allowed soonest, else None.

    Look at `decision`: true means now, `decision.next_at` from when.
    """
    ways = choose_way(case=case, at=at)
    if (now := next((way for way in ways if way.decision), None)) is not None:
        return now
    later = [(way.decision.next_at, place) for place, way in enumerate(ways) if way.decision.next_at is not None]
    return ways[min(later)[1]] if later else None


def _ways_to_numbers(case: Case, at: datetime) -> Iterator[Way]:
    numbers = numbers_of(case)
    said = said_about(numbers, case.caller_id)

    def place(number: Number) -> tuple[bool, bool, float]:
        card = said.get(number.pk)
        if card is None:
            return True, True, 0
        return False, card.whose != Whose.OWN, -card.confirmed_at.timestamp()

    numbers.sort(key=place)
    refused = answer(Verdict("no_contact"), case) if consents.is_refused(case, Purpose.CONTACT, at=at) else None
    channels: tuple[Channel, ...] = ("text", "call")
    for channel in channels:
        for number in numbers:
            card = said.get(number.pk)
            decision = (
                refused
                if refused is not None
                else decide_for(channel=channel, said=card, number=number, case=case, at=at)
            )
            yield Way(channel, decision, number=number)


def _ways_along_routes(case: Case, at: datetime) -> Iterator[Way]:
    if case.caller_id is None:
        return
    for route in ContactRoute.objects.filter(caller=case.caller_id, ended_at=None).order_by("position", "pk"):
        for channel in channels_of(route):
            yield Way(channel, may_reach_route(route=route, channel=channel, case=case, at=at), route=route)


def channels_of(route: ContactRoute) -> tuple[Channel, ...]:
    """Return the channels that a route has: a letter is written, a person or place is texted, rung or gone to."""
    if route.kind in _LETTERS:
        return ("letter",)
    return ("text", "call", "visit") if route.number else ("visit",)
