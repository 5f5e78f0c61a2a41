"""Bars for the figures of the network: where each stands and how high, worked out here, so that a page needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 110  # of the highest bar, in the units of the drawing
TOP: Final = 16  # room for a figure above it
WIDE: Final = 22
STEP: Final = 60  # from one month to the next, for up to two bars


@dataclass(frozen=True)
class Bar:
    """One bar with its figure. `series` counts from 0; `height` None: nothing is known."""

    series: int
    x: int
    y: int
    height: int | None
    words: str

    @property
    def middle(self) -> int:
        return self.x + WIDE // 2


@dataclass(frozen=True)
class Chart:
    """Bars in groups, oldest first; a label below each group."""

    bars: tuple[Bar, ...]
    labels: tuple[tuple[int, str], ...]
    width: int
    height: int = HEIGHT + TOP + 20
    base: int = HEIGHT + TOP


def draw(labels: Sequence[str], *series: Sequence[float | None], most: float | None = None, unit: str = "") -> Chart:
    """Return the bars of one or two series, to the scale of the highest (or of `most`)."""
    highest = most or max((value for row in series for value in row if value is not None), default=0) or 1
    bars = []
    for place in range(len(labels)):
        for n, row in enumerate(series):
            value = row[place]
            height = None if value is None else max(round(HEIGHT * min(value / highest, 1)), 1 if value else 0)
            x = place * STEP + 6 + n * (WIDE + 2) + (0 if len(series) > 1 else WIDE // 2)
            words = "" if value is None else f"{round(value)}{unit}"
            bars.append(Bar(n, x, TOP + HEIGHT - (height or 0), height, words))
    middles = tuple((place * STEP + 6 + WIDE, label) for place, label in enumerate(labels))
    return Chart(tuple(bars), middles, max(len(labels), 1) * STEP)
