"""The numbers of a caller: a new one, one that she left, and one that somebody else may have. History stays."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import (
    Caller,
    Case,
    FollowUpKind,
    Number,
    NumberChange,
    SafeContact,
    Whose,
    WhyEnded,
)  # fmt: skip
from cases.services import followups
from cases.services.calling_back import keep_quiet
from cases.services.cards import find_number, known_caller
from cases.services.casework import lock
from cases.services.code_words import check_code_word, check_may_still_say
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, MessageState, Route
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.numbers import read_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

TAKEN_BACK = "number left"  # for the record of the message; people read the case


@transaction.atomic
def add_number(*, case: Case, by: User, at: datetime, typed: str, whose: str = Whose.OWN) -> Number:
    """Add a number that the caller named. Nothing may go there until she has said what is safe on it.

    A number that others use too stays theirs as well: nobody is taken for somebody else because of a number. One that she
    had left is hers again, with nothing allowed. Raises NotAllowed for what is no number or no answer, and while nobody
    knows who rings.
    """
    if whose not in Whose.values:
        raise NotAllowed(_("Say whose phone it is."))
    e164 = read_number(typed) if typed.isprintable() else None
    if e164 is None:
        raise NotAllowed(_("This is no telephone number."))
    now = lock(case)
    caller = known_caller(now)
    number = _find_or_make(e164, caller, at)
    join_number(number=number, caller=caller, by=by, at=at, whose=whose)
    audit.record(by=by, verb="number.added", what="case", about=case.ref, at=at, number=number.ref)
    realtime.publish("case", case.ref)
    return number


def _find_or_make(e164: str, caller: Caller, at: datetime) -> Number:
    held = Number.objects.filter(index__in=all_indexes("number", e164))
    if (found := held.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return Number.objects.create(caller=caller, number=e164, created_at=at)
    except IntegrityError:  # they ring from it at this very moment
        return held.get()


def join_number(*, number: Number, caller: Caller, by: User, at: datetime, whose: str = Whose.OWN) -> SafeContact:
    """Let a number be one of a caller's, with nothing allowed where nothing was said; what was said about it stays."""
    card, is_new = SafeContact.objects.select_for_update().get_or_create(
        caller=caller, number=number, defaults={"whose": whose, "confirmed_at": at, "confirmed_by": by}
    )
    if not is_new and card.ended_at is not None:
        card.ended_at, card.ended_because = None, ""
        card.whose, card.may_text, card.may_call, card.voicemail = whose, False, False, "none"
        card.confirmed_at, card.confirmed_by = at, by
        card.save()
    return card


@transaction.atomic
def end_number(*, case: Case, by: User, at: datetime, number_ref: str, because: str) -> NumberChange:
    """Note that a number is no longer a way to this caller: from this moment nothing more goes there.

    What waits for it on her cases is taken back, and goes to another number of hers only once she has given the code
    word (`readdress`). The same number again gives the change that is there. Raises NotAllowed without a reason or while
    nobody knows who rings, NotFound for a number that is not this case's.
    """
    if because not in WhyEnded.values:
        raise NotAllowed(_("Say why this number is no longer theirs."))
    now = lock(case)
    caller = known_caller(now)
    number = find_number(now, number_ref)
    card, _is_new = SafeContact.objects.select_for_update().get_or_create(
        caller=caller, number=number, defaults={"whose": Whose.OTHER, "confirmed_at": at, "confirmed_by": by}
    )
    if card.ended_at is not None:
        there = NumberChange.objects.filter(caller=caller, old=number).first()
        if there is not None:
            return there
    card.ended_at, card.ended_because = at, because
    card.save(update_fields=["ended_at", "ended_because"])
    waiting = take_back(number=number, cases=cases_of(caller))
    change = NumberChange.objects.create(caller=caller, old=number, because=because, waiting=waiting, at=at, by=by)
    audit.record(
        by=by, verb="number.ended", what="case", about=case.ref, at=at, number=number.ref, because=because,
        waiting=len(waiting),
    )  # fmt: skip
    _ask_for_another_way(now, caller, change, at)
    realtime.publish("case", case.ref)
    return change


def cases_of(caller: Caller) -> list[str]:
    """Return the references of the cases that a message to this caller may be about."""
    hers = Q(caller=caller) | Q(concerns=caller) | Q(joined_into__caller=caller)
    return list(Case.objects.filter(hers).values_list("ref", flat=True))


def take_back(*, number: Number, cases: Iterable[str]) -> list[str]:
    """Take what waits for this number on these cases out of the outbox, and return the references of those messages."""
    waiting = Message.objects.select_for_update(skip_locked=True).filter(
        route=Route.CALLER, to_ref=number.ref, state=MessageState.WAITING, about__in=list(cases)
    )
    refs = list(waiting.values_list("ref", flat=True))
    Message.objects.filter(ref__in=refs, state=MessageState.WAITING).update(state=MessageState.CANCELED, why=TAKEN_BACK)
    return refs


def _ask_for_another_way(case: Case, caller: Caller, change: NumberChange, at: datetime) -> None:
    """What was taken back is not forgotten: a person looks for another way, where she has named none yet."""
    others = SafeContact.objects.filter(caller=caller, ended_at=None).filter(Q(may_text=True) | Q(may_call=True))
    if change.waiting or not others.exists():
        followups.add(
            case=case, kind=FollowUpKind.TASK, due_at=at, at=at, because="number_ended", key=f"number-{change.ref}",
            owner=case.owner if case.owner is not None and case.owner.is_active else None,
        )  # fmt: skip


def readdress(*, case: Case, by: User, at: datetime, change_ref: str, to_ref: str, code_word: str) -> int:
    """Send what was taken back from a number that she left to another one of hers, and return how many messages that is.

    Only with her code word: whoever names a new number may be somebody else. What has grown too old stays unsent. Safe
    to repeat. Raises NotAllowed for a wrong word (written down: call this outside a transaction that is rolled back),
    as `check_code_word` does, and after the word for danger; NotFound for a change or a number that is not hers.
    """
    caller = known_caller(case)
    change = NumberChange.objects.filter(caller=caller, ref=change_ref).first()
    to = SafeContact.objects.filter(caller=caller, number__ref=to_ref, ended_at=None).select_related("number").first()
    if change is None or to is None:
        raise NotFound(_("There is no such number on this case."))
    check_code_word(case=case, by=by, said=code_word, among=[caller], at=at)
    keep_quiet(case)
    with transaction.atomic():
        keep_quiet(lock(case))  # again: the word for danger may have come while we waited for the case
        change = NumberChange.objects.select_for_update().get(pk=change.pk)
        sent = sum(_send_on(message, to.number, at) for message in Message.objects.filter(ref__in=change.waiting))
        change.new, change.readdressed_at = to.number, at
        change.save(update_fields=["new", "readdressed_at"])
        audit.record(
            by=by, verb="number.readdressed", what="case", about=case.ref, at=at, number=to.number.ref, messages=sent
        )
        realtime.publish("case", case.ref)
    return sent


def _send_on(message: Message, number: Number, at: datetime) -> bool:
    is_gone = message.state != MessageState.CANCELED or message.words_gone_at is not None
    if is_gone or (message.expires_at is not None and message.expires_at <= at):
        return False
    outbox.put(
        key=f"{message.key[:90]}-to-{number.ref}", route=Route.CALLER, to=number.ref, template=message.template,
        words=message.words, about=message.about, at=at, not_before=max(message.not_before, at),
        expires_at=message.expires_at, is_urgent=message.is_urgent,
    )  # fmt: skip
    return True


@transaction.atomic
def hold_number(
    *, number: Number, because: str, at: datetime, case: Case | None = None, by: User | None = None, key: str = ""
) -> bool:
    """Let nothing more go to a number: somebody else may have the phone, or she said the word at which everything stops.

    `because` is a code: "impostor", "stop_word", "wrong_word". On the case that it was noticed on a person is asked at
    once, and supervisors hear that it happened. Says whether it was not held before; `key` makes the task one.
    """
    row = Number.objects.select_for_update(no_key=True).get(pk=number.pk)
    is_new = row.held_at is None
    if is_new:
        row.held_at, row.held_because = at, because
        row.save(update_fields=["held_at", "held_because"])
        audit.record(
            by=by,
            verb="number.held",
            what="number",
            about=row.ref,
            at=at,
            because=because,
            case=case.ref if case else "",
        )
    number.held_at, number.held_because = row.held_at, row.held_because
    if case is not None:
        now = lock(case)
        followups.add(
            case=now, kind=FollowUpKind.SAFETY, due_at=at, at=at, because=f"held_{because}", is_urgent=True,
            key=key or f"held-{row.ref}-{at:%Y%m%d}",
            owner=now.owner if now.owner is not None and now.owner.is_active else None,
        )  # fmt: skip
        alarms.raise_alarm(kind="number_held", key=f"held-{row.ref}-{at:%Y%m%d}", about=now.ref, at=at)
        realtime.publish("case", now.ref)
    return is_new


def lift_hold(*, case: Case, by: User, at: datetime, number_ref: str, how: str, code_word: str = "") -> Number:
    """Say that the caller herself has the phone: by her code word, or deliberately by a supervisor.

    What she said about it counts again, and so does its age. Raises NotAllowed for a wrong word (written down: call this
    outside a transaction that is rolled back), without one for anybody but a supervisor, or where nothing is held.
    """
    caller = known_caller(case)
    number = find_number(case, number_ref)
    if number.held_at is None:
        raise NotAllowed(_("Nothing is held on this number."))
    if how == "code_word":
        check_code_word(case=case, by=by, said=code_word, among=[caller], at=at)
    else:
        check_may_still_say(case=case, by=by, at=at)
        if not by.holds("supervisor"):
            raise NotAllowed(_("Without the code word only a supervisor can say that it is them."))
        how = "deliberate"
    with transaction.atomic():
        row = Number.objects.select_for_update(no_key=True).get(pk=number.pk)
        row.held_at, row.held_because = None, ""
        row.save(update_fields=["held_at", "held_because"])
        audit.record(by=by, verb="number.released", what="number", about=row.ref, at=at, how=how, case=case.ref)
        realtime.publish("case", case.ref)
    return row


def check_word_texted(*, case: Case, by: User, at: datetime, number_ref: str, said: str) -> None:
    """Compare a word that came by text from a number with the caller's code word; a wrong one holds the number.

    Raises NotAllowed for a wrong word, after the number is held: call this outside a transaction that is rolled back.
    """
    caller = known_caller(case)
    number = find_number(case, number_ref)
    try:
        check_code_word(case=case, by=by, said=said, among=[caller], at=at)
    except NotAllowed:
        hold_number(number=number, because="wrong_word", at=at, case=case, by=by)
        raise
    audit.record(by=by, verb="number.word_right", what="number", about=number.ref, at=at, case=case.ref)
