"""Keys for sealing and for the blind index: several at a time, newest first, each with a short name.

At the bottom of the house, because the environment is checked with it before anything else starts.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass

KEY_BYTES = 32  # AES-256 and HMAC-SHA-256
_NAME = re.compile(r"[a-z0-9]{1,16}")


class BadKeys(ValueError):
    """The list of keys cannot be used. The message never contains a key."""


@dataclass(frozen=True)
class KeyRing:
    """Named keys, newest first. The first seals, all of them open."""

    keys: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(name for name, _ in self.keys)})"

    @property
    def newest(self) -> tuple[str, bytes]:
        return self.keys[0]

    def find(self, name: str) -> bytes | None:
        """Return the key of that name, or None where it is not on the ring."""
        return next((key for known, key in self.keys if known == name), None)


def new_key() -> str:
    """Return a new key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(text: str) -> KeyRing:
    """Read `id:key` pairs, comma separated, newest first. Raises BadKeys with a sentence that names no key."""
    pairs: list[tuple[str, bytes]] = []
    for position, pair in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, colon, encoded = pair.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise BadKeys(f"pair {position} is not of the form id:key (id: 1 to 16 small letters or digits)")
        try:
            key = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise BadKeys(f"key {name!r} is not URL-safe base64") from None
        if len(key) != KEY_BYTES:
            raise BadKeys(f"key {name!r} has {len(key)} bytes, {KEY_BYTES} are needed")
        if any(known == name for known, _ in pairs):
            raise BadKeys(f"key {name!r} is named twice")
        pairs.append((name, key))
    if not pairs:
        raise BadKeys("no key is given")
    return KeyRing(tuple(pairs))
