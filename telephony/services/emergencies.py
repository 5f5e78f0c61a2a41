"""When our own answer failed: reach a person or record, and say so to a coordinator."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from helpline.core.alarms import services as alarms
from telephony import twiml
from telephony.lifecycle import is_final_status
from telephony.models.call import CallState
from telephony.services import addresses, ending, events, messages_left, snapshot
from telephony.services.inbound_calls import know_again
from telephony.services.known import LineNow
from telephony.services.prompts import load_prompts

RING_SECONDS = 25
MOST_PHONES = 10


@transaction.atomic
def answer_fallback(parameters: Mapping[str, str], *, at: datetime) -> str:
    """The gateway asks here where an answer of ours failed. Keeps the call, alarms, and rings people without a loop.

    Nothing in the answer leads back to the address that failed, but to the recording, whose own failure would come
    here with a recording in hand: that is kept, and the call ends.
    """
    call = events.lock_call(parameters, at, kind="fallback")
    code = parameters.get("ErrorCode", "")
    events.note(
        call=call,
        kind="fallback",
        word=code,
        parameters=parameters,
        at=at,
        key=f"{code}:{parameters.get('ErrorUrl', '')}",
    )
    events.flag(call, f"fallback {code}".strip()[:40])
    messages_left.keep(call, parameters, at=at)
    if call.case is not None:
        alarms.raise_alarm(kind="fallback", key=f"fallback-{call.ref}", about=call.case.ref, at=at)
    if parameters.get("RecordingSid") or is_final_status(parameters.get("CallStatus", "")):
        call.save()
        ending.end_call(call, at=at)
        return twiml.hang_up()
    if call.state != CallState.ENDED:
        call.stage = "fallback"
    call.save()
    known, line = know_again(call, at)
    numbers = [person.duty_phone for person in _in_order(known.on_duty, known.people) if person.duty_phone]
    return _apologise(line, [*numbers, *([line.last_resort] if line.last_resort else [])])


def _in_order(on_duty: Sequence[Any], people: Mapping[str, Any]) -> list[Any]:
    return [people[person.name] for person in sorted(on_duty, key=lambda person: person.position)]


def _apologise(line: LineNow, numbers: Sequence[str]) -> str:
    prompts, voice = load_prompts(line)
    message = addresses.message_taking()
    return twiml.apologise(
        prompts=prompts, voice=voice, phones=list(dict.fromkeys(numbers))[:MOST_PHONES], caller_id=line.number,
        seconds=RING_SECONDS, record_action_url=message.action_url, recording_status_url=message.status_url,
    )  # fmt: skip


def answer_without_database(parameters: Mapping[str, str], *, at: datetime) -> str:
    """Answer from the snapshot on disk: the people who are on now are rung, then a message is taken."""
    line = snapshot.find_line(parameters.get("To", ""))
    if line is None:
        blank = LineNow.nameless(parameters.get("To", ""), settings.TIME_ZONE)
        return _apologise(blank, [])
    return _apologise(line.line, line.numbers_at(at))


def whisper_without_database(leg_ref: str) -> str:
    """Ask whoever picked up for the key, with the words of no line in particular."""
    prompts, voice = load_prompts(LineNow.nameless("", settings.TIME_ZONE))
    return twiml.whisper(prompts=prompts, voice=voice, key_url=addresses.accept(leg_ref))
