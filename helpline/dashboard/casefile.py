"""What the case page shows beside the story: what is safe, what is promised, who has it, whether it is possibly known."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cases.models import Case, FollowUp, HandOver
from cases.services.casework import ANSWERS_CALLERS
from helpline.core.staff.models import User


@dataclass(frozen=True)
class Promises:
    """What is still to be done on a case, the next first, and the hand-over that waits for an answer."""

    follow_ups: Sequence[FollowUp]
    hand_over: HandOver | None


def read_promises(case: Case) -> Promises:
    """Read what is unfinished on a case and on those that were joined to it: two queries."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    unfinished = FollowUp.objects.unfinished().filter(of_it).select_related("owner", "case").order_by("due_at", "pk")
    waiting = HandOver.objects.waiting().filter(cases=case).select_related("giver", "taker").first()
    return Promises(list(unfinished), waiting)


def count_earlier_cases(case: Case) -> int:
    """Count the other cases that came in from this number: a figure for the panel, nothing of what stands in them."""
    if not case.possibly_known or case.number_id is None:
        return 0
    return Case.objects.filter(number=case.number_id).exclude(pk=case.pk).count()


def who_may_take(user: User) -> "QuerySet[User]":
    """Return the people to whom this person can hand a case over."""
    people: QuerySet[User] = User.objects.active().holding(*ANSWERS_CALLERS).exclude(pk=user.pk)
    return people
