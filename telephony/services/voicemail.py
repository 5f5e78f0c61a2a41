"""Nobody could come: an honest promise, and the row that keeps it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.promises import CallBackPromise, Hours, say_when
from cases.promises import promise_call_back as work_out_promise
from cases.services import followups
from helpline.core.realtime import services as realtime
from telephony import twiml
from telephony.models import Call
from telephony.models.call import CallState
from telephony.services import addresses
from telephony.services.known import LineNow, describe_line
from telephony.services.prompts import load_prompts


def work_out(line: LineNow, *, at: datetime) -> CallBackPromise:
    """Return by when a call at this moment is returned: the earliest of the cap, the morning and the court."""
    return work_out_promise(
        at=at,
        cap=line.call_back_within,
        zone=line.time_zone,
        desk=Hours(line.hours, line.holidays),
        court=Hours(line.court_hours, line.holidays) if line.court_hours else None,
        court_lead=line.court_lead,
    )


def reach_prompt(call: Call, line: LineNow, *, at: datetime) -> str:
    """Note that the caller reaches the message prompt, store the promise, and return its words. Saves the call."""
    call.state, call.stage = CallState.VOICEMAIL, "prompt"
    call.prompted_at = call.prompted_at or at
    if call.number_id is None:
        call.save()
        _publish(call)
        return _say_withheld(line)
    promise = _store_promise(call, line, at=at)
    call.save()
    _publish(call)
    return say_promise(promise, line, at=at)


def prompt(call: Call, line: LineNow, *, at: datetime) -> str:
    """Return the document that takes a message. Saves the call."""
    prompts, voice = load_prompts(line)
    promise = reach_prompt(call, line, at=at)
    return twiml.take_message(prompts=prompts, voice=voice, promise=promise, message=addresses.message_taking())


def promise_call_back(call: Call, *, at: datetime) -> None:
    """Make sure that a call which nobody answered is called back: one row, also where it is asked for again.

    Without a number there is nobody to call; a message that was left is still a task for a person.
    """
    if call.case is None or call.line is None:
        return
    if call.number_id is not None:
        _store_promise(call, describe_line(call.line), at=at)
        call.save()
    elif call.outcome == "voicemail":
        followups.add(
            case=call.case, kind="task", due_at=work_out(describe_line(call.line), at=at).due_at, key=f"call-{call.ref}-message",
            because="message_without_number", is_urgent=call.in_danger, at=at,
        )  # fmt: skip


def _store_promise(call: Call, line: LineNow, *, at: datetime) -> CallBackPromise:
    """Keep the first promise: what was said to the caller does not move when it is asked for again."""
    assert call.case is not None
    promise = work_out(line, at=call.started_at if call.promise_due_at is None else at)
    if call.promise_due_at is None:
        call.promise_due_at, call.promise_because = promise.due_at, promise.because
    followups.promise_call_back(
        case=call.case, due_at=call.promise_due_at, because=call.promise_because, key=f"call-{call.ref}-call-back",
        urgent=call.in_danger, at=at,
    )  # fmt: skip
    return CallBackPromise(call.promise_due_at, call.promise_because)  # type: ignore[arg-type]


def say_promise(promise: CallBackPromise, line: LineNow, *, at: datetime) -> str:
    """Return the promise as it is spoken, in the line's language."""
    _prompts, voice = load_prompts(line)
    with override(voice.words):
        return _("We will call you back %(when)s.") % {
            "when": say_when(promise.due_at, at=at, zone=line.time_zone).say(_)
        }


def _say_withheld(line: LineNow) -> str:
    _prompts, voice = load_prompts(line)
    with override(voice.words):
        return _("We cannot see your number. Please say how we can safely reach you, or call again.")


def _publish(call: Call) -> None:
    realtime.publish("call", call.ref)
