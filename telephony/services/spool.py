"""Webhooks that could not be stored: kept on disk, sealed, and read in once the database is back.

One file per request, named by its time, so that they are read in order. The files are sealed with the field key: a
number never lies on the disk in clear.
"""

import fcntl
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from helpline.core.postgresql.away import is_busy
from helpline.core.privacy.sealing import CannotOpen, seal, unseal

AWAY_SECONDS = 2.0  # after a failed try nobody waits for the database again for so long
MOST_FILES = 10_000  # about a day of calls at fifty times the load of a large line
log = logging.getLogger(__name__)
_away_until = 0.0


class StillAway(OperationalError):
    """The database was away a moment ago; a caller is not kept waiting to find out again."""


@dataclass(frozen=True)
class Kept:
    """One webhook from the spool."""

    kind: str
    parameters: dict[str, str]
    path: dict[str, Any]
    at: datetime


def refuse_while_away() -> None:
    """Raise StillAway within two seconds of a failure, so that every answer stays quick."""
    if time.monotonic() < _away_until:
        raise StillAway


def note_away(broken: Exception) -> None:
    """Note that the database could not be reached (not for errors that only concern one row, nor for one that is held)."""
    global _away_until
    if isinstance(broken, OperationalError) and not isinstance(broken, StillAway) and not is_busy(broken):
        _away_until = time.monotonic() + AWAY_SECONDS


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep(*, kind: str, parameters: Mapping[str, str], path: Mapping[str, Any], at: datetime) -> bool:
    """Keep one request. Says whether it worked: where the disk is full as well, the caller is still answered."""
    name = f"{at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    said = json.dumps({"kind": kind, "parameters": dict(parameters), "path": dict(path), "at": at.isoformat()})
    try:
        folder = _folder()
        if sum(1 for _ in folder.iterdir()) >= MOST_FILES:
            log.critical("the spool is full: a webhook is not kept")
            return False
        fresh = folder / f".{name}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(seal(settings.FIELD_KEYS, said.encode("utf-8", "surrogatepass"), f"spool:{name}"))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(folder / name)
    except OSError as broken:
        log.critical("a webhook could not be kept on disk: %s", type(broken).__name__)
        return False
    return True


def count_kept() -> int:
    """Return how many requests wait to be read in."""
    return sum(1 for path in _folder().iterdir() if not path.name.startswith(".") and path.suffix != ".bad")


def put_aside() -> list[str]:
    """Return the names of requests that could not be taken in, oldest first. A name begins with its time, to the hour
    `20261123T02`.
    """
    return sorted(path.name for path in _folder().glob("[!.]*.bad"))


def _take_up_unfinished() -> None:
    """Put back what a process was reading in when it was killed."""
    for path in _folder().glob(".reading-*"):
        pid = path.name.split("-")[1]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            path.rename(path.with_name(path.name.split("-", 2)[2]))


def read_in(handlers: Mapping[str, Callable[[Kept], object]]) -> int:
    """Read everything in, oldest first, and return how many. Stops at the first that fails for want of a database.

    One process reads at a time, so that the end of a call is not read before its beginning; another returns 0 at once.
    Handlers are idempotent, so a request that was half read in before a crash is read in again. One that can never
    be read is put aside with the ending `.bad` and told in the log, by its name only.
    """
    with _reading_alone() as is_alone:
        return _read_in_order(handlers) if is_alone else 0


@contextmanager
def _reading_alone() -> Iterator[bool]:
    """Hold the folder for one reader. The lock goes with the process that holds it, however that ends."""
    with _folder().with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _read_in_order(handlers: Mapping[str, Callable[[Kept], object]]) -> int:
    _take_up_unfinished()
    many = 0
    for file in sorted(path for path in _folder().iterdir() if not path.name.startswith(".") and path.suffix != ".bad"):
        claimed = file.with_name(f".reading-{os.getpid()}-{file.name}")
        try:
            file.rename(claimed)
        except FileNotFoundError:
            continue  # another process reads it
        try:
            said = json.loads(unseal(settings.FIELD_KEYS, claimed.read_bytes(), f"spool:{file.name}"))
            kept = Kept(said["kind"], said["parameters"], said["path"], datetime.fromisoformat(said["at"]))
            handlers[kept.kind](kept)
        except (OperationalError, InterfaceError):
            claimed.rename(file)
            return many
        except (CannotOpen, ValueError, KeyError):
            claimed.rename(file.with_suffix(".bad"))
            log.error("a kept webhook cannot be read: %s", file.name)
            continue
        except Exception as broken:
            claimed.rename(file.with_suffix(".bad"))
            log.exception("a kept webhook was not taken in: %s, %s", file.name, type(broken).__name__)
            continue
        claimed.unlink()
        many += 1
    return many
