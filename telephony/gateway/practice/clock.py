"""Practice time: a clock that starts where it is told and can be moved."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum


class Pace(StrEnum):
    """How waiting is spent.

    INSTANT: the clock jumps to what is due next; nothing sleeps.
    REAL: a second takes a second, and a key press or a hang-up ends the wait.
    MIXED: real while a person plays a part by hand, instant otherwise.
    HELD: the clock stands still until it is moved.
    """

    INSTANT = "instant"
    REAL = "real"
    MIXED = "mixed"
    HELD = "held"


class PracticeClock:
    """Seconds of practice time since the start, and the moment of day they stand for.

    `when_moved` is told of every jump, so that an application that believes in practice time too can jump along.
    """

    def __init__(
        self, *, starts_at: datetime, pace: Pace, when_moved: Callable[[timedelta], None] | None = None
    ) -> None:
        if starts_at.tzinfo is None:
            message = "the practice clock needs a start with an offset from UTC"
            raise ValueError(message)
        self.starts_at = starts_at
        self.pace = pace
        self._moved = 0.0
        self._when_moved = when_moved
        self._ticking_since = time.monotonic()

    @property
    def ticks(self) -> bool:
        """Whether practice time goes on by itself."""
        return self.pace in {Pace.REAL, Pace.MIXED}

    def seconds(self) -> float:
        """Return practice seconds since the start."""
        return self._moved + (time.monotonic() - self._ticking_since if self.ticks else 0.0)

    def jump_to(self, seconds: float) -> None:
        """Move on to a moment; a moment already past leaves the clock where it is."""
        by = seconds - self.seconds()
        if by <= 0:
            return
        self._moved += by
        if self._when_moved is not None:
            self._when_moved(timedelta(seconds=by))

    def now(self) -> datetime:
        return self.at(self.seconds())

    def at(self, seconds: float) -> datetime:
        return self.starts_at + timedelta(seconds=seconds)
