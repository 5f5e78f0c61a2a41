"""Take the steps of a check-in: each once, in order, each written down, each refusal followed by the next at once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cases.models import (
    CheckIn,
    CheckInContact,
    CheckInState,
    CheckInStep,
    FollowUp,
    FollowUpKind,
    StepKind,
    StepResult,
)
from cases.safety import Next, Taken, Told, next_step, whom_to_tell
from cases.services import check_in_ways as ways
from cases.services import followups
from cases.services.casework import lock
from cases.services.check_in_clock import follow_clock
from helpline.core.alarms import services as alarms
from helpline.core.clock import Ticks
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, MessageState, Route
from helpline.core.postgresql.away import is_away, is_busy
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

ASK, THANKS, LATER = "caller/check_in_ask", "caller/check_in_thanks", "caller/check_in_later"
TELL_CONTACT, TELL_OVER = "contact/check_in_ask", "contact/check_in_over"
TELL_STAFF = "staff/check_in"
WORTH_SENDING_FOR = timedelta(minutes=15)  # later than that it speaks of another moment
LOOKS_AGAIN_AFTER = timedelta(seconds=10)  # while it is not known whether a message has left
LOOKS_AT_BROKEN_AFTER = timedelta(minutes=1)
ENOUGH_FOR_A_SWEEP = 200
STEPS = (StepKind.TEXT_HER, StepKind.CALL_HER, StepKind.CONTACT, StepKind.TEAM)
BECAUSE, BECAUSE_CONTACT = "check_in", "check_in_contact"
log = logging.getLogger(__name__)

_NOT_GOING = (MessageState.REFUSED, MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELED)


def sweep(*, at: datetime, ticks: Ticks | None = None, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Look at every check-in whose moment has come and return for how many something was done.

    `ticks` is how long this machine has run: with it a clock that was turned back delays nothing.

    Any number of these may run at once, twice, late, or after hours in which none did: each check-in is taken by the one
    whose conditional update found it unchanged. One that breaks does not keep the others waiting, and is told.
    """
    if ticks is not None:
        try:
            follow_clock(at=at, ticks=ticks)
        except Exception as broken:  # a clock that cannot be followed must not keep anybody waiting
            if is_away(broken):
                raise
            log.exception("the clock could not be followed: %s", type(broken).__name__)
    done = 0
    for pk, turn in list(CheckIn.objects.to_look_at(at).values_list("pk", "turn")[:limit]):
        try:
            done += look_at(pk, turn, at=at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a check-in could not be looked at: %s", type(broken).__name__)
            _tell_broken(pk, broken, at)
    return done


@transaction.atomic
def look_at(pk: int, turn: int, *, at: datetime) -> bool:
    """Take what is to be taken now for one check-in. False where somebody else was faster."""
    found = CheckIn.objects.select_related("case").filter(pk=pk).first()
    if found is None:
        return False
    lock(found.case)
    if CheckIn.objects.live().filter(pk=pk, turn=turn).update(turn=F("turn") + 1) != 1:
        return False
    check_in = CheckIn.objects.select_related("case__line", "case__owner", "caller", "acknowledged_by").get(pk=pk)
    refresh_results(check_in, at)
    looks = [about_her(check_in, at), about_staff(check_in, at), _while_on_its_way(check_in, at)]
    check_in.next_at = min((look for look in looks if look is not None), default=None)
    check_in.save(update_fields=["next_at", "state", "begun_at"])
    return True


def about_her(check_in: CheckIn, at: datetime) -> datetime | None:
    """Take the next step about her, and on past what is refused. Returns when to look again."""
    contacts = list(check_in.contacts.select_related("route"))
    while True:
        following = _next(check_in, len(contacts), at)
        if following.deed is None:
            return following.look_at
        if check_in.state != CheckInState.MISSED or check_in.begun_at is None:
            _begin(check_in, at)
        _take(check_in, following, contacts, at)


def _next(check_in: CheckIn, contacts: int, at: datetime) -> Next:
    taken = [
        Taken(step.kind, step.place, step.at, step.result)  # type: ignore[arg-type]
        for step in check_in.steps.filter(round=check_in.round, kind__in=STEPS).order_by("pk")
    ]
    return next_step(
        now=at, plan=check_in.plan(contacts), taken=taken, begun_at=check_in.begun_at, is_danger=check_in.is_danger,
        acknowledged_at=on_it_since(check_in),
    )  # fmt: skip


def on_it_since(check_in: CheckIn) -> datetime | None:
    """Return since when somebody is on it; whoever has left the organisation meanwhile does not count."""
    person = check_in.acknowledged_by
    return check_in.acknowledged_at if person is not None and person.is_active else None


def _begin(check_in: CheckIn, at: datetime) -> None:
    """She was not heard from: from now on it is the first thing on the board."""
    check_in.state = CheckInState.MISSED
    check_in.begun_at = check_in.begun_at or check_in.acts_at
    ring_alarm(check_in, at)


def ring_alarm(check_in: CheckIn, at: datetime) -> None:
    """Put it on the board of who runs the line. Staff are told one after the other, so this alarm itself texts nobody."""
    alarms.raise_alarm(
        kind="check_in_missed", key=round_key(check_in), about=check_in.case.ref, at=at, text=False
    )  # fmt: skip
    publish(check_in)


def _take(check_in: CheckIn, following: Next, contacts: Sequence[CheckInContact], at: datetime) -> None:
    match following.deed:
        case "text_her":
            _text_her(check_in, at)
        case "call_her":
            # Somebody of us is asked in any case; where ringing is not safe, her people are not kept waiting for it.
            _ask_for_hand(check_in, at)
            may_ring, because = ways.may_ring_her(check_in, at)
            result = StepResult.WAITING if may_ring else StepResult.REFUSED
            note(check_in, StepKind.CALL_HER, at=at, result=result, because=because, once=True)
        case "contact":
            _tell_contact(check_in, contacts[following.place - 1], at)
        case "team":
            _ask_for_hand(check_in, at)
            alarms.raise_alarm(kind="check_in_team", key=f"{round_key(check_in)}-team", about=check_in.case.ref, at=at)
            note(check_in, StepKind.TEAM, at=at, result=StepResult.WAITING, once=True)
        case _:  # there is no other
            raise AssertionError(following.deed)
    publish(check_in)


def _text_her(check_in: CheckIn, at: datetime) -> None:
    number, because = ways.number_to_ask(check_in, at)
    if number is None:
        note(check_in, StepKind.TEXT_HER, at=at, result=StepResult.REFUSED, because=because, once=True)
        return
    step = note(check_in, StepKind.TEXT_HER, at=at, result=StepResult.WAITING, once=True)
    outbox.put(
        key=str(step.key), route=Route.CALLER, to=number.ref, template=ASK, about=check_in.case.ref, at=at,
        expires_at=at + WORTH_SENDING_FOR, is_urgent=True,
    )  # fmt: skip


def _tell_contact(check_in: CheckIn, contact: CheckInContact, at: datetime) -> None:
    """Text one of her people what she agreed to; where only ringing is safe, a person is asked to ring them."""
    way, because = ways.way_to(contact, check_in.case, at)
    place = contact.position
    if way == ways.NO_WAY:
        note(
            check_in, StepKind.CONTACT, at=at, place=place, contact=contact, result=StepResult.REFUSED,
            because=because, once=True,
        )  # fmt: skip
        return
    step = note(
        check_in, StepKind.CONTACT, at=at, place=place, contact=contact, result=StepResult.WAITING,
        because="to_be_rung" if way == ways.BY_CALL else "", once=True,
    )  # fmt: skip
    if way == ways.BY_CALL:
        _promise(check_in, key=str(step.key), because=BECAUSE_CONTACT, at=at)
        return
    outbox.put(
        key=str(step.key), route=Route.CONTACT, to=contact.route.ref, template=TELL_CONTACT,
        words=words_for(contact), about=check_in.case.ref, at=at, expires_at=at + WORTH_SENDING_FOR, is_urgent=True,
    )  # fmt: skip


def words_for(contact: CheckInContact) -> dict[str, str]:
    """Return what one of her people may read: her sentence where her card lets them know something, else only the name."""
    may_know = bool((contact.route.may_know or "").strip())
    return {"name": contact.knows_her_as, "tell": (contact.tell or "") if may_know else ""}


def _ask_for_hand(check_in: CheckIn, at: datetime) -> None:
    _promise(check_in, key=round_key(check_in), because=BECAUSE, at=at)


def _promise(check_in: CheckIn, *, key: str, because: str, at: datetime) -> None:
    """Put it into the queue of what is due. The line of staff tells people, so the reminders of the queue are left out."""
    row = followups.add(
        case=check_in.case, kind=FollowUpKind.CHECK, due_at=at, because=because, key=key, is_urgent=True, at=at
    )
    FollowUp.objects.filter(pk=row.pk).update(remind_at=None)


def about_staff(check_in: CheckIn, at: datetime) -> datetime | None:
    """Tell the next of staff where nobody is on it yet. Returns when to look again; None before a person is asked."""
    if check_in.state != CheckInState.MISSED:
        return None
    steps = check_in.steps.filter(round=check_in.round)
    if not steps.filter(kind__in=(StepKind.CALL_HER, StepKind.TEAM)).exists():
        return None
    told = list(steps.filter(kind=StepKind.STAFF).select_related("person").order_by("pk"))
    line = {person.username: person for person in ways.staff_line(check_in.case, at)}
    telling = whom_to_tell(
        now=at,
        line=list(line),
        told=[Told(step.person.username, step.at) for step in told if step.person is not None],
        within=timedelta(minutes=check_in.within_minutes),
        acknowledged_at=on_it_since(check_in),
    )
    if telling.person is not None:
        _tell_staff(check_in, line[telling.person], len(told) + 1, at)
    return telling.look_at


def _tell_staff(check_in: CheckIn, person: User, place: int, at: datetime) -> None:
    ways.let_in(check_in.case, person, at)
    step = note(check_in, StepKind.STAFF, at=at, place=place, person=person, once=True)
    outbox.put(
        key=str(step.key), route=Route.STAFF, to=person.username, template=TELL_STAFF, about=check_in.case.ref, at=at,
        expires_at=at + WORTH_SENDING_FOR, is_urgent=True,
    )  # fmt: skip
    publish(check_in)


def refresh_results(check_in: CheckIn, at: datetime) -> None:
    """See whether what was put into the outbox was refused on its way; then that step counts as refused."""
    waiting = _waiting(check_in)
    messages = {row.key: row for row in Message.objects.filter(key__in=[step.key for step in waiting])}
    for step in waiting:
        message = messages.get(str(step.key))
        if message is None:
            continue
        is_put_off = message.state == MessageState.WAITING and message.not_before > step.at + LOOKS_AGAIN_AFTER
        if message.state not in _NOT_GOING and not is_put_off:
            continue
        if is_put_off and not outbox.cancel(key=message.key, why="the check-in has gone on"):
            continue  # it is leaving at this moment
        step.result, step.because = StepResult.REFUSED, f"message_{message.state}"[:40]
        step.save(update_fields=["result", "because"])


def _waiting(check_in: CheckIn) -> list[CheckInStep]:
    of_message = check_in.steps.filter(round=check_in.round, result=StepResult.WAITING, kind__in=STEPS)
    return list(of_message.exclude(key=None))


def _while_on_its_way(check_in: CheckIn, at: datetime) -> datetime | None:
    """A refusal is to be noticed at once: look again soon while a message of this round has not left."""
    keys = [step.key for step in _waiting(check_in)]
    going = Message.objects.filter(
        key__in=keys, state__in=[MessageState.WAITING, MessageState.SENDING, MessageState.SENT]
    )
    return at + LOOKS_AGAIN_AFTER if going.exists() else None


def note(
    check_in: CheckIn,
    kind: StepKind,
    *,
    at: datetime,
    by: User | None = None,
    person: User | None = None,
    contact: CheckInContact | None = None,
    place: int = 0,
    result: StepResult = StepResult.DONE,
    because: str = "",
    words: str = "",
    once: bool = False,
) -> CheckInStep:
    """Write one step down. `once`: a step of the round that must not be taken a second time."""
    return CheckInStep.objects.create(
        check_in=check_in, round=check_in.round, kind=kind, place=place, contact=contact, person=person, by=by, at=at,
        result=result, because=because, note=words.strip() or None,
        key=f"{round_key(check_in)}-{kind}-{place}" if once else None,
    )  # fmt: skip


def round_key(check_in: CheckIn) -> str:
    return f"check-in-{check_in.ref}-{check_in.round}"


def publish(check_in: CheckIn) -> None:
    realtime.publish("check_in", check_in.ref)
    realtime.publish("case", check_in.case.ref)


@transaction.atomic
def _tell_broken(pk: int, broken: Exception, at: datetime) -> None:
    """What cannot be looked at by itself must be looked at by people, now and again in a minute.

    Where somebody only held it, the next sweep comes to it in seconds; people hear of it once it is a minute late. It is
    left as it is: a change would wait for whoever holds it.
    """
    check_in = CheckIn.objects.select_related("case").get(pk=pk)
    if not is_busy(broken):
        CheckIn.objects.filter(pk=pk).update(next_at=at + LOOKS_AT_BROKEN_AFTER)
    elif check_in.next_at is None or at - check_in.next_at < LOOKS_AT_BROKEN_AFTER:
        return
    alarms.raise_alarm(
        kind="check_in_team", key=f"{round_key(check_in)}-broken-{at:%Y%m%d%H}", about=check_in.case.ref, at=at
    )
