"""Clocks that run on a case: started by a person, corrected without doubles, stopped for a reason. Never a diagnosis.

Each makes its follow-ups by key, so that whoever corrects the time moves what was promised and adds nothing.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.clocks import clinical, custody
from cases.clocks.clinical import Window
from cases.clocks.custody import Court, Limit
from cases.clocks.rules import CLINICAL, ClinicalRule
from cases.models import Case, Clock, FollowUpKind, StopReason
from cases.services import followups
from cases.services.casework import lock
from cases.services.clock_rules import RuleHere, court_of, place_of, read_rules
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.lines.models import Line
from helpline.core.opening import is_open
from helpline.core.postgresql.away import is_away
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

log = logging.getLogger(__name__)

LONGEST_AGO = timedelta(days=366)
LONGEST_JOURNEY = timedelta(days=7)
NOT_EARLIER_BY = timedelta(hours=16)  # a reminder that would come at night comes the evening before
_STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Reckoned:
    """A clock with its rule as it holds here, and what follows from it; `told` is None where nobody has said the hours."""

    clock: Clock
    here: RuleHere
    told: Window | Limit | None

    @property
    def is_custody(self) -> bool:
        return self.here.is_custody

    @property
    def ends_at(self) -> datetime | None:
        if isinstance(self.told, Limit):
            return self.told.latest_lawful
        return self.told.ends_at if self.told is not None else None

    def state_at(self, at: datetime) -> str:
        if isinstance(self.told, Window):
            return clinical.state_at(self.told, at)
        return custody.state_at(self.told, at)


def reckon(clock: Clock, here: RuleHere, court: Court) -> Reckoned:
    """Work out what a clock says."""
    rule = here.rule
    if isinstance(rule, ClinicalRule):
        return Reckoned(clock, here, _window(clock, rule))
    limit = custody.limit_of(
        rule,
        arrested_at=clock.earliest_at,
        latest=clock.latest_at,
        court=court,
        journey=timedelta(minutes=clock.journey_minutes),
    )
    return Reckoned(clock, here, limit)


def _window(clock: Clock, rule: ClinicalRule) -> Window:
    return clinical.window_of(rule, earliest=clock.earliest_at, latest=clock.latest_at)


def read_clocks(case: Case, at: datetime, *, running_only: bool = False) -> list[Reckoned]:
    """Return the clocks of a case and of those joined to it, those that run first and the next to end before others.

    Two statements. A custody clock says what was kept with it, which is what its follow-ups say (`recount_custody` keeps
    both with the hours of the court).
    """
    rows = Clock.objects.filter(Q(case=case) | Q(case__joined_into=case)).select_related("started_by")
    kept = list(rows.running() if running_only else rows)
    rules = read_rules(sorted({row.rule for row in kept})) if kept else {}
    told = [_as_kept(row, rules[row.rule]) for row in kept if row.rule in rules]
    return sorted(told, key=lambda one: (one.clock.stopped_at is not None, one.ends_at or at, one.clock.pk))


def _as_kept(clock: Clock, here: RuleHere) -> Reckoned:
    if isinstance(here.rule, ClinicalRule):
        return Reckoned(clock, here, _window(clock, here.rule))
    if clock.ends_at is None or clock.act_by is None:
        return Reckoned(clock, here, None)
    bare_end = clock.earliest_at + (here.rule.limit or timedelta())
    limit = Limit(
        latest_lawful=clock.ends_at,
        act_by=clock.act_by,
        first_act_by=clock.first_act_by or clock.act_by,
        has_rolled=here.rule.roll == "court_day" and clock.ends_at > bare_end,
        knows_court=True,
    )
    return Reckoned(clock, here, limit)


@transaction.atomic
def start(
    *,
    case: Case,
    rules: Sequence[str],
    by: User,
    at: datetime,
    earliest_at: datetime,
    latest_at: datetime | None = None,
    journey: timedelta = timedelta(),
    whom: str = "",
    station: str = "",
    key: str = "",
) -> list[Clock]:
    """Start a clock for each of these rules, all from the same time. The same `key` again gives those that are there.

    Raises NotAllowed for a time that cannot be, a rule that is none, or a case that is not open.
    """
    now = lock(case)
    if now.state != "open":
        raise NotAllowed(_("This case is not open: reopen it first."))
    check_times(earliest_at, latest_at, at)
    if not timedelta() <= journey <= LONGEST_JOURNEY:
        raise NotAllowed(_("This journey is too long to be meant."))
    known = read_rules(rules)
    if not rules or set(known) != set(rules):
        raise NotAllowed(_("Say which clock."))
    started = []
    for code in known:
        own_key = f"{key}-{code}"[:120] if key else None
        if own_key and (there := Clock.objects.filter(key=own_key, case=now).first()) is not None:
            started.append(there)
            continue
        clock = Clock(
            case=now, rule=code, key=own_key, earliest_at=earliest_at, latest_at=latest_at,
            journey_minutes=int(journey.total_seconds()) // 60, whom=whom.strip() or None,
            station=station.strip() or None, started_by=by, started_at=at,
        )  # fmt: skip
        _keep(clock, known[code], by, at)
        audit.record(by=by, verb="clock.started", what="case", about=now.ref, at=at, clock=clock.ref, rule=code)
        started.append(clock)
    realtime.publish("case", now.ref)
    return started


def check_times(earliest_at: datetime, latest_at: datetime | None, at: datetime) -> None:
    """Raises NotAllowed, with a sentence, for a time that cannot be."""
    if earliest_at > at or (latest_at is not None and latest_at > at):
        raise NotAllowed(_("This lies ahead: it cannot have happened yet."))
    if latest_at is not None and latest_at < earliest_at:
        raise NotAllowed(_("The latest moment lies before the earliest."))
    if at - earliest_at > LONGEST_AGO:
        raise NotAllowed(_("This is more than a year ago: look at the year again."))


@transaction.atomic
def correct(
    *, clock: Clock, by: User, at: datetime, earliest_at: datetime, latest_at: datetime | None = None,
    journey: timedelta | None = None, station: str | None = None, seen: str | None = None,
) -> Clock:  # fmt: skip
    """Say that it happened at another time. What was promised moves along; nothing is promised twice.

    `seen` is the `version` that the person who corrects had before her: Conflict where somebody corrected it meanwhile. Raises
    NotAllowed for a time that cannot be or a clock that was stopped.
    """
    row = _hold(clock)
    if row.stopped_at is not None:
        raise NotAllowed(_("This clock was stopped: start a new one."))
    if seen is not None and seen != version(row):
        raise Conflict(_("Somebody else has just corrected this time. Look at it again."))
    check_times(earliest_at, latest_at, at)
    row.earliest_at, row.latest_at = earliest_at, latest_at
    if journey is not None:
        if not timedelta() <= journey <= LONGEST_JOURNEY:
            raise NotAllowed(_("This journey is too long to be meant."))
        row.journey_minutes = int(journey.total_seconds()) // 60
    if station is not None:
        row.station = station.strip() or None
    _keep(row, read_rules([row.rule])[row.rule], by, at)
    audit.record(by=by, verb="clock.corrected", what="case", about=row.case.ref, at=at, clock=row.ref)
    realtime.publish("case", row.case.ref)
    return row


def version(clock: Clock) -> str:
    """Return what tells one time of a clock from another, for the page from which it is corrected."""
    latest = clock.latest_at.timestamp() if clock.latest_at is not None else ""
    return f"{clock.earliest_at.timestamp()}/{latest}/{clock.journey_minutes}"


@transaction.atomic
def stop(*, clock: Clock, by: User, at: datetime, because: str, note: str = "") -> Clock:
    """End a clock: released, taken, not wanted. What it promised and nobody has begun is not needed any more.

    Raises NotAllowed without a reason, or where it was stopped already.
    """
    if because not in StopReason.values:
        raise NotAllowed(_("Say why it stops."))
    row = _hold(clock)
    if row.stopped_at is not None:
        raise NotAllowed(_("This clock was stopped already."))
    row.stopped_at, row.stopped_because, row.stopped_note = at, because, note.strip() or None
    row.save(update_fields=["stopped_at", "stopped_because", "stopped_note"])
    followups.drop(case=row.case, keys=[_key(row, name) for name in _PARTS], by=by, at=at)
    audit.record(by=by, verb="clock.stopped", what="case", about=row.case.ref, at=at, clock=row.ref, because=because)
    realtime.publish("case", row.case.ref)
    return row


@transaction.atomic
def recount(*, rule: str, by: User | None, at: datetime) -> int:
    """Reckon every running clock of a rule anew, after somebody changed its hours here; returns how many that were."""
    rows = Clock.objects.running().filter(rule=rule).select_related("case__line", "started_by")
    return sum(_recount_one(row, by, at) for row in rows.order_by("case_id", "pk"))


def recount_custody(*, at: datetime) -> int:
    """Reckon the custody clocks that run anew where a court's hours or its days off were changed since; returns how many
    say something else now. Safe to repeat, late or at once with another. One that breaks does not keep the others waiting.
    """
    rows = Clock.objects.running().filter(ends_at__gt=at).exclude(rule__in=[rule.code for rule in CLINICAL])
    changed = 0
    for row in rows.select_related("case__line", "started_by").order_by("pk"):
        try:
            changed += _recount_one(row, None, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a clock could not be reckoned anew: %s", type(broken).__name__)
    return changed


@transaction.atomic
def _recount_one(clock: Clock, by: User | None, at: datetime) -> bool:
    """Says whether it tells something else now."""
    here = read_rules([clock.rule]).get(clock.rule)
    line = place_of(clock.case.line)
    if here is None or _figures(reckon(clock, here, court_of(line, at))) == _kept(clock):
        return False
    row = _hold(clock)
    if row.stopped_at is None:
        _keep(row, here, by, at)
        realtime.publish("case", row.case.ref)
    return row.stopped_at is None


def _figures(told: Reckoned) -> tuple[datetime | None, ...]:
    if isinstance(told.told, Limit):
        return told.told.first_act_by, told.told.act_by, told.told.latest_lawful
    return None, told.told.act_by if told.told else None, told.ends_at


def _kept(clock: Clock) -> tuple[datetime | None, ...]:
    return clock.first_act_by, clock.act_by, clock.ends_at


def find(case: Case, ref: str) -> Clock:
    """Return a clock of this case, or of one joined to it. Raises NotFound for every other."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    found = Clock.objects.filter(of_it, ref=ref).select_related("case__line").first() if len(ref) <= 24 else None
    if found is None:
        raise NotFound(_("There is no such clock, or it is not yours."))
    return found


def _hold(clock: Clock) -> Clock:
    case = lock(clock.case)
    row = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
    row.case = case
    return row


_PARTS = ("first", "act", "end")


def _key(clock: Clock, part: str) -> str:
    return f"clock-{clock.ref}-{part}"


@dataclass(frozen=True)
class _Planned:
    part: str
    kind: str
    due_at: datetime
    because: str


def _keep(clock: Clock, here: RuleHere, by: User | None, at: datetime) -> None:
    """Save a clock with what its rule makes of it, and let its follow-ups say the same."""
    line = place_of(clock.case.line)
    told = reckon(clock, here, court_of(line, at))
    clock.first_act_by, clock.act_by, clock.ends_at = _figures(told)
    clock.save()
    planned = list(_plan(told, line, at))
    followups.drop(
        case=clock.case, keys=[_key(clock, part) for part in _PARTS if part not in {one.part for one in planned}],
        by=by, at=at,
    )  # fmt: skip
    for one in planned:
        followups.plan(
            case=clock.case, key=_key(clock, one.part), kind=one.kind, due_at=one.due_at, because=one.because,
            why=_say(clock, here), owner=_whose(clock.case, by), at=at,
        )  # fmt: skip


def _say(clock: Clock, here: RuleHere) -> str:
    name = _(here.rule.name)
    return f"{clock.whom} · {name}" if clock.whom else name


def _whose(case: Case, by: User | None) -> User | None:
    return case.owner if case.owner is not None and case.owner.is_active else by


def _plan(told: Reckoned, line: Line | None, at: datetime) -> Iterator[_Planned]:
    """Say what is promised for a clock: nothing once its time is over, because then it is said to the caller at once."""
    if isinstance(told.told, Limit):
        yield from _plan_custody(told.told, at)
    elif isinstance(told.told, Window):
        yield from _plan_clinical(told.told, line, at)
    else:
        yield _Planned("act", FollowUpKind.COURT, at, "custody_unknown")


def _plan_custody(limit: Limit, at: datetime) -> Iterator[_Planned]:
    if limit.first_act_by < limit.act_by and limit.first_act_by > at:
        yield _Planned("first", FollowUpKind.COURT, limit.first_act_by, "custody_first")
    if at <= limit.latest_lawful:
        yield _Planned("act", FollowUpKind.COURT, max(limit.act_by, at), "custody_act")
    yield _Planned("end", FollowUpKind.WINDOW, max(limit.latest_lawful, at), "custody_end")


def _plan_clinical(window: Window, line: Line | None, at: datetime) -> Iterator[_Planned]:
    if window.is_certain_at_end or at < window.opens_at:
        if at < window.ends_at:
            yield _Planned("act", FollowUpKind.CHECK, max(_by_day(window.opens_at, line, at), at), "test_opens")
    elif at <= window.last_moment:
        yield _Planned("act", FollowUpKind.WINDOW, max(_by_day(window.act_by, line, at), at), "window_ends")


def _by_day(wanted: datetime, line: Line | None, at: datetime) -> datetime:
    """Return the last half hour up to a time at which the desk is open: nobody is rung at night about a test.

    Not before now, and not by more than a night: else the time itself.
    """
    if line is None or not line.hours:
        return wanted
    for earlier in _steps_back(wanted, max(at, wanted - NOT_EARLIER_BY)):
        if is_open(line.hours, line.holidays, line.time_zone, earlier):
            return earlier
    return wanted


def _steps_back(wanted: datetime, until: datetime) -> Iterable[datetime]:
    while wanted >= until:
        yield wanted
        wanted -= _STEP
