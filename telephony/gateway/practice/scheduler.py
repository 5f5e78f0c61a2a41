"""Runs everything that happens on the practice network, in the order of practice time.

Every leg, callback and reaction is a *process*: a generator that yields what it waits for. One thread steps them, so that two
runs with the same seed do the same things in the same order; HTTP requests leave that thread and are made by askers. Practice
time never jumps while a request is under way.
"""

import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

from telephony.gateway.practice.clock import Pace, PracticeClock

T = TypeVar("T")


@dataclass(frozen=True)
class Wait:
    """Nothing but an interruption ends it before its time."""

    seconds: float


@dataclass(frozen=True)
class Listen:
    """Ends with the first message told to the process, or with None after the time (None: no limit)."""

    seconds: float | None


@dataclass(frozen=True)
class Ask:
    """Work that may take real time, made outside the stepping thread. Not interrupted: what comes meanwhile comes after it."""

    work: Callable[[], Any]


Step: TypeAlias = Wait | Listen | Ask
Steps: TypeAlias = Generator[Step, Any, T]


class Interruption(Exception):
    """Thrown into a process at the point where it waits: somebody hung up, or the call was sent elsewhere."""


def wait(seconds: float) -> Steps[None]:
    yield Wait(seconds)


def listen(seconds: float | None) -> Steps[object]:
    """Return the next message told to this process, None when `seconds` of practice time passed without one."""
    message: object = yield Listen(seconds)
    return message


def ask(work: Callable[[], T]) -> Steps[T]:
    """Return what the work returns; what it raises is raised here."""
    result = yield Ask(work)
    return cast("T", result)


@dataclass(eq=False)
class Process:
    steps: Steps[None]
    inbox: deque[object] = field(default_factory=deque)
    started: bool = False
    done: bool = False
    asking: bool = False
    listening: bool = False
    ticket: int = 0
    pending: Interruption | None = None


@dataclass(frozen=True)
class _Resume:
    process: Process
    ticket: int
    value: object = None
    error: BaseException | None = None


class Scheduler:
    """One stepping thread and `askers` asking threads. `changed` guards all state of the network and tells of every change."""

    def __init__(self, clock: PracticeClock, *, askers: int, by_hand: Callable[[], bool]) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.failures: list[BaseException] = []
        self._by_hand = by_hand
        self._ready: deque[_Resume] = deque()
        self._due: list[tuple[float, int, _Resume]] = []
        self._order = itertools.count()
        self._asked: queue.SimpleQueue[tuple[Process, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._under_way = 0
        self._horizon = 0.0
        self._stepped: Process | None = None
        self._stopping = False
        self._stepping = threading.Thread(target=self._run, name="practice-network", daemon=True)
        self._askers = [
            threading.Thread(target=self._keep_asking, name=f"practice-asker-{n}", daemon=True) for n in range(askers)
        ]

    def start(self) -> None:
        self._stepping.start()
        for asker in self._askers:
            asker.start()

    def stop(self) -> None:
        """Stop stepping. Requests under way are left to their own time limit, on threads that do not hold up the exit."""
        with self.changed:
            self._stopping = True
            self.changed.notify_all()
        for _ in self._askers:
            self._asked.put(None)
        if self._stepping.is_alive():
            self._stepping.join(timeout=1.0)

    def spawn(self, steps: Steps[None], *, after: float = 0.0) -> Process:
        """Start a process, `after` seconds of practice time from now."""
        process = Process(steps)
        with self.changed:
            self._resume_later(process, after) if after > 0 else self._resume(process)
            self.changed.notify_all()
        return process

    def tell(self, process: Process, message: object) -> None:
        with self.changed:
            if process.done:
                return
            process.inbox.append(message)
            if process.listening:
                process.listening = False
                self._resume(process, value=process.inbox.popleft())
            self.changed.notify_all()

    def interrupt(self, process: Process, interruption: Interruption) -> None:
        """Throw into a process where it waits; where it has not begun or asks somebody, as soon as it waits again."""
        with self.changed:
            if process.done:
                return
            if process.asking or not process.started:
                process.pending = process.pending or interruption
            else:
                self._resume(process, error=interruption)
            self.changed.notify_all()

    def cancel(self, process: Process) -> None:
        """Forget a process that waits; one that asks somebody, or is in the middle of a step, is left alone."""
        with self.changed:
            if not process.asking and process is not self._stepped:
                process.done = True
                process.steps.close()

    def settle(self, *, within: float) -> bool:
        """Wait (real seconds) until nothing is left to do; False where something still is.

        With a held clock, nothing left to do before the moment that the clock was moved to. A failure inside a process is
        raised here: it is a fault of the practice network.
        """
        with self.changed:
            quiet = self.changed.wait_for(self._is_quiet, timeout=within)
            if self.failures:
                raise self.failures.pop(0)
            return quiet

    def advance(self, seconds: float) -> None:
        """Move the practice clock on; whatever falls due on the way happens at its time."""
        with self.changed:
            self._horizon = max(self._horizon, self.clock.seconds()) + seconds
            self.changed.notify_all()

    def _is_quiet(self) -> bool:
        if self.failures or self._stopping:
            return True
        if self._ready or self._under_way:
            return False
        self._forget_stale()
        if self.clock.pace is Pace.HELD:
            return self.clock.seconds() >= self._horizon and (not self._due or self._due[0][0] > self._horizon)
        return not self._due and self.clock.seconds() >= self._horizon

    def _resume(self, process: Process, *, value: object = None, error: BaseException | None = None) -> None:
        process.ticket += 1
        self._ready.append(_Resume(process, process.ticket, value, error))

    def _resume_later(self, process: Process, seconds: float) -> None:
        process.ticket += 1
        due = self.clock.seconds() + max(0.0, seconds)
        heapq.heappush(self._due, (due, next(self._order), _Resume(process, process.ticket)))

    def _forget_stale(self) -> None:
        while self._due and self._is_stale(self._due[0][2]):
            heapq.heappop(self._due)

    @staticmethod
    def _is_stale(resume: _Resume) -> bool:
        return resume.process.done or resume.ticket != resume.process.ticket

    def _run(self) -> None:
        with self.changed:
            while not self._stopping:
                if self._ready:
                    self._step(self._ready.popleft())
                    self.changed.notify_all()
                else:
                    self._pass_time()

    def _pass_time(self) -> None:
        """Let practice time go on to what is due next, or wait for something to change."""
        self._forget_stale()
        now = self.clock.seconds()
        due = self._due[0][0] if self._due else None
        if due is not None and (due <= now or (self._may_jump_to(due) and not self._under_way)):
            self.clock.jump_to(due)
            self._ready.append(heapq.heappop(self._due)[2])
        elif self._horizon > now and not self._under_way:
            self.clock.jump_to(self._horizon)
            self.changed.notify_all()
        else:
            self.changed.wait(timeout=due - now if due is not None and self.clock.ticks else None)

    def _may_jump_to(self, due: float) -> bool:
        match self.clock.pace:
            case Pace.INSTANT:
                return True
            case Pace.MIXED:
                return due <= self._horizon or not self._by_hand()
            case Pace.REAL | Pace.HELD:
                return due <= self._horizon

    def _step(self, resume: _Resume) -> None:
        process = resume.process
        if self._is_stale(resume):
            return
        error = resume.error
        if process.started and error is None and process.pending is not None:
            error, process.pending = process.pending, None
        process.listening = False
        self._stepped = process
        try:
            if error is not None:
                step = process.steps.throw(error)
            else:
                process.started, value = True, resume.value if process.started else None
                step = process.steps.send(value)
        except (StopIteration, Interruption):
            process.done = True
        except Exception as failure:  # noqa: BLE001 - one broken process must not stop the others; settle() raises it
            process.done = True
            self.failures.append(failure)
        else:
            self._begin(process, step)
        finally:
            self._stepped = None

    def _begin(self, process: Process, step: Step) -> None:
        match step:
            case Ask(work):
                process.asking = True
                self._under_way += 1
                self._asked.put((process, work))
                return
            case Listen(_) if process.inbox and process.pending is None:
                self._resume(process, value=process.inbox.popleft())
            case Listen(None):
                process.listening = True
            case Listen(float() | int() as seconds):
                process.listening = True
                self._resume_later(process, seconds)
            case Wait(seconds):
                self._resume_later(process, seconds)
        if process.pending is not None:
            error, process.pending = process.pending, None
            self._resume(process, error=error)

    def _keep_asking(self) -> None:
        while (asked := self._asked.get()) is not None:
            process, work = asked
            result: object = None
            error: BaseException | None = None
            try:
                result = work()
            except Exception as failure:  # noqa: BLE001 - handed to the process that asked
                error = failure
            with self.changed:
                self._under_way -= 1
                process.asking = False
                self._resume(process, value=result, error=error)
                self.changed.notify_all()
