"""Take rows of HSDS into the directory: all or nothing, by their ids, and never on trust.

A provider that is new is *proposed*; one that was here keeps how it was vetted, what is hidden and who is public. Nothing is
deleted: what a file does not name stays. What we have no column for is kept beside the row, or as a row of its own, so that
it goes out again as it came.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction

from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.staff.models import User
from referrals.hsds import columns as mapped
from referrals.hsds import meaning
from referrals.hsds.tables import ON_ANYTHING, Row, Rows, is_said
from referrals.models import (
    Area,
    Cost,
    HsdsRow,
    OpenHours,
    Phone,
    Place,
    Provider,
    ProviderPerson,
    Service,
    ServicePlace,
    VettingState,
)
from referrals.services.hsds_words import language_names

Progress = Callable[[float], None]  # from 0 to 1
# Ours in the order in which they can be saved: what is linked to comes first.
MODELS: Final[Mapping[str, type[models.Model]]] = {
    "organization": Provider, "contact": ProviderPerson, "service": Service, "location": Place,
    "service_at_location": ServicePlace, "phone": Phone, "schedule": OpenHours, "cost_option": Cost,
}  # fmt: skip
_PARENTS: Final = {
    "service_id": ("service", "service"),
    "location_id": ("location", "place"),
    "contact_id": ("contact", "person"),
}
_LINKS_OF: Final = {"phone": ("service_id", "location_id", "contact_id"), "schedule": ("service_id", "location_id"),
                    "service_at_location": ("service_id", "location_id"), "cost_option": ("service_id",)}  # fmt: skip
_TO_OWNER: Final = (
    ("organization_id", "organization"), ("service_id", "service"), ("service_at_location_id", "service_at_location"),
    ("location_id", "location"), ("contact_id", "contact"), ("phone_id", "phone"),
)  # fmt: skip
_BATCH: Final = 500


@dataclass(frozen=True)
class Taken:
    """How many providers are new, and how many were here already."""

    new: int
    known: int


@dataclass
class _Work:
    """What is needed while rows are taken in. `ours`: what a spreadsheet said that HSDS has no field for."""

    rows: Rows
    by: User
    at: datetime
    ours: Mapping[tuple[str, str], Mapping[str, Any]]
    is_partial: bool  # what is not said stays as it was
    owners: dict[tuple[str, str], str | None] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=lambda: {table: {} for table in MODELS})
    loose: list[tuple[str, str, Row]] = field(default_factory=list)  # table, id, row: kept as they are
    by_parent: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    needs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[str, Area] = field(default_factory=dict)
    of_places: dict[str, str] = field(default_factory=dict)  # location: the organisation whose service is there first


@transaction.atomic
def take_in(
    *,
    rows: Rows,
    by: User,
    at: datetime,
    ours: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    is_partial: bool = False,
    progress: Progress = lambda _share: None,
) -> Taken:
    """Take rows in that `tables.check` has found to be right. Returns how many providers are new and how many were known."""
    work = _Work(rows=rows, by=by, at=at, ours=ours or {}, is_partial=is_partial)
    for area in Area.objects.all():
        work.areas |= {meaning.fold(area.name): area, meaning.fold(area.code): area}
    _sort_by_parent(work)
    new = 0
    for number, table in enumerate(MODELS):
        new += _take_table(work, table)
        progress((number + 1) / (len(MODELS) + 2))
    _link_areas(work)
    _keep_loose(work)
    progress(1)
    known = len(work.objects["organization"]) - new
    audit.record(by=by, verb="network.imported", what="network", about="", at=at, new=new, known=known)
    return Taken(new=new, known=known)


def in_parts(values: Iterable[Any], size: int = _BATCH) -> Iterator[list[Any]]:
    """Cut a long list: a statement takes only so many values."""
    listed = list(values)
    return (listed[begin : begin + size] for begin in range(0, len(listed), size))


def _sort_by_parent(work: _Work) -> None:
    for table, link in (("language", "service_id"), ("language", "phone_id"), ("language", "location_id"),
                        ("address", "location_id"), ("accessibility", "location_id"), ("service_area", "service_id")):  # fmt: skip
        for row in work.rows.get(table, {}).values():
            if is_said(row.get(link)):
                work.by_parent[table, row[link]].append(row)
    for row in work.rows.get("service", {}).values():
        need = meaning.guess_need(str(row.get("name", "")), str(row.get("description", "")))
        said = work.ours.get(("service", row["id"]), {}).get("kind", need)
        if said:
            work.needs[row["organization_id"]].append(said)
    for row in work.rows.get("service_at_location", {}).values():
        work.of_places.setdefault(row["location_id"], work.rows["service"][row["service_id"]]["organization_id"])


def owner_of(work: _Work, table: str, row: Row) -> str | None:
    """Return the id of the organisation that a row hangs on, over however many steps, or None."""
    key = (table, row["id"])
    if key in work.owners:
        return work.owners[key]
    work.owners[key] = None  # a circle ends here
    work.owners[key] = found = _find_owner(work, table, row)
    return found


def _find_owner(work: _Work, table: str, row: Row) -> str | None:
    if table == "organization":
        return str(row["id"])
    for link, target in _TO_OWNER:
        parent = work.rows.get(target, {}).get(row.get(link, ""))
        if parent is not None and (found := owner_of(work, target, parent)) is not None:
            return found
    if table in ON_ANYTHING:
        said = row.get(ON_ANYTHING[table])
        for target, others in work.rows.items():
            if said in others and target not in ON_ANYTHING:
                return owner_of(work, target, others[said])
    if table == "location":  # of nobody, but services are offered there
        return work.of_places.get(row["id"])
    return None


def _take_table(work: _Work, table: str) -> int:
    """Save one table of ours; returns how many rows are new."""
    model = MODELS[table]
    rows = work.rows.get(table, {})
    there: dict[str, Any] = {}
    for ids in in_parts(rows):
        found: Iterable[Any] = model._default_manager.filter(hsds_id__in=ids)
        there |= {one.hsds_id: one for one in found}
    pairs = _pairs_there(rows) if table == "service_at_location" else {}
    new, changed = [], []
    for key, row in rows.items():
        parents = _parents(work, table, row)
        if parents is None or not mapped.fits(table, row) or _is_pair_taken(table, key, parents, pairs):
            work.loose.append((table, key, row))
            continue
        one = there.get(key)
        if one is None:
            one = model(hsds_id=key)
            _fill(work, table, one, row, parents)
            new.append(one)
        elif _fill(work, table, one, row, parents):
            changed.append(one)
        work.objects[table][key] = one
    _save(model, new, changed)
    if gone := [key for key in there if key not in work.objects[table]]:
        model._default_manager.filter(hsds_id__in=gone).delete()  # it is kept as it was said from now on
    return len(new)


def _pairs_there(rows: Mapping[str, Row]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for ids in in_parts({row.get("service_id", "") for row in rows.values()}):
        links = ServicePlace.objects.filter(service__hsds_id__in=ids)
        for service, place, key in links.values_list("service__hsds_id", "place__hsds_id", "hsds_id"):
            found[service, place] = key
    return found


def _is_pair_taken(table: str, key: str, parents: Mapping[str, Any], pairs: dict[tuple[str, str], str]) -> bool:
    """Say whether a service stands at this place already under another id; ours holds it once."""
    if table != "service_at_location":
        return False
    return pairs.setdefault((parents["service"].hsds_id, parents["place"].hsds_id), key) != key


def _parents(work: _Work, table: str, row: Row) -> dict[str, Any] | None:
    """Return what a row hangs on with us, or None where that is nothing of ours."""
    if table == "organization":
        return {}
    provider = work.objects["organization"].get(owner_of(work, table, row) or "")
    if provider is None:
        return None
    parents: dict[str, Any] = {} if table in ("service_at_location", "cost_option") else {"provider": provider}
    at_place = work.rows.get("service_at_location", {}).get(row.get("service_at_location_id", ""), {})
    for link in _LINKS_OF.get(table, ()):
        target, name = _PARENTS[link]
        said = row.get(link) or at_place.get(link)
        parents[name] = work.objects[target].get(said or "")
        if parents[name] is None and (is_said(said) or "provider" not in parents):
            return None
    return parents


def _fill(work: _Work, table: str, one: Any, row: Row, parents: Mapping[str, Any]) -> bool:
    """Set everything that a row says; returns whether anything is different now."""
    is_new = one.pk is None
    said = mapped.read(table, row)
    if work.is_partial and not is_new:
        wanted = mapped.fields_for(table, row)
        said = {name: value for name, value in said.items() if name in wanted}
    columns: dict[str, Any] = {
        **said,
        **_beside(work, table, one, row),
        **_ours(work, table, one, row["id"]),
        **parents,
    }
    written = {**mapped.write(table, columns if not work.is_partial else _all_columns(table, one, columns)),
               **default_links(table, parents)}  # fmt: skip
    rest = mapped.rest_of(row, written)
    if work.is_partial and not is_new:
        before = one.hsds or {}
        rest = {**before, **{name: value for name, value in rest.items() if value is not None}}
    columns["hsds"] = rest or ({} if table not in _SEALED_REST else None)
    if is_new:
        _begin(work, table, one)
    is_different = False
    for name, value in columns.items():
        if is_new or not _is_same(one, name, value):
            setattr(one, name, value or None if one._meta.get_field(name).null and value == "" else value)
            is_different = True
    if is_different and not is_new and table in ("organization", "service"):
        one.changed_at = work.at
        if table == "organization":
            one.version += 1
    return is_different


_SEALED_REST: Final = frozenset({"contact", "location", "phone"})


def _ours(work: _Work, table: str, one: Any, key: str) -> dict[str, Any]:
    """Return what a spreadsheet said that HSDS has no field for. Who is public stays as somebody here has set it."""
    said = {name: value for name, value in work.ours.get((table, key), {}).items() if name != "areas"}
    if table == "contact" and one.pk is not None:
        said.pop("is_public", None)
        if "number" in said and said["number"] != one.number:
            said["number_checked_at"] = None
    return said


def _all_columns(table: str, one: Any, columns: Mapping[str, Any]) -> dict[str, Any]:
    names = mapped.read(table, {}).keys()
    return {**{name: getattr(one, name) for name in names}, **columns}


def _is_same(one: models.Model, name: str, after: Any) -> bool:
    if isinstance(one._meta.get_field(name), models.ForeignKey):  # its row is not read for that
        return bool(getattr(one, f"{name}_id") == (after.pk if after is not None else None))
    return bool((getattr(one, name) or None) == (after or None))


def default_links(table: str, parents: Mapping[str, Any]) -> Row:
    """Return the links that HSDS would say of a row of ours, from what it hangs on."""
    found = {
        link: parents[name].hsds_id
        for link in _LINKS_OF.get(table, ())
        if parents.get(name := _PARENTS[link][1]) is not None
    }
    if not found and table in ("service", "location", "contact", "phone"):
        found["organization_id"] = parents["provider"].hsds_id
    return found


def _begin(work: _Work, table: str, one: Any) -> None:
    """Set what a new row needs: a provider is proposed, whoever stands in a public directory is public."""
    if table == "organization":
        one.vetting, one.vetting_since = VettingState.PROPOSED, work.at
        one.created_at = one.changed_at = work.at
    elif table == "service":
        one.created_at = one.changed_at = work.at
    elif table == "contact":
        one.created_at, one.is_public = work.at, True


def _beside(work: _Work, table: str, one: Any, row: Row) -> dict[str, Any]:
    """Return columns of ours that other rows fill: languages, the address, the area, what sort of help it is."""
    found: dict[str, Any] = {}
    key = row["id"]
    if table in ("service", "phone") and (languages := _languages(work, key)):
        found["languages"] = _joined(one.languages if work.is_partial else [], languages)
    if table == "service" and not one.kind:
        found["kind"] = meaning.guess_need(str(row.get("name", "")), str(row.get("description", "")))
    if table == "organization" and not one.kind:
        found["kind"] = meaning.guess_kind(
            work.needs.get(key, ()), str(row.get("name", "")), str(row.get("description", ""))
        )
    if table == "location":
        addresses = work.by_parent.get(("address", key), [])
        if addresses:
            found["address"] = meaning.address_lines(addresses)
        if access := work.by_parent.get(("accessibility", key)):
            found["accessibility"] = meaning.access_lines(access)
        if one.area_id is None and (area := _area_of(work, addresses, row)) is not None:
            found["area"] = area
    return found


def _languages(work: _Work, key: str) -> list[str]:
    return _joined(
        [], [meaning.language_code(row, language_names()) for row in work.by_parent.get(("language", key), [])]
    )


def _joined(before: Sequence[str], more: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys([*before, *more]) if one]


def _area_of(work: _Work, addresses: Sequence[Row], row: Row) -> Area | None:
    address = meaning.one_address(addresses) or {}
    said = [address.get(name, "") for name in ("city", "region", "state_province")] + [row.get("name", "")]
    return next((work.areas[meaning.fold(one)] for one in said if one and meaning.fold(one) in work.areas), None)


def _save(model: type[models.Model], new: Sequence[Any], changed: Sequence[Any]) -> None:
    model._default_manager.bulk_create(new, batch_size=_BATCH)
    if changed:  # sealed columns are sealed to their row: only saving whole rows keeps them so
        names = [one.name for one in model._meta.concrete_fields if not one.primary_key]
        model._default_manager.bulk_create(
            changed, batch_size=_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
        )


def _link_areas(work: _Work) -> None:
    """Link services and providers to those areas of ours that their rows name."""
    at_services, at_providers = [], []
    for key, service in work.objects["service"].items():
        named = [meaning.fold(row.get("name", "")) for row in work.by_parent.get(("service_area", key), [])]
        for area in {work.areas[name] for name in named if name in work.areas}:
            at_services.append(Service.areas.through(service_id=service.pk, area_id=area.pk))
    for key, provider in work.objects["organization"].items():
        for area in work.ours.get(("organization", key), {}).get("areas", ()):
            at_providers.append(Provider.areas.through(provider_id=provider.pk, area_id=area.pk))
    Service.areas.through.objects.bulk_create(at_services, batch_size=_BATCH, ignore_conflicts=True)
    Provider.areas.through.objects.bulk_create(at_providers, batch_size=_BATCH, ignore_conflicts=True)
    Entry.objects.bulk_create(
        [
            Entry(at=work.at, who=work.by, verb="provider.imported", what="provider", about=one.ref)
            for one in work.objects["organization"].values()
        ],
        batch_size=_BATCH,
    )


def _keep_loose(work: _Work) -> None:
    """Keep whole rows that we have no table for, and take away what was kept so before and is a row of ours now."""
    loose = list(work.loose)
    for table, rows in work.rows.items():
        if table not in MODELS:
            loose += [(table, key, row) for key, row in rows.items()]
    there: dict[tuple[str, str], HsdsRow] = {}
    for keys in in_parts({key for _table, key, _row in loose}):
        there |= {(one.table, one.hsds_id): one for one in HsdsRow.objects.filter(hsds_id__in=keys)}
    new, changed = [], []
    for table, key, row in loose:
        provider = work.objects["organization"].get(owner_of(work, table, row) or "")
        one = there.get((table, key))
        if one is None:
            new.append(HsdsRow(table=table, hsds_id=key, provider=provider, row=row))
        elif one.row != row or one.provider_id != (provider.pk if provider else None):
            one.row, one.provider = row, provider
            changed.append(one)
    _save(HsdsRow, new, changed)
    for table, some in work.objects.items():
        for keys in in_parts(some):
            HsdsRow.objects.filter(table=table, hsds_id__in=keys).delete()
