"""Ask a supervisor to look at a step, and answer. Where it is wanted is kept by the coordinator, line by line or for all."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, FollowUp, FollowUpKind
from cases.models.closing import Review, ReviewedStep, ReviewRule, ReviewState
from cases.services import followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

LOOKED_AT_AGAIN_WITHIN = timedelta(hours=24)
LONGEST_NOTE = 2_000  # characters


@transaction.atomic
def ask(
    *,
    case: Case,
    step: str,
    by: User,
    at: datetime,
    note: str = "",
    proposal: dict[str, Any] | None = None,
    about: str = "",
) -> Review:
    """Ask for it. What waits already is changed to what is asked now. Raises NotAllowed for a step that there is not."""
    if step not in ReviewedStep.values:
        raise NotAllowed(_("There is nothing of this kind to be looked at."))
    now = lock(case)
    waiting = Review.objects.filter(case=now, step=step, about=about, state=ReviewState.WAITING).first()
    review = waiting or Review(case=now, step=step, about=about)
    review.asked_by, review.asked_at = by, at
    review.note, review.proposal = note.strip()[:LONGEST_NOTE] or None, proposal
    review.save()
    for returned in FollowUp.objects.unfinished().filter(case=now, because="review_returned", key__endswith=f"-{step}"):
        followups.finish(follow_up=returned, by=by, at=at)
    audit.record(by=by, verb="review.asked", what="case", about=now.ref, at=at, review=review.ref, step=step)
    realtime.publish("case", now.ref)
    return review


@transaction.atomic
def answer(*, review: Review, by: User, at: datetime, approve: bool, note: str = "") -> Review:
    """Approve it, or give it back with a note, which becomes a task of whoever asked.

    Raises NotAllowed for who is no supervisor, for one's own request, for what does not wait, and for a return without a
    word.
    """
    if not by.holds(Role.SUPERVISOR):
        raise NotAllowed(_("A supervisor answers this."))
    case = lock(review.case)
    now = Review.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=review.pk)
    if now.state != ReviewState.WAITING:
        raise NotAllowed(_("This does not wait any more."))
    if now.asked_by_id == by.pk:
        raise NotAllowed(_("Two people look at it: somebody else answers what you asked for."))
    if not approve and not note.strip():
        raise NotAllowed(_("Say what is missing, so that they can do it."))
    now.state = ReviewState.APPROVED if approve else ReviewState.RETURNED
    now.answered_by, now.answered_at, now.answer_note = by, at, note.strip()[:LONGEST_NOTE] or None
    now.save()
    if not approve and case.state == "open" and now.asked_by.is_active:
        followups.add(
            case=case, kind=FollowUpKind.TASK, because="review_returned", due_at=at + LOOKED_AT_AGAIN_WITHIN,
            owner=now.asked_by, at=at, why=now.answer_note or "", key=f"review-{now.ref}-{now.step}",
        )  # fmt: skip
    audit.record(by=by, verb=f"review.{now.state}", what="case", about=case.ref, at=at, review=now.ref, step=now.step)
    realtime.publish("case", case.ref)
    return now


def waiting() -> list[Review]:
    """Return what waits for a supervisor, the longest first: one query."""
    rows = Review.objects.filter(state=ReviewState.WAITING, case__state="open").select_related("case__line", "asked_by")
    return list(rows.order_by("asked_at", "pk")[:200])


def count_waiting() -> int:
    return Review.objects.filter(state=ReviewState.WAITING, case__state="open").count()


def read_rules() -> set[tuple[int | None, str]]:
    """Return where a supervisor looks first: the key of a line (None: every line) and the step."""
    return set(ReviewRule.objects.values_list("line_id", "step"))


@transaction.atomic
def keep_rules(*, rules: Iterable[tuple[Line | None, str]], by: User, at: datetime) -> None:
    """Keep these rules and no others. What waits stays to be answered. Raises NotAllowed for a step that there is not."""
    wanted = list(rules)
    if any(step not in ReviewedStep.values for _line, step in wanted):
        raise NotAllowed(_("There is nothing of this kind to be looked at."))
    before = set(ReviewRule.objects.select_for_update().values_list("line_id", "step"))
    after = {(line.pk if line else None, step) for line, step in wanted}
    for line, step in before - after:
        ReviewRule.objects.filter(line=line, step=step).delete()
    ReviewRule.objects.bulk_create(
        ReviewRule(line_id=line, step=step) for line, step in sorted(after - before, key=str)
    )
    if before != after:
        audit.record(by=by, verb="review.rules_kept", what="review_rule", about="", at=at, rules=len(after))
