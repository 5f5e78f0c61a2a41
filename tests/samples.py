"""Small files of each kind that a case takes, written by hand: nothing of anybody's stands in them but what a test plants."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(24)
OGG = b"OggS\0\x02" + bytes(20) + b"\x01\x1e\x01vorbis" + bytes(30)
AMR = b"#!AMR\n" + bytes(32)
M4A = b"\0\0\0\x18ftypM4A \0\0\0\0mp42isom" + b"....hdlr" + bytes(8) + b"soun" + bytes(12)
FILM = M4A + b"....hdlr" + bytes(8) + b"vide" + bytes(12)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
MP3 = (b"\xff\xfb\x90\x64" + bytes(413)) * 3
MP3_TAGGED = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + MP3
TEXT = "She said: ﻟماذا?\nTomorrow.\n".encode()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(planted=b""):
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    beside = b""
    if planted:
        beside = chunk(b"tEXt", b"Comment\0" + planted) + chunk(b"eXIf", b"MM\0*" + planted) + chunk(b"zQQq", planted)
    body = chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + beside + body + chunk(b"IEND", b"") + planted


def part(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def exif(planted, upright=6):
    """Exif with which way is up in its first entry and `planted` behind it, little end first as telephones write it."""
    return b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, upright, 0, 0) + planted


SCAN = part(0xDB, bytes(65)) + part(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0") + part(0xC4, bytes(20))
PIXELS = part(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"


def jpeg(planted=b"", upright=6):
    beside = b""
    if planted:
        beside = (
            part(0xE1, exif(planted, upright)) + part(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + planted)
            + part(0xE2, b"MPF\0" + planted) + part(0xED, b"Photoshop 3.0\0" + planted) + part(0xFE, planted)
        )  # fmt: skip
    jfif = part(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01" + (planted or b"abc"))
    return (
        b"\xff\xd8"
        + jfif
        + beside
        + part(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(8))
        + SCAN
        + PIXELS
        + b"\xff\xd9"
        + planted
    )


def zipped(*names, first=None, body=b"x"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        if first:
            packed.writestr("mimetype", first, compress_type=zipfile.ZIP_STORED)
        for name in names:
            packed.writestr(name, body)
    return held.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")
DOCX_WITH_MACROS = zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
ODT = zipped("content.xml", first="application/vnd.oasis.opendocument.text")
ZIP = zipped("pictures/1.jpg")
EVERY_KIND = {
    "pdf": PDF, "jpeg": jpeg(), "png": png(), "heic": HEIC, "text": TEXT, "docx": DOCX, "odt": ODT, "mp3": MP3, "wav": WAV,
    "ogg": OGG, "m4a": M4A, "amr": AMR,
}  # fmt: skip
