"""Small counts cannot be read, and cannot be worked out: the table of a quarter names nobody."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.core.privacy.suppress import suppress

TABLES = Path(__file__).parent.parent / "data" / "small_counts.csv"


def read_tables():
    """Each table of the file: its name, the counts, and what may be shown (a dash is withheld)."""
    with TABLES.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
    names = dict.fromkeys(row[0] for row in rows)
    return [
        pytest.param(
            [[int(cell) for cell in row[2].split()] for row in rows if row[0] == name],
            [row[3].split() for row in rows if row[0] == name],
            id=name,
        )
        for name in names
    ]


@pytest.mark.parametrize(("counts", "shown"), read_tables())
def test_what_is_shown_of_a_table_is_what_the_coordinator_reads_in_the_file(counts, shown):
    found = suppress(counts, k=5)
    said = [["–" if cell is None else str(cell) for cell in row] for row in found.cells]
    assert said == shown


tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 25), min_size=columns, max_size=columns), min_size=1, max_size=5)
)


def equations(counts, found):
    """What a reader knows: each line of the table adds up. One row of factors for the withheld figures, and the rest."""
    full = [[*row, total] for row, total in zip(found.cells, found.row_totals, strict=True)]
    full.append([*found.column_totals, found.total])
    places = [(r, c) for r, line in enumerate(full) for c, figure in enumerate(line) if figure is None]
    lines = [[(r, c) for c in range(len(full[0]))] for r in range(len(full))]
    lines += [[(r, c) for r in range(len(full))] for c in range(len(full[0]))]
    system = []
    for line in lines:
        signs = {place: Fraction(-1 if place == line[-1] else 1) for place in line}
        known = -sum(signs[r, c] * full[r][c] for r, c in line if full[r][c] is not None)
        system.append([signs.get(place, Fraction(0)) for place in places] + [Fraction(known)])
    return places, system


def determined(places, system):
    """The withheld figures that have one solution only, by elimination."""
    rows, pivots = [list(row) for row in system], []
    for column in range(len(places)):
        pivot = next((r for r in range(len(pivots), len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        here = len(pivots)
        rows[here], rows[pivot] = rows[pivot], rows[here]
        rows[here] = [value / rows[here][column] for value in rows[here]]
        for r, row in enumerate(rows):
            if r != here and row[column]:
                rows[r] = [value - row[column] * lead for value, lead in zip(row, rows[here], strict=True)]
        pivots.append(column)
    return [
        places[column]
        for r, column in enumerate(pivots)
        if not any(rows[r][other] for other in range(len(places)) if other != column)
    ]


@settings(max_examples=400, deadline=None)
@given(tables, st.integers(2, 10))
def test_no_withheld_count_follows_from_the_totals_however_lines_are_combined(counts, k):
    found = suppress(counts, k=k)
    assert determined(*equations(counts, found)) == []


@settings(max_examples=400, deadline=None)
@given(tables, st.integers(2, 10))
def test_no_count_from_one_to_k_is_shown_and_everything_shown_is_true(counts, k):
    found = suppress(counts, k=k)
    every = [cell for row in found.cells for cell in row] + [*found.row_totals, *found.column_totals, found.total]
    assert not [figure for figure in every if figure is not None and 0 < figure < k]
    for row, shown in zip(counts, found.cells, strict=True):
        assert all(cell in {None, count} for count, cell in zip(row, shown, strict=True))
    assert found.total in {None, sum(map(sum, counts))}


@settings(max_examples=400, deadline=None)
@given(tables, st.integers(2, 10))
def test_what_a_line_leaves_open_could_be_k_or_more(counts, k):
    found = suppress(counts, k=k)
    for row, shown, total in zip(counts, found.cells, found.row_totals, strict=True):
        hidden = [count for count, cell in zip(row, shown, strict=True) if cell is None]
        if hidden and total is not None:
            assert sum(hidden) - len(hidden) + 1 >= k


def test_an_empty_table_is_empty():
    assert suppress([], k=5).total == 0


@pytest.mark.parametrize("counts", [[[1, 2], [3]], [[-1]], [[True]], [[1.5]]])
def test_what_is_no_table_of_counts_is_refused(counts):
    with pytest.raises(ValueError, match=r"counts|lengths"):
        suppress(counts, k=5)


def test_a_threshold_of_one_would_withhold_nothing_and_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        suppress([[1]], k=1)
