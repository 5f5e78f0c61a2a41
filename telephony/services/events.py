"""Keep what the gateway says about calls, each thing once, whatever order it comes in; and find the call it is about."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.models import Source
from cases.services import intake
from helpline.core.alarms import services as alarms
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from telephony.caller_id import CallerId, read_caller
from telephony.models import Call, CallEvent, Leg

LONGEST_WORD = 64
LONGEST_KEY = 160


def note(
    *,
    call: Call,
    kind: str,
    word: str,
    parameters: Mapping[str, str],
    at: datetime,
    leg: Leg | None = None,
    key: str = "",
) -> bool:
    """Keep one event and say whether it is new. Status events are told apart by their sequence number, or their word."""
    sequence = _read_number(parameters.get("SequenceNumber"))
    told_apart = key or f"{word}:{'' if sequence is None else sequence}"
    word = as_column(word, LONGEST_WORD)
    _, is_new = CallEvent.objects.get_or_create(
        key=as_column(f"{kind}:{parameters.get('CallSid', '')}:{told_apart}", LONGEST_KEY),
        defaults={
            "call": call, "leg": leg, "kind": kind, "word": word, "sequence": sequence,
            "said_at": _read_time(parameters.get("Timestamp")), "received_at": at, "raw": dict(parameters),
        },
    )  # fmt: skip
    return is_new


def as_column(words: str, longest: int) -> str:
    """Return words of the gateway's as a text column can hold them: a NUL made visible, cut to so many characters."""
    return words.replace("\x00", "␀")[:longest]


def read_who(parameters: Mapping[str, str]) -> CallerId:
    """Read who calls. ForwardedFrom is kept with the raw parameters and never used: it is free text of a carrier's."""
    return read_caller(parameters.get("From"), region=settings.PHONENUMBER_DEFAULT_REGION)


def lock_call(parameters: Mapping[str, str], at: datetime, *, kind: str) -> Call:
    """Return the call of this request, locked for this transaction; one that we never heard of is made from what it says."""
    sid = parameters.get("CallSid", "")
    for _ in range(5):
        call = Call.objects.select_for_update(of=("self",)).select_related("case", "line").filter(sid=sid).first()
        if call is not None:
            call.heard_at = at
            if not call.was_served and call.number_id is None and not call.sent_from:
                _learn_who(call, parameters, at)
            return call
        try:
            with transaction.atomic():
                _adopt(sid, parameters, at, kind)
        except IntegrityError:
            continue  # somebody adopted it at the same moment, or the reference was taken
    raise IntegrityError("A call could be neither found nor made.")


def _adopt(sid: str, parameters: Mapping[str, str], at: datetime, kind: str) -> None:
    """Make a call whose first request never reached us: it counts as not served, and a person is told."""
    line = Line.objects.active().filter(number=parameters.get("To", "")).first() or Line.objects.active().first()
    who = read_who(parameters)
    line_id = line.pk if line else None
    if who.number is not None:
        opened = intake.open_for_number(
            line_id=line_id, number=who.number, known=intake.find_known(who.number), source=Source.CALL, at=at
        )
    else:
        opened = intake.open_for_withheld(line_id=line_id, source=Source.CALL, at=at)
    call = Call.objects.create(
        sid=sid, direction=as_column(parameters.get("Direction", "inbound"), 16), line=line, case=opened.case,
        number_id=opened.number_id, caller_id=opened.caller_id, sent_from=who.raw, sent_from_kind=who.kind,
        raw=dict(parameters), was_served=False, anomalies=["no TwiML served"], stage="unknown", started_at=at, heard_at=at,
    )  # fmt: skip
    if kind != "fallback":  # which raises an alarm of its own: one trouble, one text to whoever is on duty for it
        alarms.raise_alarm(kind="call_without_answer", key=f"not-served-{call.ref}", about=opened.case.ref, at=at)
    realtime.publish("call", call.ref)


def _learn_who(call: Call, parameters: Mapping[str, str], at: datetime) -> None:
    """Let a call that was made from a request without numbers, such as a recording's, learn them from this one."""
    who = read_who(parameters)
    if not who.raw:
        return
    line = Line.objects.active().filter(number=parameters.get("To", "")).first()
    if line is not None and "To" not in call.raw:
        call.line = line
    call.sent_from, call.sent_from_kind = who.raw, who.kind
    if who.number is not None and call.case is not None:
        known = intake.learn_number(case=call.case, number=who.number, line_id=call.line_id, at=at)
        call.number_id, call.caller_id = known.number_id, known.caller_id
    call.save()


def flag(call: Call, anomaly: str) -> None:
    """Add a word for staff about something that should not be so; each word once. The call is saved by whoever asks."""
    if anomaly and anomaly not in call.anomalies:
        call.anomalies = [*call.anomalies, anomaly]


def read_seconds(text: str | None) -> int | None:
    """Return a length as the gateway says it, None where it says none (-1 for an empty recording) or something else."""
    return int(text) if text and text.isdecimal() and len(text) < 8 else None


def _read_number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None


def _read_time(text: str | None) -> datetime | None:
    try:
        said = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return said if said.tzinfo else None
