"""Move the phones of a transfer, from the worker: what `telephony.transferring` decides is done here, each step once or again.

A step that fails is tried again within seconds. Whatever is not done, the caller is not alone: the room ends with the counsellor's
phone until they have handed over, and the caller then goes on by themselves (`rooms.leave`).
"""

import contextlib
import logging
from datetime import datetime, timedelta

from django.db import transaction

from helpline.core.outbox.models import Route
from telephony.gateway.errors import GatewayError, NotThere, Refused
from telephony.gateway.protocol import Gateway
from telephony.models import Leg, OutPurpose, RoomEvent, Transfer
from telephony.services import addresses, calls_out, transfers
from telephony.services.transfers import CALLER, COUNSELLOR
from telephony.transferring import Decision, Facts

LEASE = timedelta(seconds=30)
LOOKS_EVERY = timedelta(seconds=2)  # also where nothing was told: a callback may be lost
FOLLOWS_WITHIN = timedelta(seconds=12)  # everybody is in the room by then, or no word of it came
MOST_AT_ONCE = 50
log = logging.getLogger(__name__)


def move_due(*, at: datetime, gateway: Gateway) -> int:
    """Look after every transfer that is due; returns how many. Any number of these may run at once."""
    done = 0
    for pk in list(Transfer.objects.due(at).values_list("pk", flat=True)[:MOST_AT_ONCE]):
        free = Transfer.objects.due(at).filter(pk=pk).exclude(claimed_until__gt=at)
        if free.update(claimed_until=at + LEASE, next_look_at=at + LOOKS_EVERY) != 1:
            continue
        try:
            _move(pk, at=at, gateway=gateway)
        except GatewayError as broken:
            log.warning("a transfer waits for the gateway: %s", type(broken).__name__)
        finally:
            Transfer.objects.filter(pk=pk).update(claimed_until=None)
        done += 1
    return done


def _move(pk: int, *, at: datetime, gateway: Gateway) -> None:
    transfer = Transfer.objects.select_related("call__line", "leg", "out_call").get(pk=pk)
    if transfer.leg_moved_at is None and transfer.wish != "call_off":
        _move_counsellor(transfer, at=at, gateway=gateway)
    facts = transfers.read_facts(transfer)
    if _is_late(transfer, at) and "coming" in {facts.caller, facts.counsellor, facts.provider}:
        facts = _look(transfer, at=at, gateway=gateway)
    if transfer.call.stage != transfers.STAGE:
        _clear_up(transfer, at=at, gateway=gateway)
        return
    decision = transfers.read_decision(transfer)
    _note(transfer, decision, facts, at=at)
    for step in decision.steps:
        try:
            _take(step, transfer, at=at, gateway=gateway)
        except NotThere:
            log.info("a transfer: nobody there for %s", step)
    _note(transfer, transfers.read_decision(transfer), facts, at=at)


def _is_late(transfer: Transfer, at: datetime) -> bool:
    return transfer.leg_moved_at is not None and at - transfer.leg_moved_at >= FOLLOWS_WITHIN


def _look(transfer: Transfer, *, at: datetime, gateway: Gateway) -> Facts:
    """Ask the gateway who is in the room where no word of it came, and fetch a caller who did not follow, once."""
    try:
        seen = gateway.who_is_in(_room(transfer, gateway))
    except NotThere:
        seen = frozenset()
    names = {transfer.call.sid: CALLER, transfer.leg.sid: COUNSELLOR}
    if transfer.out_call is not None:
        names[transfer.out_call.sid] = transfers.label_of(transfer)
    for sid in seen & set(filter(None, names)):
        RoomEvent.objects.get_or_create(
            key=f"seen:{transfer.room}:{sid}",
            defaults={
                "call": transfer.call,
                "room": transfer.room,
                "what": "join",
                "who": names[sid],
                "order": 0,
                "received_at": at,
            },
        )
    facts = transfers.read_facts(transfer)
    if facts.caller == "coming" and facts.counsellor != "gone" and transfer.caller_moved_at is None:
        Transfer.objects.filter(pk=transfer.pk).update(caller_moved_at=at)
        gateway.move_call(transfer.call.sid, addresses.room_door(transfer.room, CALLER))
    return facts


def _clear_up(transfer: Transfer, *, at: datetime, gateway: Gateway) -> None:
    """The caller is with us again, or has hung up: whoever is still rung or in the room is let go."""
    if transfer.out_call is not None:
        calls_out.stop(transfer.out_call, at=at, gateway=gateway)
    with contextlib.suppress(NotThere):
        gateway.end_room(_room(transfer, gateway))
    if transfer.state != "given_back":
        Transfer.objects.filter(pk=transfer.pk).update(state="over", state_since=at)
    Transfer.objects.filter(pk=transfer.pk).update(ended_at=at, next_look_at=None)
    transfers.publish(transfer)


def _move_counsellor(transfer: Transfer, *, at: datetime, gateway: Gateway) -> None:
    """Fetch the counsellor's phone into the room; the caller follows, because their conversation is over with that."""
    assert transfer.leg.sid is not None
    try:
        gateway.move_call(transfer.leg.sid, addresses.room_door(transfer.room, COUNSELLOR))
    except (Refused, NotThere):
        # The phone was hung up a moment ago: its own callback may be on its way.
        Leg.objects.filter(pk=transfer.leg_id, ended_at=None).update(ended_at=at)
    transfer.leg_moved_at = at
    Transfer.objects.filter(pk=transfer.pk).update(leg_moved_at=at)


def _take(step: str, transfer: Transfer, *, at: datetime, gateway: Gateway) -> None:
    """Take one step. Raises GatewayError; taking one again that was taken does no harm."""
    caller, counsellor = transfer.call.sid, transfer.leg.sid or ""
    match step:
        case "ring":
            _ring(transfer, at=at, gateway=gateway)
        case "stop_ringing":
            if transfer.out_call is not None:
                calls_out.stop(transfer.out_call, at=at, gateway=gateway)
        case "hold":
            gateway.hold(_room(transfer, gateway), caller, url=addresses.room_wait(transfer.room))
            _set(transfer, held=True)
        case "unhold":
            gateway.unhold(_room(transfer, gateway), caller)
            _set(transfer, held=False)
        case "loosen" if not transfer.is_loose:
            gateway.set_ends_room(_room(transfer, gateway), counsellor, ends=False)
            _set(transfer, is_loose=True)
        case "tighten" if not transfer.is_tight and transfer.out_call is not None:
            gateway.set_ends_room(_room(transfer, gateway), transfer.out_call.sid or "", ends=True)
            _set(transfer, is_tight=True)
        case "let_go":
            gateway.remove(_room(transfer, gateway), counsellor)
        case "give_back":
            gateway.move_call(caller, addresses.room_left(transfer.room, CALLER))
        case "end_room":
            gateway.end_room(_room(transfer, gateway))


def _ring(transfer: Transfer, *, at: datetime, gateway: Gateway) -> None:
    with transaction.atomic():
        now = transfers.lock(transfer.call, transfer.pk)
        if now.out_call is None and now.wish == "ring" and now.call.line is not None:
            now.out_call = calls_out.put(
                key=f"transfer-{now.ref}", purpose=OutPurpose.TRANSFER, route=Route.PROVIDER, to_ref=now.person.ref,
                line=now.call.line, about=now.call.case.ref if now.call.case else "", at=at,
                ring_seconds=transfers.RING_SECONDS,
            )  # fmt: skip
            now.save(update_fields=["out_call"])
    transfer.out_call = now.out_call
    if now.out_call is not None:
        calls_out.place(now.out_call.pk, at=at, gateway=gateway)


def _room(transfer: Transfer, gateway: Gateway) -> str:
    """Return the gateway's id of the room, which its callbacks tell; looked up where none came. Raises NotThere."""
    sid = transfer.room_sid or gateway.find_room(transfer.room)
    if not sid:
        raise NotThere
    if not transfer.room_sid:
        transfer.room_sid = sid
        Transfer.objects.filter(pk=transfer.pk).update(room_sid=sid)
    return sid


def _set(transfer: Transfer, **what: bool) -> None:
    for name, value in what.items():
        setattr(transfer, name, value)
    Transfer.objects.filter(pk=transfer.pk).update(**what)


@transaction.atomic
def _note(transfer: Transfer, decision: Decision, facts: Facts, *, at: datetime) -> None:
    """Keep what state it is in now, and since when; one that is over is looked at no more."""
    now = transfers.lock(transfer.call, transfer.pk)
    if now.ended_at is not None:
        return
    changed = now.state != decision.state
    if changed:
        now.state, now.state_since = decision.state, at
    if decision.state in {"together", "talking", "leaving"} and not transfer.held:
        now.together_at = now.together_at or at
    if decision.state == "over":
        now.ended_at, now.next_look_at = at, None
    now.save(update_fields=["state", "state_since", "together_at", "ended_at", "next_look_at"])
    if changed:
        transfers.publish(now)
