"""What is known when it rings, read in one statement: the line, who is on, who of them is busy, whose number it may be.

An incoming call may cost six statements in all (docs/build/decisions/0004-one-read.md), so this one is written by hand
and is the same for PostgreSQL and SQLite.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from helpline.core.lines.models import Line
from helpline.core.privacy.fields import all_indexes, open_column
from helpline.core.privacy.sealing import CannotOpen
from helpline.core.rota.coverage import Change, Turn, who_covers
from helpline.core.staff.models import User
from telephony.routing import OnDuty

LONGEST_CALL = timedelta(hours=4, minutes=10)  # the gateway ends a conversation after four hours
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LineNow:
    """A line as far as a call needs it. `last_resort` is E.164 or None."""

    id: int
    ref: str
    number: str
    name: str
    languages: tuple[str, ...]
    time_zone: str
    hours: list[dict[str, Any]]
    holidays: list[str]
    last_resort: str | None
    ring_seconds: int
    longest_wait_seconds: int
    call_back_within: timedelta
    court_hours: list[dict[str, Any]]
    court_lead: timedelta

    @classmethod
    def nameless(cls, number: str, time_zone: str) -> "LineNow":
        """Return a line of which nothing is known but its number: for an answer when all else is away."""
        return cls(
            id=0, ref="", number=number, name="", languages=("en",), time_zone=time_zone, hours=[], holidays=[],
            last_resort=None, ring_seconds=20, longest_wait_seconds=90, call_back_within=timedelta(hours=8),
            court_hours=[], court_lead=timedelta(hours=1),
        )  # fmt: skip


@dataclass(frozen=True)
class PersonNow:
    """Somebody on duty now, with the phone that rings."""

    id: int
    username: str
    duty_phone: str | None


@dataclass(frozen=True)
class Known:
    """The answer. `line` is None where the number dialled is not one of ours, `call_id` where the call is new."""

    line: LineNow | None
    call_id: int | None
    number_id: int | None
    caller_id: int | None
    last_call_id: int | None
    is_blocked: bool
    on_duty: tuple[OnDuty, ...]
    people: dict[str, PersonNow]


_LINE = (
    "l.id, l.ref, l.number, l.name, l.languages, l.time_zone, l.hours, l.holidays, l.last_resort, l.ring_seconds, "
    "l.longest_wait_seconds, l.call_back_within_minutes, l.court_hours, l.court_lead_minutes"
)
# The line is named in both halves, so that the index on (line, ends_at, starts_at) serves however long the rota is.
_SPANS = """
    SELECT id, line_id, person_id, CAST(NULL AS bigint) AS replaces_id, position, 0 AS is_change
      FROM rota_shift
     WHERE line_id = (SELECT id FROM lines_line WHERE number = %s) AND starts_at <= %s AND ends_at > %s
    UNION ALL
    SELECT id, line_id, person_id, replaces_id, position, 1 AS is_change
      FROM rota_override
     WHERE line_id = (SELECT id FROM lines_line WHERE number = %s) AND starts_at <= %s AND ends_at > %s
"""


def look_up(*, sid: str, dialled: str, number: str | None, at: datetime) -> Known:
    """Read everything that decides an incoming call. `number` is the caller's in E.164, None where withheld.

    Somebody is busy while a phone of theirs rings or talks in a call that has not ended, for no longer than a call can
    last: a leg that nobody ever settled must not take a person off the rota.
    """
    indexes = all_indexes("number", number) if number else [""]
    marks = ", ".join(["%s"] * len(indexes))
    moment = connection.ops.adapt_datetimefield_value(at)
    busy_since = connection.ops.adapt_datetimefield_value(at - LONGEST_CALL)
    sql = f"""
        SELECT {_LINE}, (SELECT c.id FROM telephony_call c WHERE c.sid = %s),
               n.id, n.caller_id, n.blocked_until > %s,
               (SELECT c.id FROM telephony_call c WHERE c.number_id = n.id ORDER BY c.started_at DESC LIMIT 1),
               s.is_change, s.position, u.id, u.username, u.ref, u.duty_phone, u.duty_phone_verified_at, r.username,
               EXISTS (SELECT 1 FROM telephony_leg g JOIN telephony_call k ON k.id = g.call_id
                        WHERE g.person_id = u.id AND g.result IS NULL AND g.rang_at > %s AND k.state <> 'ended')
          FROM lines_line l
          LEFT JOIN cases_number n ON n.id = (SELECT MIN(m.id) FROM cases_number m WHERE m."index" IN ({marks}))
          LEFT JOIN ({_SPANS}) s ON s.line_id = l.id
          LEFT JOIN staff_user u ON u.id = s.person_id AND u.is_active
          LEFT JOIN staff_user r ON r.id = s.replaces_id
         WHERE l.number = %s AND l.is_active
         ORDER BY s.is_change, s.id
    """  # noqa: S608 - the only things put in are column names and question marks of ours
    spans = [dialled, moment, moment]
    with connection.cursor() as cursor:
        cursor.execute(sql, [sid, moment, busy_since, *indexes, *spans, *spans, dialled])
        rows = cursor.fetchall()
    if not rows:
        return Known(None, None, None, None, None, False, (), {})
    head = rows[0]
    on_duty, people = _read_people(rows, at)
    return Known(
        line=_read_line(head), call_id=head[14], number_id=head[15], caller_id=head[16],
        is_blocked=bool(head[17]), last_call_id=head[18], on_duty=on_duty, people=people,
    )  # fmt: skip


def _read_line(row: Sequence[Any]) -> LineNow:
    return LineNow(
        id=row[0], ref=row[1], number=row[2], name=row[3], languages=tuple(_read_json(row[4])), time_zone=row[5],
        hours=_read_json(row[6]), holidays=_read_json(row[7]), last_resort=_open_number(Line, "last_resort", row[1], row[8]),
        ring_seconds=row[9], longest_wait_seconds=row[10], call_back_within=timedelta(minutes=row[11]),
        court_hours=_read_json(row[12]), court_lead=timedelta(minutes=row[13]),
    )  # fmt: skip


def _open_number(model: type[Line | User], column: str, ref: str, blob: bytes | None) -> str | None:
    """Open the number of somebody to be rung. One that does not open is no number: the others are rung all the same."""
    try:
        number: str | None = open_column(model, column, ref, blob)
    except CannotOpen:
        log.critical("the %s of %s does not open: is a key missing?", column, ref)
        return None
    return number


def open_number(row: Line | User, column: str) -> str | None:
    """The same from a model object: None, and a line in the log, where the number does not open."""
    try:
        number: str | None = getattr(row, column)
    except CannotOpen:
        log.critical("the %s of %s does not open: is a key missing?", column, row.ref)
        return None
    return number


def describe_line(line: Line) -> LineNow:
    """The same from a model object, for where the line is already at hand."""
    return LineNow(
        id=line.pk, ref=line.ref, number=line.number, name=line.name, languages=tuple(line.languages),
        time_zone=line.time_zone, hours=line.hours, holidays=line.holidays, last_resort=open_number(line, "last_resort"),
        ring_seconds=line.ring_seconds, longest_wait_seconds=line.longest_wait_seconds,
        call_back_within=line.call_back_within, court_hours=line.court_hours, court_lead=line.court_lead,
    )  # fmt: skip


def _read_people(rows: Sequence[Sequence[Any]], at: datetime) -> tuple[tuple[OnDuty, ...], dict[str, PersonNow]]:
    """Let the rota's rule decide who of the rows covers this moment. Rows hold only spans with this moment in them."""
    until = at + timedelta(minutes=1)
    turns: list[Turn] = []
    changes: list[Change] = []
    seen: dict[str, tuple[PersonNow, bool]] = {}
    for row in rows:
        is_change, position, user_id, username, ref, phone, verified_at, replaced, is_busy = row[19:28]
        if is_change is None:
            continue
        if user_id is not None:
            number = _open_number(User, "duty_phone", ref, phone) if verified_at else None
            seen[username] = (PersonNow(user_id, username, number), bool(is_busy))
        if is_change:
            changes.append(Change(username, replaced, position, at, until))
        elif username is not None:
            turns.append(Turn(username, position, at, until))
    covering = who_covers(turns, changes, at)
    on_duty = tuple(
        OnDuty(
            turn.person,
            turn.position,
            is_busy=seen[turn.person][1],
            has_verified_number=bool(seen[turn.person][0].duty_phone),
        )
        for turn in covering
        if turn.person in seen
    )
    return on_duty, {name: person for name, (person, _) in seen.items()}


def _read_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
