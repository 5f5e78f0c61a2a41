"""What the gateway asks and tells about a room: who comes, who is out, what is heard by whoever waits."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from helpline.core.realtime import services as realtime
from telephony import twiml
from telephony.lifecycle import is_final_status
from telephony.models import Call, OutPurpose, OutResult, RoomEvent, Transfer
from telephony.models.call import CallState
from telephony.services import (
    addresses,
    asking_by_call,
    calls_out_told,
    ending,
    events,
    inbound_calls,
    room_words,
    transfers,
)
from telephony.services.transfers import CALLER, COUNSELLOR, PROVIDER
from telephony.twiml_rooms import ask_for_key, say_and_end, say_and_go_on, wait_with

_WHAT = {"participant-join": "join", "participant-leave": "leave", "conference-end": "end"}


@transaction.atomic
def come_in(parameters: Mapping[str, str], *, room: str, who: str, at: datetime) -> str:
    """The counsellor's phone or the caller was moved here: the room, while somebody is still being connected."""
    found = _lock(room)
    if found is None or who not in {CALLER, COUNSELLOR} or found.call.state == CallState.ENDED:
        return twiml.hang_up()
    if found.ended_at is not None and who == COUNSELLOR:
        return _say_and_end(found, "room_over")
    return transfers.enter(found, who)


@transaction.atomic
def hear_event(parameters: Mapping[str, str], *, room: str, at: datetime) -> None:
    """Somebody came or left, or the room ended. Each thing once, in any order."""
    found = _lock(room)
    what = _WHAT.get(parameters.get("StatusCallbackEvent", ""))
    if found is None:
        return
    found.room_sid = found.room_sid or events.as_column(parameters.get("ConferenceSid", ""), 64)
    found.save(update_fields=["room_sid"])
    if what is None:
        return
    said = parameters.get("SequenceNumber", "")
    order = int(said) if said.isdecimal() and len(said) < 9 else 10**9  # without a number: the last thing that is known
    who = events.as_column(parameters.get("ParticipantLabel", ""), 24)
    key = f"{parameters.get('ConferenceSid', '')}:{what}:{who}:{parameters.get('CallSid', '')}:{said}"
    RoomEvent.objects.get_or_create(
        key=events.as_column(key, 160),
        defaults={"call": found.call, "room": room, "what": what, "who": who, "order": order, "received_at": at},
    )
    Call.objects.filter(pk=found.call_id).update(heard_at=at)
    transfers.look_soon(found, at)


@transaction.atomic
def leave(parameters: Mapping[str, str], *, room: str, who: str, at: datetime) -> str:
    """Somebody is out of the room, and their call goes on: what they hear then. A caller who is still there is never let go."""
    found = _lock(room)
    if found is None:
        return twiml.hang_up()
    has_gone = is_final_status(parameters.get("CallStatus", ""))
    transfers.look_soon(found, at)
    if who == CALLER:
        return _caller_out(found, parameters, has_gone=has_gone, at=at)
    if who == PROVIDER:
        return _say_and_end(found, "declined")
    is_over = found.call.state == CallState.ENDED or transfers.read_facts(found).caller == "gone"
    if found.wish in {"bring_in", "leave"} and found.is_loose and not is_over:
        return _say_and_end(found, "left_you")
    return _say_and_end(found, "caller_gone" if is_over else "room_over")


def _caller_out(found: Transfer, parameters: Mapping[str, str], *, has_gone: bool, at: datetime) -> str:
    call = events.lock_call(parameters, at, kind="room_left")
    if has_gone or call.state == CallState.ENDED:
        ending.end_call(call, at=at)
        return twiml.hang_up()
    had_talked = found.together_at is not None
    give_back(found, at=at)
    words = room_words.say(call.line, "they_left" if had_talked else "back")
    return say_and_go_on(words=words, voice=room_words.voice_of(call.line), url=addresses.room_again(found.room))


def give_back(found: Transfer, *, at: datetime) -> None:
    """The caller is ours again: this transfer is over, and the plan of whom to ring begins anew, with everybody in it."""
    if found.ended_at is None:
        found.state, found.state_since, found.next_look_at = (
            "given_back",
            at,
            at,
        )  # whoever still rings is stopped by the sweep
        found.save()
    call = found.call
    rung = [{**step, "people": [], "seconds": 0} for step in call.plan.get("rung", [])]
    call.plan = {**call.plan, "rung": rung}
    call.accepted_leg = None
    call.state, call.stage = CallState.RINGING, "ringing"
    call.save()
    realtime.publish("call", call.ref)


@transaction.atomic
def ring_again(parameters: Mapping[str, str], *, at: datetime) -> str:
    """Ring whoever is on call for a caller who was given back."""
    call = events.lock_call(parameters, at, kind="room_again")
    known, line = inbound_calls.know_again(call, at)
    if call.state == CallState.ENDED:
        return twiml.hang_up()
    if not events.note(call=call, kind="room_again", word="", parameters=parameters, at=at, key=f"step:{call.step}"):
        return inbound_calls.answer_again(call, known, line, at=at)
    return inbound_calls.ring_next(call, known, line, at=at)


def wait(*, room: str) -> str:
    """Words and music for whoever waits in a room, again and again."""
    found = transfers.latest(room)
    line = found.call.line if found is not None else None
    return wait_with(
        words=room_words.say(line, "waiting"), voice=room_words.voice_of(line), music_url=addresses.music(),
        again_url=addresses.room_wait(room),
    )  # fmt: skip


@transaction.atomic
def ask(parameters: Mapping[str, str], *, out_ref: str, at: datetime) -> str:
    """Somebody whom we ring, or their mailbox, picked up: ask for the key. Nothing of a caller is said."""
    out = calls_out_told.lock(out_ref)
    if out is None:
        return twiml.hang_up()
    calls_out_told.note_pick_up(out, parameters, at)
    if out.purpose == OutPurpose.OFFER:
        return asking_by_call.ask(out)
    voice = room_words.voice_of(out.line)
    found = _of(out.pk)
    if found is None or not _still_wanted(found):
        return say_and_end(words=room_words.say(out.line, "no_longer"), voice=voice)
    words = [room_words.say(out.line, each) for each in ("ask", "keys")]
    return ask_for_key(words=words, voice=voice, key_url=addresses.out_key(out.ref))


@transaction.atomic
def hear_key(parameters: Mapping[str, str], *, out_ref: str, at: datetime) -> str:
    """The key that somebody pressed whom we ring: 1 brings them into the room, to the counsellor first."""
    found = _of_ref(out_ref)
    out = calls_out_told.lock(out_ref)
    if out is None:
        return twiml.hang_up()
    calls_out_told.note_key(out, parameters.get("Digits", ""), at)
    if out.purpose == OutPurpose.OFFER:
        return asking_by_call.hear(out, parameters.get("Digits", ""), at=at)
    voice = room_words.voice_of(out.line)
    if found is not None:
        transfers.look_soon(found, at)
    if out.result != OutResult.ACCEPTED:
        return say_and_end(words=room_words.say(out.line, "declined"), voice=voice)
    if found is None or not _still_wanted(found):
        return say_and_end(words=room_words.say(out.line, "no_longer"), voice=voice)
    return transfers.enter(found, PROVIDER)


@transaction.atomic
def hear_out_status(parameters: Mapping[str, str], *, out_ref: str, at: datetime) -> None:
    """How a call goes that we make; a caller who waits for it is looked after at once."""
    calls_out_told.hear_status(parameters, out_ref=out_ref, at=at)
    found = _of_ref(out_ref)
    if found is not None:
        transfers.look_soon(found, at)


def _still_wanted(found: Transfer) -> bool:
    facts = transfers.read_facts(found)
    return found.ended_at is None and facts.caller != "gone" and facts.counsellor != "gone" and found.wish != "call_off"


def _say_and_end(found: Transfer, what: str) -> str:
    line = found.call.line
    return say_and_end(words=room_words.say(line, what), voice=room_words.voice_of(line))


def _lock(room: str) -> Transfer | None:
    found = transfers.latest(room)
    return transfers.lock(found.call, found.pk) if found is not None else None


def _of(out_pk: int) -> Transfer | None:
    return Transfer.objects.filter(out_call=out_pk).select_related("call__line", "leg", "out_call").first()


def _of_ref(out_ref: str) -> Transfer | None:
    found = Transfer.objects.filter(out_call__ref=out_ref).select_related("call").first()
    return transfers.lock(found.call, found.pk) if found is not None and found.ended_at is None else None
