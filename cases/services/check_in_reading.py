"""What is shown of check-ins: how one stands now, what comes next, what was done. For who may read the story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.access import numbers_of
from cases.models import Case, CheckIn, CheckInContact, CheckInState, CheckInStep, StepKind
from cases.safety import Next, Taken, next_step
from cases.services.check_in_steps import STEPS, on_it_since
from cases.services.check_in_ways import live_of_number

EARLIER_SHOWN = 10
AHEAD: Mapping[str, str | Promise] = {
    StepKind.TEXT_HER: _("a text to the caller"),
    StepKind.CALL_HER: _("a person is asked to ring the caller"),
    StepKind.CONTACT: _("one of the caller’s people is told"),
    StepKind.TEAM: _("the whole team is told"),
}


@dataclass(frozen=True)
class LiveCheckIn:
    """A check-in as it stands. `next_step` and `next_at` are what happens by itself if nobody does anything."""

    row: CheckIn
    contacts: Sequence[CheckInContact]
    steps: Sequence[CheckInStep]
    next_kind: str
    next_place: int
    next_at: datetime | None

    @property
    def is_missed(self) -> bool:
        return self.row.state == CheckInState.MISSED

    @property
    def next_words(self) -> str:
        """Say what comes next; blank where nothing is left but telling staff on and on."""
        return str(AHEAD[self.next_kind]) if self.next_kind else ""

    @property
    def next_contact(self) -> CheckInContact | None:
        return next((one for one in self.contacts if one.position == self.next_place), None)


def read_live(case: Case, at: datetime) -> LiveCheckIn | None:
    """Return the live check-in of this case, or of its caller on another case of hers; None where there is none."""
    live = CheckIn.objects.live().select_related("case", "acknowledged_by", "set_by", "number")
    row = live.filter(case=case).first()
    if row is None and case.caller_id is not None and not case.possibly_known:
        row = live.filter(caller=case.caller_id).first()
    return _live(row, at) if row is not None else None


def _live(row: CheckIn, at: datetime) -> LiveCheckIn:
    contacts = list(row.contacts.select_related("route"))
    steps = list(row.steps.select_related("person", "by", "contact__route").order_by("pk"))
    taken = [
        Taken(step.kind, step.place, step.at, step.result)  # type: ignore[arg-type]
        for step in steps
        if step.round == row.round and step.kind in STEPS
    ]
    ahead = _ahead(row, contacts, taken, at)
    return LiveCheckIn(row, contacts, steps, ahead.deed or "", ahead.place, ahead.look_at)


def _ahead(row: CheckIn, contacts: Sequence[CheckInContact], taken: Sequence[Taken], at: datetime) -> Next:
    """Return the next step with the moment when it is taken, which is at once where the sweep has not come by yet."""
    asked = {
        "plan": row.plan(len(contacts)), "taken": taken, "begun_at": row.begun_at, "is_danger": row.is_danger,
        "acknowledged_at": on_it_since(row),
    }  # fmt: skip
    found = next_step(now=at, **asked)  # type: ignore[arg-type]
    if found.deed is not None or found.look_at is None:
        return Next(found.deed, found.place, at if found.deed else None)
    then = next_step(now=found.look_at, **asked)  # type: ignore[arg-type]
    return Next(then.deed, then.place, found.look_at)


@dataclass(frozen=True)
class Shown:
    """What stands above a case or a call: a live check-in of its caller, or of somebody who uses its number."""

    due_at: datetime
    is_missed: bool
    is_known: bool
    is_danger: bool = False


def read_shown(case: Case, at: datetime) -> Shown | None:
    """Return the live check-in that whoever speaks with this caller must know of: one query, two where it is not known who
    it is. Of somebody only possibly known no more than that there is one.
    """
    live: Sequence[CheckIn] = []
    if case.caller_id is not None and not case.possibly_known:
        live = list(CheckIn.objects.live().filter(caller=case.caller_id)[:1])
    elif case.number_id is not None:
        live = live_of_number(case.number_id)
    if not live:
        return None
    row = min(live, key=lambda one: one.due_at)
    is_missed = row.state == CheckInState.MISSED or row.acts_at <= at
    is_known = not case.possibly_known
    return Shown(row.due_at, is_missed, is_known=is_known, is_danger=is_known and row.is_danger)


def is_in_danger(case: Case) -> bool:
    """Say whether the caller of this case gave the word for danger and nobody has made sure since: nothing of ours may
    ring or light up on her phone. What her phone would get if all were well goes on by itself.
    """
    return CheckIn.objects.live().filter(caller=case.caller_id, danger_at__isnull=False).exists()


def must_stay_quiet(case: Case) -> bool:
    """Say whether the phone of this case is one on which somebody gave the word for danger: also another caller's, who
    shares it. Whoever reads this case may not know of the other, so nothing but that may be told from it.
    """
    at_risk = Q(caller=case.caller_id) | Q(number__in=[number.pk for number in numbers_of(case)])
    return CheckIn.objects.live().filter(at_risk, danger_at__isnull=False).exists()


def read_earlier(case: Case) -> list[CheckIn]:
    """Return the check-ins of this case that are over, the newest first."""
    over = case.check_ins.exclude(state__in=[CheckInState.RUNNING, CheckInState.MISSED])
    return list(over.select_related("set_by").order_by("-set_at")[:EARLIER_SHOWN])
