"""Forgetting, app by app: what each holds of a person, how it is told to her, and how it goes.

Every app lists its tables in an eraser of its own (``settings.ERASERS``, in the order in which they run: first what
points at other things). A test walks all models: whatever leads to a case, a caller or a number stands in exactly one.
Erasers know tables; who may ask, what is on hold and what is kept in the audit is decided above them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string

Words = str | Promise
# What is still counted of things that are gone: the month in which they were, what they were, and one code.
Tally = Counter[tuple[str, str, str]]


@dataclass(frozen=True)
class Subject:
    """Whose things: keys and references of cases, callers and numbers that are nobody else's.

    `stand_ins` names, for a caller, the nameless one who takes the place of who first used a number that others use too.
    """

    cases: Mapping[int, str] = field(default_factory=dict)
    callers: Mapping[int, str] = field(default_factory=dict)
    numbers: Mapping[int, str] = field(default_factory=dict)
    stand_ins: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """One thing that a caller is told of a row: its words, and where it is read (a path of attributes, or a function)."""

    words: Words
    read: str | Callable[[Any], Any]

    def of(self, row: Any) -> Any:
        if callable(self.read):
            return self.read(row)
        *path, last = self.read.split(".")
        for name in path:
            row = getattr(row, name, None)
        shown = getattr(row, f"get_{last}_display", None)
        return shown() if callable(shown) else getattr(row, last, None)


@dataclass(frozen=True)
class Section:
    """What one table holds of a caller, as she reads it; `left_out` says how many rows were not hers to read, and why."""

    name: str
    words: Words
    rows: Sequence[Mapping[str, Any]]
    left_out: int = 0
    because: Words = ""


@dataclass(frozen=True)
class Holding:
    """One table: how rows of a case, of a caller and of a number are found in it (paths of a query; blank: not by that).

    `besides` narrows what is found by caller or number alone. `tells` is what stands in the caller's own copy: nothing
    that is not named there. Where `is_hers` says no, a row is counted and left out. `when` and `code` name the columns
    by which a row stays counted after it is gone.
    """

    model: str
    words: Words
    case: str = ""
    caller: str = ""
    number: str = ""
    besides: models.Q = field(default_factory=models.Q)
    by_reference: Callable[[Subject], models.Q] | None = None  # for tables that name a case by its reference
    tells: tuple[Told, ...] = ()
    is_hers: Callable[[Any, Subject], bool] = lambda _row, _subject: True
    because: Words = ""
    when: str = ""
    code: str = ""
    related: tuple[str, ...] = ()

    @property
    def table(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, subject: Subject) -> "models.QuerySet[Any]":
        found = models.Q(pk__in=[])
        if self.case:
            found |= models.Q(**{f"{self.case}__in": list(subject.cases)})
        for path, keys in ((self.caller, subject.callers), (self.number, subject.numbers)):
            if path:
                found |= models.Q(**{f"{path}__in": list(keys)}) & self.besides
        if self.by_reference is not None:
            found |= self.by_reference(subject)
        # By key in an inner query: a row that is found on two ways is one row, and can be deleted.
        rows: models.QuerySet[Any] = self.table._default_manager.filter(found)
        return self.table._default_manager.filter(pk__in=rows.order_by().values("pk"))


@dataclass(frozen=True)
class Kind:
    """A kind of record with a time of its own. `due` finds rows whose time lies before a moment (`at` is now, for holds).

    `forget` takes some of them away and returns what is still counted. `least` is the shortest time, in days, that a
    coordinator may choose: below it people still work with the record.
    """

    code: str
    words: Words
    removes: Words
    days: int
    least: int
    due: Callable[[datetime, datetime], "models.QuerySet[Any]"]
    forget: Callable[[Sequence[Any]], Tally]


class Eraser:
    """What one app holds of people. Subclasses name their tables in the order in which they are emptied."""

    name: str = ""
    holds: Words = ""
    removes: Words = ""
    keeps: Words = ""
    holdings: tuple[Holding, ...] = ()
    kinds: tuple[Kind, ...] = ()

    def count(self, subject: Subject) -> dict[str, int]:
        """Return how many rows of each table are about them, by the name of the table; none where there are none."""
        counted = {holding.model: holding.rows(subject).count() for holding in self.holdings}
        return {model: number for model, number in counted.items() if number}

    def collect(self, subject: Subject) -> Iterator[Section]:
        """Yield what is told to the caller, table by table. Reads rows in small lots: sealed sounds are big."""
        for holding in self.holdings:
            if not holding.tells:
                continue
            rows, left_out = [], 0
            found = holding.rows(subject).select_related(*holding.related).order_by("pk")
            for row in found.iterator(chunk_size=50):
                if not holding.is_hers(row, subject):
                    left_out += 1
                    continue
                told = {str(one.words): one.of(row) for one in holding.tells}
                rows.append({words: value for words, value in told.items() if value not in (None, "", [], {})})
            if rows or left_out:
                yield Section(holding.model, holding.words, rows, left_out, holding.because)

    def erase(self, subject: Subject) -> Tally:
        """Remove it, inside the transaction of the one who asks, and return what is still counted."""
        gone: Tally = Counter()
        self.let_go(subject)
        for holding in self.holdings:
            rows = holding.rows(subject)
            gone += tally(holding.model, rows, when=holding.when, code=holding.code)
            self.remove(holding, rows)
        return gone

    def let_go(self, subject: Subject) -> None:
        """Undo links from what stays to what goes, before anything is removed."""

    def remove(self, holding: Holding, rows: "models.QuerySet[Any]") -> None:
        rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()


def tally(model: str, rows: "models.QuerySet[Any] | Sequence[Any]", *, when: str, code: str = "") -> Tally:
    """Count rows by the month in which they were and one code. Nothing where the table has no such time."""
    if not when:
        return Counter()
    pairs: list[tuple[Any, Any]]
    if isinstance(rows, models.QuerySet):
        pairs = list(rows.values_list(when, code or when))
    else:
        pairs = [(getattr(row, when), getattr(row, code or when)) for row in rows]
    return Counter(
        (f"{pair[0]:%Y-%m}", model, str(pair[1] or "") if code else "") for pair in pairs if pair[0] is not None
    )


@cache
def all_erasers() -> tuple[Eraser, ...]:
    """Return the eraser of every app, in the order in which they run."""
    return tuple(import_string(name)() for name in settings.ERASERS)


def all_kinds() -> tuple[Kind, ...]:
    """Return every kind of record that has a time."""
    return tuple(kind for eraser in all_erasers() for kind in eraser.kinds)
