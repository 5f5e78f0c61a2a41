"""Whom to ring when the database is away: written to disk every minute, sealed, read when nothing else answers."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from helpline.core.lines.models import Line
from helpline.core.privacy.sealing import CannotOpen, seal, unseal
from helpline.core.rota.coverage import Change, Turn, who_covers
from helpline.core.rota.models import Override, Shift
from telephony.services.known import LineNow, describe_line, open_number

LOOKS_AHEAD = timedelta(hours=24)  # after a day without a database the last resort alone is rung
_PLACE = "duty-snapshot"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LineSnapshot:
    """One line and who is on in the coming day, with numbers in E.164."""

    line: LineNow
    turns: tuple[Turn, ...]
    changes: tuple[Change, ...]
    numbers: dict[str, str]
    taken_at: datetime

    def numbers_at(self, at: datetime) -> list[str]:
        """Return whom to ring at a moment, in order, the last resort at the end."""
        on = [
            self.numbers[turn.person]
            for turn in who_covers(self.turns, self.changes, at)
            if turn.person in self.numbers
        ]
        return [*on, *([self.line.last_resort] if self.line.last_resort else [])]


def _path() -> Path:
    path: Path = settings.VAR_DIR / "duty-snapshot.sealed"
    return path


def write(*, at: datetime) -> None:
    """Write who is on for every line in the coming day. The old file stays until the new one is whole."""
    lines = [_describe(line, at) for line in Line.objects.active()]
    plain = json.dumps({"taken_at": at.isoformat(), "lines": lines}).encode()
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(seal(settings.FIELD_KEYS, plain, _PLACE))
    fresh.replace(path)


def _describe(line: Line, at: datetime) -> dict[str, Any]:
    until = at + LOOKS_AHEAD
    shifts = list(Shift.objects.filter(line=line).touching(at, until).select_related("person"))
    overrides = list(
        Override.objects.filter(line=line).touching(at, until).select_related("person", "replaces").order_by("pk")
    )
    people = {shift.person for shift in shifts} | {change.person for change in overrides if change.person is not None}
    now = asdict(describe_line(line))
    now |= {"call_back_within": line.call_back_within.total_seconds(), "court_lead": line.court_lead.total_seconds()}
    return {
        "line": now,
        "turns": [[s.person.username, s.position, s.starts_at.isoformat(), s.ends_at.isoformat()] for s in shifts],
        "changes": [
            [
                o.person.username if o.person else None, o.replaces.username if o.replaces else None, o.position,
                o.starts_at.isoformat(), o.ends_at.isoformat(),
            ]
            for o in overrides
        ],
        "numbers": {
            person.username: number
            for person in people
            if person.is_active and person.has_verified_phone and (number := open_number(person, "duty_phone"))
        },
    }  # fmt: skip


def read() -> list[LineSnapshot]:
    """Return what is on disk; nothing where there is no file or it cannot be opened."""
    try:
        kept = json.loads(unseal(settings.FIELD_KEYS, _path().read_bytes(), _PLACE))
    except (OSError, CannotOpen, ValueError):
        log.critical("there is no snapshot of who is on duty")
        return []
    taken_at = datetime.fromisoformat(kept["taken_at"])
    return [_restore(line, taken_at) for line in kept["lines"]]


def read_age(*, at: datetime) -> timedelta | None:
    """Return how old the snapshot is, None where there is none."""
    lines = read()
    return at - lines[0].taken_at if lines else None


def _restore(kept: dict[str, Any], taken_at: datetime) -> LineSnapshot:
    moment = datetime.fromisoformat
    now = dict(kept["line"])
    now |= {
        "languages": tuple(now["languages"]),
        "call_back_within": timedelta(seconds=now["call_back_within"]),
        "court_lead": timedelta(seconds=now["court_lead"]),
    }
    return LineSnapshot(
        line=LineNow(**now),
        turns=tuple(Turn(name, place, moment(since), moment(until)) for name, place, since, until in kept["turns"]),
        changes=tuple(
            Change(a, b, place, moment(since), moment(until)) for a, b, place, since, until in kept["changes"]
        ),
        numbers=kept["numbers"],
        taken_at=taken_at,
    )


def find_line(number: str) -> LineSnapshot | None:
    """Return the snapshot of the line that was dialled, the first line where it is none of ours, None without any."""
    lines = read()
    return next((line for line in lines if line.line.number == number), lines[0] if lines else None)
