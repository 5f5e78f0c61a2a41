"""What comes back of a call that we made: it rings, somebody or a mailbox picks up, a key is pressed, it is over.

Told late, twice and in any order. Only a key that means yes accepts, and what was accepted stays accepted.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from telephony.lifecycle import furthest_status, is_final_status
from telephony.models import OutCall, OutResult, OutState
from telephony.services import events
from telephony.services.calls_out import publish

YES, NO = "1", "2"


def lock(out_ref: str) -> OutCall | None:
    """Return a call with its row locked; None where there is none of this reference."""
    return OutCall.objects.select_for_update(of=("self",)).select_related("line", "message").filter(ref=out_ref).first()


def note_pick_up(call: OutCall, parameters: Mapping[str, str], at: datetime) -> None:
    """Somebody, or a mailbox, picked up. Saves."""
    call.sid = call.sid or events.as_column(parameters.get("CallSid", ""), 64) or None
    call.placed_at, call.picked_up_at = call.placed_at or at, call.picked_up_at or at
    if call.state != OutState.OVER:
        call.state, call.next_look_at = OutState.PICKED_UP, None
    call.save()
    publish(call)


def note_key(call: OutCall, key: str, at: datetime) -> None:
    """Keep the first key that means something. Saves."""
    if key in {YES, NO} and not call.result:
        call.key_pressed, call.pressed_at = key, at
        call.result = OutResult.ACCEPTED if key == YES else OutResult.DECLINED
    elif not call.key_pressed:
        call.key_pressed = events.as_column(key, 32)
    call.save()
    publish(call)


@transaction.atomic
def hear_status(parameters: Mapping[str, str], *, out_ref: str, at: datetime) -> None:
    """One step in the progress of a call of ours."""
    call = lock(out_ref)
    if call is None:
        return
    word = parameters.get("CallStatus", "")
    call.sid = call.sid or events.as_column(parameters.get("CallSid", ""), 64) or None
    call.placed_at = call.placed_at or at
    call.gateway_word = events.as_column(furthest_status(call.gateway_word, word), 24)
    if is_final_status(call.gateway_word):
        call.ended_at = call.ended_at or at
        call.state, call.next_look_at = OutState.OVER, None
        call.result = call.result or _result(call)
    elif call.state != OutState.OVER:
        picked_up = call.picked_up_at is not None or call.gateway_word == "in-progress"
        call.state, call.next_look_at = (OutState.PICKED_UP if picked_up else OutState.PLACED), None
    call.save()
    publish(call)


def _result(call: OutCall) -> OutResult:
    """Say what became of a call on which no key was pressed. Completed means picked up, and no more."""
    words = {
        "busy": OutResult.BUSY, "no-answer": OutResult.NO_ANSWER, "canceled": OutResult.CANCELED,
        "completed": OutResult.CANCELED if call.ended_by_us else OutResult.MACHINE,
    }  # fmt: skip
    return words.get(call.gateway_word, OutResult.FAILED)
