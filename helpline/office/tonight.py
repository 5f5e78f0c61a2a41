"""Everything that would stop a call tonight, a sentence each. For the person who keeps the line up, at a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError

from helpline.core import clock
from helpline.core.lines.models import Line
from helpline.core.opening import check_hours, check_zone
from helpline.core.rota import coverage
from helpline.core.rota import services as rota
from helpline.core.rota.words import say_gap
from helpline.office.health import look_at_everything
from telephony.services import refusals, snapshot

LOOKS_AHEAD = timedelta(hours=24)
SNAPSHOT_OLD_AFTER = timedelta(minutes=10)  # it is written every minute


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well or not, and a sentence without a number in it."""

    is_well: bool
    sentence: str


def look_at_tonight(at: datetime) -> list[Finding]:
    """Look at everything that a call of the coming day needs."""
    found = [
        Finding(part.is_well, f"{part.name}: {part.sentence}") for part in look_at_everything(at) if part.name != "rota"
    ]
    try:
        for line in (lines := list(Line.objects.active())):
            found += _look_at_line(line, at)
        if not lines:
            found.append(Finding(False, "There is no active line: nobody can call."))
    except DatabaseError:
        found.append(Finding(False, "Lines and rota cannot be read while the database is away."))
    return [*found, _look_at_snapshot(at), _look_at_refusals(at)]


def _look_at_line(line: Line, at: datetime) -> Iterator[Finding]:
    zone = clock.find_zone(line.time_zone)
    problems = check_zone(line.time_zone) + check_hours(line.hours) + check_hours(line.court_hours)
    yield from (Finding(False, f"{line}: {sentence}") for sentence in problems)
    until = at + LOOKS_AHEAD
    read = rota.read_rota(line, at, until)
    gaps = coverage.find_gaps(read.turns, read.changes, at, until)
    yield from (Finding(False, f"{line}: {say_gap(gap, zone)}") for gap in gaps)
    covering = coverage.count_hours(read.turns, read.changes, at, until)
    silent = [read.people[name] for name in sorted(covering) if not read.people[name].has_verified_phone]
    yield from (Finding(False, f"{line}: {person} is on the rota without a verified number.") for person in silent)
    if not gaps and not silent:
        yield Finding(True, f"{line}: somebody with a verified number is on call for the next 24 hours.")
    if line.last_resort:
        yield Finding(True, f"{line}: a last resort is set.")
    else:
        yield Finding(False, f"{line}: no last resort is set.")


def _look_at_snapshot(at: datetime) -> Finding:
    age = snapshot.read_age(at=at)
    if age is None:
        return Finding(False, "There is no snapshot of the rota: with the database away nobody would be rung.")
    minutes = int(age / timedelta(minutes=1))
    if age > SNAPSHOT_OLD_AFTER:
        return Finding(False, f"The snapshot of the rota is {minutes} minutes old.")
    return Finding(True, f"The snapshot of the rota is {minutes} minutes old.")


def _look_at_refusals(at: datetime) -> Finding:
    refused = refusals.count_lately(at=at)
    if refused is None:
        return Finding(False, "Nobody knows whether webhooks are refused: the broker is away.")
    if refused:
        return Finding(
            False, f"{refused} webhooks were refused in the last five minutes: is the gateway's token right?"
        )
    return Finding(True, "No webhook was refused in the last five minutes.")
