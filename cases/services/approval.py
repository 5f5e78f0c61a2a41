"""Must a supervisor have looked at this first? Read by whatever closes, plans or shares; asked for in `reviews`."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.closing import Review, ReviewedStep, ReviewRule, ReviewState
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import Role, User


def is_needed(case: Case, step: str) -> bool:
    """Say whether the organisation wants a supervisor to look at this step, on the line of this case or on all."""
    of_line = Q(line=None) | Q(line=case.line_id) if case.line_id is not None else Q(line=None)
    return ReviewRule.objects.filter(of_line, step=ReviewedStep(step)).exists()


def newest(case: Case, step: str, about: str = "") -> Review | None:
    """Return the last time somebody asked for it; None where nobody did, or where what was approved has been done."""
    asked = Review.objects.filter(case=case, step=step, about=about).select_related("asked_by", "answered_by")
    review = asked.order_by("asked_at", "pk").last()
    return review if review is not None and review.used_at is None and review.state != ReviewState.WITHDRAWN else None


def is_settled(case: Case, step: str, by: User, about: str = "") -> bool:
    """Say whether this person may do it now: nobody must look, she is who looks, or it was approved."""
    if by.holds(Role.SUPERVISOR) or not is_needed(case, step):
        return True
    review = newest(case, step, about)
    return review is not None and review.state == ReviewState.APPROVED


def check(case: Case, step: str, by: User, about: str = "") -> None:
    """Raises NotAllowed, with a sentence, unless this person may do it now."""
    if not is_settled(case, step, by, about):
        raise NotAllowed(_("Here a supervisor looks at this first: ask for it."))


def use(case: Case, step: str, at: datetime, about: str = "") -> None:
    """Note that what was approved was done: the next time it is asked for anew."""
    waiting = Review.objects.filter(case=case, step=step, about=about, used_at=None)
    waiting.filter(state=ReviewState.APPROVED).update(used_at=at)
    waiting.filter(state=ReviewState.WAITING).update(state=ReviewState.WITHDRAWN, used_at=at)
