"""Turn a recording into the one form that pages and telephones both play: WAV, 8,000 samples a second, mono, 16 bits."""

import io
import sys
import wave
from array import array
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from helpline.core.errors import NotAllowed

RATE = 8000  # samples a second: what a telephone line carries
LONGEST_SECONDS = 180
MOST_BYTES = 40_000_000  # three minutes at studio quality
_RATES = range(8000, 96001)


@dataclass(frozen=True)
class TelephoneSound:
    """A checked recording, and how long it lasts."""

    wav: bytes
    seconds: int


def to_telephone_sound(content: bytes) -> TelephoneSound:
    """Return a recording as a telephone plays it. Only plain (PCM) WAV with 8 or 16 bits is read: a browser makes one of
    whatever it can play, before it is sent.

    Raises NotAllowed, with a sentence, for anything else, for silence of no length, and for more than three minutes.
    """
    if len(content) > MOST_BYTES:
        raise NotAllowed(_("This recording is too big. Three minutes are enough."))
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate, count = (
                file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()
            )  # fmt: skip
            if channels not in {1, 2} or width not in {1, 2} or rate not in _RATES:
                raise NotAllowed(_("This recording is of a kind that we cannot read. Save it as a WAV file."))
            if count > LONGEST_SECONDS * rate:
                raise NotAllowed(_("This recording is longer than three minutes."))
            frames = file.readframes(count)
    except (wave.Error, EOFError, ValueError, OverflowError) as broken:
        raise NotAllowed(_("This is not a WAV file that can be played.")) from broken
    mono = _mix(_samples(frames, width), channels)
    if len(mono) < rate // 2:
        raise NotAllowed(_("There is nothing to hear in this recording."))
    return _write(_resample(mono, rate))


def _samples(frames: bytes, width: int) -> "array[int]":
    if width == 1:  # eight bits are without a sign, silence in the middle
        return array("h", [(value - 128) << 8 for value in frames])
    samples = array("h")
    samples.frombytes(frames[: len(frames) - len(frames) % 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _mix(samples: "array[int]", channels: int) -> "array[int]":
    if channels == 1:
        return samples
    return array("h", [(left + right) // 2 for left, right in zip(samples[0::2], samples[1::2], strict=False)])


def _resample(samples: "array[int]", rate: int) -> "array[int]":
    """Each new sample is the mean of those that it stands for, which also keeps tones out that a line cannot carry."""
    if rate == RATE:
        return samples
    count = len(samples) * RATE // rate
    edges = [n * rate // RATE for n in range(count + 1)]
    return array("h", [sum(samples[a:b]) // (b - a) for a, b in pairwise(edges)])


def _write(samples: "array[int]") -> TelephoneSound:
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return TelephoneSound(made.getvalue(), max(1, round(len(samples) / RATE)))
