"""What she says, by text or on the phone: well, in danger, or more time. Words are compared; none is logged or shown.

Whatever her phone receives after the word for danger is, to the letter, what it would have received after the word for
safe: the same answer to the same text, and silence where there would have been silence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cases.models import Case, CheckIn, CheckInState, CheckInStep, FollowUp, Number, SafeContact, StepKind, StepResult
from cases.safety import LEAST_MORE, MOST_MORE, may_extend_by_text, read_answer
from cases.services import check_in_steps as steps
from cases.services import check_in_ways as ways
from cases.services import followups, safe_contact
from cases.services.casework import lock
from cases.services.check_in_steps import BECAUSE, BECAUSE_CONTACT, note, publish, round_key
from helpline.core.alarms import services as alarms
from helpline.core.alarms.models import Alarm
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.staff.models import User


class Heard(StrEnum):
    """What was said. WRONG is no answer: everything goes on as if nothing had been said."""

    SAFE = "safe"
    DANGER = "danger"
    WRONG = "wrong"


def hold(check_in: CheckIn) -> CheckIn:
    """Return it as it is now, held together with its case. Raises NotAllowed where it is over."""
    lock(check_in.case)
    CheckIn.objects.filter(pk=check_in.pk).update(turn=F("turn") + 1)
    row = CheckIn.objects.select_related("case__line", "case__owner", "caller").get(pk=check_in.pk)
    if not row.is_live:
        raise NotAllowed(_("This check-in is over."))
    return row


# On the phone


@transaction.atomic
def hear_on_phone(*, check_in: CheckIn, by: User, said: str, at: datetime, is_over: bool = False) -> Heard:
    """Take in what she said to a person. A word is needed where she left one. `is_over`: she has arrived, no more rounds.

    What the audit keeps is the same for every word.
    """
    row = hold(check_in)
    words = row.words()
    heard = read_answer(said, words, plain=None if words.safe else "safe")
    audit.record(by=by, verb="check_in.word", what="case", about=row.case.ref, at=at, check_in=row.ref)
    if heard == "danger":
        _hear_danger_again(row, at, by=by) if row.is_danger else hear_danger(row, at, by=by)
        return Heard.DANGER
    if heard == "safe" and row.is_danger:
        # Only a person who has made sure ends it now, with a reason: whoever forced one word may force another.
        _hear_danger_again(row, at, by=by)
        return Heard.SAFE
    if heard == "safe":
        hear_safe(row, at, by=by, is_over=is_over)
        return Heard.SAFE
    note(row, StepKind.WRONG_WORD, at=at, by=by)
    publish(row)
    return Heard.WRONG


@transaction.atomic
def hear_from_number(*, case: Case, by: User, said: str, at: datetime) -> Heard:
    """Take in a word that was said on a call whose caller is only possibly known: it tells by itself whose it is.

    No word, no answer: nobody is stood down by a voice that nobody knows. Whoever took the word gets at the case of the
    check-in, alike for either word.
    """
    audit.record(by=by, verb="check_in.word", what="case", about=case.ref, at=at)
    for check_in in ways.live_of_number(case.number_id) if case.number_id is not None else []:
        if read_answer(said, check_in.words()) in {"safe", "danger"}:
            heard = hear_on_phone(check_in=check_in, by=by, said=said, at=at)
            ways.let_in(check_in.case, by, at)
            return heard
    return Heard.WRONG


# By text


@dataclass(frozen=True)
class TextIn:
    """A text that came in; `plain` and `minutes` are what it means as a word of command. Prints nothing of itself."""

    number: Number
    body: str
    plain: Literal["safe", "more"] | None
    minutes: int
    ref: str

    def __repr__(self) -> str:
        return "<text>"


@transaction.atomic
def answer_text(text: TextIn, *, at: datetime) -> bool:
    """Take in a text from a number that somebody with a live check-in uses, and say whether it was an answer to it.

    Where several people use this phone, only a word that one of them left tells whose answer it is.
    """
    live = ways.live_of_number(text.number.pk)
    # Whoever gave the word for danger and has no round to come is as if she were done: others must notice nothing.
    asked = [check_in for check_in in live if not check_in.is_danger or check_in.danger_goes_on]
    hers = asked[0] if len(asked) == 1 and _is_hers_now(text.number, asked[0]) else None
    for check_in in live:
        heard = read_answer(text.body, check_in.words(), plain=text.plain if check_in == hers else None)
        if heard is not None and _take_text(hold(check_in), heard, text, at):
            return True
    return False


def _is_hers_now(number: Number, check_in: CheckIn) -> bool:
    """Say whether a plain SAFE counts from this number: not where somebody else may have it by now."""
    given_up = SafeContact.objects.filter(number=number, caller=check_in.caller_id, ended_at__isnull=False)
    return number.held_at is None and not given_up.exists()


def _take_text(row: CheckIn, heard: str, text: TextIn, at: datetime) -> bool:
    if row.is_danger:
        return _keep_up(row, heard, text, at)
    if heard == "more":
        if not _may_have_more(row, at):
            return False
        extend_held(row, text.minutes, at, by=None)
        _reply(row, steps.LATER, text, at)
        return True
    if heard == "danger":
        hear_danger(row, at, by=None)
    else:
        hear_safe(row, at, by=None, is_over=False)
    _reply(row, steps.THANKS, text, at)
    return True


def _may_have_more(row: CheckIn, at: datetime) -> bool:
    return may_extend_by_text(is_missed=at >= row.acts_at, has_word=bool(row.safe_word), extensions=row.extensions)


def _keep_up(row: CheckIn, heard: str, text: TextIn, at: datetime) -> bool:
    """After the word for danger: her phone sees what it would see if all were well. Nothing is called off by it."""
    if not row.danger_goes_on:
        return False  # for her it is over: a text now is a text like any other
    if heard == "more":
        if not _may_have_more(row, at):
            return False
        row.due_at = max(row.due_at, at + timedelta(minutes=clip(text.minutes)))
        row.extensions += 1
        template = steps.LATER
    else:
        row.danger_goes_on = goes_on(row, at)
        if row.danger_goes_on:
            row.due_at, row.extensions = next_due(row, at), 0
        template = steps.THANKS
    row.save(update_fields=["due_at", "extensions", "danger_goes_on"])
    _hear_danger_again(row, at, by=None)
    _reply(row, template, text, at)
    return True


def _hear_danger_again(row: CheckIn, at: datetime, *, by: User | None) -> None:
    note(row, StepKind.AFTERWARDS, at=at, by=by)
    publish(row)


def _reply(row: CheckIn, template: str, text: TextIn, at: datetime) -> None:
    """Thank her, in the same words for either word, where a text is safe."""
    if safe_contact.may_text(number=text.number, case=row.case, at=at).is_allowed:
        outbox.put(
            key=f"check-in-{row.ref}-answer-{text.ref}", route=Route.CALLER, to=text.number.ref, template=template,
            about=row.case.ref, at=at, expires_at=at + steps.WORTH_SENDING_FOR, is_urgent=True,
        )  # fmt: skip


# What follows from it


def goes_on(row: CheckIn, at: datetime) -> bool:
    """Say whether an answer is followed by another round: in a series, before its end."""
    return row.ends_at is not None and row.due_at < row.ends_at and at < row.ends_at


def next_due(row: CheckIn, at: datetime) -> datetime:
    assert row.every_minutes is not None
    assert row.ends_at is not None
    return min(at + timedelta(minutes=row.every_minutes), row.ends_at)


def hear_safe(row: CheckIn, at: datetime, *, by: User | None, is_over: bool) -> None:
    """She was heard from, and all is well: the next round, or the end. The row is held."""
    if not goes_on(row, at) or is_over:
        note(row, StepKind.ARRIVED, at=at, by=by)
        finish(row, CheckInState.SAFE, at, by=by)
        return
    note(row, StepKind.HEARD, at=at, by=by)
    let_rest(row, at, by=by, is_well=True)
    run_again(row, next_due(row, at))
    publish(row)


def run_again(row: CheckIn, due_at: datetime) -> None:
    """Begin a new round, due then."""
    row.round += 1
    row.due_at, row.extensions = due_at, 0
    row.state, row.begun_at, row.acknowledged_at, row.acknowledged_by = CheckInState.RUNNING, None, None, None
    row.next_at = row.acts_at
    row.save()


def hear_danger(row: CheckIn, at: datetime, *, by: User | None) -> None:
    """She gave the word for danger: staff are told, and nothing that she or anybody beside her could notice changes."""
    let_rest(row, at, by=by, is_well=False)
    row.danger_goes_on = goes_on(row, at)
    if row.danger_goes_on:
        row.due_at = next_due(row, at)
    row.round += 1
    row.extensions = 0
    row.state, row.begun_at, row.danger_at, row.next_at = CheckInState.MISSED, at, at, at
    row.acknowledged_at, row.acknowledged_by = None, None
    row.save()
    note(row, StepKind.DANGER, at=at, by=by)
    steps.ring_alarm(row, at)


def clip(minutes: int) -> int:
    """Return minutes as they may be asked for."""
    return min(max(minutes, LEAST_MORE), MOST_MORE)


def extend_held(row: CheckIn, minutes: int, at: datetime, *, by: User | None) -> None:
    """Give more time from now on, never less than she had. Where steps had begun they end, and a new round begins."""
    due_at = max(row.due_at, at + timedelta(minutes=clip(minutes)))
    extensions = row.extensions + (by is None)
    note(row, StepKind.EXTENDED, at=at, by=by)
    if row.state == CheckInState.MISSED:
        let_rest(row, at, by=by, is_well=True)
        run_again(row, due_at)
    row.due_at, row.extensions = due_at, extensions
    if row.ends_at is not None:
        row.ends_at = max(row.ends_at, due_at)
    row.next_at = row.acts_at
    row.save()
    publish(row)


def finish(row: CheckIn, state: CheckInState, at: datetime, *, by: User | None) -> None:
    """End it: what has not left is taken back, and whoever of her people was told hears that she was heard from."""
    let_rest(row, at, by=by, is_well=state == CheckInState.SAFE and not row.is_danger)
    row.state, row.finished_at, row.next_at = state, at, None
    row.save()
    publish(row)


def let_rest(row: CheckIn, at: datetime, *, by: User | None, is_well: bool) -> None:
    """End what this round has begun. `is_well`: those of her people who were told hear so; else they hear nothing."""
    key = round_key(row)
    taken = CheckInStep.objects.filter(check_in=row, round=row.round).exclude(key=None).select_related("contact__route")
    for step in taken:
        never_left = outbox.cancel(key=str(step.key), why=_("The check-in is over."))
        if step.kind == StepKind.CONTACT and is_well and not never_left and step.result == StepResult.WAITING:
            _tell_over(row, step, at)
    mine = FollowUp.objects.unfinished().filter(
        case=row.case, because__in=(BECAUSE, BECAUSE_CONTACT), key__startswith=key
    )
    followups.drop(case=row.case, keys=[str(key) for key in mine.values_list("key", flat=True)], at=at)
    for alarm in Alarm.objects.open().filter(key__startswith=key):
        alarms.let_rest(alarm=alarm, by=by, at=at)


def _tell_over(row: CheckIn, step: CheckInStep, at: datetime) -> None:
    contact = step.contact
    if contact is None or step.because == "to_be_rung":
        return
    note(row, StepKind.OVER, at=at, contact=contact, place=step.place)
    outbox.put(
        key=f"{step.key}-over", route=Route.CONTACT, to=contact.route.ref, template=steps.TELL_OVER,
        words={"name": contact.knows_her_as}, about=row.case.ref, at=at, expires_at=at + timedelta(hours=2),
    )  # fmt: skip
