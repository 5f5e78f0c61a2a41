"""How long this thread waits for the database.

A database that is gone says so at once. One that stands still (a full disk, a frozen machine, a cut cable) says nothing,
and a statement sent to it waits for ever; whoever waits with it is a caller who hears silence. So a watcher looks on, and
cuts the connection of a thread that has waited longer than it may: the statement then fails as with any lost connection.

Somebody else's lock is no such thing: the database itself gives a statement up that waits for one, and before the watcher
would, so that nobody takes a row that is held for a database that is gone (`away.is_busy`).
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

LOOKS_EVERY = 0.05  # seconds
# Once one thread has waited in vain the next ones hardly wait, or those of all open pages would be used up by waiting.
DOUBTS_FOR = 2.0  # seconds
WAITS_IN_DOUBT = 0.2  # seconds
FOR_A_LOCK = 2 / 3  # of its patience: then the lock is given up, and the watcher has nothing to cut


@dataclass
class _Waiting:
    """One thread that must answer soon: since when its present statement has been under way, in seconds."""

    connection: BaseDatabaseWrapper
    seconds: float
    since: float
    is_cut: bool = False

    def note_statement(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.since = time.monotonic()
        if _begins_transaction(self.connection):
            _give_locks_up(self.connection, (_watcher.find() or self).seconds)
            self.since = time.monotonic()
        return execute(*statement)


class _Watcher:
    """A thread that looks after all who wait. It starts with the first of them, once in each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._somebody_waits = threading.Event()
        self._process = 0
        self._doubts_until = 0.0

    def begin(self, waiting: _Waiting) -> None:
        if waiting.since < self._doubts_until:
            waiting.seconds = min(waiting.seconds, WAITS_IN_DOUBT)
        with self._lock:
            if self._process != os.getpid():  # threads do not survive a fork
                self._process, self._waiting = os.getpid(), {}
                threading.Thread(target=self._watch, name="patience", daemon=True).start()
            self._waiting[threading.get_ident()] = waiting
        self._somebody_waits.set()

    def end(self) -> None:
        with self._lock:  # while a connection is being cut nobody goes on with it
            self._waiting.pop(threading.get_ident(), None)

    def find(self) -> _Waiting | None:
        return self._waiting.get(threading.get_ident())

    def _watch(self) -> None:
        while True:
            self._somebody_waits.wait()
            time.sleep(LOOKS_EVERY)
            with self._lock:
                now = time.monotonic()
                for waiting in self._waiting.values():
                    if not waiting.is_cut and now - waiting.since > waiting.seconds:
                        waiting.is_cut, self._doubts_until = True, now + DOUBTS_FOR
                        _cut(waiting.connection)
                if not self._waiting:
                    self._somebody_waits.clear()


def _begins_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Say whether the next statement is the first of a transaction. In SQLite there is nothing to set."""
    if connection.vendor != "postgresql" or connection.get_autocommit():
        return False
    status: TransactionStatus = connection.connection.info.transaction_status
    return status == TransactionStatus.IDLE


def _give_locks_up(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """Let this transaction wait for a lock for less than that. It ends with it, because a pooler may share the connection;
    statements outside a transaction are cut by the watcher as before.
    """
    milliseconds = round(1000 * seconds * FOR_A_LOCK)
    with connection.wrap_database_errors:
        connection.connection.execute(f"SET LOCAL lock_timeout = {milliseconds}", prepare=False)


def _cut(connection: BaseDatabaseWrapper) -> None:
    """End the conversation on the wire. Whoever reads from it learns so at once."""
    try:
        wire = socket.socket(fileno=os.dup(connection.connection.fileno()))
    except Exception:  # noqa: BLE001 - it is not open (any more), or has no wire
        return
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # cut already
    finally:
        wire.close()


_watcher = _Watcher()


@contextmanager
def wait_at_most(seconds: float, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within this block no statement, and no connecting, waits longer than that: it raises OperationalError instead."""
    waiting = _Waiting(connection, seconds, time.monotonic())
    _watcher.begin(waiting)
    try:
        with connection.execute_wrapper(waiting.note_statement):
            yield
    finally:
        _watcher.end()


def seconds_left() -> float | None:
    """Return how long this thread may wait for a connection; None where it may take its time."""
    waiting = _watcher.find()
    return None if waiting is None else max(0.05, waiting.seconds - (time.monotonic() - waiting.since))
