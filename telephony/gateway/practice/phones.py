"""What the people do who are rung, and the people who ring us: scripts for a leg of a call."""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar

from telephony.gateway.practice.reading import build


class Stage(StrEnum):
    """Where a leg stands, as the person on it would say it."""

    DIALLING = "dialling"  # the network asks the application what to do
    RINGING = "ringing"  # hears the ringing tone; on a called leg: the phone rings
    ANSWERED = "answered"  # a called leg was picked up
    GREETING = "greeting"  # hears words or a prompt before anybody was rung
    MENU = "menu"  # may press keys
    WHISPER = "whisper"  # the caller's leg while the called side hears its own words first
    TALKING = "talking"
    MESSAGE = "message"  # hears words or a prompt after somebody was rung
    PROMPT = "prompt"  # hears the words before a recording
    RECORDING = "recording"
    QUEUE = "queue"
    OVER = "over"


@dataclass(frozen=True)
class Reaction:
    """`after` seconds in a stage the person does something: presses keys, speaks for so many seconds or says words, hangs up.

    Dropped when the stage ends first, unless it `stays`; done at most `times` times in a call.
    """

    stage: Stage
    after: float = 1.0
    press: str | None = None
    speak: float | None = None
    say: str | None = None
    hang_up: bool = False
    stays: bool = False
    times: int = 1


@dataclass(frozen=True)
class Phone:
    """A phone that is rung. `picks_up` None: it is never picked up. `refuses`: the network's word for why it does not ring."""

    kind: ClassVar[str] = "phone"
    by_hand: ClassVar[bool] = False
    is_machine: ClassVar[bool] = False

    @property
    def picks_up(self) -> float | None:
        return None

    @property
    def refuses(self) -> str | None:
        return None

    @property
    def script(self) -> tuple[Reaction, ...]:
        return ()

    def ringing_for_the(self, time: int) -> "Phone":
        """Return what this phone does when it is rung for the n-th time, counted from 0."""
        return self

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Accepts(Phone):
    """Picks up after `after` seconds and presses `key` in the menu; hangs up after `talks` seconds of conversation, if given."""

    kind: ClassVar[str] = "accepts"
    after: float = 4.0
    key: str = "1"
    key_after: float = 2.0
    talks: float | None = None

    @property
    def picks_up(self) -> float | None:
        return self.after

    @property
    def script(self) -> tuple[Reaction, ...]:
        ends = () if self.talks is None else (Reaction(Stage.TALKING, self.talks, hang_up=True),)
        return (Reaction(Stage.MENU, self.key_after, press=self.key), *ends)


@dataclass(frozen=True)
class Declines(Accepts):
    """Picks up and presses another key."""

    kind: ClassVar[str] = "declines"
    key: str = "2"


@dataclass(frozen=True)
class HangsUpInWhisper(Phone):
    """Picks up, listens for a moment, hangs up without a key."""

    kind: ClassVar[str] = "hangs up in the whisper"
    after: float = 4.0
    listens: float = 2.0

    @property
    def picks_up(self) -> float | None:
        return self.after

    @property
    def script(self) -> tuple[Reaction, ...]:
        return (Reaction(Stage.ANSWERED, self.listens, hang_up=True, stays=True),)


@dataclass(frozen=True)
class PicksUp(Phone):
    """Picks up and never presses a key: a person who hesitates."""

    kind: ClassVar[str] = "picks up"
    after: float = 4.0
    talks: float | None = None

    @property
    def picks_up(self) -> float | None:
        return self.after

    @property
    def script(self) -> tuple[Reaction, ...]:
        return () if self.talks is None else (Reaction(Stage.TALKING, self.talks, hang_up=True),)


@dataclass(frozen=True)
class Mailbox(PicksUp):
    """Picks up as machines do, never presses a key, and takes whatever is said to it."""

    kind: ClassVar[str] = "mailbox"
    is_machine: ClassVar[bool] = True
    after: float = 15.0


@dataclass(frozen=True)
class Busy(Phone):
    kind: ClassVar[str] = "busy"

    @property
    def refuses(self) -> str | None:
        return "busy"


@dataclass(frozen=True)
class Unreachable(Phone):
    """The network cannot reach it: switched off abroad, or no such number."""

    kind: ClassVar[str] = "unreachable"

    @property
    def refuses(self) -> str | None:
        return "failed"


@dataclass(frozen=True)
class RingsOut(Phone):
    """Rings for as long as it is let."""

    kind: ClassVar[str] = "rings out"


@dataclass(frozen=True)
class ByHand(Phone):
    """Does nothing by itself: a person plays it (`answer`, `press`, `hang_up`)."""

    kind: ClassVar[str] = "by hand"
    by_hand: ClassVar[bool] = True


@dataclass(frozen=True)
class InTurn(Phone):
    """One behaviour per call, in turn; the last one stays."""

    kind: ClassVar[str] = "in turn"
    phones: tuple[Phone, ...] = ()

    def ringing_for_the(self, time: int) -> Phone:
        return self.phones[min(time, len(self.phones) - 1)] if self.phones else RingsOut()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "phones": [phone.as_json() for phone in self.phones]}


@dataclass(frozen=True)
class Caller:
    """A person who rings the line. In a conversation they hang up after `talks` seconds; at a recording they speak for
    `message` seconds (None: say nothing) and hang up. `reactions` come before that."""

    reactions: tuple[Reaction, ...] = ()
    talks: float | None = 60.0
    message: float | None = None
    by_hand: bool = False

    @property
    def script(self) -> tuple[Reaction, ...]:
        if self.by_hand:
            return self.reactions
        ends = () if self.talks is None else (Reaction(Stage.TALKING, self.talks, hang_up=True),)
        speaks: tuple[Reaction, ...] = ()
        if self.message is not None:
            speaks = (
                Reaction(Stage.RECORDING, 0.5, speak=self.message),
                Reaction(Stage.RECORDING, 1.0 + self.message, hang_up=True),
            )
        return (*self.reactions, *ends, *speaks)

    def pressing(self, key: str, *, at: Stage = Stage.MENU, after: float = 1.0) -> "Caller":
        """Return this caller, pressing a key at a stage."""
        return replace(self, reactions=(*self.reactions, Reaction(at, after, press=key)))

    def hanging_up(self, *, at: Stage, after: float = 1.0) -> "Caller":
        """Return this caller, hanging up `after` seconds in a stage."""
        return replace(self, reactions=(*self.reactions, Reaction(at, after, hang_up=True)))

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Caller":
        """Read a caller; raises ValueError on a word that is not known."""
        reactions = tuple(read_reaction(reaction) for reaction in values.get("reactions", ()))
        return build(cls, {**values, "reactions": reactions})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


BEHAVIOURS: dict[str, type[Phone]] = {
    behaviour.kind: behaviour
    for behaviour in (
        Accepts, Declines, HangsUpInWhisper, PicksUp, Mailbox, Busy, Unreachable, RingsOut, ByHand, InTurn,
    )
}  # fmt: skip


def read_phone(values: dict[str, Any]) -> Phone:
    """Read a phone from `{"kind": "accepts", "after": 4, …}`; raises ValueError on a word that is not known."""
    values = dict(values)
    kind = values.pop("kind", "")
    if kind not in BEHAVIOURS:
        message = f"no phone does {kind!r}; one of: {', '.join(sorted(BEHAVIOURS))}"
        raise ValueError(message)
    if kind == InTurn.kind:
        return InTurn(tuple(read_phone(phone) for phone in values.get("phones", ())))
    return build(BEHAVIOURS[kind], values)


def read_reaction(values: dict[str, Any]) -> Reaction:
    return build(Reaction, {**values, "stage": Stage(values.get("stage", ""))})


@dataclass
class Phonebook:
    """The phones of the network by number, and how often each was rung. A number that is not listed does as `others`."""

    phones: dict[str, Phone] = field(default_factory=dict)
    others: Phone = field(default_factory=RingsOut)
    rung: dict[str, int] = field(default_factory=dict)

    def ring(self, number: str) -> Phone:
        """Count a call to this number and return what its phone does this time."""
        time = self.rung.get(number, 0)
        self.rung[number] = time + 1
        return self.phones.get(number, self.others).ringing_for_the(time)
