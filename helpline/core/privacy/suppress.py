"""Small counts in figures: a cell that could point at one person is withheld, and cannot be worked out from the others.

Plain rules, no framework. A table is shown with its totals. Counts from 1 to `k` - 1 are withheld (zeros are shown), and
then as many more as it takes, so that no withheld count follows from the totals by subtraction, however many rows and
columns are combined, and none can be narrowed down below `k`. Source of the thresholds: 5 for partners and 10 for the
public are usual among statistics offices and health departments; a quarter is the smallest period to give away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

INSIDE: Final = 5  # for the organisation's own coordinators and partners
OUTSIDE: Final = 10  # for everybody

Place = tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """A table as it may be shown: None is withheld. `cells[row][column]`, a total for each row and column, and of all."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None

    @property
    def withheld(self) -> int:
        """How many figures are withheld, totals included."""
        every = [*(cell for row in self.cells for cell in row), *self.row_totals, *self.column_totals, self.total]
        return sum(figure is None for figure in every)


def suppress(counts: Sequence[Sequence[int]], *, k: int) -> Shown:
    """Return the table with its small counts withheld. `counts[row][column]` are whole numbers from 0, rows of one length.

    Raises ValueError for anything else, and for a `k` under 2.
    """
    _check(counts, k)
    table = _Table(counts, k)
    table.hide_small()
    while (place := table.find_weakness()) is not None:
        table.hidden.add(place)
    return table.show()


def _check(counts: Sequence[Sequence[int]], k: int) -> None:
    if k < 2:
        raise ValueError("k is at least 2")
    if len({len(row) for row in counts}) > 1:
        raise ValueError("the rows have different lengths")
    if any(type(cell) is not int or cell < 0 for row in counts for cell in row):
        raise ValueError("counts are whole numbers from 0")


class _Table:
    """The counts with their totals as a last row and a last column, so that every line adds up to its last figure."""

    def __init__(self, counts: Sequence[Sequence[int]], k: int) -> None:
        self.k = k
        self.rows = len(counts)
        self.columns = len(counts[0]) if counts else 0
        body = [[*row, sum(row)] for row in counts]
        self.figures = [*body, [sum(column) for column in zip(*body, strict=True)] if body else [0]]
        self.hidden: set[Place] = set()

    def hide_small(self) -> None:
        self.hidden |= {
            (row, column)
            for row, line in enumerate(self.figures)
            for column, figure in enumerate(line)
            if 0 < figure < self.k
        }

    def find_weakness(self) -> Place | None:
        """Return the next figure to withhold, because a withheld one would follow from what is shown; None where all is well."""
        for line in self._lines():
            if self._gives_away(line) and (more := self._smallest_shown(line)) is not None:
                return more
        for row, column in self._bridges():
            lines = (
                [(row, each) for each in range(self.columns + 1)],
                [(each, column) for each in range(self.rows + 1)],
            )
            for line in lines:
                if (more := self._smallest_shown(line)) is not None:
                    return more
        return None

    def _lines(self) -> Iterator[list[Place]]:
        for row in range(self.rows + 1):
            yield [(row, column) for column in range(self.columns + 1)]
        for column in range(self.columns + 1):
            yield [(row, column) for row in range(self.rows + 1)]

    def _gives_away(self, line: list[Place]) -> bool:
        """Say whether the withheld figures of one line follow from it, or are known to be small: each is at least 1."""
        *parts, total = line
        hidden = [place for place in parts if place in self.hidden]
        if total in self.hidden:
            return not hidden
        if not hidden:
            return False
        most = sum(self._figure(place) for place in hidden) - (len(hidden) - 1)
        return len(hidden) == 1 or most < self.k

    def _figure(self, place: Place) -> int:
        return self.figures[place[0]][place[1]]

    def _smallest_shown(self, line: list[Place]) -> Place | None:
        """Return the figure of a line that is least missed: a count before a total, a small one before a large, no zero."""
        shown = [place for place in line if place not in self.hidden and self._figure(place)]
        is_total = line[-1]
        return min(shown, key=lambda place: (place == is_total, self._figure(place), place), default=None)

    def _bridges(self) -> list[Place]:
        """Return the withheld figures that the lines together determine.

        Rows and columns are points, withheld figures the paths between them: a figure is free exactly where its path lies
        on a circle, because around a circle one may add and take away by turns without changing any total.
        """
        return [place for place in sorted(self.hidden) if not self._is_on_circle(place)]

    def _is_on_circle(self, place: Place) -> bool:
        start, goal = ("row", place[0]), ("column", place[1])
        seen, ahead = {start}, [start]
        while ahead:
            kind, number = ahead.pop()
            for row, column in self.hidden - {place}:
                here, there = ("row", row), ("column", column)
                if kind == "column":
                    here, there = there, here
                if here == (kind, number) and there not in seen:
                    if there == goal:
                        return True
                    seen.add(there)
                    ahead.append(there)
        return False

    def show(self) -> Shown:
        shown = [
            [None if (row, column) in self.hidden else figure for column, figure in enumerate(line)]
            for row, line in enumerate(self.figures)
        ]
        return Shown(
            cells=tuple(tuple(line[:-1]) for line in shown[:-1]),
            row_totals=tuple(line[-1] for line in shown[:-1]),
            column_totals=tuple(shown[-1][:-1]),
            total=shown[-1][-1],
        )
