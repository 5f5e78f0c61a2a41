"""What happened on the practice network, for people to read and for tests to compare."""

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from telephony.gateway.practice.clock import PracticeClock


class Kind(StrEnum):
    CALL = "call"  # a leg begins, rings, is picked up, is joined, ends
    HEARD = "heard"  # what a leg hears: words, a prompt, a beep
    DID = "did"  # what a person does: presses a key, speaks, hangs up
    ASKED = "asked"  # we asked the application what to do
    TOLD = "told"  # a status callback
    SENT = "sent"  # the application sent us a request
    TEXT = "text"  # a text on its way, in either direction
    PROBLEM = "problem"  # what the real network would complain about
    CLOCK = "clock"


@dataclass(frozen=True)
class Event:
    """One line. `about` is a call's or a text's SID; `who` the number that it concerns; `details` for tests."""

    number: int
    at: str
    kind: Kind
    text: str
    who: str = ""
    about: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Event":
        return cls(**{**values, "kind": Kind(values["kind"])})

    def line(self) -> str:
        """Return the line for people: practice time, who, what."""
        return f"{self.at[11:19]}  {self.who:<14}  {self.text}"


class Transcript:
    def __init__(self, clock: PracticeClock, changed: threading.Condition) -> None:
        self._clock = clock
        self._changed = changed
        self._events: list[Event] = []

    def note(self, kind: Kind, text: str, *, who: str = "", about: str = "", **details: object) -> Event:
        with self._changed:
            at = self._clock.now().isoformat(timespec="milliseconds")
            event = Event(len(self._events) + 1, at, kind, text, who, about, details)
            self._events.append(event)
            self._changed.notify_all()
            return event

    def after(self, number: int = 0, *, wait: float = 0.0) -> list[Event]:
        """Return the events after the one with this number, waiting up to `wait` real seconds for the first of them."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) > number, timeout=wait)
            return self._events[number:]

    def of(self, *kinds: Kind, about: str | None = None) -> list[Event]:
        """Return the events of these kinds (of any kind where none is named), of one call or text where that is given."""
        return [
            event
            for event in self.after()
            if (not kinds or event.kind in kinds) and (about is None or event.about == about)
        ]

    def problems(self) -> list[Event]:
        return self.of(Kind.PROBLEM)

    def lines(self) -> list[str]:
        return as_lines(self.after())


def as_lines(events: Iterable[Event]) -> list[str]:
    return [event.line() for event in events]
