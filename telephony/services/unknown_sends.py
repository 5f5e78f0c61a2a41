"""Find out what became of messages whose sender never said: it was killed, or the gateway's answer never came."""

from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, transaction

from helpline.core.outbox.models import Message, MessageState
from telephony.gateway.errors import GatewayError
from telephony.gateway.protocol import Gateway, SentText
from telephony.services import outcomes

MOST_AT_ONCE = 200
LOOK_AGAIN_AFTER = timedelta(minutes=1)
GIVE_UP_LOOKING_AFTER = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=5)  # between the gateway's clock and ours
MOST_LOST_ANSWERS = 2  # the second time a person is asked


class _NoText(Enum):
    """What a look-up says where it does not name a text."""

    ABSENT = "the gateway has no such text"
    UNCLEAR = "it cannot be told"
    WAIT = "it cannot be told yet"


_Found = SentText | _NoText


def resolve_unknown_sends(*, at: datetime, gateway: Gateway, limit: int = MOST_AT_ONCE) -> int:
    """Look them up at the gateway, and return how many were settled. Any number of these may run at the same moment.

    Found: sent, with that id. Not there: sent again, once. Not to be found out within ten minutes, or lost a second
    time: it stays unknown, and a person is asked.
    """
    settled = 0
    for pk in list(Message.objects.stuck(at).order_by("claimed_at", "id").values_list("pk", flat=True)[:limit]):
        message = _claim(pk, at)
        if message is None:
            continue
        try:
            found = _look_up(message, at=at, gateway=gateway)
        except GatewayError:
            is_late = message.claimed_at is None or at - message.claimed_at >= GIVE_UP_LOOKING_AFTER
            settled += _settle(message, _NoText.UNCLEAR if is_late else _NoText.WAIT, at)
            continue
        settled += _settle(message, found, at)
    return settled


def _claim(pk: int, at: datetime) -> Message | None:
    """Take the question for this worker. A claim that its sender never ended counts as a lost answer."""
    with transaction.atomic():
        message = Message.objects.stuck(at).select_for_update().filter(pk=pk).first()
        if message is None:
            return None
        if message.state == MessageState.SENDING:
            message.state = MessageState.UNKNOWN
            message.lost_answers += 1
        message.claimed_until = at + LOOK_AGAIN_AFTER
        message.save()
        return message


def _look_up(message: Message, *, at: datetime, gateway: Gateway) -> _Found:
    """Ask the gateway for the texts to this number since the claim, and pick the one with our words. Raises GatewayError.

    The words of reminders are all alike: texts that belong to other messages do not count, and while another one to the
    same person is on its way nothing is decided.
    """
    attempt = message.attempt
    if not attempt or message.claimed_at is None:
        return _NoText.UNCLEAR
    on_their_way = Message.objects.filter(
        route=message.route, to_ref=message.to_ref, state=MessageState.SENDING, claimed_until__gt=at
    )
    if on_their_way.exists():
        return _NoText.WAIT
    texts = gateway.find_texts(to=attempt["to"], sender=attempt["from"], since=message.claimed_at - CLOCK_SKEW)
    known = set(Message.objects.filter(sid__in=[text.sid for text in texts]).values_list("sid", flat=True))
    # A trial account puts a sentence of its own before our words.
    ours = [text for text in texts if text.sid not in known and text.body.strip().endswith(attempt["body"].strip())]
    return ours[0] if ours else _NoText.ABSENT


def _settle(message: Message, found: _Found, at: datetime) -> bool:
    """Write down what the look-up told. False where nothing is settled yet, or a callback has settled it meanwhile."""
    if found is _NoText.WAIT:
        return False
    mine = Message.objects.select_for_update().filter(pk=message.pk, tries=message.tries, state=MessageState.UNKNOWN)
    try:
        with transaction.atomic():
            now = mine.first()
            if now is None:
                return False
            if isinstance(found, SentText):
                outcomes.mark_sent(now, sid=found.sid, word=found.state, at=at)
            elif found is _NoText.ABSENT and now.lost_answers < MOST_LOST_ANSWERS:
                now.state, now.not_before, now.claimed_until, now.attempt = MessageState.WAITING, at, None, None
                now.save()
            else:
                outcomes.leave_to_person(now, at=at)
    except IntegrityError:
        return False  # another message took this text for its own at the same moment: look again
    if isinstance(found, SentText):
        outcomes.catch_up(found.sid, at=at)
    return True
