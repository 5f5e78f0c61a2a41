"""A text comes in: kept once, exactly as it was sent, on the newest open case with that number, and somebody is told.

Nothing is ever answered by itself: who reads that phone is not known, and two machines could answer each other for ever.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.models import Case, FollowUpKind, Number, Source, Urgency, WordKind
from cases.services import followups, intake, turns, word_index
from cases.services.check_in_answers import TextIn, answer_text
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from referrals.services import answering, going
from telephony.caller_id import CallerId, read_caller
from telephony.models import Media, Text
from telephony.models.text import Direction
from telephony.services import other_hands
from telephony.text_words import is_urgent, make_nul_visible, read_check_in, read_command

ANSWER_WITHIN = timedelta(minutes=15)
SAME_SENDER_FOR = timedelta(hours=24)  # a name or short code goes on with its own thread for so long
MOST_MEDIA = 10  # the gateway's own limit
MOST_TRIES = 5
_COMPARED = 50  # texts of nameless senders that are opened to find one's thread


def receive(parameters: Mapping[str, str], *, at: datetime) -> Text:
    """Take one text in. The same MessageSid again changes nothing and returns the text that is already there."""
    sid = _read_sid(parameters)
    for _ in range(MOST_TRIES):
        known = Text.objects.filter(sid=sid).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                return _take_in(sid, parameters, at)
        except IntegrityError:
            continue  # the same text, or the same new number, on another worker at the same moment
    raise IntegrityError("A text could be neither found nor kept.")


def _read_sid(parameters: Mapping[str, str]) -> str:
    """Return the gateway's id; a text without one gets an id made of its content, so that it is kept, and once."""
    for name in ("MessageSid", "SmsSid", "SmsMessageSid"):
        if sid := make_nul_visible(parameters.get(name, "")).strip():
            return sid[:64]
    said = repr(sorted(parameters.items())).encode("utf-8", "surrogatepass")
    return f"none-{hashlib.sha256(said).hexdigest()[:40]}"


def _take_in(sid: str, parameters: Mapping[str, str], at: datetime) -> Text:
    body = parameters.get("Body", "")
    line = Line.objects.filter(number=parameters.get("To", "").removeprefix("whatsapp:")).first()
    who = read_caller(parameters.get("From"), region=(line and line.country) or settings.PHONENUMBER_DEFAULT_REGION)
    asked = _answers_an_offer(who, body, parameters, at)
    if asked is not None:
        return _keep_answer(sid, asked, parameters, who=who, line=line, at=at)
    urgent = is_urgent(body)
    opened = _find_case(who, line, urgent=urgent, at=at)
    text = Text.objects.create(
        sid=sid, direction=Direction.IN, line=line, case=opened.case, number_id=opened.number_id,
        caller_id=opened.caller_id, sent_from=who.raw, sent_from_kind=who.kind, body=body, raw=dict(parameters),
        word_meant=read_command(body, opt_out_type=parameters.get("OptOutType")) or "", is_urgent=urgent, at=at,
    )  # fmt: skip
    turns.back_to_us(case=opened.case, at=at)
    _keep_media(text, parameters, at)
    _obey(text, at)
    is_answer = _answers_a_check_in(text, at)
    if not is_answer:
        other_hands.look_at(text, opened.case, at=at)
    if not is_answer:  # her words for safe and for danger are kept out of the index
        word_index.put(case=opened.case, kind=WordKind.TEXT, ref=text.ref, texts=[body])
    _tell(text, opened.case, at, is_answer=is_answer)
    return text


def _answers_an_offer(
    who: CallerId, body: str, parameters: Mapping[str, str], at: datetime
) -> answering.TextAnswer | None:
    """Hear it first as an answer of somebody who was asked for a caller: a lawyer's "A7K yes" must open no case of its own."""
    command = read_command(body, opt_out_type=parameters.get("OptOutType"))
    if who.number is None or command == "stop":
        return None
    # Somebody of the team who is out may well write "help", which is a word of the network's own for everybody else.
    if (heard := going.hear_text(number=who.number, body=body, at=at)) is not None:
        return heard
    return None if command else answering.answer_text(number=who.number, body=body, at=at)


def _keep_answer(
    sid: str,
    asked: answering.TextAnswer,
    parameters: Mapping[str, str],
    *,
    who: CallerId,
    line: Line | None,
    at: datetime,
) -> Text:
    """Keep it as it was sent, on the case that they were asked for, and marked as theirs: it is no word of the caller's."""
    body = parameters.get("Body", "")
    text = Text.objects.create(
        sid=sid, direction=Direction.IN, line=line, case=asked.case, offer=asked.offer, sent_from=who.raw,
        sent_from_kind=who.kind, body=body, raw=dict(parameters), at=at,
    )  # fmt: skip
    _keep_media(text, parameters, at)
    word_index.put(case=asked.case, kind=WordKind.TEXT, ref=text.ref, texts=[body])
    realtime.publish("text", text.ref)
    realtime.publish("case", asked.case.ref)
    return text


def _find_case(who: CallerId, line: Line | None, *, urgent: bool, at: datetime) -> intake.Intake:
    """Return the thread of this sender, or a new case. A withheld sender is always a new one."""
    urgency = Urgency.DANGER if urgent else Urgency.NORMAL
    line_id = line.pk if line else None
    if who.number is not None:
        known = intake.find_known(who.number)
        opened = intake.open_for_text(line_id=line_id, number=who.number, known=known, urgency=urgency, at=at)
        if urgent and opened.case.urgency != Urgency.DANGER:
            opened.case.urgency = Urgency.DANGER
            opened.case.save(update_fields=["urgency"])
        return opened
    if who.is_somebody and (case := _find_thread_of_sender(who, at)) is not None:
        return intake.Intake(case, None, None, is_new=False)
    return intake.open_for_withheld(line_id=line_id, source=Source.TEXT, urgency=urgency, at=at)


def _find_thread_of_sender(who: CallerId, at: datetime) -> Case | None:
    """Return the open case that a short code or a name wrote to lately. It is a thread and never a person."""
    lately = Text.objects.filter(
        direction=Direction.IN, number=None, sent_from_kind=who.kind, at__gt=at - SAME_SENDER_FOR, case__state="open"
    )
    for text in lately.select_related("case").order_by("-at", "-pk")[:_COMPARED]:
        if text.sent_from == who.raw:
            return text.case
    return None


def _keep_media(text: Text, parameters: Mapping[str, str], at: datetime) -> None:
    """Note what came with the text; a sweep fetches it. A place without an address is passed over."""
    count = parameters.get("NumMedia", "").strip()
    many = min(int(count), MOST_MEDIA) if count.isdecimal() and len(count) < 4 else 0
    for position in range(many):
        if url := parameters.get(f"MediaUrl{position}", ""):
            mime = make_nul_visible(parameters.get(f"MediaContentType{position}", ""))[:80]
            Media.objects.create(text=text, position=position, url=url, mime=mime, next_try_at=at)


def _obey(text: Text, at: datetime) -> None:
    """STOP and START change what may be sent to this number, whether or not the gateway did so by itself."""
    if text.number_id is None or text.word_meant not in {"stop", "start"}:
        return
    number = Number.objects.get(pk=text.number_id)
    if text.word_meant == "stop" and number.opted_out_at is None:
        number.opted_out_at = at
        verb = "number.opted_out"
    elif text.word_meant == "start" and number.opted_out_at is not None:
        number.opted_out_at = None
        verb = "number.opted_in"
    else:
        return
    number.save(update_fields=["opted_out_at"])
    audit.record(by=None, verb=verb, what="number", about=number.ref, at=at, text=text.ref)


def _answers_a_check_in(text: Text, at: datetime) -> bool:
    """Say whether it was an answer to a check-in, which has then been taken in: well, in danger, or more time."""
    if text.number_id is None or text.number is None or text.word_meant:
        return False
    plain, minutes = read_check_in(text.body)
    said = TextIn(number=text.number, body=text.body, plain=plain, minutes=minutes, ref=text.ref)
    return answer_text(said, at=at)


def _tell(text: Text, case: Case, at: datetime, *, is_answer: bool) -> None:
    """Put it into somebody's queue, but for an answer to a check-in; where it sounds like danger, ring the alarm without a word of what was written."""
    if text.is_urgent:
        # One alarm for a case in a quarter of an hour: somebody in fear writes many short texts.
        quarter = f"{at:%Y%m%d%H}{at.minute // 15}"
        alarms.raise_alarm(kind="urgent_text", key=f"urgent-text-{case.ref}-{quarter}", about=case.ref, at=at)
    kind = FollowUpKind.CALL_BACK if text.is_urgent and text.number_id else FollowUpKind.TASK
    because = "urgent_text" if text.is_urgent else "text_came"
    # One for all the texts that nobody has looked at yet.
    if not (is_answer and not text.is_urgent) and not case.follow_ups.unfinished().filter(because=because).exists():
        owner = case.owner if case.owner is not None and case.owner.is_active else None
        followups.add(
            case=case, kind=kind, due_at=at if text.is_urgent else at + ANSWER_WITHIN, key=f"text-{text.ref}",
            because=because, owner=owner, is_urgent=text.is_urgent, at=at,
        )  # fmt: skip
    realtime.publish("text", text.ref)
    realtime.publish("case", case.ref)
