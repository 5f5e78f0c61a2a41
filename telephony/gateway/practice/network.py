"""The practice network: a stand-in for the telephone network, for demonstrations, training and tests.

It rings phones that do what they are told, asks the application over real, signed HTTP what to do with a call, plays the TwiML
that it gets, and takes REST requests as Twilio does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from telephony.gateway.practice.clock import Pace, PracticeClock
from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.floor import Floor
from telephony.gateway.practice.legs import Leg, Line, Recording, SentElsewhere, Shelf, Sids, Source
from telephony.gateway.practice.phones import Caller, Phone, Phonebook
from telephony.gateway.practice.player import Player
from telephony.gateway.practice.quirks import Dice, Quirks
from telephony.gateway.practice.rooms import Rooms, silent_seconds
from telephony.gateway.practice.scheduler import Scheduler
from telephony.gateway.practice.texting import Message, Texting
from telephony.gateway.practice.texts import Texts
from telephony.gateway.practice.transcript import Event, Kind, Transcript
from telephony.gateway.practice.transport import Carrier, Limits
from telephony.gateway.practice.webhooks_out import Webhooks


class NotQuiet(Exception):
    """The network still had something to do when the time given for it was over."""


class PracticeNetwork:
    """Phones, calls, texts and recordings of one practice account.

    `public_url` is where the application says it is; `deliver_to` where it really listens, if that is elsewhere. `lines` are
    numbers of ours, or `Line`s where their addresses are not the product's own. `seed` decides SIDs and chance. `askers` is how
    many HTTP requests may be under way at the same time; one makes the order of everything repeatable. `when_moved` is told of
    every jump of the practice clock.
    Use as a context manager, or `start()` and `stop()`.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        lines: Iterable[str | Line],
        starts_at: datetime,
        seed: int | str = 0,
        pace: Pace | str = Pace.INSTANT,
        quirks: Quirks | None = None,
        limits: Limits | None = None,
        deliver_to: str | None = None,
        askers: int = 1,
        when_moved: Callable[[timedelta], None] | None = None,
    ) -> None:
        self.public_url = public_url
        self.account_sid = account_sid
        self.auth_token = auth_token
        clock = PracticeClock(starts_at=starts_at, pace=Pace(pace), when_moved=when_moved)
        self._scheduler = Scheduler(clock, askers=askers, by_hand=self._somebody_plays)
        self.transcript = Transcript(clock, self._scheduler.changed)
        self.exchange = Exchange(
            account_sid=account_sid,
            clock=clock,
            scheduler=self._scheduler,
            transcript=self.transcript,
            phonebook=Phonebook(),
            carrier=Carrier(auth_token=auth_token, limits=limits or Limits(), deliver_to=deliver_to),
            sids=Sids(seed),
            dice=Dice(seed),
            quirks=quirks or Quirks(),
            lines={},
        )
        for line in lines:
            self.add_line(line)
        self.webhooks = Webhooks(self.exchange)
        self.floor = Floor(self.exchange, self.webhooks)
        self.texts = Texts(self.exchange, self.webhooks)
        # By number; assign to set one. A number that is not there rings out, and gets every text.
        self.phones: dict[str, Phone] = self.exchange.phonebook.phones
        self.texting: dict[str, Texting] = self.texts.behaviours
        self._player = Player(self.exchange, self.webhooks, self.floor)

    def start(self) -> Self:
        self._scheduler.start()
        return self

    def stop(self) -> None:
        self._scheduler.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def shelf(self) -> Shelf:
        return self.exchange.shelf

    @property
    def quirks(self) -> Quirks:
        return self.exchange.quirks

    @quirks.setter
    def quirks(self, quirks: Quirks) -> None:
        self.exchange.quirks = quirks

    @property
    def pace(self) -> Pace:
        return self.exchange.clock.pace

    @property
    def at(self) -> datetime:
        """Practice time."""
        return self.exchange.clock.now()

    def add_line(self, line: str | Line) -> Line:
        line = Line.at(self.public_url, line) if isinstance(line, str) else line
        self.exchange.lines[line.number] = line
        return line

    def call(self, *, from_: str, to: str, caller: Caller | None = None, extra: dict[str, str] | None = None) -> Leg:
        """Somebody rings a line. Returns at once; `extra` are more parameters of every request about this call.

        Raises ValueError where the number is none of ours.
        """
        line = self.exchange.lines.get(to)
        if line is None:
            message = f"{to} is none of our lines"
            raise ValueError(message)
        caller = caller or Caller()
        with self._scheduler.changed:
            leg = Leg(
                sid=self.exchange.sids.new("CA"),
                from_=from_,
                to=to,
                direction="inbound",
                created_at=self.exchange.now(),
                line=line,
                script=caller.script,
                by_hand=caller.by_hand,
                extra=_attested(from_) | (extra or {}),
                fallback=line.voice_fallback,
                status_callback=line.voice_status,
            )
            self.shelf.legs[leg.sid] = leg
            self.floor.note(leg, f"calls {to}")
            leg.process = self._scheduler.spawn(self._player.inbound(leg, Source(line.voice)))
        return leg

    def call_out(self, leg: Leg, source: Source, *, timeout: float) -> Leg:
        """Begin a call that the application asked for over REST."""
        with self._scheduler.changed:
            phone = self.exchange.phonebook.ring(leg.to)
            leg.script, leg.by_hand, leg.is_machine = phone.script, phone.by_hand, phone.is_machine
            self.shelf.legs[leg.sid] = leg
            leg.process = self._scheduler.spawn(self._player.outbound(leg, phone, source, timeout))
        return leg

    def send_elsewhere(self, leg: Leg, source: Source) -> None:
        """Let a live call play another document."""
        if leg.process is not None:
            self._scheduler.interrupt(leg.process, SentElsewhere(source))

    @property
    def rooms(self) -> Rooms:
        return self._player.rooms

    def silent_seconds(self, leg: Leg) -> float:
        """Return the longest time for which this leg heard nothing at all in a room, in seconds."""
        return silent_seconds(self.exchange, leg)

    def text(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        media: Sequence[tuple[str, bytes]] = (),
        extra: dict[str, str] | None = None,
    ) -> Message:
        """Somebody texts a line. Returns at once. `media` are pairs of type and content."""
        with self._scheduler.changed:
            return self.texts.receive(from_=from_, to=to, body=body, media=media, extra=extra)

    def leg(self, sid: str) -> Leg:
        """Return a leg; raises LookupError where there is none."""
        return self.shelf.legs[sid]

    def ringing_at(self, number: str) -> Leg | None:
        """Return the live leg to or from this number that began last."""
        with self._scheduler.changed:
            return next((leg for leg in reversed(self.shelf.live_legs()) if leg.person == number), None)

    def recordings_of(self, leg: Leg) -> list[Recording]:
        return [recording for recording in self.shelf.recordings.values() if recording.call_sid == leg.sid]

    def settle(self, *, within: float = 30.0) -> None:
        """Wait until everything that follows from what happened so far has happened; raises NotQuiet after real seconds."""
        if not self._scheduler.settle(within=within):
            lately = "; ".join(event.text for event in self.transcript.after()[-3:])
            message = f"not quiet after {within:g} s; lately: {lately}"
            raise NotQuiet(message)

    def wait_for(self, is_so: str, *, after: int = 0, within: float = 10.0) -> Event:
        """Return the first event after number `after` whose line contains these words; raises NotQuiet when none comes in time."""
        found: list[Event] = []

        def happened() -> bool:
            found[:] = [event for event in self.transcript.after(after) if is_so in event.line()]
            return bool(found)

        with self._scheduler.changed:
            if not self._scheduler.changed.wait_for(happened, timeout=within):
                message = f"never happened within {within:g} s: {is_so}"
                raise NotQuiet(message)
        return found[0]

    def advance(self, seconds: float) -> None:
        """Move the practice clock on; what falls due on the way happens at its time."""
        self._scheduler.advance(seconds)
        self.transcript.note(Kind.CLOCK, f"the clock is moved {seconds:g} s")

    def press(self, leg: Leg, keys: str) -> None:
        with self._scheduler.changed:
            for key in keys:
                self.floor.press(leg, key)

    def speak(self, leg: Leg, seconds: float) -> None:
        with self._scheduler.changed:
            self.floor.speak(leg, seconds)

    def say(self, leg: Leg, words: str) -> None:
        with self._scheduler.changed:
            self.floor.say(leg, words)

    def pick_up(self, leg: Leg) -> None:
        with self._scheduler.changed:
            self.floor.pick_up(leg)

    def hang_up(self, leg: Leg) -> None:
        with self._scheduler.changed:
            self.floor.hang_up(leg)

    def release(self, leg: Leg) -> None:
        """End a call because REST says so."""
        with self._scheduler.changed:
            self.floor.release(leg)

    def _somebody_plays(self) -> bool:
        return any(leg.by_hand for leg in self.shelf.live_legs())


# What callers who withhold their number are shown as: public code agrees on these, Twilio names them nowhere.
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


def _attested(from_: str) -> dict[str, str]:
    """Return what carriers say of a number that they have checked; of one that is withheld they say nothing."""
    if not from_.startswith("+") or from_ in WITHHELD:
        return {}
    return {"StirVerstat": "TN-Validation-Passed-A", "CallToken": "{}"}
