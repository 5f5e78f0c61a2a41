"""The progress of the caller's own leg: in any order, any number of times."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from helpline.core.realtime import services as realtime
from telephony.lifecycle import furthest_status, is_final_status
from telephony.models.call import CallState
from telephony.services import ending, events


@transaction.atomic
def hear_status(parameters: Mapping[str, str], *, at: datetime) -> None:
    """Keep the event; a final word ends the call. A replay changes nothing, an unknown word is kept as it is."""
    call = events.lock_call(parameters, at, kind="status")
    word = parameters.get("CallStatus", "")
    if not events.note(call=call, kind="status", word=word, parameters=parameters, at=at):
        return
    call.gateway_word = events.as_column(furthest_status(call.gateway_word, word), 24)
    seconds = events.read_seconds(parameters.get("CallDuration"))
    if is_final_status(word):
        ending.end_call(call, at=at, seconds=seconds)
    elif call.state != CallState.ENDED:
        call.save()
        realtime.publish("call", call.ref)
