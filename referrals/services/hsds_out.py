"""What of the directory may leave, as rows of HSDS.

Never: how anybody was vetted, what was told of them, who is on stand-by, conflicts; private numbers; people who are not
public or have left; anything hidden, and whatever hangs on it. Every provider that was not removed leaves alike: a list of
only those whom we trust would itself tell how they were vetted.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from referrals.hsds import columns as mapped
from referrals.hsds import meaning
from referrals.hsds.tables import ALSO, LINKS, ON_ANYTHING, TABLES, Row, Rows, is_said
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
from referrals.services.hsds_in import default_links
from referrals.services.hsds_words import language_names
from referrals.services.tongues import NAMES

_LEAVES: Final = Q(is_hidden=False) & ~Q(vetting=VettingState.REMOVED)
_OF_PROVIDER: Final = Q(provider__is_hidden=False) & ~Q(provider__vetting=VettingState.REMOVED)
_OF_SERVICE: Final = Q(service__provider__is_hidden=False) & ~Q(service__provider__vetting=VettingState.REMOVED)
# In this order what is linked to comes first, so that one pass finds all that hangs on something hidden.
_ORDER: Final = (
    "organization", "program", "location", "service", "service_at_location", "contact", "phone", "schedule", "language",
    "address", "accessibility", "funding", "service_area", "required_document", "cost_option", "organization_identifier",
    "taxonomy", "taxonomy_term", "meta_table_description", "attribute", "metadata",
)  # fmt: skip
# What means nothing without the row that it hangs on.
_HANGING: Final = frozenset(
    {"address", "accessibility", "language", "schedule", "phone", "service_area", "required_document"}
)


@dataclass
class _Work:
    rows: Rows = field(default_factory=lambda: {table: {} for table in _ORDER})
    loose: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    by_parent: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[int, Area] = field(default_factory=dict)


def read_rows() -> Rows:
    """Return everything that may leave, table by table."""
    work = _Work(areas=Area.objects.in_bulk())
    for one in HsdsRow.objects.filter(Q(provider=None) | _OF_PROVIDER).order_by("pk"):
        work.loose[one.table][one.hsds_id] = one.row
    for table in ("address", "accessibility", "language", "service_area"):
        for row in work.loose[table].values():
            for link in ("location_id", "service_id", "phone_id"):
                if is_said(row.get(link)):
                    work.by_parent[table, row[link]].append(row)
    providers = list(Provider.objects.filter(_LEAVES).prefetch_related("areas"))
    services = list(
        Service.objects.filter(_OF_PROVIDER).select_related("provider").prefetch_related("areas", "provider__areas")
    )
    _add(work, "organization", providers)
    _add(work, "service", services)
    places = list(Place.objects.filter(_OF_PROVIDER, is_hidden=False).select_related("provider"))
    _add(work, "location", places)
    _add(
        work,
        "contact",
        ProviderPerson.objects.filter(_OF_PROVIDER, is_public=True, left_at=None).select_related("provider"),
    )
    _add(work, "service_at_location", ServicePlace.objects.filter(_OF_SERVICE).select_related("service", "place"))
    phones = list(Phone.objects.filter(_OF_PROVIDER).select_related("provider", "service", "place", "person"))
    _add(work, "phone", phones)
    hours = list(OpenHours.objects.filter(_OF_PROVIDER).select_related("provider", "service", "place"))
    _add(work, "schedule", hours)
    _add(work, "cost_option", Cost.objects.filter(_OF_SERVICE).select_related("service"))
    _spread_hours(work, hours, places, services)
    _add_addresses(work, places)
    _add_languages(work, providers, services, phones)
    _add_service_areas(work, providers, services)
    for table, some in work.loose.items():
        if table in work.rows and table not in ("address", "accessibility", "language", "service_area"):
            work.rows[table] |= {key: row for key, row in some.items() if key not in work.rows[table]}
    return _prune(work.rows, _hidden_ids())


def _add(work: _Work, table: str, objects: Iterable[Any]) -> None:
    names = list(mapped.read(table, {}))
    for one in objects:
        columns = {name: getattr(one, name) for name in names}
        parents = {
            name: getattr(one, name)
            for name in ("provider", "service", "place", "person")
            if hasattr(one, f"{name}_id")
        }
        written = {**mapped.write(table, columns), **default_links(table, parents)}
        rest = one.hsds
        row = mapped.join(table, written, rest, columns) if rest else written
        work.rows[table][one.hsds_id] = {"id": one.hsds_id, **row}


def _made_id(of: str, what: str) -> str:
    """Return the id of a row that we make of a column: always the same for the same thing."""
    try:
        return str(uuid.uuid5(uuid.UUID(of), what))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{of} {what}"))


def _spread_hours(
    work: _Work, hours: Iterable[OpenHours], places: Iterable[Place], services: Iterable[Service]
) -> None:
    """Hours of a whole provider have no place in HSDS: they are said of each of its places, else of its services."""
    loose = [one for one in hours if one.service_id is None and one.place_id is None]
    if not loose:
        return
    of_places: dict[int, list[str]] = defaultdict(list)
    of_services: dict[int, list[str]] = defaultdict(list)
    for place in places:
        of_places[place.provider_id].append(place.hsds_id)
    for service in services:
        of_services[service.provider_id].append(service.hsds_id)
    for one in loose:
        row = work.rows["schedule"].get(one.hsds_id, {})
        if any(is_said(row.get(link)) for link in LINKS["schedule"]):
            continue
        row = work.rows["schedule"].pop(one.hsds_id)
        link, targets = "location_id", of_places[one.provider_id]
        if not targets:
            link, targets = "service_id", of_services[one.provider_id]
        for target in targets:
            key = _made_id(one.hsds_id, target)
            work.rows["schedule"][key] = {**row, "id": key, link: target}


def _add_addresses(work: _Work, places: Iterable[Place]) -> None:
    """Say addresses and access as they were said, as long as nobody has changed them here."""
    told = {place.hsds_id for place in places}
    for place in places:
        key = place.hsds_id
        rows = work.by_parent.get(("address", key), [])
        text = place.address or ""
        if text == meaning.address_lines(rows):
            work.rows["address"] |= {row["id"]: row for row in rows}
        elif text.strip():
            area = work.areas.get(place.area_id or 0)
            wider = work.areas.get(area.parent_id or 0) if area else None
            made = meaning.read_address(
                text, area=area.name if area else "", wider_area=wider.name if wider else "",
                country=settings.PHONENUMBER_DEFAULT_REGION,
            )  # fmt: skip
            row_id = rows[0]["id"] if rows else _made_id(key, "address")
            work.rows["address"][row_id] = {
                name: value for name, value in {**made, "id": row_id, "location_id": key}.items() if value
            }
        access = work.by_parent.get(("accessibility", key), [])
        if place.accessibility == meaning.access_lines(access):
            work.rows["accessibility"] |= {row["id"]: row for row in access}
        elif place.accessibility:
            row_id = access[0]["id"] if access else _made_id(key, "accessibility")
            work.rows["accessibility"][row_id] = {"id": row_id, "location_id": key, "description": place.accessibility}
    for table in ("address", "accessibility"):
        work.rows[table] |= {
            key: row for key, row in work.loose[table].items() if row.get("location_id") not in told
        }  # fmt: skip


def _add_languages(
    work: _Work, providers: Iterable[Provider], services: Iterable[Service], phones: Iterable[Phone]
) -> None:
    """Say languages as they were said, without those that somebody took away, and with those that somebody added."""
    names = language_names()
    own = {**{one.hsds_id: one.languages for one in services}, **{one.hsds_id: one.languages for one in phones}}
    said_by: dict[str, set[str]] = defaultdict(set)
    for key, row in work.loose["language"].items():
        code = meaning.language_code(row, names)
        held = [row[link] for link in ("service_id", "phone_id") if is_said(row.get(link)) and row[link] in own]
        if code and held and not any(code in own[one] for one in held):
            continue
        work.rows["language"][key] = row
        for link in ("service_id", "phone_id", "location_id"):
            for one in [row.get(link), *row.get(ALSO, {}).get(link, [])]:
                if is_said(one):
                    said_by[one].add(code)
    for link, some in (("service_id", services), ("phone_id", phones)):
        for one in some:
            _make_languages(
                work, link, one.hsds_id, [code for code in one.languages if code not in said_by[one.hsds_id]]
            )
    _spread_languages(work, providers, services)


def _make_languages(work: _Work, link: str, key: str, codes: Iterable[str]) -> None:
    for code in codes:
        row_id = _made_id(key, f"language {code}")
        work.rows["language"][row_id] = {"id": row_id, link: key, "name": str(NAMES.get(code, code)), "code": code}


def _spread_languages(work: _Work, providers: Iterable[Provider], services: Iterable[Service]) -> None:
    """Languages of a whole provider have no place in HSDS: they are said of those of its services that name none."""
    named = {row.get("service_id") for row in work.rows["language"].values()}
    by_provider = {one.pk: one.languages for one in providers}
    for service in services:
        if service.hsds_id not in named:
            _make_languages(work, "service_id", service.hsds_id, by_provider.get(service.provider_id, []))


def _add_service_areas(work: _Work, providers: Iterable[Provider], services: Iterable[Service]) -> None:
    """Say areas as they were said, without those of ours that were taken away, and with those that were added."""
    ours = {meaning.fold(area.name): area.pk for area in work.areas.values()}
    by_provider = {one.pk: list(one.areas.all()) for one in providers}
    told = {service.hsds_id for service in services}
    for service in services:
        own = {area.pk: area for area in service.areas.all()}
        said = set()
        for row in work.by_parent.get(("service_area", service.hsds_id), []):
            known = ours.get(meaning.fold(row.get("name", "")))
            if known is None or known in own:
                work.rows["service_area"][row["id"]] = row
                said.add(known)
        more = [area for pk, area in own.items() if pk not in said] if own or said else by_provider[service.provider_id]
        for area in more:
            row_id = _made_id(service.hsds_id, f"area {area.code}")
            work.rows["service_area"][row_id] = {"id": row_id, "service_id": service.hsds_id, "name": area.name}
    work.rows["service_area"] |= {
        key: row for key, row in work.loose["service_area"].items() if row.get("service_id") not in told
    }


def _hidden_ids() -> set[str]:
    """Return the ids of all that must not leave, so that what hangs on it does not leave either."""
    hidden = set(Provider.objects.exclude(_LEAVES).values_list("hsds_id", flat=True))
    hidden |= set(Place.objects.filter(Q(is_hidden=True) | ~_OF_PROVIDER).values_list("hsds_id", flat=True))
    hidden |= set(Service.objects.exclude(_OF_PROVIDER).values_list("hsds_id", flat=True))
    hidden |= set(
        ProviderPerson.objects.filter(Q(is_public=False) | Q(left_at__isnull=False) | ~_OF_PROVIDER).values_list(
            "hsds_id", flat=True
        )
    )
    return hidden


def _prune(rows: Rows, hidden: set[str]) -> Rows:
    """Take away what hangs on something hidden, and links to what is not there any more."""
    anywhere = {key for some in rows.values() for key in some}
    kept: Rows = {table: {} for table in TABLES}
    for table in _ORDER:
        for key, row in rows[table].items():
            pruned = None if key in hidden else _pruned(table, row, kept, hidden, anywhere)
            if pruned is None:
                hidden.add(key)
            else:
                kept[table][key] = pruned
    return kept


def _pruned(table: str, row: Row, kept: Rows, hidden: set[str], anywhere: set[str]) -> Row | None:
    hangs_on = row.get(ON_ANYTHING.get(table, ""))
    if hangs_on in hidden or (table == "attribute" and hangs_on not in anywhere):
        return None
    row = dict(row)
    if table == "organization" and row.get("parent_organization_id") in hidden:
        del row["parent_organization_id"]
    lost = False
    for link, target in _links(table):
        if row.get(link) in hidden and table != "service":
            return None
        if is_said(row.get(link)) and row[link] not in kept[target]:
            del row[link]
            lost = True
    if row.get(ALSO):
        row[ALSO] = {
            link: [one for one in more if one in anywhere and one not in hidden] for link, more in row[ALSO].items()
        }
    if any(one.is_required and one.name in LINKS.get(table, {}) and one.name not in row for one in TABLES[table]):
        return None
    if lost and table in _HANGING and not any(is_said(row.get(link)) for link, _target in _links(table)):
        return None
    return row


def _links(table: str) -> Iterator[tuple[str, str]]:
    yield from LINKS.get(table, {}).items()
