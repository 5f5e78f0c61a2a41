"""Read a spreadsheet as lines of text, without believing anything that it says about itself."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from helpline.core.errors import NotAllowed

LARGEST_FILE = 5_000_000  # bytes
MOST_LINES = 2_000  # of cases: some seconds of work, for which somebody waits
MOST_COLUMNS = 60
LONGEST_CELL = 20_000  # characters; about eight printed pages
_LARGEST_UNPACKED = 100_000_000  # bytes; what a small file may grow to before it is taken for an attack
_ZIP = b"PK\x03\x04"

Cell = str | datetime | date
Line = list[Cell]


def is_workbook(content: bytes) -> bool:
    return content.startswith(_ZIP)


def read_lines(content: bytes, *, most_lines: int = MOST_LINES, or_western: bool = False) -> list[Line]:
    """Return the lines of the first sheet, the heading first; empty ones are kept, so that numbers of lines are the file's.

    `or_western`: text that is no UTF-8 is read as Windows writes it in the west (cp1252), which can be wrong for names: only
    where somebody looks at every line afterwards. Raises NotAllowed, with a sentence, for what is too large, empty, or
    neither .xlsx nor text.
    """
    if len(content) > LARGEST_FILE:
        raise NotAllowed(_("This file is too large: 5 MB at most. Cut it into several."))
    lines = list(
        _of_workbook(content, most_lines) if is_workbook(content) else _of_text(content, most_lines, or_western)
    )
    while lines and not any(lines[-1]):
        lines.pop()
    if len(lines) < 2:
        raise NotAllowed(_("There is nothing in this file below its first line."))
    if len(lines) - 1 > most_lines:
        raise NotAllowed(_("This file has more than %(most)d lines. Cut it into several.") % {"most": most_lines})
    if max(map(len, lines)) > MOST_COLUMNS:
        raise NotAllowed(_("This file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return lines


def _of_text(content: bytes, most_lines: int, or_western: bool) -> Iterator[Line]:
    try:
        text = _decode(content, or_western)
    except UnicodeDecodeError:
        raise NotAllowed(
            _("This file is no spreadsheet that we can read: save it as .xlsx, or as CSV in UTF-8.")
        ) from None
    heading = text.partition("\n")[0]
    separator = max((";", "\t", ",", "|"), key=heading.count)
    csv.field_size_limit(LARGEST_FILE)
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
            if number > most_lines + 1:
                break
            yield [cell.strip() for cell in line]
    except csv.Error:
        raise NotAllowed(
            _("This file is no spreadsheet that we can read: save it as .xlsx, or as CSV in UTF-8.")
        ) from None


def _decode(content: bytes, or_western: bool) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not or_western or b"\0" in content:
            raise
        return content.decode("cp1252")


def _of_workbook(content: bytes, most_lines: int) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > _LARGEST_UNPACKED:
            raise NotAllowed(_("This file is too large: 5 MB at most. Cut it into several."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for line in sheet.iter_rows(max_row=most_lines + 2, max_col=MOST_COLUMNS + 1, values_only=True):
            yield _cut([_cell(value) for value in line])
    except NotAllowed:
        raise
    except Exception:  # noqa: BLE001 - a broken workbook breaks the library in many ways, and all mean the same
        raise NotAllowed(
            _("This file is no spreadsheet that we can read: save it as .xlsx, or as CSV in UTF-8.")
        ) from None


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value
    if isinstance(value, float) and value.is_integer():  # a telephone number that was taken for a figure
        return str(int(value))
    return str(value).strip()


def _cut(line: Line) -> Line:
    """Cut empty cells off the end: sheets are wider than what stands in them."""
    while line and line[-1] == "":
        line.pop()
    return line
