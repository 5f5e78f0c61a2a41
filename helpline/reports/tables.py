"""The tables of the month, and of the quarter for those outside, with small counts withheld before anybody sees them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, Literal

from django.db.models import Count, QuerySet
from django.db.models.functions import Trunc

from cases.models import Case, Purpose
from cases.services import consents
from helpline.core.forgetting.models import Forgotten
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
    left_out: int | None = 0  # things of callers who did not say yes to statistics; None: some, but fewer than are told

    @property
    def is_empty(self) -> bool:
        return self.total == 0


def read_tables(audience: Audience, at: datetime) -> list[Table]:
    """Read every measure for an audience: one statement each, three where only those count who agreed to it."""
    scope, zone = SCOPES[audience], here()
    periods = last_periods(at, scope.length, zone, many=scope.many, with_present=scope.with_present)
    gone = _read_forgotten(periods[0].begins, zone)
    return [_read(measure, periods, scope, zone, at=at, gone=gone) for measure in MEASURES]


def _read_forgotten(since: date, zone: tzinfo) -> Mapping[str, Counter[tuple[str, datetime]]]:
    """Read how many things were forgotten since a month, by what they were, their code and the beginning of their month."""
    gone: dict[str, Counter[tuple[str, datetime]]] = defaultdict(Counter)
    for row in Forgotten.objects.filter(month__gte=f"{since:%Y-%m}"):
        begun = datetime.combine(date.fromisoformat(f"{row.month}-01"), time(), tzinfo=zone)
        gone[row.what][row.code, begun] += row.number
    return gone


def _read(
    measure: Measure,
    periods: Sequence[Period],
    scope: Scope,
    zone: tzinfo,
    *,
    at: datetime,
    gone: Mapping[str, Counter[tuple[str, datetime]]],
) -> Table:
    since, until = periods[0].begins_at(zone), periods[-1].next().begins_at(zone)
    # order_by() takes an order of the model's away, which would be grouped by, too.
    rows = measure.counted().filter(**{f"{measure.moment}__gte": since, f"{measure.moment}__lt": until}).order_by()
    begins = Trunc(measure.moment, scope.length, tzinfo=zone)
    left_out = 0
    if measure.case:
        found, left_out = _count_consenting(measure, rows, begins, at)
    else:
        found = Counter(
            {(code, begun): many for code, begun, many in rows.values_list(measure.by, begins).annotate(Count("pk"))}
        )
    if measure.forgotten:
        found = found + gone[measure.forgotten]
    counts: Counter[tuple[str, Period]] = Counter()
    for (code, begun), many in found.items():  # a quarter is the sum of its months
        counts[code, period_of(begun, scope.length, zone)] += many
    # The line may be younger than a year: nothing is said of the time before it began.
    first = min((period.begins for _code, period in counts), default=periods[-1].begins)
    periods = [period for period in periods if period.begins >= first]
    table = [[counts.get((code, period), 0) for period in periods] for code, _words in measure.rows]
    return _show(measure, periods, suppress(table, k=scope.k), left_out if not 0 < left_out < scope.k else None)


def _count_consenting(
    measure: Measure, rows: "QuerySet[Any]", begins: Trunc, at: datetime
) -> tuple[Counter[tuple[str, datetime]], int]:
    """Count each thing once for each of its codes, where the caller said yes to statistics; and how many things are left out."""
    read = list(rows.values_list(measure.by, begins, measure.case, measure.thing))
    cases = Case.objects.filter(pk__in={case for _code, _begun, case, _thing in read})
    counted = consents.holding(cases, Purpose.STATISTICS, at=at)
    once = {(measure.widen(code), begun, thing) for code, begun, case, thing in read if case in counted}
    every = {thing for _code, _begun, _case, thing in read}
    left_out = len(every - {thing for _code, _begun, thing in once})
    return Counter((code, begun) for code, begun, _thing in once), left_out


def _show(measure: Measure, periods: Sequence[Period], shown: Shown, left_out: int | None) -> Table:
    rows = [
        Row(code, str(words), figures, total)
        for (code, words), figures, total in zip(measure.rows, shown.cells, shown.row_totals, strict=True)
    ]
    return Table(measure, periods, rows, shown.column_totals, shown.total, shown.withheld, left_out)
