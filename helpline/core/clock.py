"""What time it is. Standard library only, so that pure rules may use it.

Outside practice this is the real time. In practice everything believes `PRACTICE_NOW` and runs on from there: the
first process writes an anchor file, later ones read it, and as long as one of them lives they agree. When all of
them have ended, the next start begins at `PRACTICE_NOW` again. `move` shifts the practice time of all of them.
"""

import fcntl
import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOOK_AGAIN_AFTER = 0.2  # seconds: how late a move of the practice clock may be noticed


@dataclass
class _Practice:
    """The shared offset between real and practice time, kept in a small file."""

    path: Path
    begins_at: datetime
    offset: timedelta = timedelta()
    looked_at: float = 0.0
    lock: Any = field(default=None, repr=False)

    def join(self) -> None:
        """Read the anchor where another process holds it, else write it. The lock is held until this process ends."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The handle stays open on purpose: its shared lock tells later processes that somebody lives by this anchor.
        self.lock = self.path.with_suffix(".lock").open("a")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(self.begins_at - datetime.now(UTC))
        except BlockingIOError:
            pass
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        self._read()

    def _write(self, offset: timedelta) -> None:
        fresh = self.path.with_suffix(f".{os.getpid()}")
        fresh.write_text(
            json.dumps({"begins_at": self.begins_at.isoformat(), "offset_seconds": offset.total_seconds()})
        )
        fresh.replace(self.path)

    def _read(self) -> None:
        self.looked_at = time.monotonic()
        try:
            kept = json.loads(self.path.read_text())
            self.offset = timedelta(seconds=kept["offset_seconds"])
        except (OSError, ValueError, KeyError):
            self.offset = self.begins_at - datetime.now(UTC)

    def now(self) -> datetime:
        if time.monotonic() - self.looked_at > _LOOK_AGAIN_AFTER:
            self._read()
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> None:
        self._read()
        self._write(self.offset + by)
        self._read()


_practice: _Practice | None = None


def begin_practice(begins_at: datetime, anchor: Path) -> None:
    """Let this process believe in practice time. Called once, by the settings, and never with live credentials."""
    global _practice
    _practice = _Practice(path=anchor, begins_at=begins_at)
    _practice.join()


def is_practice_time() -> bool:
    """Say whether the time is a practice time that can be moved."""
    return _practice is not None


def move(by: timedelta) -> None:
    """Move the practice time of every process that shares this anchor. Raises RuntimeError outside practice."""
    if _practice is None:
        raise RuntimeError("The real time cannot be moved.")
    _practice.move(by)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _practice.now() if _practice is not None else datetime.now(UTC)


@dataclass(frozen=True)
class Ticks:
    """Seconds since a machine was started, which no correction of its clock changes; `machine` is that start."""

    machine: str
    seconds: float


def ticks() -> Ticks | None:
    """Return how long this machine has run, sleep included. None in practice, whose time is moved on purpose, and where
    the machine does not count.
    """
    counter = getattr(time, "CLOCK_BOOTTIME", None)
    started = Path("/proc/sys/kernel/random/boot_id")
    if _practice is not None or counter is None or not started.exists():
        return None
    return Ticks(started.read_text().strip(), time.clock_gettime(counter))


def find_zone(name: str, default: str = "UTC") -> ZoneInfo:
    """Return the named time zone, or the default where the name is unknown: a call is never lost to a misspelling."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(default)
