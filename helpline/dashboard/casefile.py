"""What the case page shows beside the story: what is safe, what is promised, who has it, whether it is possibly known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cases.access import mask_number
from cases.models import Case, FollowUp, HandOver, Note, Number, SafeContact
from helpline.core.staff.models import Role, User

ANSWERS_CALLERS = (Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR)


@dataclass(frozen=True)
class SafeLine:
    """What may be sent to one number of this case, said in words by its template. Unknown means no."""

    ref: str
    masked: str
    is_known: bool = False
    whose: str = ""
    may_text: bool = False
    may_call: bool = False
    say: str = ""
    confirmed_at: datetime | None = None
    stopped: bool = False

    @property
    def text_is_safe(self) -> bool:
        return self.may_text and not self.stopped


def read_safe_lines(case: Case) -> list[SafeLine]:
    """Read the numbers that this case was called or texted from, with what this caller said about each: two queries."""
    used = Q(calls__case=case) | Q(texts__case=case)
    if case.caller_id:
        used |= Q(safe_contacts__caller=case.caller_id)
    numbers = Number.objects.filter(used).distinct().order_by("pk")
    said = {row.number_id: row for row in SafeContact.objects.filter(caller=case.caller_id, number__in=numbers)}
    return [_safe_line(number, said.get(number.pk)) for number in numbers]


def _safe_line(number: Number, said: SafeContact | None) -> SafeLine:
    masked = mask_number(number.number)
    if said is None:
        return SafeLine(number.ref, masked, stopped=number.opted_out_at is not None)
    return SafeLine(
        ref=number.ref,
        masked=masked,
        is_known=True,
        whose=said.get_whose_display(),
        may_text=said.may_text,
        may_call=said.may_call,
        say=said.say or "",
        confirmed_at=said.confirmed_at,
        stopped=number.opted_out_at is not None,
    )


@dataclass(frozen=True)
class Promises:
    """What is still to be done on a case, the next first, and the hand-over that waits for an answer."""

    follow_ups: Sequence[FollowUp]
    hand_over: HandOver | None


def read_promises(case: Case) -> Promises:
    unfinished = FollowUp.objects.unfinished().filter(case=case).select_related("owner").order_by("due_at", "pk")
    waiting = HandOver.objects.waiting().filter(cases=case).select_related("giver", "taker").first()
    return Promises(list(unfinished), waiting)


def count_earlier_cases(case: Case) -> int:
    """Count the other cases from the same first caller: a number for the panel, nothing of what stands in them."""
    if not case.possibly_known or case.caller_id is None:
        return 0
    return Case.objects.filter(caller=case.caller_id).exclude(pk=case.pk).exclude(state="joined").count()


def read_draft(case: Case, user: User) -> str:
    """Return what this person has typed on this case and not yet put into the story."""
    draft = Note.objects.filter(case=case, author=user, is_draft=True).first()
    return draft.body if draft else ""


def who_may_take(case: Case, user: User) -> list[User]:
    """Return the people to whom this person can hand the case over."""
    people = User.objects.active().holding(*ANSWERS_CALLERS).exclude(pk=user.pk)
    return list(people.exclude(pk=case.owner_id) if case.owner_id else people)
