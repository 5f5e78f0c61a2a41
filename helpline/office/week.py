"""A week of the rota, drawn to scale: a row for each day, a lane for each place in the order. Plain rules, no database.

Days are days of the line's zone, so one may have 23 or 25 hours; lengths are true, the clock times are those of the wall.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date

from helpline.core.opening import to_utc
from helpline.core.rota.coverage import Change, Gap, Turn, find_gaps, who_covers

LANE_HEIGHT, LANE_STEP = 28, 32  # pixels
NARROW = 12.0  # percent of the width under which a name does not fit into its bar


@dataclass(frozen=True)
class Bar:
    """Somebody's hours in a lane of a day. `shift` is the reference behind it; a change of the rota has none."""

    person: str
    name: str
    position: int
    shift: str
    starts_at: datetime
    ends_at: datetime
    x: str
    width: str
    y: int
    hours: str
    is_now: bool
    is_narrow: bool


@dataclass(frozen=True)
class Hole:
    """Hours of a day in which nobody is on."""

    x: str
    width: str
    from_clock: str
    to_clock: str
    is_narrow: bool


@dataclass(frozen=True)
class DayRow:
    """One day. `here` is where the present stands, blank on other days; `odd_hours` is set on the nights of the clocks."""

    day: date
    words: str
    bars: Sequence[Bar]
    holes: Sequence[Hole]
    ticks: Sequence[str]
    height: int
    here: str
    is_today: bool
    odd_hours: int | None


def week_of(day: date) -> date:
    """Return the Monday of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def span_of(monday: date, zone: ZoneInfo, days: int = 7) -> tuple[datetime, datetime]:
    """Return the beginning and the end, in UTC, of so many days from one on, as the zone's calendar has them."""
    return to_utc(monday, time(0), zone), to_utc(monday + timedelta(days=days), time(0), zone)


def draw_week(
    turns: Sequence[Turn],
    changes: Sequence[Change],
    monday: date,
    zone: ZoneInfo,
    *,
    names: Mapping[str, str],
    at: datetime,
) -> list[DayRow]:
    """Draw seven days. `names` says how each person is called."""
    days = [monday + timedelta(days=n) for n in range(7)]
    return [_draw_day(turns, changes, day, zone, names=names, at=at) for day in days]


def _draw_day(
    turns: Sequence[Turn],
    changes: Sequence[Change],
    day: date,
    zone: ZoneInfo,
    *,
    names: Mapping[str, str],
    at: datetime,
) -> DayRow:
    since, until = span_of(day, zone, days=1)
    scale = _Scale(since, until, zone)
    runs = list(_runs(turns, changes, since, until))
    lanes = {lane: number for number, lane in enumerate(sorted({lane for lane, _turn in runs}))}
    bars = [scale.bar(turn, lanes[lane] * LANE_STEP, names.get(turn.person, turn.person), at) for lane, turn in runs]
    hours = round((until - since) / timedelta(hours=1))
    return DayRow(
        day=day,
        words=format_date(day, "D j M"),
        bars=bars,
        holes=[scale.hole(gap) for gap in find_gaps(turns, changes, since, until)],
        ticks=[scale.percent(to_utc(day, time(hour), zone)) for hour in (6, 12, 18)],
        height=max(1, len(lanes)) * LANE_STEP - (LANE_STEP - LANE_HEIGHT),
        here=scale.percent(at) if since <= at < until else "",
        is_today=since <= at < until,
        odd_hours=hours if hours != 24 else None,
    )


@dataclass(frozen=True)
class _Scale:
    since: datetime
    until: datetime
    zone: ZoneInfo

    def share(self, moment: datetime) -> float:
        return 100 * ((moment - self.since) / (self.until - self.since))

    def percent(self, moment: datetime) -> str:
        return f"{self.share(moment):.2f}%"

    def clock(self, moment: datetime) -> str:
        return "24:00" if moment == self.until else f"{moment.astimezone(self.zone):%H:%M}"

    def bar(self, turn: Turn, y: int, name: str, at: datetime) -> Bar:
        width = self.share(turn.ends_at) - self.share(turn.starts_at)
        return Bar(
            person=turn.person,
            name=name,
            position=turn.position,
            shift=getattr(turn, "ref", ""),
            starts_at=turn.starts_at,
            ends_at=turn.ends_at,
            x=self.percent(turn.starts_at),
            width=f"{width:.2f}%",
            y=y,
            hours=f"{self.clock(turn.starts_at)}–{self.clock(turn.ends_at)}",
            is_now=turn.starts_at <= at < turn.ends_at,
            is_narrow=width < NARROW,
        )

    def hole(self, gap: Gap) -> Hole:
        width = self.share(gap.ends_at) - self.share(gap.starts_at)
        return Hole(
            x=self.percent(gap.starts_at),
            width=f"{width:.2f}%",
            from_clock=self.clock(gap.starts_at),
            to_clock=self.clock(gap.ends_at),
            is_narrow=width < NARROW,
        )


_Lane = tuple[int, int]  # the place in the order, and which of those who share it


def _runs(
    turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime
) -> Iterator[tuple[_Lane, Turn]]:
    """Give everybody's hours between two moments, each as long as the same person holds the same lane without a break."""
    rows: list[Turn | Change] = [*turns, *changes]
    edges = {moment for row in rows for moment in (row.starts_at, row.ends_at) if since < moment < until}
    held: dict[tuple[_Lane, str, str], list[tuple[datetime, datetime]]] = {}
    positions: dict[tuple[_Lane, str, str], Turn] = {}
    for starts_at, ends_at in pairwise(sorted({since, until, *edges})):
        for position, together in groupby(who_covers(turns, changes, starts_at), key=lambda turn: turn.position):
            for number, turn in enumerate(together):
                key = ((position, number), turn.person, getattr(turn, "ref", ""))
                stretches = held.setdefault(key, [])
                positions[key] = turn
                if stretches and stretches[-1][1] == starts_at:
                    stretches[-1] = (stretches[-1][0], ends_at)
                else:
                    stretches.append((starts_at, ends_at))
    for key, stretches in held.items():
        for starts_at, ends_at in stretches:
            yield key[0], _cut(positions[key], starts_at, ends_at)


def _cut(turn: Turn, starts_at: datetime, ends_at: datetime) -> Turn:
    """Return the same turn for a part of its time, whatever kind of turn it is."""
    return type(turn)(**{**turn.__dict__, "starts_at": starts_at, "ends_at": ends_at})
