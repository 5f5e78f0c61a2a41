"""End a case so that nothing is forgotten: what is still open, what was told, why it ends, and how the caller comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FollowUp, FollowUpKind, SafeContact
from cases.models.closing import Closing, ClosingReason
from cases.services import casework, consent_keeping
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Route
from helpline.core.staff.models import User

TICKS: Final[Mapping[str, str | Promise]] = {
    "wants": gettext_lazy("I asked what they want now"),
    "told_back": gettext_lazy("They know how to come back, and that they may"),
    "safe_contact": gettext_lazy("What is safe on their phone is right, or was taken away"),
}
# What must have been done for each reason. Who cannot be asked needs no tick that says that she was.
NEEDS: Final[Mapping[str, frozenset[str]]] = {
    ClosingReason.DONE: frozenset({"wants", "told_back", "safe_contact"}),
    ClosingReason.CHOSE: frozenset({"told_back", "safe_contact"}),
    ClosingReason.MOVED: frozenset({"wants", "told_back"}),
    ClosingReason.LOST_TOUCH: frozenset(),
    ClosingReason.DIED: frozenset(),
    ClosingReason.MISTAKE: frozenset(),
    ClosingReason.OTHER: frozenset({"told_back"}),
}
NOBODY_IS_WRITTEN_TO_AFTER = frozenset({ClosingReason.DIED, ClosingReason.CHOSE, ClosingReason.MISTAKE})


@dataclass(frozen=True)
class Checklist:
    """What stands in the way of an end, or must be known before it."""

    promises: Sequence[FollowUp]
    clocks: Sequence[FollowUp]
    hearings: Sequence[FollowUp]
    safe_contact: SafeContact | None

    @property
    def is_clear(self) -> bool:
        return not (self.promises or self.clocks or self.hearings)


def read_checklist(case: Case) -> Checklist:
    """Read what is still open on a case and on those joined to it: two queries."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = list(FollowUp.objects.unfinished().filter(of_it).select_related("owner", "case").order_by("due_at", "pk"))
    card = None
    if case.caller_id is not None and not case.possibly_known:
        card = SafeContact.objects.filter(caller=case.caller_id).order_by("-confirmed_at").first()
    return Checklist(
        promises=[row for row in rows if row.kind not in {FollowUpKind.WINDOW, FollowUpKind.COURT}],
        clocks=[row for row in rows if row.kind == FollowUpKind.WINDOW],
        hearings=[row for row in rows if row.kind == FollowUpKind.COURT],
        safe_contact=card,
    )


def check(*, reason: str, ticked: Sequence[str], may_resume: bool | None, say_then: str) -> None:
    """Raises NotAllowed, with a sentence, where the end of a case was not thought through."""
    if reason not in ClosingReason.values:
        raise NotAllowed(_("Say why it ends."))
    if may_resume is None:
        raise NotAllowed(_("Say whether it may be taken up again."))
    if set(ticked) - TICKS.keys():
        raise NotAllowed(_("There is no such thing to tick."))
    missing = [str(TICKS[tick]) for tick in TICKS if tick in NEEDS[reason] and tick not in ticked]
    if missing:
        raise NotAllowed(_("Before it ends: %(what)s.") % {"what": "; ".join(missing)})
    if not may_resume and not say_then.strip() and reason not in {ClosingReason.DIED, ClosingReason.MISTAKE}:
        raise NotAllowed(_("Where it may not be taken up again, write what we say when they come back."))


@transaction.atomic
def close(
    *,
    case: Case,
    by: User,
    at: datetime,
    reason: str,
    may_resume: bool | None,
    ticked: Sequence[str] = (),
    say_then: str = "",
    wants: str = "",
) -> Closing:
    """End a case for a reason. Raises NotAllowed as `check` and `casework.close` do: while anything is promised on it, or a
    supervisor must look first.
    """
    check(reason=reason, ticked=ticked, may_resume=may_resume, say_then=say_then)
    closed = casework.close(case=case, by=by, at=at)
    if reason in NOBODY_IS_WRITTEN_TO_AFTER:
        to_her = Q(route__in=[Route.CALLER, Route.CONTACT], about=closed.ref)
        consent_keeping.cancel(to_her, why=_("The case has ended."))
    return Closing.objects.create(
        case=closed, reason=reason, may_resume=bool(may_resume), say_then=say_then.strip() or None,
        wants=wants.strip() or None, ticked=sorted(set(ticked)), by=by, closed_at=at,
    )  # fmt: skip


def newest(case: Case) -> Closing | None:
    """Return how a case ended the last time: one query."""
    return Closing.objects.filter(case=case).select_related("by").order_by("closed_at", "pk").last()
