"""Take out of a picture what its camera or program wrote beside it: place, time, device, names, small copies.

JPEG: every part that is not needed to draw it goes, namely APP1 (Exif with GPS, XMP), APP3 to APP13 (Photoshop, IPTC,
makers' own), APP15, comments, whatever hangs behind the end (second pictures, films), and the small copy inside the
JFIF part. The colour profile (APP2 ICC) and the Adobe part (APP14) stay, or the colours change; which way is up stays as
one number, or it lies on its side. PNG: every chunk that is not named in `PNG_STAYS` goes, so text, time and Exif.

A picture that cannot be followed to its end is `Broken`: half a picture may hold anything.
"""

import struct
from typing import Final

PNG_STAYS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
     b"acTL", b"fcTL", b"fdAT"}
)  # fmt: skip
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF, _ICC, _ADOBE, _JFIF = b"Exif\0\0", b"ICC_PROFILE\0", b"Adobe", b"JFIF\0"
_ORIENTATION = 0x0112


class Broken(Exception):
    """It cannot be followed to its end."""


def strip(content: bytes, kind: str) -> bytes:
    """Return a picture of this kind ("jpeg", "png") without what was written beside it. Raises Broken."""
    return _strip_jpeg(content) if kind == "jpeg" else _strip_png(content)


def _strip_png(content: bytes) -> bytes:
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content):
            break
        if name in PNG_STAYS:
            kept.append(content[place:end])
        if name == b"IEND":
            return b"".join(kept)
        place = end
    raise Broken


def _strip_jpeg(content: bytes) -> bytes:
    kept, place, upright = [b"\xff\xd8"], 2, 1
    while True:
        marker, place = _read_marker(content, place)
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            break
        if marker in _ALONE:
            kept.append(bytes([0xFF, marker]))
            continue
        part, place = _read_part(content, place)
        if marker == 0xE1 and part.startswith(_EXIF):
            upright = _read_orientation(part[len(_EXIF) :])
        elif _stays(marker, part):
            kept.append(_write_part(marker, _without_small_copy(marker, part)))
        if marker == _SOS:
            scan_ends = _find_end_of_scan(content, place)
            kept.append(content[place:scan_ends])
            place = scan_ends
    if upright != 1:
        kept.insert(1, _write_part(0xE1, _EXIF + _write_orientation(upright)))
    return b"".join(kept)


def _stays(marker: int, part: bytes) -> bool:
    if marker == _COM:
        return False
    if 0xE0 <= marker <= 0xEF:
        needed = {0xE0: _JFIF, 0xE2: _ICC, 0xEE: _ADOBE}.get(marker)
        return needed is not None and part.startswith(needed)
    return True


def _without_small_copy(marker: int, part: bytes) -> bytes:
    """JFIF may carry a small picture, which may be an older one: its sizes become 0 by 0."""
    return part[:12] + b"\0\0" if marker == 0xE0 and len(part) >= 14 else part


def _read_marker(content: bytes, place: int) -> tuple[int, int]:
    if place >= len(content) or content[place] != 0xFF:
        raise Broken
    while place < len(content) and content[place] == 0xFF:
        place += 1
    if place >= len(content):
        raise Broken
    return content[place], place + 1


def _read_part(content: bytes, place: int) -> tuple[bytes, int]:
    length = int.from_bytes(content[place : place + 2], "big")
    end = place + length
    if length < 2 or end > len(content):
        raise Broken
    return content[place + 2 : end], end


def _write_part(marker: int, part: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(part) + 2).to_bytes(2, "big") + part


def _find_end_of_scan(content: bytes, place: int) -> int:
    """Return where the picture's own bytes end: at the next 0xFF that is neither a stuffed byte nor a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise Broken
        if content[place + 1] != 0 and content[place + 1] not in _ALONE:
            return place
        place += 2


def _read_orientation(tiff: bytes) -> int:
    """Return which way is up, 1 to 8; 1 where it does not say, or says it in a way that cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (start,) = struct.unpack(order + "I", tiff[4:8])
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack(order + "H", tiff[start : start + 2])
    for entry in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        tag, _kind, _many, value = struct.unpack(order + "HHIH", tiff[entry : entry + 10])
        if tag == _ORIENTATION:
            return value if 1 <= value <= 8 else 1
    return 1


def _write_orientation(upright: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, upright, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
