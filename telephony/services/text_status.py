"""The gateway tells how far a text of ours has come: in any order, any number of times, even before we know its id."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from helpline.core.outbox.models import Message, MessageState
from telephony.models import TextEvent
from telephony.services import outcomes
from telephony.text_words import make_nul_visible

LONGEST_WORD = 32
# States in which a message may learn its id from a callback: it was handed over and no answer has been read yet.
_WAITS_FOR_ANSWER = (MessageState.SENDING, MessageState.UNKNOWN)


def hear(parameters: Mapping[str, str], *, at: datetime, message_ref: str = "") -> bool:
    """Keep one status, once, and say whether it was new. `message_ref` stands in the address that we gave with the text.

    A status for an id that we do not know is kept: it is read when that id arrives. Where the address names a message
    that still waits for the gateway's answer, the status is that answer: the text was taken, and is not sent again.
    """
    sid = _read(parameters, "MessageSid", "SmsSid")[:64]
    word = _read(parameters, "MessageStatus", "SmsStatus")[:LONGEST_WORD]
    code = _read(parameters, "ErrorCode")[:16]
    if not sid or not word:
        return False
    _, is_new = TextEvent.objects.get_or_create(
        key=f"{sid}:{word}:{code}",
        defaults={"sid": sid, "word": word, "error_code": code, "received_at": at, "raw": dict(parameters)},
    )
    if message_ref:
        with transaction.atomic():
            waiting = Message.objects.select_for_update().filter(ref=message_ref, state__in=_WAITS_FOR_ANSWER, sid=None)
            if (message := waiting.first()) is not None:
                outcomes.mark_sent(message, sid=sid, word=word, at=at)
    outcomes.catch_up(sid, at=at)  # also for an old one: whoever kept it may have been stopped before taking it in
    return is_new


def _read(parameters: Mapping[str, str], *names: str) -> str:
    return next((make_nul_visible(value).strip() for name in names if (value := parameters.get(name))), "")
