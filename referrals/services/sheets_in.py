"""Read a spreadsheet of providers, whatever its columns are called, as rows of HSDS and a few things that HSDS has no field for.

One line is one provider with one place. A cell that looks like a formula is text like any other.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import NeedKind, ReceiverKind
from cases.services.importing.sheet import Line
from helpline.core.privacy.numbers import read_number
from referrals.hsds import meaning
from referrals.hsds.ohana import read_hour
from referrals.hsds.tables import Collected, Problem, Row
from referrals.models import Area
from referrals.services.hsds_words import language_names

# Our field, how it is called on the page, and headings by which it is known without asking (folded).
FIELDS: Final[tuple[tuple[str, "str | Promise", frozenset[str]], ...]] = (
    ("name", _("name of the provider"), frozenset({"name", "organisation", "organization", "provider", "organisation name", "organization name", "agency", "service provider", "firm"})),
    ("kind", _("what it is (lawyer, clinic, …)"), frozenset({"kind", "type", "category", "sort", "provider type"})),
    ("description", _("what they do, in words"), frozenset({"description", "about", "what they do", "notes", "details"})),
    ("website", _("website"), frozenset({"website", "web", "url", "site", "homepage"})),
    ("email", _("e-mail"), frozenset({"email", "e mail", "mail", "email address"})),
    ("phone", _("number that anybody may be given"), frozenset({"phone", "telephone", "tel", "number", "phone number", "telephone number", "contact number"})),
    ("after_hours", _("number for the night"), frozenset({"after hours", "emergency number", "night number", "24 hour number", "after hours number"})),
    ("address", _("street address"), frozenset({"address", "street", "street address", "address 1", "physical address"})),
    ("city", _("town"), frozenset({"city", "town", "suburb", "municipality"})),
    ("province", _("province or state"), frozenset({"province", "state", "region", "state province"})),
    ("postal_code", _("postal code"), frozenset({"postal code", "postcode", "zip", "code", "zip code"})),
    ("area", _("area (name or code), with commas between"), frozenset({"area", "areas", "district", "districts", "area served", "areas served"})),
    ("latitude", _("latitude"), frozenset({"latitude", "lat"})),
    ("longitude", _("longitude"), frozenset({"longitude", "lon", "lng", "long"})),
    ("services", _("kinds of help, with commas between"), frozenset({"services", "service", "help", "needs", "offers"})),
    ("languages", _("languages, with commas between"), frozenset({"languages", "language"})),
    ("hours", _("hours, such as Mon-Fri 08:00-17:00; Sat 9:00-13:00"), frozenset({"hours", "opening hours", "open", "times", "opening times"})),
    ("cost", _("what it costs, in words"), frozenset({"cost", "costs", "fees", "fee", "price"})),
    ("not_for", _("whom they do not help"), frozenset({"not for", "excludes", "exclusions", "does not help"})),
    ("person", _("person to speak to"), frozenset({"contact", "contact person", "person", "contact name"})),
    ("person_title", _("what that person does"), frozenset({"title", "position", "role", "job title"})),
    ("person_number", _("that person’s own number (never given out)"), frozenset({"mobile", "cell", "cellphone", "private number", "contact mobile", "direct number"})),
    ("hidden", _("address is secret (yes or no)"), frozenset({"hidden", "secret", "confidential address", "confidential"})),
)  # fmt: skip
NAMES: Final = frozenset(name for name, _words, _headings in FIELDS)
LONGEST: Final = 5_000  # characters of one cell
_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SPAN = re.compile(
    r"([a-z]{2,9})(?:\s*[-–]\s*([a-z]{2,9}))?\s*:?\s+([\d:]+\s*(?:[ap]m)?)\s*[-–]\s*([\d:]+\s*(?:[ap]m)?)",
    re.IGNORECASE,
)
_NAMESPACE: Final = uuid.UUID("0c2d9a44-5f0e-5b7a-8d6a-5a1b9f6c3e21")
_YES, _NO = frozenset({"yes", "y", "1", "true", "x"}), frozenset({"", "no", "n", "0", "false"})
_NUMBER = re.compile(r"-?\d{1,3}([.,]\d{1,12})?")


def guess_columns(heading: Sequence[object]) -> dict[str, int]:
    """Return which column each of our fields probably is, from 0; each column once, the first that fits."""
    found: dict[str, int] = {}
    for column, cell in enumerate(heading):
        said = meaning.fold(str(cell).replace("_", " "))
        for name, _words, headings in FIELDS:
            if (
                name not in found
                and column not in found.values()
                and (said in headings or said == name.replace("_", " "))
            ):
                found[name] = column
    return found


@dataclass
class Sheet:
    """What was read: rows of HSDS, and columns of ours beside them by table and id."""

    found: Collected = field(default_factory=Collected)
    ours: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Reads lines. `columns`: our field to the number of a column; `country`: two letters, for addresses that name none."""

    columns: Mapping[str, int]
    areas: Sequence[Area]
    country: str
    file: str = ""

    def read(self, lines: Sequence[Line]) -> Sheet:
        sheet = Sheet()
        known = {key: area for area in self.areas for key in (meaning.fold(area.name), meaning.fold(area.code))}
        for number, line in enumerate(lines[1:], start=2):
            if any(line):
                _Line(sheet, self, known, number, line).take()
        return sheet


class _Line:
    """One line on its way to rows."""

    def __init__(self, sheet: Sheet, reader: Reader, areas: Mapping[str, Area], number: int, line: Line) -> None:
        self.sheet, self.reader, self.areas, self.number = sheet, reader, areas, number
        self.cells = {
            name: _text(line[column]) if column < len(line) else "" for name, column in reader.columns.items()
        }
        self.is_wrong = False

    def blame(self, name: str, code: str, said: str = "") -> None:
        self.is_wrong = True
        self.sheet.found.problems.append(Problem(self.reader.file, f"line {self.number}", name, code, said[:200]))

    def take(self) -> None:
        cells = self.cells
        for name, cell in cells.items():
            if len(cell) > LONGEST:
                self.blame(name, "too_long")
            elif "\0" in cell or any("\ud800" <= one <= "\udfff" for one in cell):
                self.blame(name, "unkeepable")
        if not cells.get("name"):
            self.blame("name", "missing")
        if self.is_wrong:
            return
        areas = self._areas()
        where = meaning.fold(cells.get("city") or (areas[0].code if areas else ""))
        key = str(uuid.uuid5(_NAMESPACE, f"{meaning.fold(cells['name'])} {where}"))
        if key in self.sheet.found.rows["organization"]:
            before = self.sheet.found.places["organization", key][1]
            self.blame("name", "line_twice", before)
            return
        self._organization(key, areas)
        self._services(key)
        self._place(key, areas)
        self._phones(key)
        self._person(key)

    def put(self, table: str, key: str, what: str, row: Row) -> str:
        made = str(uuid.uuid5(uuid.UUID(key), what)) if what else key
        said = {name: value for name, value in row.items() if value not in ("", None)}
        self.sheet.found.rows[table][made] = {"id": made, **said}
        self.sheet.found.places[table, made] = (self.reader.file, f"line {self.number}")
        return made

    def _organization(self, key: str, areas: Sequence[Area]) -> None:
        cells = self.cells
        kind = _choose(cells.get("kind", ""), ReceiverKind.choices)
        if kind is None:
            self.blame("kind", "not_in_list", ", ".join(str(words) for _code, words in ReceiverKind.choices))
        site = cells.get("website", "")
        if site and "://" not in site:
            site = f"https://{site}"
        said = {"name": cells["name"], "description": cells.get("description") or cells["name"], "website": site}
        self.put("organization", key, "", {**said, "email": cells.get("email", "")})
        ours: dict[str, Any] = {"areas": list(areas)} if areas else {}
        ours |= {name: value for name, value in (("kind", kind), ("not_for", cells.get("not_for", ""))) if value}
        self.sheet.ours["organization", key] = ours

    def _services(self, key: str) -> None:
        words = dict(NeedKind.choices)
        kinds = [
            _choose(said, NeedKind.choices) or meaning.guess_need(said)
            for said in _parts(self.cells.get("services", ""))
        ]
        if not all(kinds):
            self.blame("services", "not_in_list", ", ".join(map(str, words.values())))
            return
        if not kinds and (guess := meaning.guess_need(self.cells["name"], self.cells.get("description", ""))):
            kinds = [guess]
        for kind in dict.fromkeys(kinds):
            row = {
                "organization_id": key,
                "name": str(words[kind]),
                "status": "active",
                "fees_description": self.cells.get("cost", ""),
            }
            made = self.put("service", key, f"service {kind}", row)
            self.sheet.ours["service", made] = {"kind": kind}
            for code in self._languages():
                self.put("language", made, f"language {code}", {"service_id": made, "code": code, "name": code})

    def _languages(self) -> list[str]:
        found = []
        for said in _parts(self.cells.get("languages", "")):
            code = language_names().get(meaning.fold(said)) or (
                said.lower() if re.fullmatch(r"[a-zA-Z]{2,3}", said) else ""
            )
            if code:
                found.append(code)
            elif not self.is_wrong:
                self.blame("languages", "no_language", said)
        return found

    def _areas(self) -> list[Area]:
        found = []
        for said in _parts(self.cells.get("area", "")):
            if (area := self.areas.get(meaning.fold(said))) is None:
                self.blame("area", "no_area", said)
            else:
                found.append(area)
        return found

    def _place(self, key: str, areas: Sequence[Area]) -> None:
        cells = self.cells
        hours = self._hours()
        is_hidden = cells.get("hidden", "").casefold()
        if is_hidden not in _YES | _NO:
            self.blame("hidden", "not_yes_or_no")
        point = {name: self._degrees(name) for name in ("latitude", "longitude")}
        if not (cells.get("address") or cells.get("city") or hours or any(one is not None for one in point.values())):
            return
        is_physical = bool(cells.get("address") or cells.get("city"))
        row = {
            "organization_id": key,
            "location_type": "physical" if is_physical else "virtual",
            "name": cells.get("city", ""),
            **point,
        }
        place = self.put("location", key, "place", row)
        ours: dict[str, Any] = {"is_hidden": True} if is_hidden in _YES else {}
        if areas:
            ours["area"] = areas[0]
        self.sheet.ours["location", place] = ours
        if is_physical:
            province = cells.get("province") or (areas[0].name if areas else "")
            self.put("address", place, "address", {
                "location_id": place, "address_1": cells.get("address") or cells["city"],
                "city": cells.get("city") or province or "-", "state_province": province or cells.get("city") or "-",
                "postal_code": cells.get("postal_code") or "-", "country": self.reader.country, "address_type": "physical",
            })  # fmt: skip
        for number, one in enumerate(hours):
            self.put("schedule", place, f"hours {number}", {"location_id": place, **one})

    def _hours(self) -> list[Row]:
        found: list[Row] = []
        for said in filter(None, (part.strip() for part in re.split(r"[;\n]", self.cells.get("hours", "")))):
            parts = _SPAN.fullmatch(said)
            first, last = (_weekday(parts[1]), _weekday(parts[2] or parts[1])) if parts else (None, None)
            opens, closes = (_clock(parts[3]), _clock(parts[4])) if parts else (None, None)
            if first is None or last is None or opens is None or closes is None:
                self.blame("hours", "no_hours")
                return []
            days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
            found.append(
                {
                    "freq": "WEEKLY",
                    "byday": ",".join(_CODES[day] for day in sorted(days)),
                    "opens_at": opens,
                    "closes_at": closes,
                }
            )
        return found

    def _degrees(self, name: str) -> float | None:
        said = self.cells.get(name, "").replace(",", ".")
        if not said:
            return None
        most = 90 if name == "latitude" else 180
        if not _NUMBER.fullmatch(said) or abs(float(said)) > most:
            self.blame(name, "no_degrees", str(most))
            return None
        return float(said)

    def _phones(self, key: str) -> None:
        for name, kind, words in (("phone", "voice", ""), ("after_hours", "voice", "after hours")):
            said = self.cells.get(name, "")
            if not said:
                continue
            if not (said.isprintable() and re.search(r"\d{3}", said)):
                self.blame(name, "no_phone")
                continue
            made = self.put(
                "phone",
                key,
                f"phone {name}",
                {"organization_id": key, "number": said[:60], "type": kind, "description": words},
            )
            self.sheet.ours["phone", made] = {"is_after_hours": True} if name == "after_hours" else {}

    def _person(self, key: str) -> None:
        name, number = self.cells.get("person", ""), self.cells.get("person_number", "")
        read = None
        if number:
            read = read_number(number) if number.isprintable() else None
            if read is None:
                self.blame("person_number", "no_private_number")
        if not name and number:
            self.blame("person", "missing")
        if name and not self.is_wrong:
            made = self.put(
                "contact",
                key,
                "person",
                {"organization_id": key, "name": name, "title": self.cells.get("person_title", "")},
            )
            self.sheet.ours["contact", made] = {"is_public": False, **({"number": read} if read else {})}


def _text(cell: "str | datetime | date") -> str:
    return cell.strip() if isinstance(cell, str) else cell.isoformat()


def _parts(said: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;/\n]", said) if part.strip()]


def _choose(said: str, choices: Iterable[tuple[str, "str | Promise"]]) -> str | None:
    """Return the choice that is meant, by its code or its words; an empty text where nothing is said; None: unknown."""
    wanted = meaning.fold(said.replace("_", " "))
    if not wanted:
        return ""
    return next(
        (code for code, words in choices if wanted in {meaning.fold(code.replace("_", " ")), meaning.fold(words)}), None
    )


def _weekday(said: str) -> int | None:
    return _DAYS.index(said[:2].lower()) if said[:2].lower() in _DAYS else None


def _clock(said: str) -> str | None:
    read: Callable[[str], Any] = read_hour
    found = read(said if ":" in said or said[-1:].lower() == "m" else f"{said.strip()}:00")
    return found.isoformat() if found else None
