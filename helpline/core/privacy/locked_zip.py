"""A ZIP that opens with a password in the usual programs: AES-256 as WinZip described it (AE-2), and nothing else.

Python's own zipfile reads but does not write locked files, and the library for it is one more to trust; the format is two
pages. Its weak spot is the thousand rounds over the password: so passwords are ours, long, and never a person's own.
Format: "AES Encryption Information", WinZip, with APPNOTE.TXT 4.5 for the frame.
"""

import hashlib
import hmac
import os
import secrets
import struct
import zlib
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from helpline.core.privacy.references import ALPHABET

GROUPS, GROUP = 5, 4  # five groups of four are said in half a minute, and have over 98 bits
_ROUNDS = 1000  # the format's own
_SALT, _CHECK, _TAG, _KEY = 16, 2, 10, 32  # bytes, of AES-256
_BLOCK = 16
_VERSION, _LOCKED_UTF8, _METHOD_AES, _DEFLATE = 51, 0x0801, 99, 8
_DATE = (2000 - 1980) << 9 | 1 << 5 | 1  # a day that tells nothing


def new_password() -> str:
    """Return a password that can be said aloud: groups of letters and figures that are not misheard."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def lock_files(files: Mapping[str, bytes], password: str) -> bytes:
    """Return a ZIP of these files, each locked with the password. Names stay readable: give them none that tells."""
    body, directory = b"", b""
    for name, content in files.items():
        told, offset = name.encode(), len(body)
        locked = _lock(_deflate(content), password)
        extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, _DEFLATE)
        common = struct.pack(
            "<HHHHHIIIHH",
            _VERSION,
            _LOCKED_UTF8,
            _METHOD_AES,
            0,
            _DATE,
            0,
            len(locked),
            len(content),
            len(told),
            len(extra),
        )
        body += b"PK\x03\x04" + common + told + extra + locked
        directory += (
            b"PK\x01\x02"
            + struct.pack("<H", _VERSION)
            + common
            + struct.pack("<HHHII", 0, 0, 0, 0, offset)
            + told
            + extra
        )
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _lock(plain: bytes, password: str) -> bytes:
    salt = os.urandom(_SALT)
    made = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ROUNDS, 2 * _KEY + _CHECK)
    key, tag_key, check = made[:_KEY], made[_KEY : 2 * _KEY], made[2 * _KEY :]
    sealed = _count_over(plain, key)
    return salt + check + sealed + hmac.new(tag_key, sealed, hashlib.sha1).digest()[:_TAG]


def _count_over(plain: bytes, key: bytes) -> bytes:
    """Counter mode with the counter's bytes from the smallest, beginning at one: the library counts the other way round."""
    blocks = -(-len(plain) // _BLOCK)
    counters = b"".join(number.to_bytes(_BLOCK, "little") for number in range(1, blocks + 1))
    stream = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counters)  # noqa: S305 - of counters, not of words
    mixed = int.from_bytes(plain, "little") ^ int.from_bytes(stream[: len(plain)], "little")
    return mixed.to_bytes(len(plain), "little")
