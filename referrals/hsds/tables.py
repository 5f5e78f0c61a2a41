"""Open Referral HSDS 3.0 as tables: which fields there are, what must stand in them, where links lead. Plain rules, no framework.

Restated in our own form after the data package of openreferral/specification (HSDS 3.0.0); tests compare it with the
published file where that is at hand. One rule of it is left out on purpose: it lets an organisation have one programme only
(`program.organization_id` unique), which nobody can mean. One is added: what an attribute hangs on must be there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

VERSION: Final = "3.0.0"
Row = dict[str, Any]
Rows = dict[str, dict[str, Row]]  # table, id, row: only fields in which something stands


class Field(NamedTuple):
    name: str
    kind: str = "text"  # text, uuid, email, uri, number, date, time, datetime
    is_required: bool = False
    is_unique: bool = False


class Problem(NamedTuple):
    """What is wrong and where. `code` is said in words by `services.exchange_words`; `said` is a word for its sentence."""

    file: str
    record: str
    field: str
    code: str
    said: str = ""


def _fields(said: str) -> tuple[Field, ...]:
    """Read `name:kind` with `!` for required and `*` for unique."""
    found = [Field("id", "uuid", is_required=True, is_unique=True)]
    for word in said.split():
        name, _colon, kind = word.rstrip("!*").partition(":")
        found.append(Field(name, kind or "text", "!" in word, "*" in word))
    return tuple(found)


TABLES: Final[Mapping[str, tuple[Field, ...]]] = {
    "organization": _fields(
        "name! alternate_name description! email:email website:uri tax_status tax_id year_incorporated:number legal_status "
        "logo uri:uri parent_organization_id:uuid"
    ),
    "program": _fields("organization_id:uuid! name! alternate_name description!"),
    "service": _fields(
        "organization_id:uuid! program_id:uuid name! alternate_name description url:uri email:email status! "
        "interpretation_services application_process fees_description wait_time fees accreditations "
        "eligibility_description minimum_age:number maximum_age:number assured_date:date assurer_email:email licenses alert "
        "last_modified:datetime"
    ),
    "attribute": _fields("link_id:uuid! taxonomy_term_id:uuid! link_type link_entity! value"),
    "service_at_location": _fields("service_id:uuid! location_id:uuid! description"),
    "location": _fields(
        "location_type! url:uri organization_id:uuid name alternate_name description transportation latitude:number "
        "longitude:number external_identifier external_identifier_type"
    ),
    "phone": _fields(
        "location_id:uuid service_id:uuid organization_id:uuid contact_id:uuid service_at_location_id:uuid number! "
        "extension:number type description"
    ),
    "contact": _fields(
        "organization_id:uuid service_id:uuid service_at_location_id:uuid location_id:uuid name title department email:email"
    ),
    "address": _fields(
        "location_id:uuid attention address_1! address_2 city! region state_province! postal_code! country! address_type!"
    ),
    "schedule": _fields(
        "service_id:uuid location_id:uuid service_at_location_id:uuid valid_from:date valid_to:date dtstart:date "
        "timezone:number until:date count:number wkst freq interval:number byday byweekno bymonthday byyearday description "
        "opens_at:time closes_at:time schedule_link:uri attending_type notes"
    ),
    "funding": _fields("organization_id:uuid service_id:uuid source"),
    "service_area": _fields("service_id:uuid name description extent extent_type uri"),
    "required_document": _fields("service_id:uuid document uri:uri"),
    "language": _fields("service_id:uuid location_id:uuid phone_id:uuid name code note"),
    "accessibility": _fields("location_id:uuid description details url:uri"),
    "taxonomy_term": _fields("code* name! description! parent_id:uuid taxonomy language taxonomy_id:uuid term_uri:uri"),
    "metadata": _fields(
        "resource_id:uuid! resource_type! last_action_date:date! last_action_type! field_name! previous_value! "
        "replacement_value! updated_by!"
    ),
    "meta_table_description": _fields("name language character_set"),
    "cost_option": _fields(
        "service_id:uuid! valid_from:date valid_to:date option currency amount:number amount_description"
    ),
    "organization_identifier": _fields("organization_id:uuid! identifier_scheme identifier_type! identifier!"),
    "taxonomy": _fields("name! description! uri:uri version"),
}
FILES: Final[Mapping[str, str]] = {
    "organization": "organizations.csv", "program": "programs.csv", "service": "services.csv",
    "attribute": "attributes.csv", "service_at_location": "service_at_location.csv", "location": "locations.csv",
    "phone": "phones.csv", "contact": "contacts.csv", "address": "addresses.csv", "schedule": "schedules.csv",
    "funding": "funding.csv", "service_area": "service_areas.csv", "required_document": "required_documents.csv",
    "language": "languages.csv", "accessibility": "accessibility.csv", "taxonomy_term": "taxonomy_terms.csv",
    "metadata": "metadata.csv", "meta_table_description": "meta_table_descriptions.csv",
    "cost_option": "cost_options.csv", "organization_identifier": "organization_identifiers.csv",
    "taxonomy": "taxonomies.csv",
}  # fmt: skip
ENUMS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("service", "status"): ("active", "inactive", "defunct", "temporarily closed"),
    ("location", "location_type"): ("physical", "postal", "virtual"),
    ("address", "address_type"): ("physical", "postal", "virtual"),
    ("schedule", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    ("schedule", "freq"): ("WEEKLY", "MONTHLY"),
}
# Where a field leads: the table in whose `id` it must be found.
LINKS: Final[Mapping[str, Mapping[str, str]]] = {
    "program": {"organization_id": "organization"},
    "service": {"organization_id": "organization", "program_id": "program"},
    "attribute": {"taxonomy_term_id": "taxonomy_term"},
    "service_at_location": {"service_id": "service", "location_id": "location"},
    "location": {"organization_id": "organization"},
    "phone": {"contact_id": "contact", "location_id": "location", "organization_id": "organization",
              "service_id": "service", "service_at_location_id": "service_at_location"},
    "contact": {"location_id": "location", "organization_id": "organization", "service_id": "service",
                "service_at_location_id": "service_at_location"},
    "address": {"location_id": "location"},
    "schedule": {"location_id": "location", "service_id": "service", "service_at_location_id": "service_at_location"},
    "funding": {"organization_id": "organization", "service_id": "service"},
    "service_area": {"service_id": "service", "service_at_location_id": "service_at_location"},
    "required_document": {"service_id": "service"},
    "language": {"location_id": "location", "phone_id": "phone", "service_id": "service"},
    "accessibility": {"location_id": "location"},
    "taxonomy_term": {"taxonomy_id": "taxonomy"},
    "cost_option": {"service_id": "service"},
    "organization_identifier": {"organization_id": "organization"},
}  # fmt: skip
# Tables whose rows hang on a row of any table, and the field that names it.
ON_ANYTHING: Final[Mapping[str, str]] = {"attribute": "link_id", "metadata": "resource_id"}
# Links that only JSON can say: in tables they are left out.
ONLY_JSON: Final = frozenset({("service_area", "service_at_location_id")})
ALSO: Final = "also"  # further parents of the same kind, which only JSON can say: {field: [ids]}

LONGEST_TEXT: Final = 100_000  # characters: an outline of an area in GeoJSON is long
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_CANNOT_BE_KEPT = re.compile("[\x00\ud800-\udfff]")


def is_said(value: object) -> bool:
    """Say whether something stands there: null, an empty text and an empty list are the same nothing."""
    return value is not None and value not in ("", [], {})


def fields_of(table: str) -> frozenset[str]:
    return _NAMES[table]


_NAMES: Final = {table: frozenset(one.name for one in fields) for table, fields in TABLES.items()}


@dataclass
class Collected:
    """Rows as they are read from one file or several, with the place of each for telling what is wrong."""

    rows: Rows = field(default_factory=lambda: {table: {} for table in TABLES})
    places: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # file, record
    problems: list[Problem] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)  # what HSDS does not know, and how often: it is not taken in
    without_id: int = 0

    def note_unknown(self, what: str) -> None:
        self.unknown[what] = self.unknown.get(what, 0) + 1

    def key_for(self, table: str, row: Row, place: tuple[str, str]) -> str:
        """Return the id of a row, or a stand-in where it has none; that it is missing is told by `check`."""
        said = row.get("id")
        if isinstance(said, str) and said:
            return said
        self.without_id += 1
        key = f"#{self.without_id}"
        self.places[table, key] = place
        return key


def check(found: Collected) -> list[Problem]:
    """Return everything that is wrong, in the order of tables and records: fields first, then links."""
    problems = list(found.problems)
    for table, rows in found.rows.items():
        seen: dict[str, dict[Any, str]] = {one.name: {} for one in TABLES[table] if one.is_unique and one.name != "id"}
        for key, row in rows.items():
            file, record = found.places.get((table, key), (FILES[table], key))
            problems += [Problem(file, record, name, code, said) for name, code, said in check_row(table, row)]
            for name, before in seen.items():
                if is_said(row.get(name)) and before.setdefault(row[name], key) != key:
                    problems.append(Problem(file, record, name, "not_unique", str(row[name])[:60]))
            problems += [
                Problem(file, record, name, "dangling", str(said)[:60])
                for name, said in _dangling(table, row, found.rows)
            ]
    return problems


def check_row(table: str, row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong in one row by itself: field, code, and what the sentence needs."""
    for name, kind, is_required, _unique in TABLES[table]:
        value = row.get(name)
        if not is_said(value):
            if is_required:
                yield name, "missing", ""
            continue
        code = _wrong(kind, value)
        allowed = ENUMS.get((table, name))
        if code:
            yield name, code, ""
        elif allowed and value not in allowed:
            yield name, "not_in_list", ", ".join(allowed)


def _wrong(kind: str, value: Any) -> str:
    """Return the code of what is wrong with a value of this kind, or nothing."""
    if kind == "number":
        return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else "no_number"
    if not isinstance(value, str):
        return "no_text"
    if len(value) > LONGEST_TEXT:
        return "too_long"
    if _CANNOT_BE_KEPT.search(value):
        return "unkeepable"
    if kind == "uuid":
        return "" if _UUID.fullmatch(value) else "no_uuid"
    if kind == "email":
        return "" if _EMAIL.fullmatch(value) else "no_email"
    if kind == "uri":
        return "" if _URI.fullmatch(value) else "no_uri"
    read = {"date": read_date, "time": read_time, "datetime": read_datetime}.get(kind)
    return f"no_{kind}" if read is not None and read(value) is None else ""


def _dangling(table: str, row: Row, rows: Rows) -> Iterator[tuple[str, Any]]:
    for name, target in LINKS.get(table, {}).items():
        for said in [row.get(name), *row.get(ALSO, {}).get(name, [])]:
            if is_said(said) and said not in rows[target]:
                yield name, said
    if (
        table == "attribute"
        and is_said(row.get("link_id"))
        and not any(row["link_id"] in some for some in rows.values())
    ):
        yield "link_id", row["link_id"]


def read_date(said: Any) -> date | None:
    """Return the day that YYYY-MM-DD means, or None."""
    if not isinstance(said, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", said):
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def read_time(said: Any) -> time | None:
    """Return the time of day that HH:MM or HH:MM:SS means, as a clock there shows it, or None."""
    if not isinstance(said, str) or not re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?", said):
        return None
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        return None


def read_datetime(said: Any) -> datetime | None:
    if not isinstance(said, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]", said):
        return None
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None
