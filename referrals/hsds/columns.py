"""Which field of HSDS is which column of ours, both ways, so that nothing is lost between the two.

What our columns cannot give back exactly (a currency in small letters, an extension of more than we hold, latitude 100) is
kept beside them as it was said: `rest_of`. Going out, what was said is said again as long as the column still means it;
where somebody has changed the column since, the column wins: `join`.
"""

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from referrals.hsds.tables import ALSO, Row, is_said, read_date, read_time

Columns = dict[str, Any]

_TEXTS: Final[Mapping[str, tuple[tuple[str, str, int], ...]]] = {  # field, column, longest
    "organization": (("name", "name", 250), ("alternate_name", "alternate_name", 250), ("description", "description", 0),
                     ("website", "website", 500), ("email", "email", 254)),
    "service": (("name", "name", 250), ("description", "description", 0), ("interpretation_services", "interpretation", 0),
                ("fees_description", "fees", 0), ("eligibility_description", "eligibility", 0), ("wait_time", "wait", 250),
                ("application_process", "how_to_apply", 0)),
    "location": (("name", "name", 250), ("description", "description", 0), ("transportation", "transport", 0)),
    "service_at_location": (),
    "phone": (("number", "number", 0), ("type", "kind", 40), ("description", "description", 0)),
    "contact": (("name", "name", 0), ("title", "title", 120), ("email", "email", 0)),
    "schedule": (("description", "words", 0),),
    "cost_option": (("option", "option", 250), ("amount_description", "words", 0)),
}  # fmt: skip
_OTHERS: Final[Mapping[str, Mapping[str, str]]] = {
    "service": {"status": "status"},
    "location": {"location_type": "kind", "latitude": "latitude", "longitude": "longitude"},
    "phone": {"extension": "extension"},
    "schedule": {
        "opens_at": "opens_at", "closes_at": "closes_at", "valid_from": "valid_from", "valid_to": "valid_to",
        "notes": "is_closed", "byday": "days", "freq": "days", "interval": "days", "count": "days", "until": "days",
        "byweekno": "days", "bymonthday": "days", "byyearday": "days",
    },
    "cost_option": {"amount": "amount", "currency": "currency"},
}  # fmt: skip
OURS: Final = frozenset(_TEXTS)
_COLUMN_OF: Final = {
    table: {**{name: column for name, column, _longest in texts}, **_OTHERS.get(table, {})}
    for table, texts in _TEXTS.items()
}
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BEYOND_WEEKDAYS: Final = ("count", "until", "byweekno", "bymonthday", "byyearday")
_MIDNIGHT: Final = "00:00:00"
CLOSED: Final = "closed"  # in a schedule's notes, with no hours: nobody is there on these days
_FIGURE = re.compile(r"-?\d{1,12}(\.\d{1,12})?")
_MOST: Final = Decimal(10) ** 10
_CURRENCY = re.compile(r"[A-Z]{3}")


def read(table: str, row: Row) -> Columns:
    """Return our columns as this row of HSDS fills them."""
    found: Columns = {}
    for name, column, longest in _TEXTS[table]:
        said = str(row.get(name, ""))
        found[column] = said[:longest] if longest else said
    match table:
        case "service":
            found["status"] = row.get("status", "active")
        case "location":
            found["kind"] = row.get("location_type", "physical")
            found["latitude"] = _degrees(row.get("latitude"), 90)
            found["longitude"] = _degrees(row.get("longitude"), 180)
        case "phone":
            found["extension"] = str(row.get("extension", ""))[:20]
        case "schedule":
            found |= _read_schedule(row)
        case "cost_option":
            found["amount"] = _amount(row.get("amount"))
            currency = str(row.get("currency", "")).upper()
            found["currency"] = currency if _CURRENCY.fullmatch(currency) else ""
    return found


def write(table: str, columns: Mapping[str, Any]) -> Row:
    """Return the fields of HSDS that our columns say."""
    row = {name: columns[column] for name, column, _longest in _TEXTS[table] if columns.get(column)}
    match table:
        case "organization":
            row.setdefault("description", columns.get("name", ""))  # HSDS wants one
        case "service":
            row["status"] = columns.get("status") or "active"
        case "location":
            row["location_type"] = columns.get("kind") or "physical"
            row["latitude"] = _number(columns.get("latitude"))
            row["longitude"] = _number(columns.get("longitude"))
        case "phone":
            row["extension"] = _number(columns.get("extension"))
        case "schedule":
            row |= _write_schedule(columns)
        case "cost_option":
            row["amount"] = _number(columns.get("amount"))
            row["currency"] = columns.get("currency")
    return {name: value for name, value in row.items() if is_said(value)}


def fits(table: str, row: Row) -> bool:
    """Say whether our columns can mean what this row says. Hours that they cannot mean would be wrong hours for a caller.

    A schedule fits where it names weekdays, or days from and to, with both times of day; every second week, or "the first
    Monday", does not.
    """
    if table != "schedule":
        return table in OURS
    if row.get("freq", "WEEKLY") != "WEEKLY" or row.get("interval", 1) != 1:
        return False
    if any(is_said(row.get(name)) for name in _BEYOND_WEEKDAYS):
        return False
    columns = read(table, row)
    has_days = (
        bool(columns["days"])
        if is_said(row.get("byday"))
        else is_said(row.get("valid_from")) and is_said(row.get("valid_to"))
    )
    has_times = columns["opens_at"] is not None and columns["closes_at"] is not None
    return has_days and (has_times or columns["is_closed"])


def rest_of(row: Row, written: Row) -> Row:
    """Return what has to be kept beside our columns: whatever they would not say as it was said. None: nothing was said."""
    names = (set(row) | set(written)) - {"id"}
    return {name: row.get(name) for name in sorted(names) if row.get(name) != written.get(name)}


def join(table: str, written: Row, rest: Row, columns: Mapping[str, Any]) -> Row:
    """Return a row as it goes out: what our columns say, and what was said before where it still holds."""
    said_before = {name: value for name, value in {**written, **rest}.items() if is_said(value)}
    meant = read(table, said_before)
    row = dict(written)
    for name, value in rest.items():
        column = _COLUMN_OF[table].get(name)
        if column is not None and meant[column] != columns.get(column):
            continue  # somebody has changed it since
        row[name] = value
    return {name: value for name, value in row.items() if is_said(value) or name == ALSO}


def fields_for(table: str, row: Row) -> frozenset[str]:
    """Return the columns of which a row says something."""
    return frozenset(column for name, column in _COLUMN_OF[table].items() if is_said(row.get(name)))


def _degrees(said: Any, most: int) -> str | None:
    """Return degrees as text. What cannot be on the globe (the published example has latitude 100) is no point."""
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not -most <= said <= most:
        return None
    return repr(said) if _FIGURE.fullmatch(repr(said)) else None


def _number(said: Any) -> int | float | None:
    text = str(said if said is not None else "")
    if not _FIGURE.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def _amount(said: Any) -> Decimal | None:
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        return None
    try:
        amount = Decimal(repr(said))
        rounded = amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return rounded if rounded == amount and abs(amount) < _MOST else None


def _read_schedule(row: Row) -> Columns:
    opens, closes = read_time(row.get("opens_at")), read_time(row.get("closes_at"))
    return {
        "opens_at": opens, "closes_at": closes,
        "valid_from": read_date(row.get("valid_from")), "valid_to": read_date(row.get("valid_to")),
        "days": _weekdays(row), "is_closed": row.get("notes") == CLOSED and opens is None and closes is None,
    }  # fmt: skip


def _weekdays(row: Row) -> list[int]:
    """Return weekdays (0 is Monday) where the rule says no more than that; none where it says more than we can keep."""
    if row.get("freq", "WEEKLY") != "WEEKLY" or row.get("interval", 1) != 1:
        return []
    if any(is_said(row.get(name)) for name in _BEYOND_WEEKDAYS):
        return []
    said = [one.strip().upper() for one in str(row.get("byday", "")).split(",") if one.strip()]
    return sorted({_DAYS.index(one) for one in said}) if all(one in _DAYS for one in said) else []


def _write_schedule(columns: Mapping[str, Any]) -> Row:
    days = columns.get("days") or []
    row: Row = {name: _as_text(columns.get(name)) for name in ("opens_at", "closes_at", "valid_from", "valid_to")}
    if columns.get("opens_at") is None or columns.get("closes_at") is None:
        row |= {"opens_at": _MIDNIGHT, "closes_at": _MIDNIGHT}  # to us: the whole day
    if days:
        row |= {"freq": "WEEKLY", "byday": ",".join(_DAYS[day] for day in days)}
    if columns.get("is_closed"):
        row |= {"notes": CLOSED, "opens_at": None, "closes_at": None}
    return row


def _as_text(said: date | time | None) -> str | None:
    return said.isoformat() if said is not None else None
