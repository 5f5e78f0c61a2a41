"""What is usually promised after a call or an incident: the next day, in a week, in a month. Offered, never added unasked.

Source of the rhythm: common practice of crisis lines is to ask 24 to 72 hours after; a week and a month are the habit of
the organisations whose work this follows. Each is there only for a caller who agreed to be contacted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FollowUp, FollowUpKind, Purpose
from cases.services import consents, followups
from cases.services.casework import lock
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import User


@dataclass(frozen=True)
class Usual:
    """One thing that is usually promised: what kind, and how long after now."""

    code: str
    kind: str
    after: timedelta
    words: str | Promise
    because: str


USUAL: tuple[Usual, ...] = (
    Usual("day", FollowUpKind.SAFETY, timedelta(days=1), gettext_lazy("tomorrow: how are they?"), "usual_day"),
    Usual("week", FollowUpKind.CHECK, timedelta(days=7), gettext_lazy("in a week: how is it going?"), "usual_week"),
    Usual("month", FollowUpKind.CHECK, timedelta(days=30), gettext_lazy("in a month: how is it going?"), "usual_month"),
)
_ASKED_ALREADY = frozenset({"day_after"})  # what an answered call promises by itself is the first of them


@dataclass(frozen=True)
class Offered:
    """Something usual that is not promised yet, and when it would be due."""

    usual: Usual
    due_at: datetime


def offer(case: Case, promised: Sequence[FollowUp], at: datetime) -> list[Offered]:
    """Return what is usual and not among what is promised already (`promised`: the unfinished ones, as a page read them).

    Nothing where the caller said that they do not want to be contacted.
    """
    if case.state != "open" or consents.is_refused(case, Purpose.CONTACT, at=at):
        return []
    there = {row.because for row in promised}
    if there & _ASKED_ALREADY:
        there.add("usual_day")
    return [Offered(one, _due(case, one, at)) for one in USUAL if one.because not in there]


@transaction.atomic
def add(*, case: Case, by: User, at: datetime, codes: Sequence[str], agreed: bool) -> list[FollowUp]:
    """Promise some of what is usual. `agreed`: the caller said that they may be contacted about it.

    The same again on the same day changes nothing. Raises NotAllowed where they did not agree, or nothing was chosen.
    """
    now = lock(case)
    wanted = [one for one in USUAL if one.code in codes]
    if not wanted:
        raise NotAllowed(_("Say what is promised."))
    if not agreed:
        raise NotAllowed(_("Ask them first whether they want to be contacted again. Nothing was promised."))
    if consents.is_refused(now, Purpose.CONTACT, at=at):
        raise NotAllowed(_("They said that they do not want to be contacted: write down first that this has changed."))
    return [
        followups.add(
            case=now, kind=one.kind, due_at=_due(now, one, at), at=at, by=by, owner=by, because=one.because,
            key=f"usual-{now.ref}-{one.code}-{at:%Y%m%d}",
        )
        for one in wanted
    ]  # fmt: skip


def _due(case: Case, one: Usual, at: datetime) -> datetime:
    return followups.in_desk_hours(case, at + one.after)
