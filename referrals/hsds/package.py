"""HSDS as a tabular data package: one CSV file for each table, read and written without changing a character of a cell.

Cells that look like formulas are left as they are: a package is for programs, and what goes round must come back equal.
Our own spreadsheet for people (`services.hsds_out.to_workbook`) types its cells as text instead.
"""

import csv
import io
import json
import math
import re
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from referrals.hsds.tables import (
    ALSO,
    ENUMS,
    FILES,
    LINKS,
    TABLES,
    VERSION,
    Collected,
    Field,
    Problem,
    Row,
    Rows,
    is_said,
)

DESCRIPTION: Final = "datapackage.json"
MOST_FILES = 100
LARGEST_UNPACKED = 150_000_000  # bytes; what a small file may grow to before it is taken for an attack
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,25})?([eE][+-]?\d{1,2})?")
_BY_FILE: Final = {name: table for table, name in FILES.items()}


class CannotRead(Exception):
    """A file that is no such package; `code` says why."""

    def __init__(self, code: str, file: str = "") -> None:
        super().__init__(code)
        self.code, self.file = code, file


def unzip(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip by their names without folders. Raises CannotRead for what is none, or grows too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [part for part in packed.infolist() if not part.is_dir()]
            if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise CannotRead("too_large")
            files: dict[str, bytes] = {}
            for part in parts:
                name = part.filename.replace("\\", "/").rpartition("/")[2]
                if name.startswith(".") or "__MACOSX" in part.filename:
                    continue
                if name in files:
                    raise CannotRead("file_twice", name)
                with packed.open(part) as opened:  # what it says of its size is not believed
                    files[name] = opened.read(part.file_size + 1)
                if len(files[name]) > part.file_size:
                    raise CannotRead("too_large")
            return files
    except CannotRead:
        raise
    except Exception:  # noqa: BLE001 - a broken or encrypted zip breaks the library in many ways, and all mean the same
        raise CannotRead("no_zip") from None


def read_package(files: Mapping[str, bytes]) -> Collected:
    """Read the files of a package. The descriptor may be missing; what names a table otherwise is found by it."""
    found = Collected()
    names = {**_BY_FILE, **_named_by(files.get(DESCRIPTION))}
    known = [name for name in files if name in names]
    if not known:
        found.problems.append(Problem("", "", "", "no_tables"))
    for name in files:
        if name not in names and name != DESCRIPTION:
            found.note_unknown(name[:80])
    for name in sorted(known, key=lambda one: list(TABLES).index(names[one])):
        _read_table(found, name, names[name], files[name])
    return found


def _named_by(descriptor: bytes | None) -> dict[str, str]:
    """Return which file is which table after the package's own descriptor, where it is one."""
    try:
        resources = json.loads(descriptor or b"{}").get("resources", [])
        return {
            str(one["path"]).rpartition("/")[2]: one["name"]
            for one in resources
            if isinstance(one, dict) and one.get("name") in TABLES and isinstance(one.get("path"), str)
        }
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}


def _read_table(found: Collected, file: str, table: str, content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.problems.append(Problem(file, "", "", "no_utf8"))
        return
    csv.field_size_limit(LARGEST_UNPACKED)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = next(lines, [])
        if "id" not in heading:
            found.problems.append(Problem(file, "line 1", "id", "no_id_column"))
            return
        kinds = {one.name: one for one in TABLES[table]}
        for name in heading:
            if name not in kinds:
                found.note_unknown(f"{table}.{name}"[:80])
        for line in lines:
            if line:
                _read_line(found, (table, file, lines.line_num), (heading, kinds), line)
    except csv.Error:
        found.problems.append(Problem(file, f"line {lines.line_num}", "", "no_csv"))


def _read_line(
    found: Collected, where: tuple[str, str, int], columns: tuple[list[str], Mapping[str, Field]], line: list[str]
) -> None:
    table, file, number = where
    heading, kinds = columns
    place = (file, f"line {number}")
    if len(line) > len(heading):
        found.problems.append(Problem(*place, "", "more_cells"))
        return
    row = {
        name: _value(kinds[name].kind, cell)
        for name, cell in zip(heading, line, strict=False)
        if name in kinds and cell
    }
    key = found.key_for(table, row, place)
    if key in found.rows[table]:
        found.problems.append(Problem(*place, "id", "id_twice", key[:60]))
        return
    found.rows[table][key] = row
    found.places[table, key] = place


def _value(kind: str, cell: str) -> Any:
    """Return a cell as what it is; a figure that is none stays text, and is told as such."""
    if kind != "number" or not _NUMBER.fullmatch(cell):
        return cell
    return exact(cell)


def exact(said: str) -> int | float | str:
    """Return a number as a number, or as it was said where a computer's number would not be the same one."""
    number = float(said)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(said):
        return said
    return int(number) if number.is_integer() and "e" not in said.lower() else number


def for_tables(rows: Rows) -> Rows:
    """Return rows as tables can hold them: what has several parents of one kind is repeated for each under an id of its own.

    (The published description of `contact` says so.) What only JSON can say is left out.
    """
    found: Rows = {}
    for table, some in rows.items():
        found[table] = {}
        for key, row in some.items():
            found[table][key] = row
            for link, more in row.get(ALSO, {}).items():
                for parent in more:
                    copy_id = str(uuid.uuid5(uuid.UUID(key), parent))
                    alone = {name: value for name, value in row.items() if name not in LINKS.get(table, {})}
                    found[table][copy_id] = {**alone, "id": copy_id, link: parent}
    return found


def write_package(rows: Rows, *, title: str) -> bytes:
    """Return a zip with one CSV for each table in which something stands, and the descriptor."""
    tables = for_tables(rows)
    held = [table for table in TABLES if tables.get(table)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in held:
            archive.writestr(
                zipfile.ZipInfo(FILES[table], (1980, 1, 1, 0, 0, 0)),
                _csv(table, tables[table].values()),
                zipfile.ZIP_DEFLATED,
            )
        archive.writestr(
            zipfile.ZipInfo(DESCRIPTION, (1980, 1, 1, 0, 0, 0)),
            json.dumps(describe(held, title=title), ensure_ascii=False, indent=1),
            zipfile.ZIP_DEFLATED,
        )
    return packed.getvalue()


def _csv(table: str, rows: Iterable[Row]) -> str:
    written = io.StringIO(newline="")
    names = [one.name for one in TABLES[table]]
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(names)
    lines.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> str:
    if not is_said(value):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def describe(tables: Iterable[str], *, title: str) -> dict[str, Any]:
    """Return the descriptor of a package that holds these tables. Links to tables that are not in it are not claimed."""
    held = list(tables)
    return {
        "name": "human_services_data", "title": title, "profile": "tabular-data-package", "version": VERSION,
        "resources": [
            {"name": table, "path": FILES[table], "format": "csv", "mediatype": "text/csv",
             "profile": "tabular-data-resource", "encoding": "utf-8", "schema": _schema(table, held)}
            for table in held
        ],
    }  # fmt: skip


def _schema(table: str, held: list[str]) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    for name, kind, is_required, is_unique in TABLES[table]:
        limits: dict[str, Any] = {"required": is_required, "unique": is_unique}
        if (table, name) in ENUMS:
            limits["enum"] = list(ENUMS[table, name])
        one: dict[str, Any] = {"name": name, "type": kind if kind in _OWN_TYPES else "string", "constraints": limits}
        if kind in _FORMATS:
            one["format"] = kind
        fields.append(one)
    schema: dict[str, Any] = {"fields": fields, "primaryKey": "id"}
    names = {name for name, *_more in TABLES[table]}
    links = [
        {"fields": link, "reference": {"resource": target, "fields": "id"}}
        for link, target in LINKS.get(table, {}).items()
        if target in held and link in names
    ]
    return {**schema, "foreignKeys": links} if links else schema


_OWN_TYPES: Final = frozenset({"number", "date", "time", "datetime"})
_FORMATS: Final = frozenset({"uuid", "email", "uri"})
