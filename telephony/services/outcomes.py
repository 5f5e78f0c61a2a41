"""What became of a message that we sent, written down once, and told to whoever must act on it. Never silence.

Every function here runs inside the transaction of whoever calls it, and works on a message that is locked or claimed.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, ContactRoute, FollowUpKind, Number
from cases.services import followups
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.outbox.models import Message, MessageState, Route
from helpline.core.realtime import services as realtime
from referrals.services import letters
from telephony.delivery_codes import REASONS, Verdict, judge_failure, try_again_at
from telephony.lifecycle import furthest_text, is_final_text, read_text_status
from telephony.models import Text, TextEvent

VALID_FOR = timedelta(hours=24)  # after its first try, where a message names no end of its own
_TRIED_AGAIN = (MessageState.WAITING, MessageState.SENDING, MessageState.UNKNOWN)  # and not taken under a new id yet
# What does not reach them becomes a task for a person.
TO_CALLERS = frozenset({Route.CALLER, Route.CONTACT, Route.LAWYER})
# Who was asked for a caller: the sweep of referrals sees that it did not arrive, and asks the next.
TO_ASKED = frozenset({Route.PROVIDER, Route.MEMBER})
WAITS = "waiting"  # a text of ours that the gateway has not taken yet


def find_case(message: Message) -> Case | None:
    """Return the case that a message is about; where that was joined to another, that other."""
    case = Case.objects.select_related("line", "owner").filter(ref=message.about).first() if message.about else None
    while case is not None and case.joined_into_id is not None:
        case = Case.objects.select_related("line", "owner").get(pk=case.joined_into_id)
    return case


def mark_sent(message: Message, *, sid: str, word: str, at: datetime) -> None:
    """The gateway has it, under this id. May raise IntegrityError. Once this is committed, `catch_up` must follow."""
    message.state = MessageState.SENT
    message.sid, message.sent_at = sid[:64], at
    message.claimed_until = message.attempt = None
    message.error_code = message.why = ""
    message.save()
    text = _text_of(message)
    if text is not None:
        text.sid, text.state, text.error_code = message.sid, furthest_text(text.state, word)[:24], ""
        text.save()
    _publish(message, text)


@transaction.atomic
def catch_up(sid: str, *, at: datetime) -> None:
    """Take in every status that was kept for this id; doing it again changes nothing.

    Two transactions on either side, or a status could fall between them: whoever learns an id commits it and then reads
    the statuses, whoever hears a status commits it and then looks for the id. One of the two sees the other.
    """
    message = Message.objects.select_for_update().filter(sid=sid).first()
    if message is None:
        return
    text = _text_of(message)
    for event in TextEvent.objects.filter(sid=sid).order_by("received_at", "pk"):
        _advance(message, text, event, at=at)


def _advance(message: Message, text: Text | None, event: TextEvent, *, at: datetime) -> None:
    """Take in one status of a text that the gateway has: the furthest state counts, and a final one is never left."""
    heard = read_text_status(event.word)
    if message.state in _TRIED_AGAIN and heard != "delivered":
        return  # only the news that the earlier try arrived after all still matters
    if text is not None and not is_final_text(text.state):
        text.state = furthest_text(text.state, event.word)[:24]
        text.error_code = event.error_code or text.error_code
        text.save()
    if message.state in {MessageState.DELIVERED, MessageState.FAILED}:
        return
    if heard == "delivered":
        message.state, message.delivered_at = MessageState.DELIVERED, at
        message.error_code = message.why = ""
        message.save()
    elif heard in {"undelivered", "failed"}:
        fail(message, judge_failure(code=event.error_code), code=event.error_code, at=at)
    _publish(message, text)


def fail(message: Message, verdict: Verdict, *, code: str, at: datetime) -> None:
    """It was not taken, or not delivered: try again where that may help, else end it and tell whoever must know."""
    message.error_code = code[:16]
    if verdict.action == "try_later" and try_later(message, because=verdict.because, at=at):
        return
    message.state = MessageState.FAILED
    message.why = _(REASONS.get(verdict.because, REASONS["not_accepted"]))[:200]
    message.claimed_until = message.attempt = None
    message.save()
    if verdict.opted_out:
        _opt_out(message, at)
    _end_text(message, "failed")
    _tell(message, because="text_not_delivered", kind="text_not_delivered", at=at, tell=verdict.tell)


def try_later(message: Message, *, because: str, at: datetime, after: timedelta | None = None) -> bool:
    """Put it back for another try, `after` the gateway's own time where it named one. False where enough is enough."""
    until = message.expires_at or (message.claimed_at or at) + VALID_FOR
    again_at = try_again_at(at=at, tries=message.tries, seed=message.key, until=until)
    if again_at is None:
        return False
    message.state = MessageState.WAITING
    message.not_before = max(again_at, at + (after or timedelta()))
    message.claimed_until = message.attempt = None
    message.why = _(REASONS[because])[:200]
    message.save()
    _end_text(message, WAITS)
    return True


def refuse(message: Message, *, sentence: str, because: str, at: datetime) -> None:
    """We do not send it: it is not safe, not allowed, or there is nowhere to send it. A person is told why."""
    message.state, message.why = MessageState.REFUSED, sentence[:200]
    message.claimed_until = message.attempt = None
    message.save()
    _end_text(message, "refused")
    _tell(message, because=because, kind=because, at=at)


def wait_for_safe_hour(message: Message, *, until: datetime, sentence: str) -> None:
    """It is safe, but not at this hour: it waits, and everything is asked again then. It does not count as a try."""
    message.state, message.not_before, message.why = MessageState.WAITING, until, sentence[:200]
    message.claimed_until = message.attempt = None
    message.tries -= 1
    message.save()
    _end_text(message, WAITS)


def set_aside(message: Message, *, at: datetime) -> None:
    """It could not even be written: its template is gone, or its words do not open. A coordinator is told."""
    message.state, message.why = MessageState.FAILED, _("The message could not be written.")
    message.claimed_until = message.attempt = None
    message.save()
    _end_text(message, "failed")
    _tell(message, because="text_not_written", kind="text_not_written", at=at, tell="coordinator")


def expire(message: Message, *, at: datetime) -> None:
    """It is too late for it. A text for a caller becomes a task; a reminder to staff has others after it."""
    message.state, message.why = MessageState.EXPIRED, _(REASONS["too_late"])[:200]
    message.claimed_until = message.attempt = None
    message.save()
    _end_text(message, "expired")
    if message.route in TO_CALLERS:
        _tell(message, because="text_too_late", kind="text_too_late", at=at)


def leave_to_person(message: Message, *, at: datetime) -> None:
    """Nobody knows whether it left, and looking did not help: it is not sent again, and a person is asked."""
    message.state, message.why = MessageState.UNKNOWN, _(REASONS["gateway_down"])[:200]
    message.claimed_until = None
    message.save()
    _end_text(message, "unknown")
    _tell(message, because="text_perhaps_sent", kind="text_perhaps_sent", at=at)
    alarms.raise_alarm(kind="text_perhaps_sent", key=f"unknown-{message.ref}", about=message.about, at=at)


def _text_of(message: Message) -> Text | None:
    """Return the text on the thread, locked; None for a message to staff, who have no thread."""
    if message.route not in TO_CALLERS:
        return None
    return Text.objects.select_for_update().filter(message=message).first()


def _end_text(message: Message, state: str) -> None:
    """Show it on the thread; "undelivered", which the gateway said, tells more than our own "failed"."""
    said_already = "undelivered" if state == "failed" else state
    Text.objects.filter(message=message).exclude(state=said_already).update(state=state, error_code=message.error_code)
    _publish(message, None)


def _opt_out(message: Message, at: datetime) -> None:
    """The gateway says that they stopped texts: so do we from now on."""
    if message.route in TO_ASKED:
        letters.stop_texts(route=message.route, to_ref=message.to_ref, at=at)
        return
    if message.route == Route.CONTACT:
        route = ContactRoute.objects.filter(ref=message.to_ref, may_text=True).first()
        if route is not None:
            route.may_text = False
            route.save(update_fields=["may_text"])
            audit.record(by=None, verb="route.opted_out", what="route", about=route.ref, at=at, message=message.ref)
        return
    number = (
        Number.objects.filter(ref=message.to_ref, opted_out_at=None).first() if message.route == Route.CALLER else None
    )
    if number is not None:
        number.opted_out_at = at
        number.save(update_fields=["opted_out_at"])
        audit.record(by=None, verb="number.opted_out", what="number", about=number.ref, at=at, message=message.ref)


def _tell(message: Message, *, because: str, kind: str, at: datetime, tell: str = "counsellor") -> None:
    """Make a task for the person whose case it is; an alarm where it is about ourselves or about a text to staff."""
    if message.route == Route.CHECK:
        return  # whoever waits for the code sees that it does not come, and asks for another
    if message.route in TO_ASKED:
        # On the board, and no text in the night: nobody waits for it, the next is being asked already.
        alarms.raise_alarm(
            kind="asked_not_reached", key=f"asked-{message.to_ref}-{at:%Y%m%d}", about=message.about, at=at, text=False
        )
        return
    case = find_case(message) if message.route in TO_CALLERS else None
    if case is not None:
        followups.add(
            case=case, kind=FollowUpKind.TASK, due_at=at, key=f"message-{message.ref}-{because}", because=because,
            why=message.why, owner=case.owner if case.owner and case.owner.is_active else None, at=at,
        )  # fmt: skip
    if case is None or tell == "coordinator":
        # One a day for each person: an alarm about a duty phone is itself texted, also to that phone.
        who = message.to_ref if message.route == Route.STAFF else message.ref
        alarms.raise_alarm(kind=kind, key=f"{kind}-{who}-{at:%Y%m%d}", about=message.about, at=at)


def _publish(message: Message, text: Text | None) -> None:
    if message.route in TO_CALLERS and message.about:
        realtime.publish("text", text.ref if text is not None else message.ref)
        realtime.publish("case", message.about)
