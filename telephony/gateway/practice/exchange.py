"""The parts that everything on the practice network works with, in one hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from telephony.gateway.practice.clock import PracticeClock
from telephony.gateway.practice.legs import Line, Shelf, Sids
from telephony.gateway.practice.phones import Phonebook
from telephony.gateway.practice.quirks import Dice, Quirks
from telephony.gateway.practice.scheduler import Scheduler
from telephony.gateway.practice.transcript import Transcript
from telephony.gateway.practice.transport import Carrier


def rfc2822(at: datetime | None) -> str | None:
    """Return a time as Twilio writes it, e.g. `Mon, 23 Nov 2026 02:10:01 +0000`."""
    return format_datetime(at) if at is not None else None


@dataclass
class Exchange:
    account_sid: str
    clock: PracticeClock
    scheduler: Scheduler
    transcript: Transcript
    phonebook: Phonebook
    carrier: Carrier
    sids: Sids
    dice: Dice
    quirks: Quirks
    lines: dict[str, Line]
    shelf: Shelf = field(default_factory=Shelf)
    base_url: str = ""

    def owns(self, number: str) -> bool:
        return number in self.lines

    def now(self) -> datetime:
        """Return practice time in UTC, as everything on the wire is."""
        return self.clock.now().astimezone(UTC)
