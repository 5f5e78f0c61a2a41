"""A call comes in: make the records, decide whom to ring, answer. Asking twice is harmless."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from cases.models import Case, Source, Urgency
from cases.services import intake
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from telephony import twiml
from telephony.caller_id import CallerId
from telephony.lifecycle import furthest_status, is_final_status
from telephony.models import Call, Leg
from telephony.models.call import CallState
from telephony.routing import Plan
from telephony.services import addresses, ending, events, ringing, transfers, voicemail
from telephony.services.known import Known, LineNow, look_up
from telephony.services.prompts import load_prompts

REFERENCE_TRIES = 5
ASKED_AT_MOST = 2  # times that a key without a meaning is answered with the menu; then somebody is rung


def receive(parameters: Mapping[str, str], *, at: datetime, served: bool = True) -> str:
    """Take a call in and return the TwiML. The same CallSid again gives the same records and the same answer.

    `served` is False where the request is read in from disk afterwards: the caller got another answer then.
    """
    for attempt in range(1, REFERENCE_TRIES + 1):
        try:
            with transaction.atomic():
                return _receive(parameters, at, served=served)
        except IntegrityError:
            # The same request at the same moment on another worker, a new number that rings twice at once, or a
            # reference that was taken: look again.
            if attempt == REFERENCE_TRIES:
                raise
    raise AssertionError("unreachable")


def _receive(parameters: Mapping[str, str], at: datetime, *, served: bool) -> str:
    sid = parameters.get("CallSid", "")
    who = events.read_who(parameters)
    known = look_up(sid=sid, dialled=parameters.get("To", ""), number=who.number, at=at)
    anomalies = [] if served else ["answered from the snapshot"]
    if known.line is None:
        known, anomalies = _use_first_line(sid, who, at), [*anomalies, "a number that is not a line of ours"]
    if known.line is None:
        raise Line.DoesNotExist("There is no line: callers cannot be answered.")
    if known.call_id is not None:
        call = events.lock_call(parameters, at, kind="voice")
        if call.state == CallState.ENDED and not call.was_served:
            ending.end_call(call, at=at)  # the number may be known only now
        return answer_again(call, known, known.line, at=at)
    plan = ringing.make_plan(known, known.line, at=at)
    call, legs = _record(parameters, known, plan, who=who, anomalies=anomalies, served=served, at=at)
    realtime.publish("call", call.ref)
    if known.is_blocked:
        return twiml.reject()
    ringing.tell_nobody_on_rota(call, plan, at=at)
    return _greet(call, legs, known, known.line, at=at)


def _use_first_line(sid: str, who: CallerId, at: datetime) -> Known:
    first = Line.objects.active().first()
    return look_up(sid=sid, dialled=first.number if first else "", number=who.number, at=at)


def _record(
    parameters: Mapping[str, str],
    known: Known,
    plan: Plan,
    *,
    who: CallerId,
    anomalies: list[str],
    served: bool,
    at: datetime,
) -> tuple[Call, list[Leg]]:
    """Insert the case, the call and the legs of its first step (and the caller and her number where they are new)."""
    line = known.line
    assert line is not None
    if who.number is not None:
        seen = (
            intake.KnownNumber(number_id=known.number_id, caller_id=known.caller_id)
            if known.number_id is not None and known.caller_id is not None
            else None
        )
        opened = intake.open_for_number(line_id=line.id, number=who.number, known=seen, source=Source.CALL, at=at)
    else:
        opened = intake.open_for_withheld(line_id=line.id, source=Source.CALL, at=at)
    first = plan.steps[0] if plan.steps and not known.is_blocked else None
    rung: list[dict[str, Any]] = [{"people": list(first.people), "seconds": first.seconds}] if first else []
    call = Call.objects.create(
        sid=parameters.get("CallSid", ""), direction=events.as_column(parameters.get("Direction", "inbound"), 16), line_id=line.id,
        case=opened.case, number_id=opened.number_id, caller_id=opened.caller_id, sent_from=who.raw,
        sent_from_kind=who.kind, raw=dict(parameters), gateway_word=events.as_column(parameters.get("CallStatus", ""), 24),
        plan=ringing.note_plan(plan, rung=rung), step=0 if first else -1, follows_id=known.last_call_id,
        anomalies=anomalies, was_served=served, started_at=at, heard_at=at,
        **({"state": CallState.ENDED, "outcome": "blocked", "ended_at": at} if known.is_blocked else {}),
    )  # fmt: skip
    return call, ringing.make_legs(call, first, known, at=at) if first else []


def _greet(call: Call, legs: list[Leg], known: Known, line: LineNow, *, at: datetime) -> str:
    prompts, voice = load_prompts(line)
    ring = ringing.describe_ring(call, legs, line, known) if legs else None
    return twiml.greet(
        prompts=prompts, voice=voice, key_url=addresses.pressed(), ring=ring, prompt_url=addresses.prompt()
    )


def answer_again(call: Call, known: Known, line: LineNow, *, at: datetime) -> str:
    """Return what a call gets at the stage where it is: the gateway asked again."""
    if call.outcome == "blocked":
        return twiml.reject()
    if call.state == CallState.ENDED:
        return twiml.hang_up()
    legs = list(call.legs.filter(step=call.step))
    if call.stage == transfers.STAGE and (document := transfers.follow(call, at=at)) is not None:
        return document
    if call.stage == "greeting":
        return _greet(call, legs, known, line, at=at)
    if call.stage == "over":
        prompts, voice = load_prompts(line)
        return twiml.say_goodbye(prompts=prompts, voice=voice)
    if call.stage == "fallback":  # people are rung by the answer to that: whoever hears this one comes to the prompt
        return _greet(call, [], known, line, at=at)
    if call.stage == "unknown":  # a status came first, and now the request itself
        return _begin_late(call, known, line, at=at)
    if call.state == CallState.VOICEMAIL:
        return voicemail.prompt(call, line, at=at)
    ring = ringing.describe_ring(call, legs, line, known)
    return twiml.ring_phones(ring) if ring else ring_next(call, known, line, at=at)


def _begin_late(call: Call, known: Known, line: LineNow, *, at: datetime) -> str:
    call.stage, call.was_served = "greeting", True
    plan = ringing.make_plan(known, line, at=at, call=call)
    legs = ringing.take_step(call, plan, known, tried=(), at=at)
    call.save()
    return _greet(call, legs, known, line, at=at)


def know_again(call: Call, at: datetime) -> tuple[Known, LineNow]:
    """Read the rota again for a call that is under way."""
    dialled = call.line.number if call.line else ""
    known = look_up(sid=call.sid, dialled=dialled, number=None, at=at)
    if known.line is None:
        first = Line.objects.active().first()
        known = look_up(sid=call.sid, dialled=first.number if first else "", number=None, at=at)
    if known.line is None:
        raise Line.DoesNotExist("There is no line: callers cannot be answered.")
    return known, known.line


@transaction.atomic
def press(parameters: Mapping[str, str], *, at: datetime) -> str:
    """A key in a menu. The danger key rings the last resort before any recording; any other leads on to a person."""
    call = events.lock_call(parameters, at, kind="pressed")
    digits = parameters.get("Digits", "")
    known, line = know_again(call, at)
    is_new = events.note(
        call=call,
        kind="pressed",
        word=digits,
        parameters=parameters,
        at=at,
        key=f"{call.stage}:{call.step}:{digits[:32]}",
    )
    if call.state == CallState.ENDED:
        return twiml.hang_up()
    if digits == twiml.DANGER_KEY:
        return _hear_danger(call, known, line, at=at)
    asked = call.plan.get("asked", 0) + 1
    call.plan = {**call.plan, "asked": asked}
    call.save()
    prompts, voice = load_prompts(line)
    if call.state == CallState.VOICEMAIL:
        return voicemail.prompt(call, line, at=at)
    ring = ringing.describe_ring(call, list(call.legs.filter(step=call.step)), line, known)
    if asked > ASKED_AT_MOST or not is_new:
        return _begin_ringing(call, ring) if ring else voicemail.prompt(call, line, at=at)
    return twiml.ask_again(
        prompts=prompts, voice=voice, key_url=addresses.pressed(), ring=ring, prompt_url=addresses.prompt()
    )


@transaction.atomic
def reach_prompt(parameters: Mapping[str, str], *, at: datetime) -> str:
    """Nobody is there to be rung: the caller comes to the message prompt, by a request of its own."""
    call = events.lock_call(parameters, at, kind="prompt")
    _, line = know_again(call, at)
    return twiml.hang_up() if call.state == CallState.ENDED else voicemail.prompt(call, line, at=at)


def _begin_ringing(call: Call, ring: twiml.Ring) -> str:
    call.stage = "ringing"
    call.save()
    return twiml.ring_phones(ring)


def _hear_danger(call: Call, known: Known, line: LineNow, *, at: datetime) -> str:
    call.in_danger = True
    if call.case is not None and call.case.urgency != Urgency.DANGER:
        call.case.urgency = Urgency.DANGER
        Case.objects.filter(pk=call.case.pk).update(urgency=Urgency.DANGER)
        realtime.publish("case", call.case.ref)
    realtime.publish("call", call.ref)
    if call.state == CallState.CONNECTED:  # told twice, or late: nobody is taken out of a conversation
        call.save()
        return answer_again(call, known, line, at=at)
    if call.stage in {"greeting", "ringing"}:
        ring = ringing.describe_ring(call, list(call.legs.filter(step=call.step)), line, known)
        if ring is not None:
            return _begin_ringing(call, ring)
    return ring_next(call, known, line, at=at)


def ring_next(call: Call, known: Known, line: LineNow, *, at: datetime) -> str:
    """Ring the next in order, or take a message where nobody is left. Saves the call."""
    tried = ringing.names_tried(call)
    plan = ringing.make_plan(known, line, at=at, call=call, tried=tried)
    legs = ringing.take_step(call, plan, known, tried=tried, at=at)
    ring = ringing.describe_ring(call, legs, line, known) if legs else None
    realtime.publish("call", call.ref)
    if ring is None:
        for leg in legs:  # a person without a number after all: nobody is rung by that row
            leg.result, leg.ended_at = "failed", at
            leg.save()
        return ring_next(call, known, line, at=at) if legs else voicemail.prompt(call, line, at=at)
    call.state, call.stage = CallState.RINGING, "ringing"
    call.save()
    return twiml.ring_phones(ring)


@transaction.atomic
def hear_dialled(parameters: Mapping[str, str], *, step: int, at: datetime) -> str:
    """What became of one step: somebody accepted and it is over, the caller has gone, or the next is rung.

    The gateway's "completed" means that a phone was picked up; only a stored acceptance that the gateway does not
    contradict (DialBridged) counts as answered. Twilio does not execute what we answer to a caller who has gone.
    """
    call = events.lock_call(parameters, at, kind="dialled")
    word = parameters.get("DialCallStatus", "")
    is_new = events.note(call=call, kind="dialled", word=word, parameters=parameters, at=at, key=f"step:{step}")
    known, line = know_again(call, at)
    if not is_new or step != call.step:
        return answer_again(call, known, line, at=at)
    if call.stage == transfers.STAGE and not is_final_status(parameters.get("CallStatus", "")):
        if call.accepted_leg_id is not None and parameters.get("DialBridged", "").lower() == "true":
            Leg.objects.filter(pk=call.accepted_leg_id).update(bridged=True)
        return answer_again(call, known, line, at=at)
    call.gateway_word = events.as_column(furthest_status(call.gateway_word, parameters.get("CallStatus", "")), 24)
    # A leg may be canceled while the caller waits: only what is said of the caller's own call tells that they have gone.
    has_gone = is_final_status(call.gateway_word)
    answered = ending.settle_step(call, parameters, at=at, caller_has_gone=has_gone)
    if has_gone or call.state == CallState.ENDED:
        ending.end_call(call, at=at)
        return twiml.hang_up()
    if answered:
        prompts, voice = load_prompts(line)
        call.stage = "over"
        call.save()
        return twiml.say_goodbye(prompts=prompts, voice=voice)
    call.accepted_leg, call.answered_by, call.answered_at = None, None, None
    return ring_next(call, known, line, at=at)
