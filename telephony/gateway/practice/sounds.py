"""Sound: prompts that the application serves are really fetched, recordings that it fetches are really there."""

import io
import math
import struct
import wave

from telephony.gateway.practice.exchange import Exchange
from telephony.gateway.practice.legs import Address, Leg
from telephony.gateway.practice.scheduler import Steps
from telephony.gateway.practice.transport import RequestFailed
from telephony.gateway.practice.webhooks_out import Webhooks

LIKELY_LENGTH = 5.0  # practice seconds of a sound whose form we cannot measure
RATE = 8000  # samples a second, as on the telephone


class Sounds:
    def __init__(self, exchange: Exchange, webhooks: Webhooks) -> None:
        self._x = exchange
        self._webhooks = webhooks
        self._known: dict[str, float] = {}

    def fetch(self, leg: Leg, address: Address) -> Steps[float]:
        """Get a sound for <Play> and return its length in seconds; one that cannot be had is a problem and lasts no time.

        Fetched once per address, as the network's cache does.
        """
        if address.url not in self._known:
            try:
                answer = yield from self._webhooks.request(leg.sid, leg.person, address, {})
            except RequestFailed as failure:
                self._webhooks.complain(failure.code, f"sound: {failure.why}", leg=leg, url=address.url)
                return 0.0
            if not answer.content_type.startswith("audio/"):
                self._webhooks.complain(13420, f"sound of type {answer.content_type!r}", leg=leg, url=address.url)
                return 0.0
            self._known[address.url] = length_of(answer.body)
        return self._known[address.url]


def length_of(sound: bytes) -> float:
    """Return the seconds of a WAV file, a likely length for every other form."""
    try:
        with wave.open(io.BytesIO(sound)) as opened:
            return float(opened.getnframes()) / float(opened.getframerate())
    except (wave.Error, EOFError):
        return LIKELY_LENGTH


def tone(seconds: float, *, hertz: float = 440.0) -> bytes:
    """Return a WAV file (8 kHz, 16 bit, mono) of a soft tone: what a practice recording sounds like."""
    samples = (int(6000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(seconds * RATE)))
    packed = b"".join(struct.pack("<h", sample) for sample in samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(RATE)
        opened.writeframes(packed)
    return file.getvalue()
