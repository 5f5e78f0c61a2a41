"""Whom a file names who may be here already under another id: the same name in the same area, number, or website."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpline.core.privacy.numbers import read_number
from referrals.hsds import meaning
from referrals.hsds.tables import LINKS, Row, Rows, is_said
from referrals.models import Phone, Place, Provider

SAME, NEW, SKIP = "same", "new", "skip"


@dataclass(frozen=True)
class Duplicate:
    """One organisation of the file, whom it may be, and why: "name", "number", "website"."""

    id: str
    name: str
    provider: Provider
    because: tuple[str, ...]


def find(rows: Rows, areas: Mapping[str, frozenset[int]]) -> list[Duplicate]:
    """Return those organisations that are new by id and may be here. `areas`: of organisations, as far as the file says."""
    known = {one.hsds_id: one for one in Provider.objects.all()}
    fresh = {key: row for key, row in rows["organization"].items() if key not in known}
    if not fresh or not known:
        return []
    by_name: dict[str, list[Provider]] = defaultdict(list)
    by_site: dict[str, Provider] = {}
    for one in known.values():
        by_name[meaning.fold(one.name)].append(one)
        if one.website:
            by_site.setdefault(meaning.fold_site(one.website), one)
    by_number: dict[str, Provider] = {}
    by_pk = {one.pk: one for one in known.values()}
    for phone in Phone.objects.only("ref", "number", "provider_id"):
        if (folded := fold_number(phone.number)) and phone.provider_id in by_pk:
            by_number.setdefault(folded, by_pk[phone.provider_id])
    held = _areas_of([one for some in by_name.values() for one in some])
    numbers = _numbers(rows)
    found = []
    for key, row in fresh.items():
        because: dict[int, set[str]] = defaultdict(set)
        for one in by_name.get(meaning.fold(row.get("name", "")), ()):
            here, there = held.get(one.pk, frozenset()), areas.get(key, frozenset())
            if not here or not there or here & there:
                because[one.pk].add("name")
        for number in numbers.get(key, ()):
            if (same := by_number.get(number)) is not None:
                because[same.pk].add("number")
        site = meaning.fold_site(str(row.get("website", "")))
        if site and site in by_site:
            because[by_site[site].pk].add("website")
        if because:
            best = max(because, key=lambda pk: len(because[pk]))
            found.append(Duplicate(key, str(row.get("name", "")), by_pk[best], tuple(sorted(because[best]))))
    return found


def _areas_of(providers: Iterable[Provider]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    wanted = {one.pk for one in providers}
    for provider, area in Provider.areas.through.objects.values_list("provider_id", "area_id"):
        found[provider].add(area)
    for provider, place_area in Place.objects.exclude(area=None).values_list("provider_id", "area_id"):
        found[provider].add(place_area or 0)
    return {pk: frozenset(some) for pk, some in found.items() if pk in wanted}


def fold_number(said: str) -> str:
    """Return a number as it is compared: in the form of all numbers where it can be one, else its figures."""
    read = read_number(said.strip('" ')) if said.isprintable() else None
    figures = re.sub(r"\D", "", read or said)
    return figures if len(figures) >= 5 else ""


def _numbers(rows: Rows) -> dict[str, list[str]]:
    """Return folded numbers by organisation: of itself, and of its services."""
    found: dict[str, list[str]] = defaultdict(list)
    for phone in rows.get("phone", {}).values():
        service = rows["service"].get(phone.get("service_id", ""), {})
        place = rows["location"].get(phone.get("location_id", ""), {})
        owners = {phone.get("organization_id"), service.get("organization_id"), place.get("organization_id")}
        folded = fold_number(str(phone.get("number", "")))
        for owner in filter(None, owners):
            if folded:
                found[owner].append(folded)
    return found


def settle(rows: Rows, ours: dict[tuple[str, str], dict[str, Any]], choices: Mapping[str, str]) -> Rows:
    """Return rows after what was chosen: `choices` is an organisation's id to the id that it has here, or `SKIP`."""
    if not choices:
        return rows
    gone = {key for key, choice in choices.items() if choice == SKIP}
    same = {key: choice for key, choice in choices.items() if choice not in (SKIP, NEW)}
    settled: Rows = {table: {} for table in rows}
    order = ["organization", *[table for table in rows if table != "organization"]]
    lost = set(gone)
    for _round in range(4):  # what hangs on what hangs on it, four links deep
        lost |= {
            key
            for table in order
            for key, row in rows[table].items()
            if any(one in lost for one in _linked(table, row))
        }
    taken = {key: dict.fromkeys(numbers) for key, numbers in _numbers_here(same.values()).items()}
    for table in order:
        for key, row in rows[table].items():
            if key in lost:
                continue
            new_key = same.get(key, key) if table == "organization" else key
            moved = {
                name: same.get(value, value) if name == "organization_id" else value for name, value in row.items()
            }
            if table == "phone" and fold_number(str(row.get("number", ""))) in taken.get(
                moved.get("organization_id") or "", {}
            ):
                continue
            settled[table][new_key] = {**moved, "id": new_key}
            if (table, key) in ours and new_key != key:
                ours[table, new_key] = ours[table, key]
    return settled


def _linked(table: str, row: Row) -> list[str]:
    names = [name for name in LINKS.get(table, {}) if is_said(row.get(name))]
    if table in ("attribute", "metadata"):
        names.append("link_id" if table == "attribute" else "resource_id")
    return [
        row[name]
        for name in names
        if isinstance(row.get(name), str) and name not in ("taxonomy_term_id", "taxonomy_id")
    ]


def _numbers_here(ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for phone in Phone.objects.filter(provider__hsds_id__in=list(ids)).select_related("provider"):
        found[phone.provider.hsds_id].append(fold_number(phone.number))
    return found
