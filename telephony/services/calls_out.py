"""Calls that we make: put with a key, placed once by a sweep, and looked up at the gateway where nobody knows whether they were.

1. `put` writes the row, in the transaction that decided it.
2. The sweep claims it by a conditional update, finds the number, and hands it to the gateway outside any transaction.
3. An answer that never came leaves it unknown. The first word that the gateway tells of it names it by the address that was asked,
   and a look-up by number finds it otherwise; only a call that is not there after a while is placed again, once.
"""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from helpline.core.lines.models import Line
from helpline.core.outbox.models import Route
from helpline.core.realtime import services as realtime
from referrals.models import ProviderPerson, TeamMember
from telephony.gateway.errors import GatewayError, NotKnown, Refused, TryLater
from telephony.gateway.protocol import Gateway
from telephony.models import OutCall, OutResult, OutState
from telephony.services import addresses

LEASE = timedelta(seconds=60)
LOOK_AFTER = timedelta(seconds=10)  # the gateway's list lags a little behind
TRY_AGAIN_AFTER = timedelta(seconds=3)
TRY_FOR = timedelta(minutes=2)  # after that nobody is rung any more out of the blue
CLOCK_SKEW = timedelta(minutes=5)
MOST_LOST_ANSWERS = 2
MOST_AT_ONCE = 50
log = logging.getLogger(__name__)


def put(
    *, key: str, purpose: str, route: str, to_ref: str, line: Line, about: str, at: datetime, ring_seconds: int = 30
) -> OutCall:
    """Put one call, inside the transaction that decided it. The same key again returns the first one unchanged.

    `to_ref` is the reference of a person at a provider or of a member of the team, never a number.
    """
    call, _ = OutCall.objects.get_or_create(
        key=key,
        defaults={
            "purpose": purpose, "route": route, "to_ref": to_ref, "line": line, "about": about, "ring_seconds": ring_seconds,
            "created_at": at, "next_look_at": at,
        },
    )  # fmt: skip
    return call


def place_due(*, at: datetime, gateway: Gateway) -> int:
    """Place what is due and find out about what is not known. Returns how many were placed. Any number may run at once."""
    placed = 0
    for pk in list(OutCall.objects.stuck(at).values_list("pk", flat=True)[:MOST_AT_ONCE]):
        _find_out(pk, at=at, gateway=gateway)
    for pk in list(OutCall.objects.due(at).values_list("pk", flat=True)[:MOST_AT_ONCE]):
        placed += place(pk, at=at, gateway=gateway)
    return placed


def place(pk: int, *, at: datetime, gateway: Gateway) -> bool:
    """Claim one call and hand it over. False where another worker has it, or where it cannot be placed."""
    taken = OutCall.objects.due(at).filter(pk=pk).update(
        state=OutState.PLACING, claimed_at=at, next_look_at=at + LEASE, tries=F("tries") + 1
    )  # fmt: skip
    if taken != 1:
        return False
    call = OutCall.objects.select_related("line").get(pk=pk)
    number = find_number(call)
    if number is None:
        _end(call, OutResult.FAILED, at)
        return False
    try:
        made = gateway.place_call(
            to=number, sender=call.line.number, url=addresses.out_words(call.ref),
            status_callback=addresses.out_status(call.ref), ring_seconds=call.ring_seconds,
        )  # fmt: skip
    except GatewayError as broken:
        _note_failure(call, broken, at)
        return False
    _note_placed(call, made.sid, at)
    return True


def stop(call: OutCall, *, at: datetime, gateway: Gateway) -> None:
    """Ring nobody any more by this call, in whatever state it is. Raises GatewayError where the gateway does not take it."""
    OutCall.objects.filter(pk=call.pk).update(ended_by_us=True)
    waiting = OutCall.objects.filter(pk=call.pk, state=OutState.PLANNED)
    if waiting.update(state=OutState.OVER, result=OutResult.CANCELED, next_look_at=None, ended_at=at) == 1:
        return
    call.refresh_from_db()
    if call.sid and call.state != OutState.OVER:
        gateway.end_call(call.sid)


def find_number(call: OutCall) -> str | None:
    """Return the number to ring as it is now; None where the person has left or has none."""
    if call.route == Route.PROVIDER:
        person = ProviderPerson.objects.filter(ref=call.to_ref, left_at=None).first()
        return person.number if person is not None else None
    if call.route == Route.MEMBER:
        member = TeamMember.objects.filter(ref=call.to_ref, ended_at=None).first()
        return member.number if member is not None else None
    return None


def publish(call: OutCall) -> None:
    """Tell open pages, by the reference of the case."""
    if call.about:
        realtime.publish("case", call.about)


def _note_placed(call: OutCall, sid: str, at: datetime) -> None:
    """Write its id down, unless a word of the gateway has done so already."""
    try:
        with transaction.atomic():
            now = OutCall.objects.select_for_update().get(pk=call.pk)
            now.sid = now.sid or sid
            now.placed_at = now.placed_at or at
            if now.state in {OutState.PLACING, OutState.UNKNOWN}:
                now.state, now.next_look_at = OutState.PLACED, None
            now.save()
            publish(now)
    except IntegrityError:
        log.error("two calls out took the same id")


def _note_failure(call: OutCall, broken: GatewayError, at: datetime) -> None:
    with transaction.atomic():
        now = OutCall.objects.select_for_update().get(pk=call.pk)
        if now.state != OutState.PLACING or now.sid:
            return
        match broken:
            case NotKnown():
                now.state, now.next_look_at = OutState.UNKNOWN, at + LOOK_AFTER
                now.lost_answers += 1
            case Refused():
                _end(now, OutResult.FAILED, at)
                return
            case _ if at - now.created_at >= TRY_FOR:
                _end(now, OutResult.FAILED, at)
                return
            case _:
                after = broken.after if isinstance(broken, TryLater) else None
                now.state, now.next_look_at = OutState.PLANNED, at + (after or TRY_AGAIN_AFTER)
        now.save()


def _find_out(pk: int, *, at: datetime, gateway: Gateway) -> None:
    """Look for a call of which nobody knows at the gateway: found, it was placed; not there, it is placed again, once."""
    with transaction.atomic():
        call = OutCall.objects.stuck(at).select_for_update().select_related("line").filter(pk=pk).first()
        if call is None:
            return
        if call.state == OutState.PLACING:  # whoever placed it never said
            call.state = OutState.UNKNOWN
            call.lost_answers += 1
        call.next_look_at = at + LOOK_AFTER
        call.save()
    number = find_number(call)
    try:
        since = (call.claimed_at or call.created_at) - CLOCK_SKEW
        found = gateway.find_calls(to=number, since=since) if number else []
    except GatewayError:
        return  # looked up again soon
    known = set(OutCall.objects.filter(sid__in=[each.sid for each in found]).values_list("sid", flat=True))
    ours = [each for each in found if each.sid not in known]
    if ours:
        _note_placed(call, ours[-1].sid, at)
        return
    with transaction.atomic():
        now = OutCall.objects.select_for_update().get(pk=pk)
        if now.state != OutState.UNKNOWN or now.sid:
            return
        if now.lost_answers >= MOST_LOST_ANSWERS or at - now.created_at >= TRY_FOR:
            _end(now, OutResult.FAILED, at)
            return
        now.state, now.next_look_at = OutState.PLANNED, at
        now.save()


def _end(call: OutCall, result: str, at: datetime) -> None:
    call.state, call.result, call.ended_at, call.next_look_at = OutState.OVER, OutResult(result), at, None
    call.save()
    publish(call)
