"""A sheet to print: who helps with what in an area. Nobody on it who is hidden or not trusted, and no private number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import NeedKind
from referrals.models import TRUSTED, Area, OpenHours, Phone, Place, Provider, Service, ServiceStatus
from referrals.services.cost_words import say_costs
from referrals.services.directory import works_in
from referrals.services.hour_words import say_hours
from referrals.services.tongues import name_of


@dataclass(frozen=True)
class Entry:
    """One provider under one need, as it is printed."""

    provider: Provider
    services: Sequence[Service]
    phones: Sequence[Phone]
    places: Sequence[Place]
    hours: Sequence[str]
    languages: Sequence[str]
    costs: Sequence[str]


@dataclass(frozen=True)
class Group:
    """Everybody who helps with one thing."""

    words: str
    entries: Sequence[Entry]


def read_sheet(area: Area | None) -> list[Group]:
    """Return what is printed for an area and its parts (None: for everywhere), in the order of needs. Nine statements."""
    rows = Provider.objects.filter(vetting__in=TRUSTED, is_hidden=False)
    if area is not None:
        rows = Provider.objects.filter(pk__in=rows.filter(works_in(area)).order_by().values("pk"))
    grouped: dict[str, list[Entry]] = defaultdict(list)
    parts = ("services__costs", "phones__place", "places__area", "hours__place")
    for provider in rows.order_by("name", "pk").prefetch_related(*parts):
        offered: dict[str, list[Service]] = defaultdict(list)
        for service in provider.services.all():
            if service.status == ServiceStatus.ACTIVE:
                offered[service.kind].append(service)
        for kind, services in offered.items():
            grouped[kind].append(_entry(provider, services))
    order = [*NeedKind.values, ""]
    words = {**{str(code): str(label) for code, label in NeedKind.choices}, "": str(NeedKind.OTHER.label)}
    return [Group(words[kind], grouped[kind]) for kind in order if grouped.get(kind)]


def _entry(provider: Provider, services: Sequence[Service]) -> Entry:
    kept = {service.pk for service in services}
    spoken = list(dict.fromkeys([*provider.languages, *(code for service in services for code in service.languages)]))
    hours = [row for row in provider.hours.all() if _is_told(row, kept)]
    return Entry(
        provider=provider,
        services=services,
        phones=[one for one in provider.phones.all() if one.person_id is None and _is_told(one, kept)],
        places=[one for one in provider.places.all() if not one.is_hidden and one.address],
        hours=list(dict.fromkeys(say_hours(hours))),
        languages=[name_of(code) for code in spoken],
        costs=[said for service in services for said in say_costs(service)],
    )


def _is_told(row: Phone | OpenHours, services: set[int]) -> bool:
    """Say whether it is of one of these services or of all, and does not lead to a hidden house."""
    is_of_these = row.service_id is None or row.service_id in services
    return is_of_these and (row.place is None or not row.place.is_hidden)
