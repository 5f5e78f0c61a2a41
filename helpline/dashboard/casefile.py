"""What the case page shows beside the story: what is safe, what is promised, who has it, whether it is possibly known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from cases.access import mask_number, numbers_of
from cases.models import Case, FollowUp, HandOver, Number, Purpose, SafeContact
from cases.reaching import Verdict
from cases.services import consents
from cases.services.casework import ANSWERS_CALLERS
from cases.services.safe_contact import Decision, answer, decide_for
from helpline.core.staff.models import User


@dataclass(frozen=True)
class SafeLine:
    """What may be sent to one number of this case, and why not where it may not. Unknown means no."""

    ref: str
    masked: str
    text: Decision
    call: Decision
    whose: str = ""
    say: str = ""
    confirmed_at: datetime | None = None
    said: SafeContact | None = None

    @property
    def is_known(self) -> bool:
        return self.said is not None


def read_safe_lines(case: Case, at: datetime) -> list[SafeLine]:
    """Read the numbers of a case, with what this caller said about each and what follows from it: three queries.

    While a caller is only possibly known nothing that somebody said before counts: it may have been another person.
    """
    numbers = numbers_of(case)
    if case.possibly_known or case.caller_id is None:
        return [_safe_line(case, number, None, at) for number in numbers]
    said = {row.number_id: row for row in SafeContact.objects.filter(caller=case.caller_id, number__in=numbers)}
    lines = [_safe_line(case, number, said.get(number.pk), at) for number in numbers]
    if consents.is_refused(case, Purpose.CONTACT, at=at):
        no = answer(Verdict("no_contact"), case)
        return [replace(line, text=no, call=no) for line in lines]
    return lines


def _safe_line(case: Case, number: Number, said: SafeContact | None, at: datetime) -> SafeLine:
    return SafeLine(
        ref=number.ref,
        masked=mask_number(number.number),
        text=decide_for(channel="text", said=said, number=number, case=case, at=at),
        call=decide_for(channel="call", said=said, number=number, case=case, at=at),
        whose=said.get_whose_display() if said else "",
        say=(said.say or "") if said else "",
        confirmed_at=said.confirmed_at if said else None,
        said=said,
    )


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
