"""What becomes of texts: how each phone takes them, what is kept of them, how long they are."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from telephony.gateway.practice.legs import Address
from telephony.gateway.practice.reading import build

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
LONGEST_BODY = 1600

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_DOUBLE = frozenset("^{}\\[~]|€\f")


def segments_of(body: str) -> int:
    """Return how many messages a body is sent as: 160 or 153 each in GSM-7, 70 or 67 UTF-16 units each in anything else."""
    if set(body) <= GSM_7 | GSM_7_DOUBLE:
        units, single, part = len(body) + sum(letter in GSM_7_DOUBLE for letter in body), 160, 153
    else:
        units, single, part = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= single else -(-units // part)


@dataclass(frozen=True)
class Texting:
    """How a number takes texts. `code` None: it delivers."""

    kind: ClassVar[str] = "texting"

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class Delivers(Texting):
    """Sent at once, delivered after some seconds. `before_answer`: the callbacks come before the REST answer.
    `backwards`: delivered comes before sent. `twice`: every callback twice."""

    kind: ClassVar[str] = "delivers"
    after: float = 2.0
    before_answer: bool = False
    backwards: bool = False
    twice: bool = False


@dataclass(frozen=True)
class Undelivered(Texting):
    """Sent, then undelivered with an error such as 30003; after `times` texts it delivers."""

    kind: ClassVar[str] = "undelivered"
    code: int = 30003
    after: float = 2.0
    times: int | None = None


@dataclass(frozen=True)
class Fails(Texting):
    """Never leaves the network: `failed` with an error."""

    kind: ClassVar[str] = "fails"
    code: int = 30008


@dataclass(frozen=True)
class Refuses(Texting):
    """The REST request is refused with this error; after `times` requests it delivers."""

    kind: ClassVar[str] = "refuses"
    code: int = 21610
    times: int | None = None


@dataclass(frozen=True)
class SlowDown(Refuses):
    """429 for the first `times` requests; nothing of them is processed."""

    kind: ClassVar[str] = "slow down"
    code: int = 20429
    times: int | None = 1


@dataclass(frozen=True)
class Broken(Refuses):
    """500 for the first `times` requests. `accepts`: the text is sent all the same."""

    kind: ClassVar[str] = "broken"
    code: int = 20500
    times: int | None = 1
    accepts: bool = False


@dataclass(frozen=True)
class NeverAnswers(Texting):
    """The REST request hangs for the first `times` times. `accepts`: the text is sent all the same, nobody is told so."""

    kind: ClassVar[str] = "never answers"
    accepts: bool = False
    times: int | None = None


TEXTINGS: dict[str, type[Texting]] = {
    texting.kind: texting for texting in (Delivers, Undelivered, Fails, Refuses, SlowDown, Broken, NeverAnswers)
}


def read_texting(values: dict[str, Any]) -> Texting:
    """Read `{"kind": "undelivered", "code": 30005}`; raises ValueError on a word that is not known."""
    values = dict(values)
    cls = TEXTINGS.get(values.pop("kind", ""))
    if cls is None:
        message = f"texts are taken in one of these ways: {', '.join(sorted(TEXTINGS))}"
        raise ValueError(message)
    return build(cls, values)


@dataclass(eq=False)
class Message:
    sid: str
    from_: str
    to: str
    body: str
    direction: str
    created_at: datetime
    status: str = "queued"
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None
    media: list[tuple[str, str, bytes]] = field(default_factory=list)  # SID, type, content
    status_callback: Address | None = None
    segments: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return what a phone shows of this text."""
        return {
            "sid": self.sid, "from": self.from_, "to": self.to, "body": self.body, "status": self.status,
            "direction": self.direction, "at": self.created_at.isoformat(),
        }  # fmt: skip
