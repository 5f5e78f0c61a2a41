"""HSDS in JSON, nested, as the tables of HSDS, and back. Plain rules, no framework.

A thing that JSON says in several places (a phone of an organisation and of its service) is one row with several links. What
JSON nests, a link says in tables; so links are not written beside what is nested.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from referrals.hsds.tables import ALSO, LINKS, ON_ANYTHING, TABLES, Collected, Problem, Row, Rows, fields_of, is_said

# Lists that JSON nests: parent, key, table of what is in it, and the field that links back.
_LISTS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "organization": {
        "funding": ("funding", "organization_id"), "contacts": ("contact", "organization_id"),
        "phones": ("phone", "organization_id"), "locations": ("location", "organization_id"),
        "programs": ("program", "organization_id"), "services": ("service", "organization_id"),
        "organization_identifiers": ("organization_identifier", "organization_id"),
    },
    "service": {
        "phones": ("phone", "service_id"), "schedules": ("schedule", "service_id"),
        "service_areas": ("service_area", "service_id"), "service_at_locations": ("service_at_location", "service_id"),
        "languages": ("language", "service_id"), "funding": ("funding", "service_id"),
        "cost_options": ("cost_option", "service_id"), "required_documents": ("required_document", "service_id"),
        "contacts": ("contact", "service_id"),
    },
    "service_at_location": {
        "contacts": ("contact", "service_at_location_id"), "phones": ("phone", "service_at_location_id"),
        "schedules": ("schedule", "service_at_location_id"), "service_areas": ("service_area", "service_at_location_id"),
    },
    "location": {
        "languages": ("language", "location_id"), "addresses": ("address", "location_id"),
        "contacts": ("contact", "location_id"), "accessibility": ("accessibility", "location_id"),
        "phones": ("phone", "location_id"), "schedules": ("schedule", "location_id"),
    },
    "contact": {"phones": ("phone", "contact_id")},
    "phone": {"languages": ("language", "phone_id")},
}  # fmt: skip
# One thing that JSON nests: parent, key, its table, and the parent's field that links to it.
_ONES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "service": {"program": ("program", "program_id")},
    "service_at_location": {"location": ("location", "location_id")},
    "attribute": {"taxonomy_term": ("taxonomy_term", "taxonomy_term_id")},
    "taxonomy_term": {"taxonomy_detail": ("taxonomy", "taxonomy_id")},
}
_ON_ANYTHING_KEYS: Final = {"attributes": "attribute", "metadata": "metadata"}
# What stands in an attribute has no attributes of its own: one of its own term would never end.
_WITHOUT_ATTRIBUTES: Final = frozenset({"attribute", "taxonomy_term", "taxonomy", "metadata"})
_DEEPEST = 12  # levels: HSDS has seven


def flatten(document: Any, file: str) -> Collected:
    """Read a full organisation, a list of them, or a page (`contents`) of them. What is wrong stands in `problems`."""
    found = Collected()
    listed = document.get("contents", [document]) if isinstance(document, dict) else document
    if not isinstance(listed, list) or not listed:
        found.problems.append(Problem(file, "", "", "no_organizations"))
        return found
    for number, one in enumerate(listed, start=1):
        _take(found, "organization", one, (file, f"organization {number}"), 1)
    _give_programs_their_organization(found.rows)
    return found


def _take(found: Collected, table: str, said: Any, place: tuple[str, str], level: int) -> tuple[str, Row] | None:
    """Take one object with everything in it. Returns its key and its row."""
    if not isinstance(said, dict) or level > _DEEPEST:
        found.problems.append(Problem(*place, "", "no_object"))
        return None
    row = {name: value for name, value in said.items() if name in fields_of(table) and is_said(value)}
    key = found.key_for(table, row, place)
    row = _merge(found, table, key, row, place)
    for name, value in said.items():
        if name in fields_of(table) and not (isinstance(value, dict) and name in _ONES.get(table, {})):
            continue
        if is_said(value):
            _take_nested(found, (table, key, row), (name, value), (place, level))
    return key, row


def _merge(found: Collected, table: str, key: str, row: Row, place: tuple[str, str]) -> Row:
    before = found.rows[table].get(key)
    if before is None:
        found.rows[table][key] = row
        found.places.setdefault((table, key), place)
        return row
    for name, value in row.items():
        if before.setdefault(name, value) != value:
            found.problems.append(Problem(*place, name, "two_records", key[:60]))
    return before


def _take_nested(
    found: Collected, parent: tuple[str, str, Row], item: tuple[str, Any], where: tuple[tuple[str, str], int]
) -> None:
    (table, key, row), (name, value), (place, level) = parent, item, where
    if name in _ONES.get(table, {}):
        target, link = _ONES[table][name]
        inner = _take(found, target, value, (place[0], f"{place[1]} › {name}"), level + 1)
        if inner is not None and row.setdefault(link, inner[0]) != inner[0]:
            found.problems.append(Problem(*place, link, "two_records", str(row[link])[:60]))
        return
    if name in _hangs_on(table):
        target = _ON_ANYTHING_KEYS[name]
        link = ON_ANYTHING[target]
    elif name in _LISTS.get(table, {}):
        target, link = _LISTS[table][name]
    else:
        found.note_unknown(f"{table}.{name}"[:80])
        return
    if not isinstance(value, list):
        found.problems.append(Problem(*place, name, "no_list"))
        return
    for number, one in enumerate(value, start=1):
        inner = _take(found, target, one, (place[0], f"{place[1]} › {name} {number}"), level + 1)
        if inner is not None:
            _link(inner[1], link, key)


def _link(row: Row, link: str, key: str) -> None:
    """Link a row to a parent; to one more of the same kind where it has one already, which tables cannot say."""
    if row.setdefault(link, key) != key:
        more = row.setdefault(ALSO, {}).setdefault(link, [])
        if key not in more:
            more.append(key)


def _give_programs_their_organization(rows: Rows) -> None:
    """A programme that JSON names only in a service is that organisation's: tables need to know whose it is."""
    for service in rows["service"].values():
        program = rows["program"].get(service.get("program_id", ""))
        if program is not None and is_said(service.get("organization_id")):
            program.setdefault("organization_id", service["organization_id"])


class _Index:
    """Rows by what they hang on: looked up thousands of times while nesting."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.hanging: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for table, some in rows.items():
            links = [*LINKS.get(table, {}), *([ON_ANYTHING[table]] if table in ON_ANYTHING else [])]
            for row in some.values():
                for link in links:
                    for said in [row.get(link), *row.get(ALSO, {}).get(link, [])]:
                        if said is not None:
                            self.hanging[table, link, said].append(row)


def nest(rows: Rows) -> list[dict[str, Any]]:
    """Return every organisation with everything that hangs on it. What hangs on none has no place in JSON."""
    index = _Index(rows)
    return [_nested(index, "organization", row) for row in rows.get("organization", {}).values()]


def _nested(index: _Index, table: str, row: Row) -> dict[str, Any]:
    links = LINKS.get(table, {})
    hanging = ON_ANYTHING.get(table)
    told: dict[str, Any] = {
        one.name: row[one.name]
        for one in TABLES[table]
        if one.name in row and one.name not in links and one.name != hanging
    }
    for name, (target, link) in _LISTS.get(table, {}).items():
        if some := index.hanging.get((target, link, row["id"])):
            told[name] = [_nested(index, target, one) for one in some]
    for name, (target, link) in _ONES.get(table, {}).items():
        if (inner := index.rows.get(target, {}).get(row.get(link, ""))) is not None:
            told[name] = _nested(index, target, inner)
    for name in _hangs_on(table):
        target = _ON_ANYTHING_KEYS[name]
        if some := index.hanging.get((target, ON_ANYTHING[target], row["id"])):
            told[name] = [_nested(index, target, one) for one in some]
    return told


def _hangs_on(table: str) -> tuple[str, ...]:
    """Return the keys under which JSON nests in this table what may hang on anything."""
    if table == "metadata":
        return ()
    return ("metadata",) if table in _WITHOUT_ATTRIBUTES else ("attributes", "metadata")
