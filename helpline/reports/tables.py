"""The tables of the month, and of the quarter for those outside, with small counts withheld before anybody sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from django.db.models import Count
from django.db.models.functions import Trunc

from helpline.core.http.words import here
from helpline.core.privacy.suppress import INSIDE, OUTSIDE, Shown, suppress
from helpline.reports.measures import MEASURES, Measure
from helpline.reports.periods import Length, Period, last_periods, period_of

Audience = Literal["inside", "outside"]


@dataclass(frozen=True)
class Scope:
    """For whom: how long a column is, how many there are, whether the present one is among them, the smallest count shown."""

    length: Length
    many: int
    with_present: bool
    k: int


# A quarter is the smallest period that is given away, and only whole ones: a figure that grows from day to day tells
# by its growth what happened on a day.
SCOPES: dict[Audience, Scope] = {
    "inside": Scope("month", 12, True, INSIDE),
    "outside": Scope("quarter", 4, False, OUTSIDE),
}


@dataclass(frozen=True)
class Row:
    """One line of a table; None is withheld."""

    name: str
    words: str
    figures: Sequence[int | None]
    total: int | None

    @property
    def bars(self) -> list["Bar"]:
        """A picture of the line, 20 high: each figure against the highest; withheld ones have no height."""
        highest = max((figure for figure in self.figures if figure), default=0)
        heights = [None if each is None else round(each * 20 / highest) if highest else 0 for each in self.figures]
        return [Bar(10 * place, height) for place, height in enumerate(heights)]


@dataclass(frozen=True)
class Bar:
    """One bar of a picture 22 high, from its left edge; no height is a withheld figure."""

    left: int
    height: int | None

    @property
    def middle(self) -> int:
        return self.left + 4

    @property
    def top(self) -> int:
        return 21 - (self.height or 0)

    @property
    def drawn(self) -> int:
        """How high it is drawn: nothing at all is a line still."""
        return (self.height or 0) + 1


@dataclass(frozen=True)
class Table:
    """One measure over some periods, as it may be shown."""

    measure: Measure
    periods: Sequence[Period]
    rows: Sequence[Row]
    totals: Sequence[int | None]
    total: int | None
    withheld: int

    @property
    def is_empty(self) -> bool:
        return self.total == 0


def read_tables(audience: Audience, at: datetime) -> list[Table]:
    """Read every measure for an audience: one statement each."""
    scope, zone = SCOPES[audience], here()
    periods = last_periods(at, scope.length, zone, many=scope.many, with_present=scope.with_present)
    return [_read(measure, periods, scope, zone) for measure in MEASURES]


def _read(measure: Measure, periods: Sequence[Period], scope: Scope, zone: tzinfo) -> Table:
    since, until = periods[0].begins_at(zone), periods[-1].next().begins_at(zone)
    rows = measure.counted().filter(**{f"{measure.moment}__gte": since, f"{measure.moment}__lt": until})
    begins = Trunc(measure.moment, scope.length, tzinfo=zone)
    # order_by() takes an order of the model's away, which would be grouped by, too.
    found = rows.order_by().values_list(measure.by, begins).annotate(Count("pk"))
    counts = {(code, period_of(begins_at, scope.length, zone)): many for code, begins_at, many in found}
    # The line may be younger than a year: nothing is said of the time before it began.
    begun = min((period.begins for _code, period in counts), default=periods[-1].begins)
    periods = [period for period in periods if period.begins >= begun]
    table = [[counts.get((code, period), 0) for period in periods] for code, _words in measure.rows]
    return _show(measure, periods, suppress(table, k=scope.k))


def _show(measure: Measure, periods: Sequence[Period], shown: Shown) -> Table:
    rows = [
        Row(code, str(words), figures, total)
        for (code, words), figures, total in zip(measure.rows, shown.cells, shown.row_totals, strict=True)
    ]
    return Table(measure, periods, rows, shown.column_totals, shown.total, shown.withheld)
