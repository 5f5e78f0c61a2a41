"""Tell staff that something is due: the owner twice, then the supervisors, then nobody. Callers are never told here."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cases.models import FollowUp
from cases.services.followups import REMINDERS
from cases.services.shift_change import told_instead
from helpline.core.audit import services as audit
from helpline.core.lines.models import Line
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.postgresql.away import is_away
from helpline.core.realtime import services as realtime
from helpline.core.rota.coverage import Change, Turn, who_covers
from helpline.core.rota.models import Override, Shift
from helpline.core.staff.models import Role, User

REMIND_AGAIN_AFTER = timedelta(minutes=30)
TEMPLATE = "staff/follow_up_due"  # neutral: a stranger who reads it learns nothing
ENOUGH_FOR_A_SWEEP = 200  # some hundred milliseconds of work; the next sweep comes in seconds
log = logging.getLogger(__name__)


@transaction.atomic
def remind_due(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Put one message for each reminder that is due into the outbox and return how many reminders that were.

    Any number of these may run at once. Where the database can, each takes rows that no other holds; where it cannot
    (SQLite, whose transactions wait for each other), and in any case, a row counts only for the one whose conditional
    update found it unchanged. A reminder that nobody can be texted about is skipped; the board shows it all the same.
    One that breaks does not keep the others waiting.
    """
    people = _People(at)
    due = FollowUp.objects.to_remind(at).order_by("remind_at", "pk").select_related("case__line", "owner")
    given = 0
    for follow_up in due.select_for_update(skip_locked=True, of=("self",))[:limit]:
        try:
            with transaction.atomic():
                given += _remind(follow_up, people, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a follow-up could not be reminded of: %s", type(broken).__name__)
    return given


def _remind(follow_up: FollowUp, people: "_People", at: datetime) -> bool:
    number = follow_up.reminders + 1
    unchanged = FollowUp.objects.to_remind(at).filter(pk=follow_up.pk, reminders=follow_up.reminders)
    next_at = at + REMIND_AGAIN_AFTER if number % REMINDERS else None
    if unchanged.update(reminders=F("reminders") + 1, remind_at=next_at) != 1:
        return False
    _tell(follow_up, number, people, at)
    return True


def _tell(follow_up: FollowUp, number: int, people: "_People", at: datetime) -> None:
    is_last = number % REMINDERS == 0
    told = people.supervisors() if is_last else people.who_has(follow_up)
    key = f"follow-up-{follow_up.ref}-reminder-{number}"
    for position, username in enumerate(told):
        outbox.put(
            key=key if position == 0 else f"{key}-{username}",
            route=Route.STAFF,
            to=username,
            template=TEMPLATE,
            about=follow_up.case.ref,
            at=at,
            expires_at=at + REMIND_AGAIN_AFTER,  # the next one says the same
            is_urgent=follow_up.is_urgent,
        )
    if is_last:
        audit.record(
            by=None, verb="follow_up.escalated", what="case", about=follow_up.case.ref, at=at, follow_up=follow_up.ref,
            told=told,
        )  # fmt: skip
        realtime.publish("follow_up", follow_up.ref)


@dataclass
class _People:
    """Who is told, by username; each question is asked once for a sweep. Only verified duty phones count."""

    at: datetime
    _on_call: dict[int | None, list[str]] = field(default_factory=dict)
    _holding: dict[Role, list[str]] = field(default_factory=dict)

    def who_has(self, follow_up: FollowUp) -> list[str]:
        """The owner; else whoever is on call on the case's line; else the coordinators."""
        owner = follow_up.owner
        if owner is not None and owner.is_active and owner.has_verified_phone:
            return [owner.username]
        return self.on_call(follow_up.case.line) or self.holding(Role.COORDINATOR)

    def supervisors(self) -> list[str]:
        return self.holding(Role.SUPERVISOR) or self.holding(Role.COORDINATOR)

    def holding(self, role: Role) -> list[str]:
        if role not in self._holding:
            people = User.objects.active().reachable().holding(role).order_by("username")
            self._holding[role] = list(people.values_list("username", flat=True))
        return self._holding[role]

    def on_call(self, line: Line | None) -> list[str]:
        key = line.pk if line else None
        if key not in self._on_call:
            self._on_call[key] = _told_on_line(line, self.at) if line else []
        return self._on_call[key]


def _told_on_line(line: Line, at: datetime) -> list[str]:
    """Return who is told for a line: until somebody has accepted the hand-over, who was on call before."""
    before = told_instead(line)
    return [before] if before is not None else _read_on_call(line, at)


def _read_on_call(line: Line, at: datetime) -> list[str]:
    """Return who is on duty on a line at a moment, first in order first, of those who can be texted."""
    moment = (at, at + timedelta(microseconds=1))
    shifts = Shift.objects.filter(line=line).touching(*moment).select_related("person")
    changes = Override.objects.filter(line=line).touching(*moment).select_related("person", "replaces").order_by("pk")
    turns = [Turn(row.person.username, row.position, row.starts_at, row.ends_at) for row in shifts]
    overrides = [
        Change(
            row.person.username if row.person else None,
            row.replaces.username if row.replaces else None,
            row.position,
            row.starts_at,
            row.ends_at,
        )
        for row in changes
    ]
    names = [turn.person for turn in who_covers(turns, overrides, at)]
    able = User.objects.active().reachable().filter(username__in=names).values_list("username", flat=True)
    return [name for name in names if name in set(able)]
