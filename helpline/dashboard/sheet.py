"""The sheet of a hand-over: what is open on one line at this moment, gathered from every app. References, times and codes.

An area that has something to hand over adds a reader to `READERS`; nothing else changes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Case,
    CheckIn,
    CheckInState,
    Clock,
    FollowUp,
    FollowUpKind,
    HandedItem,
    HandOver,
    Hearing,
    ItemKind,
    Urgency,
)
from cases.services import shift_change
from cases.services.shift_change import Open
from helpline.core.lines.models import Line
from helpline.core.rota.coverage import next_change, who_covers
from helpline.core.rota.services import read_rota
from helpline.core.staff.models import User
from referrals.models import Going, Referral
from telephony.models import Recording

A_SHIFT = timedelta(hours=12)  # where the rota does not say how long the next one is
MOST_OF_A_KIND = 100
CHANGED_LATELY = timedelta(minutes=30)
# Whoever offers it so long before the end of the shift has done what the system would do at the end.
OFFERED_BEFORE = timedelta(hours=2)

Read = Callable[[Line, datetime, datetime], Iterable[Open]]


def _of_line(line: Line, path: str = "") -> Q:
    """Cases of a line, and those that came in by none: they are everybody's."""
    return Q((f"{path}line", line)) | Q((f"{path}line", None))


def read_custody(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give open cases in which somebody is in danger or arrested, with the nearest end of a clock that runs."""
    cases = list(Case.objects.open().filter(_of_line(line), urgency=Urgency.DANGER).order_by("pk")[:MOST_OF_A_KIND])
    clocks = Clock.objects.filter(case__in=cases, stopped_at=None, ends_at__gt=at).order_by("-ends_at")
    ends = dict(clocks.values_list("case_id", "ends_at"))  # the earliest comes last and stays
    for case in cases:
        yield Open(ItemKind.CUSTODY, case.ref, case, due_at=ends.get(case.pk), is_urgent=True)


def read_check_ins(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give check-ins that run, and those for which somebody has to act: these first."""
    rows = CheckIn.objects.live().filter(_of_line(line, "case__")).select_related("case").order_by("due_at", "pk")
    for row in rows[:MOST_OF_A_KIND]:
        yield Open(ItemKind.CHECK_IN, row.ref, row.case, due_at=row.due_at, is_urgent=row.state == CheckInState.MISSED)


def read_asked(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give what is being asked for, whoever accepted and was not put in touch yet, and who of the team is out."""
    waiting = Referral.objects.filter(_of_line(line, "case__"), state__in=["asking", "nobody", "accepted"])
    for row in waiting.select_related("case").order_by("asked_at", "pk")[:MOST_OF_A_KIND]:
        is_late = row.state != "accepted" and row.promised_by is not None and row.promised_by <= at
        because = {"asking": "asked", "nobody": "nobody_left"}.get(row.state, "put_in_touch")
        due_at = row.accepted_at if row.state == "accepted" else row.promised_by
        is_urgent = is_late or row.state == "nobody"
        yield Open(ItemKind.ASKED, row.ref, row.case, due_at=due_at, because=because, is_urgent=is_urgent)
    out = Going.objects.filter(_of_line(line, "referral__case__"), ended_at=None)
    for going in out.select_related("referral__case").order_by("left_at", "pk")[:MOST_OF_A_KIND]:
        yield Open(
            ItemKind.ASKED, going.ref, going.referral.case, due_at=going.check_by or going.missed_told_at,
            because="team_out", is_urgent=going.missed_told_at is not None,
        )  # fmt: skip


def read_hearings(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give who is in court until the end of the next shift, and those of the last day of whom nobody has said how it went."""
    rows = Hearing.objects.filter(
        _of_line(line, "case__"), state="planned", at__gt=at - timedelta(days=1), at__lt=until
    )
    for row in rows.select_related("case").order_by("at", "pk")[:MOST_OF_A_KIND]:
        yield Open(ItemKind.COURT, row.ref, row.case, due_at=row.at, because="court")


def read_promises(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give call-backs that are open, and everything else that is promised until the end of the next shift."""
    rows = FollowUp.objects.unfinished().filter(_of_line(line, "case__"), Q(kind="call_back") | Q(due_at__lt=until))
    for row in rows.select_related("case").order_by("due_at", "pk")[: MOST_OF_A_KIND * 2]:
        kind = {FollowUpKind.CALL_BACK: ItemKind.CALL_BACK, FollowUpKind.COURT: ItemKind.COURT}.get(
            FollowUpKind(row.kind), ItemKind.PROMISE
        )
        because = row.because or row.kind
        yield Open(kind, row.ref, row.case, due_at=row.due_at, because=because, is_urgent=row.is_urgent)


def read_messages(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give messages that callers left and nobody has heard."""
    unheard = Recording.objects.filter(heard_at=None, state__in=["kept", "waiting"], call__line=line)
    for row in unheard.select_related("call__case").order_by("made_at", "pk")[:MOST_OF_A_KIND]:
        yield Open(ItemKind.MESSAGE, row.ref, row.call.case, due_at=row.made_at)


def read_transfers(line: Line, at: datetime, until: datetime) -> Iterable[Open]:
    """Give cases that were offered to somebody who has not answered."""
    for row in HandOver.objects.waiting().prefetch_related("cases").order_by("offered_at")[:MOST_OF_A_KIND]:
        for case in row.cases.all():
            if case.line_id in {None, line.pk}:
                yield Open(ItemKind.TRANSFER, case.ref, case, due_at=row.offered_at)


READERS: tuple[Read, ...] = (
    read_custody,
    read_check_ins,
    read_asked,
    read_hearings,
    read_promises,
    read_messages,
    read_transfers,
)


def gather(line: Line, at: datetime, *, seen_by: User | None = None) -> list[Open]:
    """Gather what is open on a line. `seen_by` leaves out cases that this person may not know of."""
    until = end_of_next_shift(line, at)
    found = [one for read in READERS for one in read(line, at, until)]
    if seen_by is None:
        return found
    cases = {one.case.pk for one in found if one.case is not None}
    known = set(Case.objects.visible_to(seen_by).filter(pk__in=cases).values_list("pk", flat=True))
    return [one for one in found if one.case is not None and one.case.pk in known]


Thing = TypeVar("Thing", Open, HandedItem)
# A screen and a sheet of paper may be read by anybody who passes: nothing about health, violence or law.
IN_PASSING = {
    ItemKind.CUSTODY: _("First"),
    ItemKind.ASKED: _("Asked"),
    ItemKind.CHECK_IN: _("Checks"),
    ItemKind.COURT: _("Appointments"),
}
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Group(Generic[Thing]):
    """What is alike on the sheet, under its words."""

    kind: str
    words: str
    rows: Sequence[Thing]


def group(things: Sequence[Thing]) -> list[Group[Thing]]:
    """Put things under their kinds, the urgent kinds first, the next due first in each."""
    groups = []
    for kind in ItemKind:
        rows = sorted((one for one in things if one.kind == kind), key=lambda one: one.due_at or LAST)
        if rows:
            groups.append(Group(kind.value, str(IN_PASSING.get(kind, kind.label)), rows))
    return groups


def end_of_next_shift(line: Line, at: datetime) -> datetime:
    """Return when the shift after this one ends: what is promised until then is for the next person."""
    rota = read_rota(line, at, at + timedelta(days=2))
    change = next_change(rota.turns, rota.changes, at)
    if change is None or not change.on_duty:
        return at + A_SHIFT
    return max(turn.ends_at for turn in change.on_duty)


@dataclass(frozen=True)
class Change:
    """A line went from one person, first on call, to another at this moment."""

    at: datetime
    giver: User
    taker: User

    def key(self, line: Line) -> str:
        return f"{line.ref}-{self.at:%Y%m%d%H%M}"


def last_change(line: Line, at: datetime) -> Change | None:
    """Return the last change of who is first on call within half an hour, from a person to another; None where there is
    none.
    """
    since = at - CHANGED_LATELY
    rota = read_rota(line, since - timedelta(minutes=1), at + timedelta(minutes=1))
    found, moment = None, since
    while (change := next_change(rota.turns, rota.changes, moment)) is not None and change.at <= at:
        before = who_covers(rota.turns, rota.changes, change.at - timedelta(microseconds=1))
        if before and change.on_duty and before[0].person != change.on_duty[0].person:
            found = Change(change.at, rota.people[before[0].person], rota.people[change.on_duty[0].person])
        moment = change.at
    return found


def open_after_changes(at: datetime) -> int:
    """Open the hand-over of every line where a shift has ended and nobody pressed. Returns how many that were."""
    opened = 0
    for line in Line.objects.active():
        change = last_change(line, at)
        if change is None:
            continue
        offered = line.hand_overs.filter(giver=change.giver, offered_at__gt=change.at - OFFERED_BEFORE)
        if offered.exclude(state="withdrawn").exists():
            continue
        opened += shift_change.open_for(
            line=line, giver=change.giver, taker=change.taker, things=gather(line, at), key=change.key(line), at=at
        )
    return opened


def next_person(line: Line, giver: User, at: datetime) -> User | None:
    """Return to whom somebody hands a line: who is first on call instead of her now, else who comes next."""
    rota = read_rota(line, at, at + timedelta(days=2))
    covering = who_covers(rota.turns, rota.changes, at)
    if covering and rota.people[covering[0].person].pk != giver.pk:
        return rota.people[covering[0].person]
    moment = at
    while (change := next_change(rota.turns, rota.changes, moment)) is not None:
        for turn in change.on_duty:
            if rota.people[turn.person].pk != giver.pk:
                return rota.people[turn.person]
        moment = change.at
    return None
