"""A recording was made, or is ready, or is empty: one row each, whatever is told first."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from helpline.core.realtime import services as realtime
from telephony import twiml
from telephony.lifecycle import is_final_status
from telephony.models import Call, Recording, RecordingState
from telephony.models.call import CallState
from telephony.services import ending, events, voicemail
from telephony.services.known import describe_line
from telephony.services.prompts import load_prompts


@transaction.atomic
def hear_recorded(parameters: Mapping[str, str], *, at: datetime) -> str:
    """The caller has finished a message (or hung up while leaving it). Thank them with the promise, and end."""
    call = events.lock_call(parameters, at, kind="recorded")
    events.note(
        call=call,
        kind="recorded",
        word=parameters.get("Digits", ""),
        parameters=parameters,
        at=at,
        key=parameters.get("RecordingSid", "none"),
    )
    keep(call, parameters, at=at)
    has_ended = call.state == CallState.ENDED
    if not has_ended:
        call.state, call.stage = CallState.VOICEMAIL, "recording"
    call.save()
    if has_ended or parameters.get("Digits") == "hangup" or is_final_status(parameters.get("CallStatus", "")):
        ending.end_call(call, at=at)
        return twiml.hang_up()
    if call.line is None:
        return twiml.hang_up()
    line = describe_line(call.line)
    prompts, voice = load_prompts(line)
    promise = voicemail.reach_prompt(call, line, at=at) if call.number_id is not None else ""
    return twiml.say_goodbye(prompts=prompts, voice=voice, promise=promise)


@transaction.atomic
def hear_recording_status(parameters: Mapping[str, str], *, at: datetime) -> None:
    """A recording is ready, or there is no sound in it. May come before the action, after it, twice, or alone."""
    call = events.lock_call(parameters, at, kind="recording_status")
    word = parameters.get("RecordingStatus", "")
    sid = parameters.get("RecordingSid", "")
    if not events.note(
        call=call, kind="recording_status", word=word, parameters=parameters, at=at, key=f"{sid}:{word}"
    ):
        return
    if word != "in-progress":  # it has only begun: whether anything is said is told later
        keep(call, parameters, at=at, is_absent=word == "absent")
    call.save()
    if call.state == CallState.ENDED:
        ending.end_call(call, at=at)  # the outcome may now be a message
    elif not call.was_served and call.stage == "unknown":
        call.stage = "recording"
        ending.end_call(call, at=at)


def keep(call: Call, parameters: Mapping[str, str], *, at: datetime, is_absent: bool = False) -> None:
    """Make the row for a recording, once for each of the gateway's ids; the sound is fetched by a sweep.

    Told twice, or in another order, it learns what it did not know. Where anything says that there is sound, there is.
    """
    sid = parameters.get("RecordingSid", "")
    if not sid:
        return
    seconds = events.read_seconds(parameters.get("RecordingDuration"))
    recording, is_new = Recording.objects.get_or_create(
        sid=sid[:64],
        defaults={
            "call": call, "url": parameters.get("RecordingUrl"), "seconds": seconds, "made_at": at, "next_try_at": at,
            "state": RecordingState.ABSENT if is_absent else RecordingState.WAITING,
        },
    )  # fmt: skip
    if not is_new and recording.state in {RecordingState.WAITING, RecordingState.ABSENT}:
        recording.seconds = seconds or recording.seconds
        recording.url = recording.url or parameters.get("RecordingUrl")
        if not is_absent and recording.state == RecordingState.ABSENT:
            recording.state, recording.next_try_at = RecordingState.WAITING, at
        elif is_absent and not recording.seconds:
            recording.state = RecordingState.ABSENT
        recording.save(update_fields=["seconds", "url", "state", "next_try_at"])
    realtime.publish("call", call.ref)
