"""The tables of Ohana, an older directory program, as rows of HSDS. Plain rules, no framework.

Which table a file is shows in its headings. Files that are given together find each other's rows by their numbers; every
line that is wrong is told with its file, its line and its field. Days are written as Americans do: month, day, four digits
of the year.
"""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final, NamedTuple

from referrals.hsds.columns import CLOSED
from referrals.hsds.tables import Collected, Problem, Row

_NAMESPACE: Final = uuid.UUID("6f1a3b52-0d5e-5c0b-9a7e-3c1f2b4d5e60")
_DAYS: Final = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_HOUR = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap]m)?", re.IGNORECASE)
_PARENTS: Final = {
    "organization_id": "organization",
    "location_id": "location",
    "service_id": "service",
    "contact_id": "contact",
}


class _Kind(NamedTuple):
    """A table of Ohana: the headings by which it is known, those that it must have, and what must stand in each line."""

    known_by: frozenset[str]
    headings: frozenset[str]
    required: tuple[str, ...]
    parents: tuple[str, ...] = ()


def _kind(known_by: str, headings: str, required: str, parents: str = "") -> _Kind:
    return _Kind(
        frozenset(known_by.split()), frozenset(headings.split()), tuple(required.split()), tuple(parents.split())
    )


KINDS: Final[Mapping[str, _Kind]] = {  # the first that fits
    "taxonomy": _kind("taxonomy_id parent_name", "taxonomy_id name parent_id parent_name", "taxonomy_id name"),
    "regular_schedule": _kind("weekday", "id location_id service_id weekday opens_at closes_at", "weekday opens_at closes_at", "location_id service_id"),
    "holiday_schedule": _kind("start_date", "id location_id service_id start_date end_date closed opens_at closes_at", "start_date end_date closed", "location_id service_id"),
    "phone": _kind("number number_type", "id contact_id location_id organization_id service_id number number_type", "number number_type", "contact_id location_id organization_id service_id"),
    "service": _kind("location_id program_id", "id location_id program_id name description interpretation_services status taxonomy_ids", "location_id name description", "location_id"),
    "contact": _kind("title department", "id location_id organization_id service_id name title email department", "name", "location_id organization_id service_id"),
    "mail_address": _kind("attention address_1", "id location_id attention address_1 city state_province postal_code country", "location_id address_1 city state_province postal_code country", "location_id"),
    "address": _kind("address_1", "id location_id address_1 city state_province postal_code country", "location_id address_1 city state_province postal_code country", "location_id"),
    "location": _kind("organization_id virtual", "id organization_id name description virtual", "organization_id name description", "organization_id"),
    "organization": _kind("date_incorporated", "id name description date_incorporated", "name description"),
    "program": _kind("organization_id name", "id organization_id name alternate_name", "organization_id name", "organization_id"),
}  # fmt: skip
_ORDER: Final = ("taxonomy", "organization", "program", "location", "address", "mail_address", "service", "contact", "phone",
                 "regular_schedule", "holiday_schedule")  # fmt: skip
# What these tables say and HSDS has no place for. E-mail addresses of administrators are nobody's business.
_LEFT_OUT: Final = frozenset(
    {"admin_emails", "short_desc", "vanity_number", "keywords", "accepted_payments", "audience"}
)


class Line(NamedTuple):
    file: str
    number: int
    cells: Mapping[str, str]


def kind_of(heading: Sequence[str]) -> str:
    """Return which table of Ohana has such a heading, or nothing."""
    names = set(heading)
    return next((name for name, kind in KINDS.items() if kind.known_by <= names), "")


@dataclass
class _Reading:
    found: Collected = field(default_factory=Collected)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)  # their table and number: our id
    owners: dict[str, str] = field(default_factory=dict)  # our id: id of the organisation
    places_with_address: set[str] = field(default_factory=set)  # numbers

    def blame(self, line: Line, name: str, code: str, said: str = "") -> None:
        self.found.problems.append(Problem(line.file, f"line {line.number}", name, code, said[:60]))

    def put(self, table: str, line: Line, row: Row) -> str:
        said = {name: value for name, value in row.items() if value not in ("", None)}
        self.found.rows[table][row["id"]] = said
        self.found.places.setdefault((table, row["id"]), (line.file, f"line {line.number}"))
        return str(row["id"])


def read(files: Mapping[str, Sequence[Sequence[str]]]) -> Collected:
    """Read files of one directory: for each its lines as cells, the heading first."""
    reading = _Reading()
    tables: dict[str, list[Line]] = {name: [] for name in _ORDER}
    for file, lines in files.items():
        heading = [cell.strip() for cell in lines[0]] if lines else []
        name = kind_of(heading)
        if not name:
            reading.found.problems.append(Problem(file, "line 1", "", "no_ohana"))
            continue
        reading.found.problems += [
            Problem(file, "line 1", one, "no_column") for one in sorted(KINDS[name].headings - set(heading))
        ]
        tables[name] += _lines(reading, file, heading, lines)
    if not any(tables.values()) and not reading.found.problems:
        reading.found.problems.append(Problem(next(iter(files), ""), "", "", "no_lines"))
    reading.places_with_address = {line.cells.get("location_id", "") for line in tables["address"]}
    for name in _ORDER:
        for line in tables[name]:
            _read_line(reading, name, line)
    return reading.found


def _lines(reading: _Reading, file: str, heading: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[Line]:
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        line = Line(file, number, {name: cell.strip() for name, cell in zip(heading, cells, strict=False)})
        if any(cell.strip() for cell in cells[len(heading) :]):
            reading.blame(line, "", "more_cells")
        else:
            yield line


def _read_line(reading: _Reading, name: str, line: Line) -> None:
    kind = KINDS[name]
    wrong = [one for one in kind.required if not line.cells.get(one)]
    for one in wrong:
        reading.blame(line, one, "missing")
    if kind.parents and not _parents(reading, name, line) and not set(kind.parents) & set(wrong):
        return
    if not wrong:
        _READERS[name](reading, line)


def _parents(reading: _Reading, name: str, line: Line) -> dict[str, str]:
    """Return our ids of what a line hangs on. What is not there is told, and so is a line that hangs on nothing."""
    said = {one: line.cells[one] for one in KINDS[name].parents if line.cells.get(one)}
    found: dict[str, str] = {}
    for one, number in said.items():
        if (key := reading.ids.get((_PARENTS[one], number))) is None:
            reading.blame(line, one, "dangling", number)
        else:
            found[one] = key
    if not said and not set(KINDS[name].parents) & set(KINDS[name].required):
        reading.blame(line, KINDS[name].parents[0], "no_parent")
    return found if len(found) == len(said) else {}


def _new_id(reading: _Reading, name: str, line: Line, owner: str) -> str | None:
    """Return the id of a line, always the same for the same line of the same organisation; None where its number is taken."""
    number = line.cells.get("id", "")
    if (name, number) in reading.ids or not number:
        reading.blame(line, "id", "id_twice" if number else "missing", number)
        return None
    key = str(uuid.uuid5(uuid.UUID(owner), f"{name} {number}"))
    reading.ids[name, number] = key
    reading.owners[key] = owner
    return key


def _owned(reading: _Reading, name: str, line: Line) -> tuple[str | None, dict[str, str]]:
    parents = _parents(reading, name, line)
    owner = next((reading.owners[key] for key in parents.values()), None)
    return (_new_id(reading, name, line, owner) if owner else None), parents


def _taxonomy(reading: _Reading, line: Line) -> None:
    code, parent = line.cells["taxonomy_id"], line.cells.get("parent_id", "")
    if parent and ("taxonomy", parent) not in reading.ids:
        reading.blame(line, "parent_id", "dangling", parent)
        return
    if ("taxonomy", code) in reading.ids:
        reading.blame(line, "taxonomy_id", "id_twice", code)
        return
    key = str(uuid.uuid5(_NAMESPACE, f"taxonomy {code} {line.cells['name']}"))
    reading.ids["taxonomy", code] = key
    name = line.cells["name"]
    reading.put("taxonomy_term", line, {"id": key, "code": code, "name": name, "description": name,
                                        "parent_id": reading.ids.get(("taxonomy", parent))})  # fmt: skip


def _organization(reading: _Reading, line: Line) -> None:
    cells = line.cells
    founded = _day(reading, line, "date_incorporated") if cells.get("date_incorporated") else None
    owner = str(uuid.uuid5(_NAMESPACE, f"{cells.get('id')} {cells['name']}"))
    if (key := _new_id(reading, "organization", line, owner)) is None:
        return
    reading.owners[key] = key
    names = ("name", "alternate_name", "description", "email", "website", "tax_status", "tax_id", "legal_status")
    row: Row = {name: cells.get(name, "") for name in names}
    reading.put("organization", line, {**row, "id": key, "year_incorporated": founded.year if founded else None})
    _listed(reading, line, ("funding_sources", "funding", "source"), {"organization_id": key})
    _note_left_out(reading, line, "organization", {*names, "id", "date_incorporated", "funding_sources"})


def _program(reading: _Reading, line: Line) -> None:
    key, parents = _owned(reading, "program", line)
    if key is not None:
        name = line.cells["name"]
        other = line.cells.get("alternate_name", "")
        reading.put("program", line, {"id": key, **parents, "name": name, "alternate_name": other, "description": name})


def _location(reading: _Reading, line: Line) -> None:
    cells = line.cells
    is_virtual = cells.get("virtual", "").casefold() in {"true", "1", "yes"}
    if not is_virtual and cells.get("id") not in reading.places_with_address:
        reading.blame(line, "address", "no_address")
        return
    key, parents = _owned(reading, "location", line)
    if key is None:
        return
    degrees = {name: _figure(reading, line, name) for name in ("latitude", "longitude")}
    reading.put("location", line, {
        "id": key, **parents, **degrees, "location_type": "virtual" if is_virtual else "physical", "name": cells["name"],
        "alternate_name": cells.get("alternate_name", ""), "description": cells["description"],
        "transportation": cells.get("transportation", ""), "url": cells.get("website", ""),
    })  # fmt: skip
    _listed(reading, line, ("languages", "language", "name"), {"location_id": key})
    _listed(reading, line, ("accessibility", "accessibility", "description"), {"location_id": key})
    if cells.get("email"):
        reading.put(
            "contact",
            line,
            {"id": str(uuid.uuid5(uuid.UUID(key), "email")), "location_id": key, "email": cells["email"]},
        )
    _note_left_out(reading, line, "location", {"id", "organization_id", "accessibility", "alternate_name", "description",
                                               "email", "languages", "latitude", "longitude", "name", "transportation",
                                               "virtual", "website"})  # fmt: skip


def _address(reading: _Reading, line: Line) -> None:
    _put_address(reading, line, "address", "physical")


def _mail_address(reading: _Reading, line: Line) -> None:
    _put_address(reading, line, "mail_address", "postal")


def _put_address(reading: _Reading, line: Line, name: str, kind: str) -> None:
    key, parents = _owned(reading, name, line)
    names = ("attention", "address_1", "address_2", "city", "state_province", "postal_code", "country")
    if key is not None:
        said = {one: line.cells.get(one, "") for one in names}
        reading.put("address", line, {"id": key, **parents, **said, "address_type": kind})


def _service(reading: _Reading, line: Line) -> None:
    cells = line.cells
    key, parents = _owned(reading, "service", line)
    if key is None:
        return
    program = cells.get("program_id", "")
    if program and ("program", program) not in reading.ids:
        reading.blame(line, "program_id", "dangling", program)
    names = {"name": "name", "alternate_name": "alternate_name", "description": "description", "website": "url",
             "email": "email", "eligibility": "eligibility_description", "fees": "fees_description",
             "application_process": "application_process", "interpretation_services": "interpretation_services",
             "wait_time": "wait_time"}  # fmt: skip
    row: Row = {theirs: cells.get(ours, "") for ours, theirs in names.items()}
    reading.put("service", line, {**row, "id": key, "organization_id": reading.owners[key], "status": cells.get("status") or "active",
                                  "program_id": reading.ids.get(("program", program))})  # fmt: skip
    link = {
        "id": str(uuid.uuid5(uuid.UUID(key), "at location")),
        "service_id": key,
        "location_id": parents["location_id"],
    }
    reading.put("service_at_location", line, link)
    for one in (("languages", "language", "name"), ("service_areas", "service_area", "name"),
                ("required_documents", "required_document", "document"), ("funding_sources", "funding", "source")):  # fmt: skip
        _listed(reading, line, one, {"service_id": key})
    for code in filter(None, (one.strip() for one in cells.get("taxonomy_ids", "").split(","))):
        if (term := reading.ids.get(("taxonomy", code))) is None:
            reading.blame(line, "taxonomy_ids", "dangling", code)
            continue
        made = str(uuid.uuid5(uuid.UUID(key), f"term {code}"))
        reading.put("attribute", line, {"id": made, "link_id": key, "link_entity": "service", "taxonomy_term_id": term})
    _note_left_out(reading, line, "service", {*names, "id", "location_id", "program_id", "status", "languages", "service_areas",
                                              "required_documents", "funding_sources", "taxonomy_ids"})  # fmt: skip


def _contact(reading: _Reading, line: Line) -> None:
    key, parents = _owned(reading, "contact", line)
    if key is not None:
        said = {name: line.cells.get(name, "") for name in ("name", "title", "email", "department")}
        reading.put("contact", line, {"id": key, **parents, **said})


def _phone(reading: _Reading, line: Line) -> None:
    key, parents = _owned(reading, "phone", line)
    if key is None:
        return
    cells = line.cells
    prefix = cells.get("country_prefix", "").lstrip("+")
    number = f"+{prefix} {cells['number']}" if prefix else cells["number"]
    extension = cells.get("extension", "")
    said = [cells.get("department", ""), f"ext. {extension}" if extension and not extension.isdecimal() else ""]
    reading.put("phone", line, {
        "id": key, **parents, "number": number, "type": cells["number_type"], "description": ", ".join(filter(None, said)),
        "extension": int(extension) if extension.isdecimal() and len(extension) < 10 else None,
    })  # fmt: skip


def _regular_schedule(reading: _Reading, line: Line) -> None:
    day = _DAYS.get(line.cells["weekday"].casefold())
    if day is None:
        reading.blame(line, "weekday", "no_weekday")
    hours = {name: _hour(reading, line, name) for name in ("opens_at", "closes_at")}
    if day is None or None in hours.values():
        return
    key, parents = _owned(reading, "regular_schedule", line)
    if key is not None:
        reading.put("schedule", line, {"id": key, **parents, "freq": "WEEKLY", "byday": day, **hours})


def _holiday_schedule(reading: _Reading, line: Line) -> None:
    cells = line.cells
    first, last = _day(reading, line, "start_date"), _day(reading, line, "end_date")
    closed = cells["closed"].casefold()
    if closed not in {"true", "false"}:
        reading.blame(line, "closed", "not_in_list", "TRUE, FALSE")
        return
    hours: dict[str, Any] = {}
    if closed == "false":
        for name in ("opens_at", "closes_at"):
            if not cells.get(name):
                reading.blame(line, name, "missing")
        hours = {name: _hour(reading, line, name) for name in ("opens_at", "closes_at") if cells.get(name)}
    if first is None or last is None or (closed == "false" and (len(hours) < 2 or None in hours.values())):
        return
    if last < first:
        reading.blame(line, "end_date", "before_start")
        return
    key, parents = _owned(reading, "holiday_schedule", line)
    if key is not None:
        notes = CLOSED if closed == "true" else ""
        reading.put("schedule", line, {"id": key, **parents, "valid_from": first.isoformat(), "valid_to": last.isoformat(),
                                       "notes": notes, **hours})  # fmt: skip


def _listed(reading: _Reading, line: Line, names: tuple[str, str, str], parent: Mapping[str, str]) -> None:
    """Put one row for each of several things that stand in one cell with commas between."""
    cell, table, said = names
    (key,) = parent.values()
    for one in dict.fromkeys(part.strip() for part in line.cells.get(cell, "").split(",")):
        if one:
            reading.put(table, line, {"id": str(uuid.uuid5(uuid.UUID(key), f"{table} {one}")), **parent, said: one})


def _note_left_out(reading: _Reading, line: Line, name: str, taken: set[str]) -> None:
    for one, cell in line.cells.items():
        if cell and (one in _LEFT_OUT or one not in taken):
            reading.found.note_unknown(f"{name}.{one}"[:80])


def _figure(reading: _Reading, line: Line, name: str) -> float | None:
    said = line.cells.get(name, "")
    if said and not re.fullmatch(r"-?\d{1,3}(\.\d{1,15})?", said):
        reading.blame(line, name, "no_number")
    return float(said) if re.fullmatch(r"-?\d{1,3}(\.\d{1,15})?", said) else None


def _day(reading: _Reading, line: Line, name: str) -> date | None:
    parts = _DAY.fullmatch(line.cells[name])
    if parts is None:
        reading.blame(line, name, "no_american_date")
        return None
    try:
        return date(int(parts[3]), int(parts[1]), int(parts[2]))
    except ValueError:
        reading.blame(line, name, "no_american_date")
        return None


def _hour(reading: _Reading, line: Line, name: str) -> str | None:
    found = read_hour(line.cells[name])
    if found is None:
        reading.blame(line, name, "no_hour")
    return found.isoformat() if found else None


def read_hour(said: str) -> time | None:
    """Return the time of day that somebody wrote as 9:30, 17:00, 5:00 PM or 9am, or None."""
    parts = _HOUR.fullmatch(said.strip())
    if parts is None:
        return None
    hour, minute, half = int(parts[1]), int(parts[2] or 0), (parts[3] or "").lower()
    if (half and not 1 <= hour <= 12) or (not half and parts[2] is None):
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


_READERS: Final = {
    "taxonomy": _taxonomy, "organization": _organization, "program": _program, "location": _location, "address": _address,
    "mail_address": _mail_address, "service": _service, "contact": _contact, "phone": _phone,
    "regular_schedule": _regular_schedule, "holiday_schedule": _holiday_schedule,
}  # fmt: skip
