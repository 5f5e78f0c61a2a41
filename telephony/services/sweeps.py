"""What is looked after by the clock: calls gone silent, webhooks kept on disk, the snapshot, gaps in the rota."""

import logging
from datetime import datetime, timedelta

from helpline.core.alarms import services as alarms
from helpline.core.lines.models import Line
from helpline.core.outbox.models import MessageState
from helpline.core.realtime import services as realtime
from telephony.gateway.errors import GatewayError, NotThere
from telephony.gateway.protocol import Gateway
from telephony.lifecycle import is_final_status
from telephony.models import Call, Text
from telephony.services import (
    callbacks,
    emergencies,
    inbound_calls,
    inbound_texts,
    legs,
    messages_left,
    outcomes,
    refusals,
    rooms,
    spool,
    text_status,
)
from telephony.services.known import LONGEST_CALL, look_up
from telephony.services.spool import Kept

SILENT_FOR = timedelta(minutes=10)
log = logging.getLogger(__name__)


def close_silent_calls(*, gateway: Gateway, at: datetime) -> int:
    """Ask the gateway about live calls of which nothing was heard for ten minutes, and end those that are over."""
    closed = 0
    for call in Call.objects.silent_since(at - SILENT_FOR).order_by("heard_at")[:100]:
        try:
            now = gateway.get_call(call.sid)
            word, seconds = now.status, now.seconds
        except NotThere:
            word, seconds = "completed", None
        except GatewayError:
            if at - call.started_at < LONGEST_CALL:
                continue
            word, seconds = "completed", None
        if is_final_status(word):
            said = {"CallSid": call.sid, "CallStatus": word, "SequenceNumber": "", "CallDuration": str(seconds or "")}
            callbacks.hear_status(said, at=at)
            closed += 1
        else:
            Call.objects.filter(pk=call.pk).update(heard_at=at)
    return closed


def read_spool() -> int:
    """Read in what was kept on disk while the database was away, in the order in which it came."""
    return spool.read_in(
        {
            "voice": lambda kept: _discard(inbound_calls.receive(kept.parameters, at=kept.at, served=False)),
            "fallback": lambda kept: _discard(emergencies.answer_fallback(kept.parameters, at=kept.at)),
            "status": lambda kept: callbacks.hear_status(kept.parameters, at=kept.at),
            "pressed": lambda kept: _discard(inbound_calls.press(kept.parameters, at=kept.at)),
            "prompt": lambda kept: _discard(inbound_calls.reach_prompt(kept.parameters, at=kept.at)),
            "dialled": _read_dialled,
            "whisper": lambda kept: _discard(legs.whisper(kept.parameters, leg_ref=kept.path["leg_ref"], at=kept.at)),
            "accept": lambda kept: _discard(legs.accept(kept.parameters, leg_ref=kept.path["leg_ref"], at=kept.at)),
            "leg_status": lambda kept: legs.hear_status(kept.parameters, leg_ref=kept.path["leg_ref"], at=kept.at),
            "recorded": lambda kept: _discard(messages_left.hear_recorded(kept.parameters, at=kept.at)),
            "recording_status": lambda kept: messages_left.hear_recording_status(kept.parameters, at=kept.at),
            "room_event": lambda kept: rooms.hear_event(kept.parameters, room=kept.path["room"], at=kept.at),
            "room_left": lambda kept: _discard(
                rooms.leave(kept.parameters, room=kept.path["room"], who=kept.path["who"], at=kept.at)
            ),
            "out_status": lambda kept: rooms.hear_out_status(kept.parameters, out_ref=kept.path["out_ref"], at=kept.at),
            # Of these nothing is written down later: what was heard then is over.
            **dict.fromkeys(("room_door", "room_again", "room_wait", "out_words", "out_key"), _forget),
            "text": lambda kept: inbound_texts.receive(kept.parameters, at=kept.at),
            "text_status": lambda kept: text_status.hear(
                kept.parameters, message_ref=kept.path.get("message_ref", ""), at=kept.at
            ),
        }
    )


def _read_dialled(kept: Kept) -> None:
    inbound_calls.hear_dialled(kept.parameters, step=int(kept.path["step"]), at=kept.at)


def _forget(kept: Kept) -> None:
    """A document that was asked for while the database was away."""


def _discard(document: str) -> None:
    """The caller got another answer at the time; what is kept is the record."""


def tell_what_was_put_aside(*, at: datetime) -> None:
    """Tell a coordinator that something of a call or a text could not be taken in: once for each hour in which it came."""
    for hour in sorted({name[:11] for name in spool.put_aside()}):
        alarms.raise_alarm(kind="put_aside", key=f"put-aside-{hour}", at=at)


def show_what_was_taken_back(*, at: datetime) -> None:
    """Show on the thread that a text was taken out of the outbox before it left: it must not look as if it still waited."""
    taken_back = Text.objects.filter(state=outcomes.WAITS, message__state=MessageState.CANCELED)
    for text in taken_back.select_related("case")[:200]:
        if Text.objects.filter(pk=text.pk, state=outcomes.WAITS).update(state="canceled") and text.case is not None:
            realtime.publish("case", text.case.ref)


def watch_the_line(*, at: datetime) -> None:
    """Tell a coordinator of refused webhooks and of a line without anybody on duty, within a minute."""
    refusals.watch(at=at)
    tell_what_was_put_aside(at=at)
    show_what_was_taken_back(at=at)
    for line in Line.objects.active():
        known = look_up(sid="", dialled=line.number, number=None, at=at)
        if line.shifts.exists() and not any(person.has_verified_number for person in known.on_duty):
            alarms.raise_alarm(kind="rota_gap", key=f"rota-gap-{line.ref}-{at:%Y%m%d%H}", about=line.ref, at=at)
