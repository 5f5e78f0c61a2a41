"""Keep the processes of one installation up, tell their output apart, and leave none behind.

One thread and one loop: it waits for output, for the end of a child, for a signal, or for the next start that is due.
Every child is the head of a group of its own, so that Ctrl-C reaches only us and what a child started ends with it.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

FIRST_PAUSE = 0.5  # seconds before a child that died is started again; doubled each time
LONGEST_PAUSE = 30.0
WELL_AFTER = 60.0  # seconds: a child that lived this long had a good start, and its next pause is the first again
GRACE = 15.0  # seconds between the request to stop and the end; a web worker takes at most 5, a task is cut off safely
TWICE_AFTER = 1.0  # seconds: signals closer than this are one wish, sent by the terminal and by make
_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)
_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


@dataclass(eq=False)
class Child:
    """A process that is kept up, or, where `on_end` is given, one that ends by itself and is told of with its status."""

    name: str
    command: list[str]
    on_end: Callable[[int], None] | None = None
    out: IO[str] | None = None  # where its words go as they are; None: to the common output, behind its name
    ends_last: bool = False  # the others need it until they have ended
    ready_when: bytes = b""  # what it writes once it serves
    is_ready: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    began: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0
    rest: bytes = b""

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout

    def kill_group(self) -> None:
        """End it and whatever it started, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts and keeps children, inside a `with`; all are stopped at its end. `environment` is whole: they get no other."""

    def __init__(self, *, environment: Mapping[str, str], folder: Path, out: IO[str]) -> None:
        self.environment = environment
        self.folder = folder
        self.out = out
        self.children: list[Child] = []
        self.is_stopping = False
        self._stop_asked_at = 0.0
        self._deadline = float("inf")
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, self._notice_signals)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started by nohup
            self._handlers[number] = signal.signal(number, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.is_stopping = True
        for is_last in (False, True):
            group = [child for child in self.children if child.ends_last is is_last]
            self._deadline = time.monotonic() + GRACE
            for child in group:
                if child.process is not None:
                    child.process.terminate()
            while any(child.process is not None for child in group):
                self._turn()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._wake.close()
        self._woken.close()

    def run_step(self, name: str, command: list[str]) -> int:
        """Run one command to its end, its output behind its name, and return its exit status (1 where we are stopped)."""
        ended: list[int] = []
        self.keep([Child(name, command, on_end=ended.append)], until=lambda: bool(ended))
        return ended[0] if ended else 1

    def keep(self, children: list[Child], *, until: Callable[[], bool], within: float | None = None) -> bool:
        """Start children, and keep these and all earlier ones up until `until` says so or a signal comes.

        Asks `until` after every word and every end of a child. Returns False where it was a signal, or where `within`
        seconds went by.
        """
        self.children.extend(children)
        self._deadline = float("inf") if within is None else time.monotonic() + within
        while not self.is_stopping and time.monotonic() < self._deadline:
            if until():
                return True
            self._turn()
        return False

    def _turn(self) -> None:
        """Wait for whatever comes next and see to it."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None and not self.is_stopping and child.start_at <= now:
                self._start(child)
            if self.is_stopping and now >= self._deadline:
                child.kill_group()
        for key, _ in self._selector.select(self._seconds_until_next(now)):
            key.data()
        for child in list(self.children):
            if child.process is not None and child.process.poll() is not None:
                self._see_off(child)

    def _seconds_until_next(self, now: float) -> float | None:
        if self.is_stopping:
            return max(self._deadline - now, 0.05)
        starts = [child.start_at for child in self.children if child.process is None]
        next_one = min([*starts, self._deadline])
        return None if next_one == float("inf") else max(next_one - now, 0.0)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  safe here: this process has one thread
        )
        child.began = time.monotonic()
        os.set_blocking(child.stdout.fileno(), False)
        self._selector.register(child.stdout, selectors.EVENT_READ, lambda: self._read(child))

    def _read(self, child: Child) -> bool:
        """Pass on the lines that a child has written by now. Returns False where there was nothing more to read."""
        try:
            said = os.read(child.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        if not said:
            self._selector.unregister(child.stdout)
            return False
        *lines, child.rest = (child.rest + said).split(b"\n")
        for line in lines:
            child.is_ready = child.is_ready or (bool(child.ready_when) and child.ready_when in line)
            self._write(child, line)
        return True

    def _write(self, child: Child, line: bytes) -> None:
        out, mark = (child.out, "") if child.out else (self.out, f"{child.name:<8} │ ")
        with contextlib.suppress(OSError):  # nobody reads us any more; the line itself must go on
            out.write(f"{mark}{line.decode(errors='replace')}\n")
            out.flush()

    def _see_off(self, child: Child) -> None:
        """Read a dead child's last words, end what it left behind, and plan its next start or tell of its end."""
        assert child.process is not None
        status = child.process.returncode
        child.kill_group()  # such as the pool of a worker that was killed
        while child.stdout in self._selector.get_map() and self._read(child):
            pass
        if child.stdout in self._selector.get_map():
            self._selector.unregister(child.stdout)
        if child.rest:
            self._write(child, child.rest)
        child.stdout.close()
        child.process, child.rest = None, b""
        if child.on_end is not None:
            self.children.remove(child)
            child.on_end(status)
        elif not self.is_stopping:
            if time.monotonic() - child.began > WELL_AFTER:
                child.pause = FIRST_PAUSE
            child.start_at = time.monotonic() + child.pause
            self._write(child, f"ended with status {status}; starts again in {child.pause:.1f} s".encode())
            child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _notice_signals(self) -> None:
        for number in self._woken.recv(4096):
            if number == signal.SIGCHLD:
                continue
            now = time.monotonic()
            if self.is_stopping and now - self._stop_asked_at > TWICE_AFTER:
                self._deadline = now  # asked twice: at once
            if not self.is_stopping:
                self.is_stopping, self._stop_asked_at, self._deadline = True, now, float("inf")


def _end_with_parent() -> None:
    """Ask the system to stop this child when we die without a chance to stop it ourselves. Linux only."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
