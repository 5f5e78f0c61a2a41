"""Who is on call, for the top bar of every page: one query, however many lines and changes there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, CharField, F, Q, Value

from helpline.core.rota.coverage import Change, Turn, next_change, who_covers
from helpline.core.rota.models import Override, Shift

LOOKS_AHEAD = timedelta(hours=24)  # what lies farther away is on the rota, not in the top bar


@dataclass(frozen=True)
class Watch:
    """Who is rung first now, until when (None: for longer than a day), and who is rung first from then on."""

    now: tuple[str, ...]
    until: datetime | None
    then: tuple[str, ...]
    line: str = ""


def find_watch(turns: Sequence[Turn], changes: Sequence[Change], at: datetime, horizon: datetime) -> Watch:
    """Work out who is rung first, and when that changes before `horizon`. Others further down the order do not count."""
    now = _first(who_covers(turns, changes, at))
    moment = at
    while (change := next_change(turns, changes, moment)) is not None and change.at < horizon:
        then = _first(change.on_duty)
        if then != now:
            return Watch(now, change.at, then)
        moment = change.at
    return Watch(now, None, ())


def _first(on_duty: Sequence[Turn]) -> tuple[str, ...]:
    """Equal positions are rung together."""
    return tuple(turn.person for turn in on_duty if turn.position == on_duty[0].position)


def read_watches(at: datetime) -> list[Watch]:
    """Read who is on call on every active line, by the names that people go by; lines alike are one, without a name.

    An empty house and a house whose rota is empty give one watch of nobody.
    """
    horizon = at + LOOKS_AHEAD
    watches: list[Watch] = []
    for line, rows in groupby(_read(at, horizon), key=lambda row: (row["number"], row["of_line"])):
        of_line = list(rows)
        names = {row["who"]: row["name"] or row["who"] for row in of_line if row["who"]}
        turns = [Turn(row["who"], row["place"], row["since"], row["until"]) for row in of_line if not row["is_change"]]
        changes = [
            Change(row["who"], row["instead_of"], row["place"], row["since"], row["until"])
            for row in of_line
            if row["is_change"]
        ]
        found = find_watch(turns, changes, at, horizon)
        now, then = (tuple(names[person] for person in people) for people in (found.now, found.then))
        watches.append(replace(found, now=now, then=then, line=line[1]))
    if not watches:
        return [Watch((), None, ())]
    if len({replace(watch, line="") for watch in watches}) == 1:
        return [replace(watches[0], line="")]
    return watches


def _read(at: datetime, horizon: datetime) -> list[dict[str, Any]]:
    """Read shifts and overrides in one statement, by line and in the order in which they were made."""
    ours = {
        "number": F("line__number"), "of_line": F("line__name"), "who": F("person__username"),
        "name": F("person__display_name"), "place": F("position"), "since": F("starts_at"), "until": F("ends_at"),
        "row": F("pk"),
    }  # fmt: skip
    nobody = Value(None, output_field=CharField())
    shifts = (
        Shift.objects.touching(at, horizon)
        .filter(line__is_active=True, person__is_active=True)
        .order_by()
        .annotate(is_change=Value(False, output_field=BooleanField()), instead_of=nobody)
    )
    overrides = (
        Override.objects.touching(at, horizon)
        .filter(Q(person=None) | Q(person__is_active=True), line__is_active=True)
        .order_by()
        .annotate(is_change=Value(True, output_field=BooleanField()), instead_of=F("replaces__username"))
    )
    columns = [*ours, "is_change", "instead_of"]
    both = (rows.annotate(**ours).values(*columns) for rows in (shifts, overrides))
    first, second = both
    return list(first.union(second, all=True).order_by("number", "is_change", "row"))
