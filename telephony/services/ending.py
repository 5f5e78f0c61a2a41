"""How legs and calls end, judged from all that is known and never from the order in which it came."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cases.services import followups
from helpline.core.alarms import services as alarms
from helpline.core.realtime import services as realtime
from telephony.lifecycle import EndedBy, furthest_status, judge_call, judge_leg
from telephony.models import Call, Leg
from telephony.models.call import CallOutcome, CallState
from telephony.services import events, voicemail


def judge(leg: Leg, *, caller_has_gone: bool = False, at: datetime) -> str:
    """Work out what became of one phone, store it where it is over, and return the anomaly ("" for none)."""
    ended_by: EndedBy | None = "us" if leg.ended_by_us else None
    verdict = judge_leg(
        status=leg.gateway_word or None,
        bridged=leg.bridged,
        key=leg.key_pressed,
        accepted=leg.accepted_at is not None,
        ended_by=ended_by,
        seconds=leg.seconds,
        caller_has_gone=caller_has_gone,
        taken_by_another=leg.call.accepted_leg_id not in {None, leg.pk},
    )
    if verdict.result is not None and leg.result != verdict.result:
        leg.result = verdict.result
        leg.ended_at = leg.ended_at or at
    return verdict.anomaly


def judge_by_length(leg: Leg) -> None:
    """The length of a leg is told after its verdict: it may show that a person hung up where a mailbox was suspected."""
    if leg.result == "machine":
        ended_by: EndedBy | None = "us" if leg.ended_by_us else None
        verdict = judge_leg(status=leg.gateway_word, key=leg.key_pressed, ended_by=ended_by, seconds=leg.seconds)
        leg.result = verdict.result or leg.result


def settle_step(call: Call, parameters: Mapping[str, str], *, at: datetime, caller_has_gone: bool) -> bool:
    """Settle the legs of the step that was rung, and say whether one of them was answered by a person."""
    sid = parameters.get("DialCallSid", "")
    word = parameters.get("DialCallStatus", "")
    bridged = {"true": True, "false": False}.get(parameters.get("DialBridged", "").lower())
    legs = list(call.legs.filter(step=call.step))
    named = next((leg for leg in legs if sid and leg.sid == sid), None)
    if named is None:
        # The leg's own callbacks are still on their way: where only one phone rang it can be no other.
        named = next((leg for leg in legs if leg.pk == call.accepted_leg_id), legs[0] if len(legs) == 1 else None)
    answered = False
    for leg in legs:
        leg.call = call
        if leg is named:
            leg.sid = leg.sid or sid or None
            leg.bridged = bridged
            leg.gateway_word = furthest_status(leg.gateway_word, word)
            leg.seconds = (
                events.read_seconds(parameters.get("DialCallDuration")) if leg.seconds is None else leg.seconds
            )
        elif leg.result is None:
            leg.gateway_word = furthest_status(
                leg.gateway_word, "canceled" if word in {"completed", "answered"} else word
            )
        events.flag(call, judge(leg, caller_has_gone=caller_has_gone, at=at))
        leg.save()
        answered = answered or leg.result == "accepted"
    return answered


def end_call(call: Call, *, at: datetime, seconds: int | None = None) -> None:
    """End a call, or work its outcome out again where something new is known. Safe to repeat.

    Phones that still ring are counted as stopped; what is promised follows from the outcome: an answered call is
    written up and asked after, any other is called back where there is a number.
    """
    was_live, seemed_answered = call.state != CallState.ENDED, call.outcome == CallOutcome.ANSWERED
    call.state = CallState.ENDED  # from any state, see telephony.lifecycle.CALL_MOVES
    call.ended_at = call.ended_at or at
    call.seconds = seconds if seconds is not None else call.seconds
    for leg in call.legs.filter(result=None):
        leg.call = call
        leg.gateway_word = furthest_status(leg.gateway_word, "completed" if leg.picked_up_at else "canceled")
        events.flag(call, judge(leg, caller_has_gone=True, at=at))
        leg.save()
    legs = list(call.legs.all())
    accepted = [leg for leg in legs if leg.result == "accepted"]
    was_recorded = call.recordings.filter(state__in=["waiting", "kept"]).exclude(seconds=0).exists()
    call.outcome = judge_call(
        is_over=True,
        was_accepted=bool(accepted),
        reached_prompt=call.prompted_at is not None,
        was_recorded=was_recorded,
        is_blocked=call.outcome == "blocked",
    )
    if accepted and call.answered_by_id is None:
        call.answered_by_id = accepted[0].person_id
    call.stage = _where(call, legs, was_recorded=was_recorded)
    if not accepted:  # a key was pressed, but the two were never joined
        call.answered_by, call.answered_at, call.accepted_leg = None, None, None
        if seemed_answered and call.case is not None:
            followups.withdraw_after_call(case=call.case, key=call.ref, at=at)
    call.save()
    if was_live:
        realtime.publish("call", call.ref)
    _promise(call, at=at)


def _where(call: Call, legs: Sequence[Leg], *, was_recorded: bool) -> str:
    """Return where the caller was in the end. The first phones ring without a request of their own, so that only their
    progress tells a caller who left while it rang from one who left during the greeting.
    """
    if any(leg.result == "accepted" for leg in legs):
        return "over" if call.stage == "over" else "talking"
    if was_recorded:
        return "recording"
    if call.stage not in {"greeting", "ringing", "talking"}:
        return call.stage
    rung = [leg for leg in legs if leg.step == call.step and leg.sid]
    if any(leg.picked_up_at for leg in rung):
        return "whisper"
    return "ringing" if rung else call.stage


def _promise(call: Call, *, at: datetime) -> None:
    if call.case is None or call.outcome == "blocked":
        return
    if call.wrapped_up_at is not None:  # who spoke has already said what follows
        return
    if call.outcome == "answered":
        followups.add_after_call(
            case=call.case, key=call.ref, owner=call.answered_by, ended_at=call.ended_at or at, at=at
        )
        return
    voicemail.promise_call_back(call, at=at)
    if call.in_danger:
        alarms.raise_alarm(kind="danger_not_answered", key=f"danger-{call.ref}", about=call.case.ref, at=at)
