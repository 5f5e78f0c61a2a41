"""A file on its way into the directory: kept sealed for an hour at most, looked at, settled, and taken in all at once.

What is large is taken in by the worker: the row waits, `take_waiting` finds it, and the page shows how far it is. The
whole is one transaction: a worker that dies has taken nothing, and the next one begins again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from cases.services.importing.sheet import read_lines
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.staff.models import User
from referrals.access import check_keeps_network
from referrals.hsds import meaning, nested, ohana, package, tables
from referrals.hsds.tables import Collected, Problem, Rows
from referrals.models import TRUSTED, Area, DirectoryImport, HsdsRow, Provider
from referrals.services import duplicates, hsds_in, sheets_in
from referrals.services.exchange_words import say

KEPT_FOR: Final = timedelta(hours=1)
LARGEST_SHEET: Final = 5_000_000  # bytes, all files of a form together
LARGEST_HSDS: Final = 40_000_000  # bytes: five thousand organisations in JSON are half of it
MOST_LINES: Final = 10_000
MOST_FILES: Final = 40
SHOWN_PROBLEMS: Final = 200
SHOWN_ROWS: Final = 8
AT_ONCE: Final = 300  # organisations that are taken in while somebody waits: some two seconds
_LOOKING, _WAITING, _TAKEN, _FAILED = "looking", "waiting", "taken", "failed"


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong, for the page."""

    file: str
    record: str
    field: str
    sentence: str


@dataclass(frozen=True)
class First:
    """One provider as it would become."""

    name: str
    kind: str
    place: str
    services: Sequence[str]
    is_known: bool


@dataclass
class Preview:
    """What would happen. `rows` and `ours` are what `hsds_in` takes."""

    wrong: Sequence[Wrong] = ()
    number_wrong: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    alike: Sequence[duplicates.Duplicate] = ()
    first: Sequence[First] = ()
    new: int = 0
    known: int = 0
    trusted: Sequence[str] = ()  # names of those that callers are sent to now and that would change
    rows: Rows = field(default_factory=dict)
    ours: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    heading: Sequence[str] = ()
    open_choices: int = 0  # duplicates about which nothing is chosen yet

    @property
    def may_be_taken(self) -> bool:
        return not self.number_wrong and bool(self.new + self.known) and not self.open_choices


@transaction.atomic
def keep(*, files: Mapping[str, bytes], by: User, at: datetime) -> DirectoryImport:
    """Keep what was handed in, to be looked at. Raises NotAllowed, with a sentence, for what is no file of a directory."""
    check_keeps_network(by, at)
    if not files or len(files) > MOST_FILES:
        raise NotAllowed(_("Hand in one file, or up to %(most)d files of one directory.") % {"most": MOST_FILES})
    kind, body, mapping = _read(files)
    kept = DirectoryImport.objects.create(
        kind=kind, file_name=", ".join(files)[:300], body=json.dumps(body), mapping=mapping, by=by, at=at
    )
    audit.record(by=by, verb="network.import_looked_at", what="network", about=kept.ref, at=at, kind=kind)
    return kept


def _read(files: Mapping[str, bytes]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Say what sort of files these are, and read them."""
    name, content = next(iter(files.items()))
    if len(files) == 1 and content.lstrip()[:1] in (b"{", b"["):
        return "hsds_json", _kept(_flatten(content, name)), {}
    if len(files) == 1 and name.lower().endswith(".zip"):
        try:
            files = package.unzip(content)
        except package.CannotRead as refused:
            raise NotAllowed(say(Problem(refused.file, "", "", refused.code))) from None
    if set(files) & set(tables.FILES.values()) and _has_hsds_ids(files):
        return "hsds_csv", _kept(package.read_package(files)), {}
    if sum(map(len, files.values())) > LARGEST_SHEET:
        raise NotAllowed(_("This is too large: 5 MB at most. Cut it into several."))
    if len(files) > 1 or ohana.kind_of(_first_heading(content)):
        return "ohana", _kept(ohana.read({name: _cells(content) for name, content in files.items()})), {}
    lines = read_lines(content, most_lines=MOST_LINES, or_western=True)
    cells = [[one if isinstance(one, str) else one.isoformat() for one in line] for line in lines]
    return "sheet", {"lines": cells}, {"columns": sheets_in.guess_columns(lines[0])}


def _flatten(content: bytes, name: str) -> Collected:
    try:
        document = json.loads(content, parse_float=package.exact, parse_constant=str)
    except (ValueError, RecursionError):
        return Collected(problems=[Problem(name, "", "", "no_json")])
    return nested.flatten(document, name)


def _has_hsds_ids(files: Mapping[str, bytes]) -> bool:
    """Tell tables of HSDS from those of Ohana, which have some of the same names: Ohana's say other things."""
    return package.DESCRIPTION in files or not all(
        ohana.kind_of(_first_heading(content)) for name, content in files.items() if name.endswith(".csv")
    )


def _first_heading(content: bytes) -> list[str]:
    line = content[:4000].split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    return [cell.strip().strip('"') for cell in line.strip("\r").split(",")]


def _cells(content: bytes) -> list[list[str]]:
    try:
        lines = read_lines(content, most_lines=MOST_LINES, or_western=True)
    except NotAllowed:
        heading = _first_heading(content)
        if not ohana.kind_of(heading):
            raise
        return [heading]
    return [[one if isinstance(one, str) else f"{one:%m/%d/%Y}" for one in line] for line in lines]


def _kept(found: Collected) -> dict[str, Any]:
    return {
        "rows": found.rows,
        "places": [[*key, *place] for key, place in found.places.items()],
        "problems": [list(one) for one in found.problems],
        "unknown": found.unknown,
    }


def find(*, ref: str, by: User, at: datetime) -> DirectoryImport:
    """Return a file of this person's that is still kept. Raises NotFound."""
    check_keeps_network(by, at)
    kept = DirectoryImport.objects.filter(ref=ref, by=by, at__gt=at - KEPT_FOR).exclude(state="dropped").first()
    if kept is None:
        raise NotFound(_("There is nothing here, or it is not yours."))
    return kept


@transaction.atomic
def set_columns(*, kept: DirectoryImport, columns: Mapping[str, int]) -> None:
    """Say which column is what."""
    kept.mapping = {**kept.mapping, "columns": dict(columns), "choices": {}}
    kept.save(update_fields=["mapping"])


@transaction.atomic
def choose(*, kept: DirectoryImport, choices: Mapping[str, str]) -> None:
    """Say of organisations of the file whether they are the same as one here, new, or to be left out."""
    allowed = {key: said for key, said in choices.items() if said in (duplicates.SAME, duplicates.NEW, duplicates.SKIP)}
    kept.mapping = {**kept.mapping, "choices": {**kept.mapping.get("choices", {}), **allowed}}
    kept.save(update_fields=["mapping"])


def preview(*, kept: DirectoryImport) -> Preview:
    """Read what is kept as it would be taken in, with everything that is wrong."""
    found, ours, heading = _collected(kept)
    problems = tables.check(found)
    problems += _taken_codes(found.rows) if not problems else []
    seen = Preview(
        wrong=[Wrong(one.file, one.record, one.field, say(one)) for one in problems[:SHOWN_PROBLEMS]],
        number_wrong=len(problems), unknown=found.unknown, ours=ours, heading=heading,
    )  # fmt: skip
    if not problems:
        choices: dict[str, str] = kept.mapping.get("choices", {})
        seen.alike = duplicates.find(found.rows, _areas_of(found.rows, ours))
        seen.open_choices = sum(one.id not in choices for one in seen.alike)
        same = {one.id: one.provider.hsds_id for one in seen.alike}
        settled = {
            key: same.get(key, "") if said == duplicates.SAME else said for key, said in choices.items() if key in same
        }
        seen.rows = duplicates.settle(found.rows, ours, settled)
    else:
        seen.rows = found.rows
    _count(seen)
    return seen


def _collected(kept: DirectoryImport) -> tuple[Collected, dict[tuple[str, str], dict[str, Any]], Sequence[str]]:
    body = json.loads(kept.body or "{}")
    if kept.kind == "sheet":
        lines = body.get("lines", [[]])
        reader = sheets_in.Reader(
            columns=kept.mapping.get("columns", {}),
            areas=list(Area.objects.all()),
            country=settings.PHONENUMBER_DEFAULT_REGION,
        )
        sheet = reader.read(lines)
        return sheet.found, sheet.ours, lines[0]
    found = Collected(
        rows={**{table: {} for table in tables.TABLES}, **body.get("rows", {})},
        places={(table, key): (file, record) for table, key, file, record in body.get("places", [])},
        problems=[Problem(*one) for one in body.get("problems", [])],
        unknown=body.get("unknown", {}),
    )
    return found, {}, ()


def _taken_codes(rows: Rows) -> list[Problem]:
    """Tell codes of taxonomy terms that another term here has: HSDS wants each once, also on the way out."""
    codes = {str(row["code"]): key for key, row in rows.get("taxonomy_term", {}).items() if row.get("code")}
    if not codes:
        return []
    there = HsdsRow.objects.filter(table="taxonomy_term").exclude(hsds_id__in=list(codes.values())[:500])
    return [
        Problem(tables.FILES["taxonomy_term"], codes[one.row["code"]], "code", "taken_code", str(one.row["code"])[:60])
        for one in there
        if one.row.get("code") in codes and codes[one.row["code"]] != one.hsds_id
    ]


def _areas_of(rows: Rows, ours: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, frozenset[int]]:
    """Return those areas of ours that a file names for its organisations, by their places."""
    known = {key: area.pk for area in Area.objects.all() for key in (meaning.fold(area.name), meaning.fold(area.code))}
    found: dict[str, set[int]] = {}
    for address in rows.get("address", {}).values():
        place = rows["location"].get(address.get("location_id", ""), {})
        for name in ("city", "region", "state_province"):
            if (area := known.get(meaning.fold(address.get(name, "")))) and place.get("organization_id"):
                found.setdefault(place["organization_id"], set()).add(area)
    for (table, key), said in ours.items():
        if table == "organization":
            found.setdefault(key, set()).update(area.pk for area in said.get("areas", ()))
    return {key: frozenset(some) for key, some in found.items()}


def _count(seen: Preview) -> None:
    """Count new and known ones, and show the first of them as they would become."""
    organizations = seen.rows.get("organization", {})
    known: dict[str, Provider] = {}
    for ids in hsds_in.in_parts(organizations):
        known |= {one.hsds_id: one for one in Provider.objects.filter(hsds_id__in=ids)}
    seen.known, seen.new = len(known), len(organizations) - len(known)
    seen.trusted = sorted(one.name for one in known.values() if one.vetting in TRUSTED)
    seen.first = [
        _first(seen, key, str(row.get("name", "")), key in known)
        for key, row in list(organizations.items())[:SHOWN_ROWS]
    ]


def _first(seen: Preview, key: str, name: str, is_known: bool) -> First:
    services = [row for row in seen.rows["service"].values() if row.get("organization_id") == key][:4]
    places = [one["id"] for one in seen.rows["location"].values() if one.get("organization_id") == key]
    address = next((row for row in seen.rows["address"].values() if row.get("location_id") in places), None)
    hidden = any(seen.ours.get(("location", one), {}).get("is_hidden") for one in places)
    needs = [
        seen.ours.get(("service", str(row["id"])), {}).get("kind") or meaning.guess_need(str(row.get("name", "")), str(row.get("description", "")))
        for row in services
    ]  # fmt: skip
    kind = seen.ours.get(("organization", key), {}).get("kind") or meaning.guess_kind(filter(None, needs), name)
    words = dict(Provider._meta.get_field("kind").flatchoices)
    place = _("told by voice only") if hidden else str(address.get("city", "")) if address else ""
    return First(name, str(words.get(kind, kind)), place, [str(row.get("name", "")) for row in services], is_known)


def take(*, kept: DirectoryImport, by: User, at: datetime) -> DirectoryImport:
    """Take it in: at once where that is quick, else by the worker. Raises NotAllowed where something is still wrong."""
    check_keeps_network(by, at)
    seen = preview(kept=kept)
    if kept.state != _LOOKING:
        return kept
    if not seen.may_be_taken:
        raise NotAllowed(
            _("Nothing was taken in: first put right what is wrong, and choose for each that may be here already.")
        )
    if seen.new + seen.known <= AT_ONCE:
        return _take(kept.pk, at)
    kept.state = _WAITING
    kept.save(update_fields=["state"])
    return kept


@transaction.atomic
def _take(pk: int, at: datetime) -> DirectoryImport:
    kept = DirectoryImport.objects.select_for_update().select_related("by").get(pk=pk)
    if kept.state not in (_LOOKING, _WAITING):
        return kept
    seen = preview(kept=kept)
    if not seen.may_be_taken:  # somebody else took something in since
        kept.state = _FAILED
        kept.save(update_fields=["state"])
        return kept
    taken = hsds_in.take_in(
        rows=seen.rows, by=kept.by, at=at, ours=seen.ours, is_partial=kept.kind in ("sheet", "ohana"),
        progress=lambda share: cache.set(_progress_key(kept), share, 3600),
    )  # fmt: skip
    kept.state, kept.body, kept.file_name = _TAKEN, "{}", ""
    kept.mapping = {"new": taken.new, "known": taken.known}
    kept.save(update_fields=["state", "body", "file_name", "mapping"])
    return kept


def take_waiting(*, at: datetime) -> int:
    """Take in what waits for the worker. Twice, at once or late is the same: each row is locked, and taken once."""
    pks = list(DirectoryImport.objects.filter(state=_WAITING).order_by("at").values_list("pk", flat=True)[:5])
    for pk in pks:
        _take(pk, at)
    return len(pks)


def progress_of(kept: DirectoryImport) -> int:
    """Return how far taking it in is, in hundredths."""
    return round(100 * float(cache.get(_progress_key(kept)) or 0))


def _progress_key(kept: DirectoryImport) -> str:
    return f"directory-import:{kept.ref}"


@transaction.atomic
def drop(*, kept: DirectoryImport, by: User, at: datetime) -> None:
    """Forget a file without taking it in."""
    audit.record(by=by, verb="network.import_dropped", what="network", about=kept.ref, at=at)
    kept.delete()


def forget_old(*, at: datetime) -> int:
    """Forget files that nobody took in within the hour. Returns how many those were."""
    gone, _by_model = DirectoryImport.objects.filter(at__lte=at - KEPT_FOR).delete()
    return gone
