"""What the network does that it may do, but mostly does not: late, repeated, shuffled and lost callbacks."""

import random
from dataclasses import asdict, dataclass
from typing import Any

from telephony.gateway.practice.reading import build


@dataclass(frozen=True)
class Quirks:
    """Shares are between 0 and 1, seconds are practice time.

    late: share of status callbacks that come up to `late_by` seconds late, which also changes their order
    repeated: share of status callbacks that are sent twice, with the same idempotency token
    lost: share of status callbacks that are never sent
    repeated_requests: share of requests for TwiML that are sent twice with the same idempotency token; the second answer is played
    whisper_outlives_caller: a called leg plays its own words to their end when the caller hangs up meanwhile
    room_joins_late_by: seconds by which it is told late that somebody came into a room, so that a short visit is told to be over
        before it began
    room_joins_twice: each coming into a room is told twice, with the same sequence number
    room_ends_before_leaving: the end of a room is told before those in it are told to have left
    extra_parameters: new parameters that nobody was told of, on every request
    """

    late: float = 0.0
    late_by: float = 30.0
    repeated: float = 0.0
    lost: float = 0.0
    repeated_requests: float = 0.0
    whisper_outlives_caller: bool = False
    room_joins_late_by: float = 0.0
    room_joins_twice: bool = False
    room_ends_before_leaving: bool = False
    extra_parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Quirks":
        extra = tuple((str(name), str(value)) for name, value in values.get("extra_parameters", ()))
        return build(cls, {**values, "extra_parameters": extra})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Dice:
    """Seeded chance: the same seed, the same order of things, the same outcome."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(f"dice {seed}")

    def falls(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def seconds(self, most: float) -> float:
        return self._random.uniform(0.0, most)
