"""The phones that we ring: what they hear, the key that proves a person, and their progress."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from cases.services import casework
from helpline.core.realtime import services as realtime
from telephony import twiml
from telephony.lifecycle import ACCEPTING_KEY, furthest_status, is_final_status
from telephony.models import Call, Leg
from telephony.models.call import CallState
from telephony.services import addresses, ending, events
from telephony.services.known import describe_line
from telephony.services.prompts import load_prompts


def _find(leg_ref: str) -> Leg | None:
    """Return the leg with its call locked, so that two people who accept at once are told one after the other."""
    leg = Leg.objects.filter(ref=leg_ref).only("call_id").first()
    if leg is None:
        return None
    call = Call.objects.select_for_update(of=("self",)).select_related("case", "line").get(pk=leg.call_id)
    leg = Leg.objects.select_related("person").get(pk=leg.pk)
    leg.call = call
    return leg


def _has_left(leg: Leg) -> bool:
    """Say whether its person has left while the phone rang: then nobody is joined, and the next is rung."""
    return leg.person is not None and not leg.person.is_active and leg.accepted_at is None


def _words(call: Call) -> tuple[twiml.Prompts, twiml.Voice]:
    assert call.line is not None  # a leg is only ever made for a call on a line
    return load_prompts(describe_line(call.line))


@transaction.atomic
def whisper(parameters: Mapping[str, str], *, leg_ref: str, at: datetime) -> str:
    """Somebody, or a mailbox, picked up: ask for the key. Nothing of the caller is said."""
    leg = _find(leg_ref)
    if leg is None:
        return twiml.hang_up()
    events.note(call=leg.call, kind="whisper", word="", parameters=parameters, at=at, leg=leg)
    leg.sid = leg.sid or parameters.get("CallSid") or None
    leg.picked_up_at = leg.picked_up_at or at
    leg.gateway_word = furthest_status(leg.gateway_word, "in-progress")
    leg.save()
    prompts, voice = _words(leg.call)
    if leg.call.state == CallState.ENDED:
        return twiml.tell_caller_has_gone(prompts=prompts, voice=voice)
    if leg.call.accepted_leg_id not in {None, leg.pk}:
        return twiml.tell_already_taken(prompts=prompts, voice=voice)
    if _has_left(leg):
        return twiml.hang_up()
    return twiml.whisper(prompts=prompts, voice=voice, key_url=addresses.accept(leg.ref))


@transaction.atomic
def accept(parameters: Mapping[str, str], *, leg_ref: str, at: datetime) -> str:
    """The key in the whisper. 1 takes the call, for exactly one person; anything else, or nothing, does not."""
    leg = _find(leg_ref)
    if leg is None:
        return twiml.hang_up()
    call, key = leg.call, parameters.get("Digits", "")
    events.note(call=call, kind="accept", word=key, parameters=parameters, at=at, leg=leg, key=key[:32])
    leg.sid = leg.sid or parameters.get("CallSid") or None
    leg.picked_up_at = leg.picked_up_at or at
    leg.key_pressed = leg.key_pressed or events.as_column(key, 32)
    prompts, voice = _words(call)
    if key != ACCEPTING_KEY or _has_left(leg):
        leg.ended_by_us = True
        leg.save()
        return twiml.hang_up()
    if call.accepted_leg_id == leg.pk:
        leg.save()
        return twiml.join_caller(prompts=prompts, voice=voice)
    if call.state == CallState.ENDED:
        leg.save()
        return twiml.tell_caller_has_gone(prompts=prompts, voice=voice)
    if call.accepted_leg_id is not None or leg.step != call.step:
        leg.save()
        return twiml.tell_already_taken(prompts=prompts, voice=voice)
    leg.accepted_at = at
    leg.save()
    call.accepted_leg, call.answered_by, call.answered_at = leg, leg.person, at
    call.state, call.stage = CallState.CONNECTED, "talking"
    call.heard_at = at
    call.save()
    if call.case is not None and leg.person is not None:
        casework.give_to_whoever_answered(case=call.case, person=leg.person, at=at)
    realtime.publish("call", call.ref)
    return twiml.join_caller(prompts=prompts, voice=voice)


@transaction.atomic
def hear_status(parameters: Mapping[str, str], *, leg_ref: str, at: datetime) -> None:
    """One step in the progress of a phone that we ring. In any order, any number of times; what is settled stays."""
    leg = _find(leg_ref)
    if leg is None:
        return
    word = parameters.get("CallStatus", "")
    if not events.note(call=leg.call, kind="leg_status", word=word, parameters=parameters, at=at, leg=leg):
        return
    leg.sid = leg.sid or parameters.get("CallSid") or None
    leg.gateway_word = events.as_column(furthest_status(leg.gateway_word, word), 24)
    if word == "in-progress":
        leg.picked_up_at = leg.picked_up_at or at
    if is_final_status(word):
        seconds = events.read_seconds(parameters.get("CallDuration"))
        leg.seconds = leg.seconds if seconds is None else seconds
        leg.ended_at = leg.ended_at or at
        if leg.result is None or leg.result == "accepted":
            # While two phones ring together the first to end must not look like a refusal before the step is over.
            anomaly = ending.judge(leg, caller_has_gone=leg.call.state == CallState.ENDED, at=at)
            events.flag(leg.call, anomaly)
        ending.judge_by_length(leg)
    leg.save()
    Call.objects.filter(pk=leg.call.pk).update(heard_at=at, anomalies=leg.call.anomalies)
    if leg.call.state == CallState.ENDED and leg.call.stage == "greeting":
        ending.end_call(leg.call, at=at)  # late news: the caller had come as far as this phone
    realtime.publish("call", leg.call.ref)
