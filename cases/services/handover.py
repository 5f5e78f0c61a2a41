"""Hand-over: one person offers cases of her own, the next accepts. Until then everything stays where it is.

Declined, with a reason, or not answered in time, it comes back, and whoever offered it is told by a text that names nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.lifecycle import HandOverVerb, move_hand_over
from cases.models import Case, CaseState, HandOver, HandOverState
from cases.services.casework import ANSWERS_CALLERS, change_owner
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

TEMPLATE = "staff/hand_over"  # neutral: a stranger who reads it learns nothing
CAME_BACK = "staff/hand_over_back"  # as neutral
LASTS = timedelta(hours=12)  # a shift: who has not answered by then is not there
WORTH_TELLING_FOR = timedelta(hours=1)  # a text that comes later speaks of another shift; the board shows the offer


@transaction.atomic
def offer(*, giver: User, taker: User, cases: Sequence[Case], at: datetime, note: str = "") -> HandOver:
    """Offer cases to the next person. Raises NotAllowed where they are not the giver's own and open, or where the taker
    answers no callers; Conflict where one of them is offered already. The taker is told by a text, where their duty
    number is verified.
    """
    if taker.pk == giver.pk or not taker.holds(*ANSWERS_CALLERS):
        raise NotAllowed(_("A hand-over goes to somebody else who answers callers."))
    held = _hold(cases)
    if not held or any(case.owner_id != giver.pk or case.state != CaseState.OPEN for case in held):
        raise NotAllowed(_("You can hand over open cases that are yours."))
    if HandOver.objects.waiting().filter(cases__in=held).exists():
        raise Conflict(_("One of these cases is offered to somebody already."))
    hand_over = HandOver.objects.create(
        giver=giver, taker=taker, note=note.strip() or None, offered_at=at, expires_at=at + LASTS
    )
    hand_over.cases.set(held)
    audit.record(
        by=giver, verb="hand_over.offered", what="hand_over", about=hand_over.ref, at=at, taker=taker.username,
        cases=[case.ref for case in held],
    )  # fmt: skip
    if taker.has_verified_phone:
        outbox.put(
            key=_key(hand_over), route=Route.STAFF, to=taker.username, template=TEMPLATE, about=held[0].ref, at=at,
            expires_at=at + WORTH_TELLING_FOR,
        )  # fmt: skip
    realtime.publish("hand_over", hand_over.ref)
    return hand_over


@transaction.atomic
def accept(*, hand_over: HandOver, by: User, at: datetime) -> list[Case]:
    """Take what was offered: owners change, follow-ups go along, both may read on. Returns the cases that changed hands.

    A case that somebody else took over meanwhile, or that was closed, stays where it is. Raises NotAllowed for anybody
    but the taker, or where it was answered or withdrawn; Conflict where no case is left to take.
    """
    now = _move(hand_over, "accept", by, hand_over.taker, at)
    taken = [case for case in _hold(now.cases.all()) if case.owner_id == now.giver_id and case.state == CaseState.OPEN]
    if not taken:
        raise Conflict(_("None of these cases is still theirs to hand over."))
    for case in taken:
        change_owner(case=case, to=by, why="hand_over", at=at)
        audit.record(by=by, verb="case.taken", what="case", about=case.ref, at=at, because="hand_over")
        realtime.publish("case", case.ref)
    return taken


@transaction.atomic
def decline(*, hand_over: HandOver, by: User, at: datetime, why: str) -> HandOver:
    """Leave it where it is, and say why: whoever offered it is told that it came back, and reads the reason.

    Raises NotAllowed without a reason, for anybody but the taker, or where it was answered or withdrawn.
    """
    if not why.strip():
        raise NotAllowed(_("Say why, so that they can ask somebody else."))
    now = _move(hand_over, "decline", by, hand_over.taker, at, why=why.strip())
    _tell_giver(now, at)
    return now


@transaction.atomic
def withdraw(*, hand_over: HandOver, by: User, at: datetime) -> HandOver:
    """Take an offer back. Raises NotAllowed for anybody but the giver, or where it was answered already."""
    return _move(hand_over, "withdraw", by, hand_over.giver, at)


@transaction.atomic
def expire_due(*, at: datetime) -> int:
    """Let offers go that nobody has answered in time; cases stay with whoever offered them. Returns how many that were.

    May run twice, at once, or late.
    """
    due = HandOver.objects.waiting().filter(expires_at__lte=at).select_related("giver", "taker")
    rows = list(due.select_for_update(skip_locked=True, of=("self",)))
    for now in rows:
        now.state, now.answered_at = HandOverState(move_hand_over(now.state, "expire")), at
        now.save(update_fields=["state", "answered_at"])
        outbox.cancel(key=_key(now), why="expired")
        audit.record(by=None, verb="hand_over.expired", what="hand_over", about=now.ref, at=at)
        _tell_giver(now, at)
        realtime.publish("hand_over", now.ref)
    return len(rows)


def last_come_back(*, case: Case, giver: User, at: datetime) -> HandOver | None:
    """Return the newest offer of a case that came back to this person within a shift and was not made again."""
    lately = HandOver.objects.filter(cases=case, giver=giver, offered_at__lte=at).select_related("taker")
    last = lately.order_by("-offered_at", "-pk").first()
    if last is None or last.answered_at is None or last.state not in {HandOverState.DECLINED, HandOverState.EXPIRED}:
        return None
    return last if at - last.answered_at < LASTS else None


def _tell_giver(now: HandOver, at: datetime) -> None:
    if now.giver.is_active and now.giver.has_verified_phone:
        first = now.cases.order_by("pk").first()
        outbox.put(
            key=f"{_key(now)}-back", route=Route.STAFF, to=now.giver.username, template=CAME_BACK,
            about=first.ref if first else "", at=at, expires_at=at + WORTH_TELLING_FOR,
        )  # fmt: skip


def _key(hand_over: HandOver) -> str:
    return f"hand-over-{hand_over.ref}"


def _hold(cases: Iterable[Case]) -> list[Case]:
    """Return the cases as they are now, held until the transaction ends, always in the same order."""
    wanted = [case.pk for case in cases]
    return list(
        Case.objects.select_for_update(of=("self",)).select_related("owner").filter(pk__in=wanted).order_by("pk")
    )


def _move(
    hand_over: HandOver, verb: HandOverVerb, by: User, whose: User, at: datetime, *, why: str | None = None
) -> HandOver:
    if by.pk != whose.pk or not by.is_active:
        raise NotAllowed(_("This hand-over is between two other people."))
    now = HandOver.objects.select_for_update(of=("self",)).select_related("giver", "taker").get(pk=hand_over.pk)
    now.state = HandOverState(move_hand_over(now.state, verb))
    now.answered_at, now.why = at, why
    now.save(update_fields=["state", "answered_at", "why"])
    outbox.cancel(key=_key(now), why="answered")
    audit.record(by=by, verb=f"hand_over.{now.state}", what="hand_over", about=now.ref, at=at)
    realtime.publish("hand_over", now.ref)
    return now
