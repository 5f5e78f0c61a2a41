"""Calls and their legs, lines and recordings: what the network keeps, without what it does."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from telephony.gateway.practice.phones import Reaction, Stage
from telephony.gateway.practice.scheduler import Interruption, Process


class Status(StrEnum):
    """Twilio's words for the state of a leg (Call resource)."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


OVER = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.FAILED, Status.CANCELED})


@dataclass(frozen=True)
class Address:
    """Where to ask, and how. A blank `url` means nobody is asked."""

    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Line:
    """A number of ours and the addresses asked for it (gateway facts: an incoming number's settings)."""

    number: str
    voice: Address
    voice_fallback: Address | None = None
    voice_status: Address | None = None
    sms: Address | None = None
    sms_fallback: Address | None = None

    @classmethod
    def at(cls, public_url: str, number: str) -> "Line":
        """Return a line with the product's own addresses under a public address."""
        base = f"{public_url.rstrip('/')}/telephony"
        return cls(
            number=number,
            voice=Address(f"{base}/voice/"),
            voice_fallback=Address(f"{base}/voice/fallback/"),
            voice_status=Address(f"{base}/voice/status/"),
            sms=Address(f"{base}/sms/"),
        )


@dataclass(frozen=True)
class Source:
    """Where the next TwiML comes from: an address with the extra parameters sent to it, or a document at hand."""

    address: Address
    extra: dict[str, str] = field(default_factory=dict)
    document: str | None = None


class HungUp(Interruption):
    """The leg is over, through the person on it, the network, the application's TwiML or its REST call.

    `status` is what the leg ends with; None: completed where it was answered, canceled where it was not.
    """

    def __init__(self, by: str = "person", *, status: Status | None = None, sip_code: str | None = None) -> None:
        super().__init__(by)
        self.by = by
        self.status = status
        self.sip_code = sip_code


class SentElsewhere(Interruption):
    """The application sent a live call to another document."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source


@dataclass(frozen=True)
class PickedUp:
    """Told to a leg that a person plays by hand."""


@dataclass(frozen=True)
class Key:
    digit: str


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Spoken:
    """Sound of so many seconds, for a recording."""

    seconds: float


@dataclass(eq=False)
class Leg:
    sid: str
    from_: str
    to: str
    direction: str
    created_at: datetime
    line: Line | None = None
    parent: "Leg | None" = None
    script: tuple[Reaction, ...] = ()
    by_hand: bool = False
    is_machine: bool = False
    status: Status = Status.QUEUED
    stage: Stage = Stage.DIALLING
    extra: dict[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    status_callback: Address | None = None
    status_events: tuple[str, ...] = ("completed",)
    fallback: Address | None = None
    callbacks_sent: int = 0
    process: Process | None = None
    takes_keys: bool = False
    has_rung_somebody: bool = False
    gone: bool = False
    apart: bool = False  # a called leg that REST sent to a document of its own: it has left who called it
    done: dict[int, int] = field(default_factory=dict)
    reactions: list[tuple[Process, Reaction]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    children: list["Leg"] = field(default_factory=list)
    sip_code: str | None = None
    answered_by: str | None = None
    limit: float | None = None

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def person(self) -> str:
        """The number at the far end: who hears and presses on this leg."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def seconds(self) -> int:
        """Whole seconds from the answer to the end, as in CallDuration."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    def as_json(self) -> dict[str, Any]:
        """Return what the practice phone shows of this leg."""
        return {
            "sid": self.sid, "from": self.from_, "to": self.to, "direction": self.direction, "status": self.status,
            "stage": self.stage, "takes_keys": self.takes_keys, "by_hand": self.by_hand, "heard": self.heard,
            "parent": self.parent.sid if self.parent else None, "legs": [child.sid for child in self.children],
            "seconds": self.seconds, "over": self.is_over,
        }  # fmt: skip


@dataclass(eq=False)
class Recording:
    sid: str
    call_sid: str
    source: str
    created_at: datetime
    seconds: int = 0
    status: str = "in-progress"
    deleted: bool = False
    fetches_refused: int = 0


class Sids:
    """Identifiers in Twilio's form: two letters and 32 hexadecimal digits, the same ones for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(f"sids {seed}")

    def new(self, prefix: str) -> str:
        return f"{prefix}{self._random.getrandbits(128):032x}"


@dataclass
class Shelf:
    """Everything that the network keeps, by SID in the order in which it came about."""

    legs: dict[str, Leg] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)

    def live_legs(self) -> list[Leg]:
        return [leg for leg in self.legs.values() if not leg.is_over]
