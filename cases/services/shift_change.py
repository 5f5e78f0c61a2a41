"""A line goes from one person to the next. Until the next one has it, what falls due is told to the one before.

What is handed over is gathered by whoever shows it (`helpline.dashboard.sheet`), because messages and hearings lie in other
apps; here it is kept, taken item by item, and watched until somebody has taken all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.access import may_read_story
from cases.lifecycle import UNFINISHED, move_hand_over
from cases.models import Case, CaseState, FollowUp, HandedItem, HandOverState, ItemKind, ShiftHandOver
from cases.services import casework, followups
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.lines.models import Line
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.realtime import services as realtime
from helpline.core.rota.services import who_is_on
from helpline.core.staff.models import Role, User

TEMPLATE = "staff/hand_over"  # neutral: a stranger who reads it learns nothing
TOLD_AGAIN_AFTER = timedelta(minutes=15)
# By then both have had two texts, and a call that comes in would find nobody who knows what is promised.
ALARM_AFTER = timedelta(minutes=30)
PROMISES = frozenset({ItemKind.CALL_BACK, ItemKind.PROMISE, ItemKind.COURT})


@dataclass(frozen=True)
class Open:
    """One thing that is open on a line, as it is gathered. `about` is its reference, `because` a code."""

    kind: str
    about: str
    case: Case | None = None
    due_at: datetime | None = None
    because: str = ""
    is_urgent: bool = False


def waiting_on(line: Line) -> ShiftHandOver | None:
    """Return the hand-over of a line that nobody has accepted yet."""
    return ShiftHandOver.objects.waiting().filter(line=line).select_related("line", "giver", "taker").first()


def may_take(hand_over: ShiftHandOver, user: User, at: datetime) -> bool:
    """Say whether this person may take it: whom it was meant for, whoever is on call on this line now, a supervisor."""
    if not user.holds(*casework.ANSWERS_CALLERS) or user.pk == hand_over.giver_id:
        return False
    if user.pk == hand_over.taker_id or user.holds(Role.SUPERVISOR):
        return True
    return any(one.person.pk == user.pk for one in who_is_on(hand_over.line, at))


@transaction.atomic
def offer(
    *,
    line: Line,
    giver: User,
    taker: User,
    things: Iterable[Open],
    at: datetime,
    note: str = "",
    key: str | None = None,
) -> ShiftHandOver:
    """Hand a line's open things to the next person, who is told by a text. The same `key` again gives what is there.

    Whoever has offered it may offer it anew, to somebody else or with more in it: what was taken stays taken. Raises
    NotAllowed for a person who answers no callers, Conflict where a colleague's hand-over of this line still waits.
    """
    if taker.pk == giver.pk or not taker.holds(*casework.ANSWERS_CALLERS):
        raise NotAllowed(_("A hand-over goes to somebody else who answers callers."))
    Line.objects.select_for_update(no_key=True).get(pk=line.pk)  # a call that comes in does not wait for it
    if key is not None and (there := ShiftHandOver.objects.filter(key=key).first()) is not None:
        return there
    waits = ShiftHandOver.objects.select_for_update().waiting().filter(line=line).first()
    if waits is not None and waits.giver_id != giver.pk:
        raise Conflict(_("The hand-over before this one still waits to be accepted."))
    now = waits or ShiftHandOver(line=line, giver=giver, key=key)
    now.taker, now.offered_at, now.told, now.tell_at = taker, at, 0, at
    now.note = note.strip() or now.note
    now.save()
    HandedItem.objects.bulk_create(
        (
            HandedItem(
                hand_over=now, kind=one.kind, about=one.about, case=one.case, due_at=one.due_at, because=one.because,
                is_urgent=one.is_urgent,
            )
            for one in things
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    audit.record(
        by=None if key else giver, verb="shift.offered", what="hand_over", about=now.ref, at=at, taker=taker.username,
        giver=giver.username, items=now.items.count(), line=line.ref,
    )  # fmt: skip
    _tell(now, at)
    realtime.publish("hand_over", now.ref)
    return now


@transaction.atomic
def take(*, hand_over: ShiftHandOver, by: User, at: datetime, item_ref: str = "") -> ShiftHandOver:
    """Say "I have it" of one item, or of all of them where none is named. With the last one it is accepted.

    Whoever takes something gets at its case, and a promise of the one before (or of nobody) becomes theirs. Twice is once.
    Raises NotAllowed for somebody whose it is not or where it is over, NotFound for an item that is not on it.
    """
    if not may_take(hand_over, by, at):
        raise NotAllowed(_("This hand-over is between two other people."))
    now = _hold(hand_over)
    if now.state != HandOverState.OFFERED:
        raise NotAllowed(_("This hand-over is over: somebody has it, or it was taken back."))
    items = list(now.items.select_related("case").order_by("case_id", "pk"))
    wanted = [one for one in items if not item_ref or one.ref == item_ref]
    if item_ref and not wanted:
        raise NotFound(_("That is not on this hand-over."))
    for one in wanted:
        if one.taken_at is None:
            _take_one(now, one, by, at)
    if all(one.taken_at is not None for one in items):
        _answer(now, "accept", by, at)
    realtime.publish("hand_over", now.ref)
    return now


@transaction.atomic
def withdraw(*, hand_over: ShiftHandOver, by: User, at: datetime) -> ShiftHandOver:
    """Take an offer back: everything stays with whoever had it. Raises NotAllowed for anybody but them, or where it is over."""
    if by.pk != hand_over.giver_id or not by.is_active:
        raise NotAllowed(_("Only who offered it can take it back."))
    now = _hold(hand_over)
    _answer(now, "withdraw", by, at)
    realtime.publish("hand_over", now.ref)
    return now


def _hold(hand_over: ShiftHandOver) -> ShiftHandOver:
    return ShiftHandOver.objects.select_for_update(of=("self",)).select_related("giver", "line").get(pk=hand_over.pk)


def _answer(now: ShiftHandOver, verb: str, by: User, at: datetime) -> None:
    now.state = HandOverState(move_hand_over(now.state, "accept" if verb == "accept" else "withdraw"))
    now.answered_at, now.answered_by, now.tell_at = at, by, None
    now.save(update_fields=["state", "answered_at", "answered_by", "tell_at"])
    for number in range(1, now.told + 1):
        outbox.cancel(key=_key(now, number), why="answered")
    audit.record(by=by, verb=f"shift.{now.state}", what="hand_over", about=now.ref, at=at, line=now.line.ref)


def _take_one(now: ShiftHandOver, item: HandedItem, by: User, at: datetime) -> None:
    item.taken_at, item.taken_by = at, by
    item.save(update_fields=["taken_at", "taken_by"])
    audit.record(
        by=by, verb="shift.item_taken", what="hand_over", about=now.ref, at=at, kind=item.kind, item=item.about
    )
    if item.case is None:
        return
    if not may_read_story(by, item.case):
        casework.let_in(case=item.case, user=by, by=by, at=at, why="hand_over")
    if item.kind in PROMISES:
        row = FollowUp.objects.filter(ref=item.about, state__in=UNFINISHED).select_related("owner").first()
        if row is not None and row.owner_id in {None, now.giver_id} and item.case.state == CaseState.OPEN:
            followups.assign(follow_up=row, to=by, by=by, at=at)


def told_instead(line: Line) -> str | None:
    """Return the username of who is still told of what falls due on a line, while nobody has accepted it from them."""
    waits = waiting_on(line)
    if waits is None or not waits.giver.is_active or not waits.giver.has_verified_phone:
        return None
    return waits.giver.username


@transaction.atomic
def tell_waiting(*, at: datetime) -> int:
    """Text the taker of hand-overs that wait, once again after a quarter of an hour; after half an hour tell the supervisors.

    May run twice, at once, or late: each telling is claimed by its number.
    """
    told = 0
    due = ShiftHandOver.objects.waiting().filter(tell_at__lte=at).select_related("taker", "line")
    for now in due.select_for_update(skip_locked=True, of=("self",)):
        _tell(now, at)
        told += 1
    return told


def _tell(now: ShiftHandOver, at: datetime) -> None:
    """Say the next thing about a held hand-over, and write down when the one after it is due."""
    now.told += 1
    now.tell_at = {1: now.offered_at + TOLD_AGAIN_AFTER, 2: now.offered_at + ALARM_AFTER}.get(now.told)
    if now.told > 2:
        alarms.raise_alarm(kind="hand_over_waits", key=f"hand-over-waits-{now.ref}", about=now.line.ref, at=at)
    elif now.taker.is_active and now.taker.has_verified_phone:
        outbox.put(
            key=_key(now, now.told), route=Route.STAFF, to=now.taker.username, template=TEMPLATE, at=at,
            expires_at=at + TOLD_AGAIN_AFTER,
        )  # fmt: skip
    now.save(update_fields=["told", "tell_at"])


def _key(now: ShiftHandOver, number: int) -> str:
    return f"shift-{now.ref}-{now.offered_at:%Y%m%d%H%M%S}-{number}"


def find(ref: str, user: User, at: datetime) -> ShiftHandOver:
    """Return a hand-over that this person gives or may take. Raises NotFound for every other."""
    rows = ShiftHandOver.objects.select_related("line", "giver", "taker", "answered_by")
    found = rows.filter(ref=ref).first() if ref.isalnum() and len(ref) <= 24 else None
    if found is None or not ((user.is_active and user.pk == found.giver_id) or may_take(found, user, at)):
        audit.record(by=user, verb="hand_over.denied", what="hand_over", about="", at=at)
        raise NotFound(_("There is no such hand-over, or it is not yours."))
    return found


def lately(line: Line, most: int = 5) -> Sequence[ShiftHandOver]:
    """Return the last hand-overs of a line that are over, the newest first: who accepted, and when."""
    over = ShiftHandOver.objects.filter(line=line).exclude(state=HandOverState.OFFERED)
    return list(over.select_related("giver", "taker", "answered_by")[:most])


def open_for(*, line: Line, giver: User, taker: User, things: Sequence[Open], key: str, at: datetime) -> bool:
    """Open the hand-over of a shift that ended without one. Says whether it did; safe with two workers, and twice.

    Where nothing is open there is nothing to hand over; where one waits already, that one comes first.
    """
    if not things or waiting_on(line) is not None or ShiftHandOver.objects.filter(key=key).exists():
        return False
    try:
        offer(line=line, giver=giver, taker=taker, things=things, at=at, key=key)
    except (Conflict, NotAllowed, IntegrityError):
        return False
    return True
