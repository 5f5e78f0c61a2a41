"""Take what is due out of the outbox and hand it to the gateway: each message once, whatever breaks.

1. A message is claimed by a conditional update, in a transaction of its own, together with the question whether it may
   leave and the words in which it does. Whoever comes second finds it claimed.
2. It is handed over outside any transaction.
3. What became of it is written down, if the claim still stands.

A worker that dies between 1 and 3 leaves a claim behind; `unknown_sends` then looks the text up at the gateway instead
of sending it again blindly.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from helpline.core.alarms import services as alarms
from helpline.core.outbox.models import Message, MessageState
from helpline.core.postgresql.away import is_away, is_busy
from telephony.delivery_codes import judge_failure
from telephony.gateway.errors import GatewayError, NotKnown, Refused, ShutOut, TryLater, Unreachable
from telephony.gateway.protocol import Gateway, SentText
from telephony.models import Text
from telephony.models.text import Direction
from telephony.services import addresses, outcomes
from telephony.services.addressing import Letter, NotToBeSent, NotYet, write_letter

LEASE = timedelta(seconds=60)  # how long a sender has a message for itself; sending gives up after some 22 seconds
SEND_WITHIN_SECONDS = 10.0  # of the claim, or it is not handed over any more
SWEEP_SECONDS = 40.0  # then the next sweep goes on: a task is ended by force after 120
MOST_AT_ONCE = 200
LOOK_AFTER = timedelta(minutes=1)  # then the gateway's list is complete
log = logging.getLogger(__name__)

_STILL_OURS = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.WAITING)


class _Stop(Exception):
    """The gateway takes nothing now: the rest of the sweep would only wait."""


def deliver_due(*, at: datetime, gateway: Gateway, limit: int = MOST_AT_ONCE) -> int:
    """Send what is due, the urgent first and then by age, and return how many messages the gateway took.

    Ends early where the gateway is away; what is left stays due. Any number of these may run at the same moment.
    """
    began = time.monotonic()
    sent = 0
    for pk in list(Message.objects.due(at).values_list("pk", flat=True)[:limit]):
        took = time.monotonic() - began  # a claim counts from its own moment, not from that of the sweep
        if took > SWEEP_SECONDS:
            break
        try:
            sent += deliver_one(pk, at=at + timedelta(seconds=took), gateway=gateway)
        except _Stop:
            break
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next message
            log.exception("a message could not be sent: %s", type(broken).__name__)
            if not is_busy(broken):  # somebody held it or its case: it stays due, and the next sweep comes to it
                _put_aside(pk, at)
    return sent


def deliver_one(pk: int, *, at: datetime, gateway: Gateway) -> bool:
    """Claim one message, hand it over, and say whether the gateway took it. False also where another was faster."""
    claimed_at = time.monotonic()
    claim = _claim(pk, at)
    if claim is None:
        return False
    message, letter = claim
    if time.monotonic() - claimed_at > SEND_WITHIN_SECONDS:
        # This machine stood still: the claim may soon be looked into by another, so it must not be used any more.
        _release(message, at)
        return False
    try:
        sent = gateway.send_text(
            to=letter.to,
            sender=letter.sender,
            body=letter.body,
            status_callback=addresses.text_status(message.ref),
            valid_for=_valid_for(message, letter, at),
        )
    except GatewayError as broken:
        _note_failure(message, broken, at)
        return False
    _note_sent(message, sent, at)
    return True


def _claim(pk: int, at: datetime) -> tuple[Message, Letter] | None:
    """Take one message for this worker and write it; None where it is taken, or where it must not leave."""
    with transaction.atomic():
        mine = Message.objects.due(at).order_by().filter(pk=pk)
        taken = mine.update(state=MessageState.SENDING, claimed_at=at, claimed_until=at + LEASE, tries=F("tries") + 1)
        if taken != 1:
            return None
        message = Message.objects.get(pk=pk)
        if message.expires_at is not None and message.expires_at <= at:
            outcomes.expire(message, at=at)
            return None
        try:
            letter = write_letter(message, at=at)
        except NotToBeSent as no:
            _refuse(message, no, at)
            return None
        message.attempt = {"to": letter.to, "from": letter.sender, "body": letter.body}
        message.save(update_fields=["attempt"])
        if message.route in outcomes.TO_CALLERS:
            _put_on_thread(message, letter, at)
        return message, letter


def _valid_for(message: Message, letter: Letter, at: datetime) -> timedelta | None:
    """A phone that is off gets its texts when it is switched on: not after the safe hours have ended."""
    ends = [moment for moment in (message.expires_at, letter.until) if moment is not None]
    return min(ends) - at if ends else None


def _refuse(message: Message, no: NotToBeSent, at: datetime) -> None:
    if isinstance(no, NotYet) and (message.expires_at is None or no.at < message.expires_at):
        outcomes.wait_for_safe_hour(message, until=no.at, sentence=no.sentence)
    elif no.because in {"check_over", "offer_over"}:
        outcomes.expire(message, at=at)
    else:
        outcomes.refuse(message, sentence=no.sentence, because=no.because, at=at)


def _put_on_thread(message: Message, letter: Letter, at: datetime) -> None:
    """Show it on the case; a text that somebody typed is there already."""
    if not Text.objects.filter(message=message).exists():
        Text.objects.create(
            direction=Direction.OUT, message=message, case=letter.case, number=letter.number, contact=letter.contact,
            body=letter.body,
            line=letter.case.line if letter.case else None, caller=letter.case.caller if letter.number and letter.case else None,
            state=outcomes.WAITS, at=at,
        )  # fmt: skip


def _still_mine(message: Message) -> Message | None:
    """Return the row, locked, where this claim of it is the last one and nothing has settled it yet."""
    return Message.objects.select_for_update().filter(pk=message.pk, tries=message.tries, state__in=_STILL_OURS).first()


def _release(message: Message, at: datetime) -> None:
    with transaction.atomic():
        if (now := _still_mine(message)) is not None:
            now.state, now.claimed_until, now.attempt = MessageState.WAITING, None, None
            now.save()


def _note_sent(message: Message, sent: SentText, at: datetime) -> None:
    try:
        with transaction.atomic():
            if (now := _still_mine(message)) is not None:
                outcomes.mark_sent(now, sid=sent.sid, word=sent.state, at=at)
        outcomes.catch_up(sent.sid, at=at)
    except IntegrityError:
        # Another message has taken this id for its own when it was looked up: which of the two left, a person finds out.
        with transaction.atomic():
            if (now := _still_mine(message)) is not None:
                outcomes.leave_to_person(now, at=at)


def _note_failure(message: Message, broken: GatewayError, at: datetime) -> None:
    """Write down why it was not taken; raises _Stop where the next message would fare no better."""
    with transaction.atomic():
        now = _still_mine(message)
        if now is not None:
            _settle_failure(now, broken, at)
    if isinstance(broken, TryLater | Unreachable | ShutOut):
        raise _Stop


def _settle_failure(message: Message, broken: GatewayError, at: datetime) -> None:
    match broken:
        case NotKnown():
            message.state, message.claimed_until = MessageState.UNKNOWN, at + LOOK_AFTER
            message.lost_answers += 1
            message.save()
        case Refused(code=code):
            verdict = judge_failure(code=code)
            if verdict.action == "look_up_first":  # said with a code, but as unclear as a broken line
                _settle_failure(message, NotKnown(), at)
            else:
                outcomes.fail(message, verdict, code=str(code), at=at)
        case TryLater(after=after):
            verdict = judge_failure(http_status=429)
            if not outcomes.try_later(message, because=verdict.because, at=at, after=after):
                outcomes.fail(message, judge_failure(code=30001), code="429", at=at)
        case _:
            if isinstance(broken, ShutOut):
                alarms.raise_alarm(
                    kind="gateway_refuses_us", key=f"gateway-shut-{at:%Y%m%d%H}", at=at, text=False
                )  # a text about it would not leave either
            if not outcomes.try_later(message, because="not_reached", at=at):
                outcomes.fail(message, judge_failure(code=30001), code="", at=at)


def _put_aside(pk: int, at: datetime) -> None:
    """End a message that cannot even be written (its template is gone, its words do not open), and tell a coordinator.

    One that was claimed and handed over before something broke is left as it is: it may have gone, and is looked up.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update().filter(pk=pk, state=MessageState.WAITING).first()
        if message is not None:
            outcomes.set_aside(message, at=at)
