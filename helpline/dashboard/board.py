"""What the board shows: now, due, tonight. Each part is read on its own, with a number of queries that does not grow.

Everybody sees that somebody calls and who has it; a case's reference is given only to who may know of the case.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CheckIn, FollowUp, HandOver, ShiftHandOver, Urgency
from cases.services.reviews import count_waiting
from helpline.core.alarms.models import Alarm
from helpline.core.http.words import here
from helpline.core.lines.models import Line
from helpline.core.rota.coverage import Turn, next_change, who_covers
from helpline.core.rota.services import Rota, read_rota
from helpline.core.staff.models import Role, User
from helpline.dashboard.night import SHOWS_AFTER, SHOWS_BEFORE, Night, draw_night
from referrals.services import reading
from telephony.models import Call, Leg, Recording

CALLS_SHOWN = 20  # more than that at once and the board is the wrong place to look
DUE_SHOWN = 40
MESSAGES_SHOWN = 5
NOW_WITHIN = timedelta(minutes=15)
SOON_WITHIN = timedelta(hours=2)
LOOKS_AHEAD = timedelta(hours=24)
ORDER_OF_STATES = {"ringing": 0, "waiting": 1, "voicemail": 2, "connected": 3}

# What stands on the board may be read in passing: nothing about health, violence or law.
KINDS_IN_PASSING: dict[str, str | Promise] = {
    "call_back": _("Call back"),
    "safety": _("Ask how they are"),
    "window": _("Clock ends"),
    "court": _("Appointment"),
    "check": _("Check"),
    "task": _("Task"),
}
TASKS_IN_PASSING: dict[str, str | Promise] = {
    "write_up": _("Write up the call"),
    "text_came": _("Answer a text"),
    "asked": _("Asked, no answer yet"),
    "nobody_left": _("Nobody left to ask"),
    "put_in_touch": _("Accepted: put them in touch"),
    "team_out": _("Somebody is out for us"),
    "message_without_number": _("Hear a message"),
}


@dataclass(frozen=True)
class LiveCall:
    """A call that has not ended, as one person may see it. `case_ref` is blank where the case is not theirs to know."""

    ref: str
    state: str
    since: datetime
    line: str
    people: Sequence[str]
    case_ref: str = ""
    is_mine: bool = False
    possibly_known: bool = False
    in_danger: bool = False  # the caller pressed for help
    is_at_once: bool = False  # we have written down that somebody is in danger or arrested
    may_take: bool = False

    @property
    def is_ringing(self) -> bool:
        return self.state in {"ringing", "waiting"}


@dataclass(frozen=True)
class NowPart:
    """The calls of this moment, and the last hour in figures."""

    calls: Sequence[LiveCall]
    answered: int
    messages: int
    missed: int
    last_call_at: datetime | None


def read_now(user: User, at: datetime) -> NowPart:
    """Read what rings, waits and is being talked about: seven queries however many calls there are."""
    live = sorted(
        Call.objects.going_on()
        .select_related("line", "case", "answered_by")
        .prefetch_related(Prefetch("legs", Leg.objects.live().select_related("person"), to_attr="ringing_legs"))
        .order_by("started_at")[:CALLS_SHOWN],
        key=lambda call: (ORDER_OF_STATES.get(call.state, 9), call.started_at),
    )
    visible = set(Case.objects.visible_to(user).filter(pk__in=[c.case_id for c in live]).values_list("pk", flat=True))
    since = at - timedelta(hours=1)
    ended = Counter(Call.objects.filter(started_at__gte=since, state="ended").values_list("outcome", flat=True))
    last = Call.objects.order_by("-started_at", "-id").values_list("started_at", flat=True).first()
    return NowPart(
        calls=[_live_call(call, user, call.case_id in visible) for call in live],
        answered=ended["answered"],
        messages=ended["voicemail"] + ended["callback"],
        missed=ended["missed"] + ended["abandoned"],
        last_call_at=last,
    )


def _live_call(call: Call, user: User, is_visible: bool) -> LiveCall:
    legs: list[Leg] = call.ringing_legs  # type: ignore[attr-defined]
    if call.answered_by:
        people = [str(call.answered_by)]
    else:
        people = [str(leg.person) if leg.person else str(_("the last resort")) for leg in legs]
    case = call.case if is_visible else None
    return LiveCall(
        ref=call.ref,
        state=call.state,
        since=call.answered_at if call.state == "connected" and call.answered_at else call.started_at,
        line=call.line.name if call.line else "",
        people=people,
        case_ref=case.ref if case else "",
        is_mine=case is not None and case.owner_id == user.pk,
        possibly_known=case is not None and case.possibly_known,
        in_danger=call.in_danger,
        is_at_once=case is not None and case.urgency == Urgency.DANGER,
        may_take=case is not None and case.owner_id is None,
    )


@dataclass(frozen=True)
class DueRow:
    """One promise on the board. `owner` is blank where nobody has taken it."""

    ref: str
    case_ref: str
    words: str | Promise
    due_at: datetime
    tries: int
    owner: str
    is_mine: bool
    is_urgent: bool
    is_at_once: bool


@dataclass(frozen=True)
class DueGroup:
    """Promises that are alike in how soon they are due."""

    name: str
    words: str | Promise
    rows: list[DueRow] = field(default_factory=list)


@dataclass(frozen=True)
class DuePart:
    """What is due within a day, in groups; `more` is how many did not fit. Check-ins stand above everything else."""

    groups: Sequence[DueGroup]
    count: int
    more: int
    next_due_at: datetime | None
    check_ins: Sequence["CheckInRow"] = ()
    asked: Sequence["AskedRow"] = ()


@dataclass(frozen=True)
class CheckInRow:
    """Somebody who writes or rings by a time, or somebody for whom one of us has to act. In passing nobody reads why.

    `due_at` is by when, or since when there is something to do.
    """

    ref: str
    case_ref: str
    due_at: datetime
    is_missed: bool
    on_it: str
    is_mine: bool


def read_check_ins(user: User, at: datetime) -> list[CheckInRow]:
    """Read the check-ins of this person's cases in one query: who has to act now first, then by the time agreed."""
    live = CheckIn.objects.live().visible_to(user).select_related("case", "acknowledged_by")
    rows = sorted(
        live.order_by("due_at", "pk")[:DUE_SHOWN],
        key=lambda row: (row.state != "missed", row.acknowledged_at is not None, row.begun_at or row.due_at),
    )
    return [
        CheckInRow(
            ref=row.ref,
            case_ref=row.case.ref,
            due_at=row.begun_at or row.due_at,
            is_missed=row.state == "missed" or row.acts_at <= at,
            on_it=str(row.acknowledged_by) if row.acknowledged_by else "",
            is_mine=row.acknowledged_by_id == user.pk,
        )
        for row in rows
    ]


GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("overdue", _("Overdue")),
    ("now", _("Now")),
    ("soon", _("Soon")),
    ("today", _("Within a day")),
)


def group_of(due_at: datetime, at: datetime) -> str:
    """Say how soon something is due: ``overdue``, ``now`` (15 minutes), ``soon`` (2 hours) or ``today`` (the rest)."""
    if due_at < at:
        return "overdue"
    if due_at - at <= NOW_WITHIN:
        return "now"
    return "soon" if due_at - at <= SOON_WITHIN else "today"


def read_due(user: User, at: datetime) -> DuePart:
    """Read the promises of this person's cases that are overdue or due within a day: at most five queries."""
    mine = FollowUp.objects.unfinished().visible_to(user).exclude(because="check_in")  # its check-in stands above
    due = mine.filter(due_at__lte=at + LOOKS_AHEAD)
    rows = list(due.select_related("case", "owner").order_by("due_at", "id")[:DUE_SHOWN])
    count = due.count()
    later = None if rows else mine.order_by("due_at").values_list("due_at", flat=True).first()
    groups = {name: DueGroup(name, words) for name, words in GROUPS}
    for row in rows:
        groups[group_of(row.due_at, at)].rows.append(_due_row(row, user))
    return DuePart(
        [group for group in groups.values() if group.rows],
        count,
        max(0, count - DUE_SHOWN),
        later,
        read_check_ins(user, at),
        read_asked(user, at),
    )


@dataclass(frozen=True)
class AskedRow:
    """Somebody is asked for a case, and nobody has accepted yet. `due_at`: by when it was promised; None: no promise."""

    ref: str
    case_ref: str
    due_at: datetime | None
    is_late: bool
    is_nobody: bool


def read_asked(user: User, at: datetime) -> Sequence[AskedRow]:
    """Read what is being asked for in cases that this person may know of, the latest first: one query."""
    rows = [
        AskedRow(
            ref=one.ref, case_ref=one.case.ref, due_at=one.promised_by, is_nobody=one.state == "nobody",
            is_late=one.promised_by is not None and one.promised_by <= at,
        )
        for one in reading.read_waiting(user, at)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: not (row.is_nobody or row.is_late))


def _due_row(row: FollowUp, user: User) -> DueRow:
    return DueRow(
        ref=row.ref,
        case_ref=row.case.ref,
        words=TASKS_IN_PASSING.get(row.because) or KINDS_IN_PASSING.get(row.kind, row.get_kind_display()),
        due_at=row.due_at,
        tries=row.tries,
        owner=str(row.owner) if row.owner else "",
        is_mine=row.owner_id == user.pk,
        is_urgent=row.is_urgent,
        is_at_once=row.case.urgency == Urgency.DANGER,
    )


@dataclass(frozen=True)
class OnDuty:
    """Who is on call on one line, until when, who follows, and the picture of the coming hours."""

    line: str
    now: Sequence[str]
    until: datetime | None
    then: Sequence[str]
    night: Night

    @property
    def next_gap(self) -> datetime | None:
        return self.night.gaps[0].starts_at if self.night.gaps else None


@dataclass(frozen=True)
class WaitingHandOver:
    """A hand-over that nobody has answered yet."""

    ref: str
    giver: str
    taker: str
    cases: Sequence[str]
    is_for_me: bool


@dataclass(frozen=True)
class Message:
    """A message that a caller left and nobody has heard."""

    case_ref: str
    made_at: datetime
    seconds: int | None


@dataclass(frozen=True)
class TonightPart:
    """Who is on call, what waits to be accepted or heard, and what the system must tell."""

    duties: Sequence[OnDuty]
    hand_overs: Sequence[WaitingHandOver]
    messages: Sequence[Message]
    messages_count: int
    alarms: Sequence[Alarm]
    reviews: int = 0  # what waits for a supervisor; of no interest to others
    sheets: Sequence[ShiftHandOver] = ()


def read_tonight(user: User, at: datetime) -> TonightPart:
    """Read the rota around now, hand-overs to or from this person, messages unheard, and alarms for who runs the line."""
    hand_overs = HandOver.objects.waiting().select_related("giver", "taker").prefetch_related("cases")
    unheard = Recording.objects.filter(heard_at=None, state__in=["kept", "waiting"]).filter(
        call__in=Call.objects.visible_to(user)
    )
    messages = list(unheard.select_related("call__case").order_by("made_at")[:MESSAGES_SHOWN])
    tells = user.holds(Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
    return TonightPart(
        duties=read_duties(at),
        hand_overs=[
            WaitingHandOver(
                one.ref, str(one.giver), str(one.taker), [case.ref for case in one.cases.all()], one.taker_id == user.pk
            )
            for one in [*hand_overs.filter(taker=user), *hand_overs.filter(giver=user)]
        ],
        messages=[Message(one.call.case.ref if one.call.case else "", one.made_at, one.seconds) for one in messages],
        messages_count=len(messages) if len(messages) < MESSAGES_SHOWN else unheard.count(),
        alarms=list(Alarm.objects.open()[:MESSAGES_SHOWN]) if tells else [],
        reviews=count_waiting() if user.holds(Role.SUPERVISOR) else 0,
        sheets=list(ShiftHandOver.objects.waiting().select_related("line", "giver", "taker")),
    )


def read_duties(at: datetime) -> list[OnDuty]:
    """Read who is on call on every active line: two queries for each, and a house has few lines."""
    since, until = at - SHOWS_BEFORE - timedelta(hours=1), at + SHOWS_AFTER + timedelta(hours=24)
    read = [_on_duty(line, read_rota(line, since, until), at) for line in Line.objects.active()]
    # Lines that the same people answer are one picture with both names.
    joined: list[OnDuty] = []
    for duty in read:
        same = next((n for n, other in enumerate(joined) if replace(other, line=duty.line) == duty), None)
        if same is None:
            joined.append(duty)
        else:
            joined[same] = replace(joined[same], line=f"{joined[same].line} · {duty.line}")
    return joined


def _on_duty(line: Line, rota: Rota, at: datetime) -> OnDuty:
    names = {username: str(person) for username, person in rota.people.items()}
    change = next_change(rota.turns, rota.changes, at)
    return OnDuty(
        line=line.name,
        now=_say(who_covers(rota.turns, rota.changes, at), names),
        until=change.at if change else None,
        then=_say(change.on_duty, names) if change else (),
        night=draw_night(rota.turns, rota.changes, at, here(), names),
    )


def _say(turns: Iterable[Turn], names: Mapping[str, str]) -> list[str]:
    return [names.get(turn.person, turn.person) for turn in turns]
