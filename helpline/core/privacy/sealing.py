"""Seal bytes with AES-256-GCM, bound to the place where they belong.

A sealed value: one byte of format (1), one byte length of the key's name, the name, 12 bytes nonce, ciphertext with
tag. The associated data is the field and the row's public reference: a value moved to another row or another field
does not open.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpline.keyring import KeyRing

_FORMAT = 1
_NONCE = 12
_TAG = 16


class CannotOpen(Exception):
    """The value was not sealed with a key on the ring, not for this place, or was changed. Says no more than that."""


def seal(ring: KeyRing, plain: bytes, place: str) -> bytes:
    """Seal with the newest key for one place (`app.model.field:reference`)."""
    name, key = ring.newest
    nonce = os.urandom(_NONCE)
    head = bytes([_FORMAT, len(name)]) + name.encode()
    return head + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(ring: KeyRing, sealed: bytes, place: str) -> bytes:
    """Open a value that was sealed for this place with any key on the ring. Raises CannotOpen."""
    if len(sealed) < 2 or sealed[0] != _FORMAT or len(sealed) < (end := 2 + sealed[1]) + _NONCE + _TAG:
        raise CannotOpen("not a sealed value")
    key = ring.find(name_of_key(sealed))
    if key is None:
        raise CannotOpen("sealed with a key that is not listed")
    try:
        return AESGCM(key).decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], place.encode())
    except InvalidTag:
        raise CannotOpen("sealed for another place, or changed") from None


def name_of_key(sealed: bytes) -> str:
    """Return the name of the key that sealed it."""
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def index_all(ring: KeyRing, purpose: str, value: str) -> list[str]:
    """Return the blind index of a value under every listed key, newest first.

    HMAC-SHA-256 cut to 128 bits, with the purpose inside, so that the same value gives another index elsewhere.
    Without the key the small space of telephone numbers cannot be tried out (threats: docs/build/threats.md).
    """
    return [
        f"{name}${hmac.new(key, f'{purpose}|{value}'.encode(), hashlib.sha256).hexdigest()[:32]}"
        for name, key in ring.keys
    ]
