"""Looking for somebody in the network: by words, need, area, language, and whether they are there now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Case as When_
from django.db.models import Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.lines.models import Line
from helpline.core.staff.models import User
from referrals.hours import Span, is_there
from referrals.models import (
    TRUSTED,
    Area,
    OpenHours,
    Place,
    Provider,
    ProviderPerson,
    Service,
    ServiceStatus,
    VettingState,
)

PAGE = 40


@dataclass(frozen=True)
class Asked:
    """What is looked for; what is blank does not matter. `trusted_only`: approved or on probation."""

    words: str = ""
    need: str = ""
    area: Area | None = None
    language: str = ""
    open_now: bool = False
    free: bool = False
    takes_cases: bool = False
    trusted_only: bool = True


@dataclass(frozen=True)
class Row:
    """A provider in a list: `is_open` None where no hours are known."""

    provider: Provider
    is_open: bool | None
    needs: Sequence[str]
    areas: Sequence[str]


@dataclass(frozen=True)
class Found:
    """One page of what was found, and how many there are in all."""

    rows: Sequence[Row]
    number: int
    page: int
    pages: int


@dataclass(frozen=True)
class Tree:
    """The areas and what lies in what: read once for a page, in one statement."""

    by_key: Mapping[int, Area] = field(default_factory=dict)

    def above(self, area: Area) -> list[Area]:
        """Return an area, the one it lies in, and so on to the largest. A circle, which nothing should make, ends."""
        path: list[Area] = []
        here: Area | None = self.by_key.get(area.pk, area)
        while here is not None and here not in path:
            path.append(here)
            here = self.by_key.get(here.parent_id) if here.parent_id is not None else None
        return path

    def below(self, area: Area) -> list[Area]:
        """Return everything that lies in an area, itself left out."""
        return [one for one in self.by_key.values() if one != area and area in self.above(one)]

    def around(self, area: Area) -> set[int]:
        """Return the keys of an area, of those it lies in and of its parts: who works in one of them may be of help."""
        return {one.pk for one in (*self.above(area), *self.below(area))}

    def name(self, area: Area) -> str:
        """Say an area with the one that it lies in: "Woodstock, Cape Town"."""
        return ", ".join(one.name for one in self.above(area)[:2])


def read_tree() -> Tree:
    return Tree({area.pk: area for area in Area.objects.all()})


def areas_above(area: Area) -> list[Area]:
    """Return an area, the one it lies in, and so on to the largest."""
    return read_tree().above(area)


def zone_here() -> ZoneInfo:
    """Return the zone in which hours of providers are meant: that of the first line in use."""
    line = Line.objects.active().first()
    return clock.find_zone(line.time_zone if line is not None else timezone.get_current_timezone_name())


def search(asked: Asked, *, at: datetime, page: int = 1) -> Found:
    """Return one page of providers that fit, trusted ones first, then by name. Some six statements for any number."""
    rows = find(asked, at=at)
    is_trusted = When_(When(vetting__in=TRUSTED, then=Value(0)), default=Value(1))
    number = rows.count()
    pages = max(1, -(-number // PAGE))
    page = min(max(page, 1), pages)
    shown = list(
        rows.order_by(is_trusted, "name", "pk").prefetch_related("services", "areas")[(page - 1) * PAGE : page * PAGE]
    )
    there = read_open([one.pk for one in shown], at=at)
    return Found([_row(one, there.get(one.pk)) for one in shown], number, page, pages)


def _row(provider: Provider, is_open: bool | None) -> Row:
    active = [one for one in provider.services.all() if one.status == ServiceStatus.ACTIVE]
    needs = list(dict.fromkeys(str(one.get_kind_display()) for one in active if one.kind))
    return Row(provider, is_open, needs, [area.name for area in provider.areas.all()])


def find(asked: Asked, *, at: datetime) -> "QuerySet[Provider]":
    """Return providers that fit, in no order."""
    rows = Provider.objects.trusted() if asked.trusted_only else Provider.objects.listed()
    words = asked.words.replace("\x00", "").strip()
    for word in words.split()[:6]:
        named = Q(name__icontains=word) | Q(alternate_name__icontains=word)
        offered = Q(services__name__icontains=word) | Q(services__description__icontains=word)
        # Whoever is hidden is not found by a name: what is typed would show that there is somebody of that name.
        rows = rows.filter((named | offered) & Q(is_hidden=False))
    active = Q(services__status=ServiceStatus.ACTIVE)
    if asked.need:
        rows = rows.filter(active & Q(services__kind=asked.need))
    if asked.free:
        rows = rows.filter(active & Q(services__is_free=True) & (Q(services__kind=asked.need) if asked.need else Q()))
    if asked.area is not None:
        rows = rows.filter(works_in(asked.area))
    if asked.language:
        spoken = f'"{asked.language}"'  # as it stands in the list of codes, in either database
        rows = rows.filter(
            Q(languages__icontains=spoken)
            | Q(services__languages__icontains=spoken)
            | Q(people__languages__icontains=spoken, people__left_at=None)
        )
    if asked.takes_cases:
        rows = rows.filter(Q(closed_until=None) | Q(closed_until__lte=at.astimezone(zone_here()).date()))
    # Each filter may meet several rows of the same provider.
    found = Provider.objects.filter(pk__in=rows.order_by().values("pk"))
    if asked.open_now:
        there = read_open(found.values_list("pk", flat=True), at=at)
        found = found.filter(pk__in=[key for key, is_open in there.items() if is_open])
    return found


def works_in(area: Area) -> Q:
    """Return what fits who works in an area, in a part of it, or in what it lies in. Where a hidden house stands tells nothing."""
    around = read_tree().around(area)
    is_at = Q(places__area__in=around, places__is_hidden=False, is_hidden=False)
    return Q(areas__in=around) | Q(services__areas__in=around) | is_at


def read_spoken() -> list[str]:
    """Return the codes of all languages that are spoken somewhere in the network: three statements."""
    spoken: set[str] = set()
    for lists in (
        Provider.objects.listed().values_list("languages", flat=True),
        Service.objects.values_list("languages", flat=True),
        ProviderPerson.objects.filter(left_at=None).values_list("languages", flat=True),
    ):
        for codes in lists.distinct().order_by():
            spoken.update(code for code in codes if isinstance(code, str))
    return sorted(spoken)


def read_open(providers: Iterable[int], *, at: datetime) -> dict[int, bool | None]:
    """Say of each provider whose hours are known whether somebody is there now: two statements."""
    local = at.astimezone(zone_here())
    spans: dict[int, list[Span]] = defaultdict(list)
    keys: Collection[int] | Iterable[int] = providers
    for row in OpenHours.objects.filter(provider__in=keys):
        spans[row.provider_id].append(read_span(row))
    return {key: is_there(those, local) for key, those in spans.items()}


def read_span(row: OpenHours) -> Span:
    """Return hours as the rule reads them."""
    days = frozenset(day for day in row.days if isinstance(day, int) and 0 <= day <= 6)
    return Span(days, row.opens_at, row.closes_at, row.valid_from, row.valid_to, row.is_closed)


def say_name(provider: Provider) -> str:
    """Return what may stand on a page or in a list: of a hidden one only what kind of help it is."""
    if provider.is_hidden:
        return _("Hidden: %(kind)s") % {"kind": provider.get_kind_display()}
    return provider.name


def show_hidden(*, provider: Provider, place: Place | None, by: User, at: datetime) -> None:
    """Note that somebody looked at a name or an address that is only ever told by voice."""
    what = "place" if place is not None else "provider"
    audit.record(by=by, verb=f"{what}.shown", what="provider", about=provider.ref, at=at)


def is_for_paper(provider: Provider) -> bool:
    """Say whether a provider may stand on a sheet, on the map, or in an export: trusted, and not hidden."""
    return provider.vetting in TRUSTED and not provider.is_hidden and provider.vetting != VettingState.REMOVED
