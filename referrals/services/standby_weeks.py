"""Two weeks of stand-by, drawn to scale: for each area a strip of seven days, twice, with what nobody covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from helpline.core.opening import to_utc
from helpline.core.rota.coverage import Gap, Turn, find_gaps, find_overlaps
from helpline.core.rota.words import say_gap
from referrals.models import Area, StandBy
from referrals.services import standby
from referrals.services.directory import Tree, read_tree, zone_here
from referrals.services.standby import Next

WEEKS, DAYS = 2, 7
LANE_HEIGHT, LANE_STEP = 24, 28  # pixels
NARROW = 9.0  # percent of the width under which a name does not fit into its bar
GAPS_SAID = 4  # for one area: more than that and the picture says it better


@dataclass(frozen=True)
class Bar:
    """One stretch of one person in a week. `row` is the reference of the stretch."""

    row: str
    name: str
    position: int
    words: str
    x: str
    width: str
    y: int
    is_now: bool
    is_narrow: bool


@dataclass(frozen=True)
class Hole:
    """Hours in which nobody is on."""

    x: str
    width: str
    words: str
    is_narrow: bool


@dataclass(frozen=True)
class Week:
    """Seven days of one area. `here`: where the present stands, blank in another week."""

    words: str
    days: Sequence[tuple[str, str]]  # where each begins, and its name
    bars: Sequence[Bar]
    holes: Sequence[Hole]
    height: int
    here: str


@dataclass(frozen=True)
class Strip:
    """One area; `area` None stands for everywhere. `gaps`: sentences. `twice`: who is on more than once at the same time."""

    area: Area | None
    tonight: Sequence[Next]
    weeks: Sequence[Week]
    gaps: Sequence[str]
    more_gaps: int
    twice: Sequence[str]


def read_strips(*, at: datetime, monday: date | None = None) -> list[Strip]:
    """Draw the two weeks from a Monday on (this week's unless said): the areas somebody is on for, by name. Two statements."""
    zone, tree = zone_here(), read_tree()
    first = monday or _monday(at.astimezone(zone).date())
    since, until = _moment(first, zone), _moment(first + timedelta(days=WEEKS * DAYS), zone)
    rows = standby.read(min(since, at), max(until, at + standby.TONIGHT), at=at)
    areas = {row.area_id for row in rows if row.area_id is not None}
    named = sorted((tree.by_key[key] for key in areas if key in tree.by_key), key=lambda area: area.name)
    everywhere: list[Area | None] = [None] if not named or any(row.area_id is None for row in rows) else []
    names = {row.person.ref: standby.say_who(row.person) for row in rows}
    return [_strip(area, rows, tree, names, first, at=at, zone=zone) for area in [*everywhere, *named]]


def _strip(
    area: Area | None, rows: Sequence[StandBy], tree: Tree, names: Mapping[str, str], first: date, *, at: datetime, zone: ZoneInfo
) -> Strip:  # fmt: skip
    turns = standby.turns_for(area, rows, tree)
    path = {one.pk for one in tree.above(area)} if area is not None else set()
    mine = [row for row in rows if row.area_id is None or row.area_id in path]
    since, until = _moment(first, zone), _moment(first + timedelta(days=WEEKS * DAYS), zone)
    gaps = find_gaps(turns, (), max(since, min(at, until)), until)
    twice = [
        _("%(name)s is on twice from %(start)s.") % {
            "name": names.get(one.person, ""), "start": format_date(one.starts_at.astimezone(zone), "D j M, H:i")
        }
        for one in find_overlaps(turns, (), max(since, min(at, until)), until)
    ]  # fmt: skip
    return Strip(
        area=area,
        tonight=standby.tonight(turns, dict(names), at),
        weeks=[
            _week(mine, turns, names, first + timedelta(days=DAYS * number), at=at, zone=zone)
            for number in range(WEEKS)
        ],
        gaps=[say_gap(gap, zone) for gap in gaps[:GAPS_SAID]],
        more_gaps=max(0, len(gaps) - GAPS_SAID),
        twice=twice,
    )


def _week(
    rows: Sequence[StandBy], turns: Sequence[Turn], names: Mapping[str, str], monday: date, *, at: datetime, zone: ZoneInfo
) -> Week:  # fmt: skip
    since, until = _moment(monday, zone), _moment(monday + timedelta(days=DAYS), zone)
    scale = _Scale(since, until, zone)
    shown = [row for row in rows if row.starts_at < until and row.ends_at > since]
    lanes = _lanes(shown)
    height = (max(lanes.values(), default=0) + 1) * LANE_STEP
    last = monday + timedelta(days=DAYS - 1)
    return Week(
        words=f"{format_date(monday, 'j M')} – {format_date(last, 'j M')}",
        days=[
            (scale.percent(_moment(day, zone)), format_date(day, "D"))
            for day in (monday + timedelta(days=number) for number in range(DAYS))
        ],
        bars=[scale.bar(row, lanes[row.pk], standby.say_shortly(row.person), at) for row in shown],
        holes=[scale.hole(gap) for gap in find_gaps(turns, (), since, until)],
        height=height - (LANE_STEP - LANE_HEIGHT),
        here=scale.percent(at) if since <= at < until else "",
    )


def _lanes(rows: Sequence[StandBy]) -> dict[int, int]:
    """Give each stretch the first lane that is free, whoever is asked first on top."""
    lanes: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (row.position, row.starts_at, row.pk)):
        taken = [lanes[other.pk] for other in rows if other.pk in lanes and _meet(row, other)]
        lanes[row.pk] = next(number for number in range(len(taken) + 1) if number not in taken)
    return lanes


def _meet(one: StandBy, other: StandBy) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _moment(day: date, zone: ZoneInfo) -> datetime:
    return to_utc(day, time(0), zone)


@dataclass(frozen=True)
class _Scale:
    since: datetime
    until: datetime
    zone: ZoneInfo

    def share(self, moment: datetime) -> float:
        return 100 * ((min(max(moment, self.since), self.until) - self.since) / (self.until - self.since))

    def percent(self, moment: datetime) -> str:
        return f"{self.share(moment):.2f}%"

    def say(self, starts_at: datetime, ends_at: datetime) -> str:
        starts, ends = starts_at.astimezone(self.zone), ends_at.astimezone(self.zone)
        return f"{format_date(starts, 'D H:i')} – {format_date(ends, 'H:i' if ends - starts <= timedelta(hours=24) else 'D H:i')}"

    def bar(self, row: StandBy, lane: int, name: str, at: datetime) -> Bar:
        width = self.share(row.ends_at) - self.share(row.starts_at)
        return Bar(
            row=row.ref, name=name, position=row.position, words=self.say(row.starts_at, row.ends_at),
            x=self.percent(row.starts_at), width=f"{width:.2f}%", y=lane * LANE_STEP,
            is_now=row.starts_at <= at < row.ends_at, is_narrow=width < NARROW,
        )  # fmt: skip

    def hole(self, gap: Gap) -> Hole:
        width = self.share(gap.ends_at) - self.share(gap.starts_at)
        return Hole(self.percent(gap.starts_at), f"{width:.2f}%", self.say(gap.starts_at, gap.ends_at), width < NARROW)
