"""Which kind of file is this, by what stands in it? Only a few kinds are taken; a name decides nothing.

Read by hand from the formats' own descriptions, and only as far as telling them apart needs. What is no kind of ours
gives "". Whatever it is, it is never opened here and never shown in a page.
"""

import io
import re
import zipfile
from typing import Final

ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "pdf": ("pdf",),
    "jpeg": ("jpg", "jpeg"),
    "png": ("png",),
    "heic": ("heic", "heif"),
    "text": ("txt",),
    "docx": ("docx",),
    "odt": ("odt",),
    "mp3": ("mp3",),
    "wav": ("wav",),
    "ogg": ("ogg", "oga", "opus"),
    "m4a": ("m4a", "mp4", "3gp", "aac"),
    "amr": ("amr", "awb"),
}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MP4 = {b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"3gp4", b"3gp5", b"3gp6", b"3gp7"}
_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)
_MACROS = ("vbaproject.bin", "vbadata.xml")
_ODT = b"application/vnd.oasis.opendocument.text"
_SECOND_FRAME_WITHIN = 2_881  # bytes: the longest frame of an MP3
_LAYOUT_SIGNS = "\t\n\r\f"


def read_kind(content: bytes) -> str:
    """Return which kind of file this is, one of `ENDINGS`; "" for any other."""
    for kind, is_it in _CHECKS:
        if is_it(content):
            return kind
    return ""


def fits(name: str, kind: str) -> bool:
    """Say whether a name's ending belongs to the kind; a name without an ending that we know says nothing against it."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    others = {each for one, endings in ENDINGS.items() if one != kind for each in endings}
    return ending in ENDINGS[kind] or (ending not in others and not _is_program(ending))


def _is_program(ending: str) -> bool:
    return ending in {"exe", "dll", "com", "bat", "cmd", "js", "vbs", "scr", "msi", "apk", "jar", "sh", "ps1", "html", "htm", "svg", "lnk", "zip", "docm"}  # fmt: skip


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2_048:]


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xda" in content


def _is_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC


def _is_m4a(content: bytes) -> bool:
    """Sound in the container of films: taken only where no film is in it."""
    is_mp4 = content[4:8] == b"ftyp" and content[8:12] in _MP4
    return is_mp4 and b"soun" in content and _VIDEO_TRACK.search(content) is None


def _is_wav(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WAVE"


def _is_ogg(content: bytes) -> bool:
    return content.startswith(b"OggS") and b"theora" not in content[:4_096]


def _is_amr(content: bytes) -> bool:
    return content.startswith((b"#!AMR\n", b"#!AMR-WB\n"))


def _is_mp3(content: bytes) -> bool:
    begin = 0
    if content.startswith(b"ID3") and len(content) > 10:
        begin = 10 + sum((byte & 0x7F) << (7 * (3 - place)) for place, byte in enumerate(content[6:10]))
    first = content[begin : begin + _SECOND_FRAME_WITHIN]
    later = content[begin + 24 : begin + _SECOND_FRAME_WITHIN + 4]
    return _is_frame(first) and any(_is_frame(later[place:]) for place in range(len(later)) if later[place] == 0xFF)


def _is_frame(content: bytes) -> bool:
    """Say whether a frame of MPEG sound, layer III, begins here."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE6 != 0xE2:
        return False
    version, bitrate, rate = content[1] >> 3 & 3, content[2] >> 4, content[2] >> 2 & 3
    return version != 1 and bitrate not in {0, 15} and rate != 3


def _is_docx(content: bytes) -> bool:
    names = _names_in_zip(content)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not _has_macros(names)


def _is_odt(content: bytes) -> bool:
    # The format wants its own name first and unpacked, so that it can be told without unpacking anything.
    says_so = (
        content.startswith(b"PK\x03\x04") and content[30:38] == b"mimetype" and _ODT in content[38 : 38 + len(_ODT)]
    )
    names = _names_in_zip(content) if says_so else set()
    return "content.xml" in names and not _has_macros(names)


def _names_in_zip(content: bytes) -> set[str]:
    """Return the names in the table of a zip; nothing is unpacked, so nothing can swell up."""
    if not content.startswith(b"PK\x03\x04"):
        return set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return set()


def _has_macros(names: set[str]) -> bool:
    low = {name.lower() for name in names}
    return any(name.endswith(_MACROS) or name.startswith(("basic/", "scripts/")) for name in low)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and all(sign.isprintable() or sign in _LAYOUT_SIGNS or ord(sign) > 0x9F for sign in text)


_CHECKS: Final = (
    ("pdf", _is_pdf), ("jpeg", _is_jpeg), ("png", _is_png), ("heic", _is_heic), ("m4a", _is_m4a), ("wav", _is_wav),
    ("ogg", _is_ogg), ("amr", _is_amr), ("docx", _is_docx), ("odt", _is_odt), ("mp3", _is_mp3), ("text", _is_text),
)  # fmt: skip
