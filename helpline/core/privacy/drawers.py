"""A keyed index of words for many records, in which the same word looks different in most of them.

Each record lies in one of 256 drawers, which only the key tells, and a word's index hangs on its drawer. So how often an
index stands in the table says little of how often the word was written, and two records that share a rare word do not
show it. Whoever searches asks for all drawers at once.
"""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from helpline.keyring import KeyRing

DRAWERS = 256


def newest_key() -> str:
    """Return the name of the key by which words are filed from now on."""
    ring: KeyRing = settings.INDEX_KEYS
    return ring.newest[0]


def file_words(record: str, words: Iterable[str]) -> list[int]:
    """Return what these words of one record (by its reference) are filed as, under the newest key, without order."""
    ring: KeyRing = settings.INDEX_KEYS
    key = ring.newest[1]
    drawer = _digest(key, f"drawer|{record}")[0]
    return sorted({_file(key, drawer, word) for word in words})


def look_for(word: str) -> list[int]:
    """Return everything that a word may be filed as: in every drawer, under every listed key."""
    ring: KeyRing = settings.INDEX_KEYS
    return [_file(key, drawer, word) for _name, key in ring.keys for drawer in range(DRAWERS)]


def _file(key: bytes, drawer: int, word: str) -> int:
    return int.from_bytes(_digest(key, f"word|{drawer}|{word}")[:8], signed=True)


def _digest(key: bytes, said: str) -> bytes:
    return hmac.digest(key, said.encode("utf-8", "surrogatepass"), hashlib.sha256)
