"""What a caller hears who waits: eight soft notes, made here, so that nothing is fetched from anywhere and nothing is licensed."""

import io
import math
import wave
from functools import lru_cache
from typing import Final

RATE: Final = 8000  # samples a second, as on the telephone
NOTE_SECONDS: Final = 1.0
NOTES_HERTZ: Final = (261.63, 329.63, 392.0, 329.63, 293.66, 349.23, 440.0, 349.23)
LOUDNESS: Final = 40  # of 127: softer than a voice


@lru_cache(maxsize=1)
def play() -> bytes:
    """Return a WAV file of eight seconds: 8 kHz, 8 bit, mono."""
    samples = bytearray()
    for hertz in NOTES_HERTZ:
        many = int(RATE * NOTE_SECONDS)
        for n in range(many):
            fades = min(1.0, n / 400) * (1 - n / many) ** 0.7  # no click at the beginning, and each note dies away
            turn = 2 * math.pi * hertz * n / RATE
            samples.append(128 + int(LOUDNESS * fades * (math.sin(turn) + 0.3 * math.sin(2 * turn)) / 1.3))
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(1)
        opened.setframerate(RATE)
        opened.writeframes(bytes(samples))
    return file.getvalue()
