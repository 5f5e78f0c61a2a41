"""The bar of the night: who is on call in the coming hours, where nobody is, drawn to scale. Plain rules, no database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from helpline.core.rota.coverage import Change, Turn, next_change, who_covers

SHOWS_BEFORE = timedelta(hours=1)
SHOWS_AFTER = timedelta(hours=11)
LANES = 3  # first, second and third on call; more are said in words on the rota
LANE_HEIGHT, LANE_STEP, TOP = 24, 28, 20  # pixels
NARROW = 9.0  # percent of the width under which a name does not fit into its block


@dataclass(frozen=True)
class Block:
    """One person in one lane, or a gap: where it lies (percent of the width, pixels from the top) and what it says."""

    x: str
    width: str
    y: int
    height: int
    name: str
    starts_at: datetime
    ends_at: datetime
    is_now: bool = False
    is_narrow: bool = False


@dataclass(frozen=True)
class Mark:
    """A full hour on the scale."""

    x: str
    clock: str


@dataclass(frozen=True)
class Night:
    """All that the picture needs, and the gaps once more for words."""

    height: int
    here: str
    blocks: Sequence[Block]
    gaps: Sequence[Block]
    marks: Sequence[Mark]


@dataclass(frozen=True)
class _Stretch:
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...]


def draw_night(
    turns: Sequence[Turn], changes: Sequence[Change], at: datetime, zone: tzinfo, names: Mapping[str, str]
) -> Night:
    """Draw from an hour before `at` until eleven hours after it. `names` says how each person is called."""
    since = at.replace(minute=0, second=0, microsecond=0) - SHOWS_BEFORE
    until = since + SHOWS_BEFORE + SHOWS_AFTER
    stretches = list(_stretches(turns, changes, since, until))
    lanes = max([1, *(min(LANES, len(stretch.people)) for stretch in stretches)])
    place = _Scale(since, until, at)
    blocks = [
        place.block(run, TOP + lane * LANE_STEP, LANE_HEIGHT, names.get(run.people[0], run.people[0]))
        for lane in range(lanes)
        for run in _runs(stretches, lane)
    ]
    tall = (lanes - 1) * LANE_STEP + LANE_HEIGHT
    gaps = [place.block(stretch, TOP, tall, "") for stretch in _join(stretches) if not stretch.people]
    return Night(TOP + tall + 4, place.percent(at), blocks, gaps, place.marks(zone))


@dataclass(frozen=True)
class _Scale:
    since: datetime
    until: datetime
    at: datetime

    def share(self, moment: datetime) -> float:
        return 100 * ((moment - self.since) / (self.until - self.since))

    def percent(self, moment: datetime) -> str:
        return f"{self.share(moment):.2f}%"

    def block(self, stretch: _Stretch, y: int, height: int, name: str) -> Block:
        left, right = self.share(stretch.starts_at), self.share(stretch.ends_at)
        return Block(
            x=f"{left:.2f}%",
            width=f"{right - left:.2f}%",
            y=y,
            height=height,
            name=name,
            starts_at=stretch.starts_at,
            ends_at=stretch.ends_at,
            is_now=stretch.starts_at <= self.at < stretch.ends_at,
            is_narrow=right - left < NARROW,
        )

    def marks(self, zone: tzinfo) -> list[Mark]:
        hours = (self.since + timedelta(hours=hour) for hour in range(1, 12, 2))
        return [Mark(self.percent(hour), f"{hour.astimezone(zone):%H:%M}") for hour in hours]


def _stretches(
    turns: Sequence[Turn], changes: Sequence[Change], since: datetime, until: datetime
) -> Iterator[_Stretch]:
    """Cut the hours where the people on duty, or their order, change."""
    start = since
    while start < until:
        change = next_change(turns, changes, start)
        end = min(change.at, until) if change else until
        yield _Stretch(start, end, tuple(turn.person for turn in who_covers(turns, changes, start)))
        start = end


def _runs(stretches: Sequence[_Stretch], lane: int) -> list[_Stretch]:
    """Give one lane's people, each as long as she stays in that lane."""
    in_lane = [_Stretch(one.starts_at, one.ends_at, one.people[lane : lane + 1]) for one in stretches]
    return [run for run in _join(in_lane) if run.people]


def _join(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    for one in stretches:
        if joined and joined[-1].people == one.people and joined[-1].ends_at == one.starts_at:
            joined[-1] = _Stretch(joined[-1].starts_at, one.ends_at, one.people)
        else:
            joined.append(one)
    return joined
