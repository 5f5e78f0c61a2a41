"""Where help is missing: each area and each kind of help, for a language and an hour.

Counted are trusted providers that may be sent to: what they offer, where they work (an area covers its parts), what is spoken
there, and when. A handful of statements, whatever the size of the network.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal

from django.db.models import Count, Q

from cases.models import NeedKind
from helpline.core.lines.models import Line
from referrals.models import Area, OpenHours, Place, Provider, ProviderPerson, Referral, Service, ServiceStatus
from referrals.services.standing import LATELY

Hour = Literal["", "day", "night", "weekend"]
HOURS: Final[tuple[Hour, ...]] = ("", "day", "night", "weekend")
# The moment that stands for each: a weekday at noon, any night at two, Sunday at noon. Weekdays: 0 is Monday.
_MOMENTS: Final[Mapping[Hour, tuple[frozenset[int], time]]] = {
    "day": (frozenset({1}), time(12)), "night": (frozenset(range(7)), time(2)), "weekend": (frozenset({6}), time(12)),
}  # fmt: skip
_ACTIVE: Final = (ServiceStatus.ACTIVE,)
_OURS: Final = (
    NeedKind.RAPID_RESPONSE,
    NeedKind.OTHER,
)  # our own team goes; and "something else" is nothing to look for


@dataclass(frozen=True)
class Cell:
    """So many providers for this help in this area; `in_vain`: so often it was asked for lately and nobody took it."""

    kind: str
    many: int
    in_vain: int


@dataclass(frozen=True)
class Row:
    """One area that has no parts, and the one it lies in."""

    area: Area
    inside: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Gaps:
    """`missing[language][hour]`: in how many places of the table nobody is there for it; "" stands for any."""

    rows: tuple[Row, ...]
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    missing: Mapping[str, Mapping[Hour, int]]
    places: int
    without_area: int


@dataclass
class _Reach:
    kinds: set[str]
    areas: set[int]
    languages: set[str]
    hours: set[Hour]


def read_gaps(*, at: datetime, language: str = "", hour: Hour = "") -> Gaps:
    """Return the table for one language and one hour ("" is any), and where nobody is there for each of them."""
    languages = ("", *sorted({code for line in Line.objects.active() for code in line.languages}))
    areas = {area.pk: area for area in Area.objects.all()}
    leaves_of = _find_leaves(areas)
    reaches = _read_reaches()
    masks: dict[tuple[int, str], int] = defaultdict(int)
    many: dict[tuple[int, str], int] = defaultdict(int)
    bit = {
        (code, at_hour): 1 << n for n, (code, at_hour) in enumerate((one, two) for one in languages for two in HOURS)
    }
    spoken = set(languages)
    without_area = 0
    for reach in reaches:
        without_area += not reach.areas
        mask = sum(bit[code, at_hour] for code in (reach.languages & spoken) | {""} for at_hour in reach.hours)
        counts = bool(mask & bit.get((language, hour), 0))
        for leaf in {leaf for area in reach.areas for leaf in leaves_of.get(area, ())}:
            for kind in reach.kinds:
                masks[leaf, kind] |= mask
                many[leaf, kind] += counts
    kinds = tuple(kind for kind in NeedKind.values if kind not in _OURS)
    leaves = sorted(
        {leaf for found in leaves_of.values() for leaf in found},
        key=lambda pk: (_inside(areas, pk), areas[pk].name, pk),
    )
    in_vain = _read_in_vain(at, leaves_of)
    rows = tuple(
        Row(areas[pk], _inside(areas, pk), tuple(Cell(kind, many[pk, kind], in_vain[pk, kind]) for kind in kinds))
        for pk in leaves
    )
    places = [masks[pk, kind] for pk in leaves for kind in kinds]
    missing = {
        code: {at_hour: sum(not one & bit[code, at_hour] for one in places) for at_hour in HOURS} for code in languages
    }
    return Gaps(rows, kinds, languages, missing, len(places), without_area)


def _inside(areas: Mapping[int, Area], pk: int) -> str:
    parent = areas[pk].parent_id
    return areas[parent].name if parent is not None else ""


def _find_leaves(areas: Mapping[int, Area]) -> Mapping[int, frozenset[int]]:
    """Return for each area the areas without parts that lie in it; for one without parts, itself."""
    parts: dict[int, list[int]] = defaultdict(list)
    for pk, area in areas.items():
        if area.parent_id is not None:
            parts[area.parent_id].append(pk)
    found: dict[int, frozenset[int]] = {}
    for pk in areas:
        leaves, left, seen = set(), [pk], set()
        while left:
            one = left.pop()
            if one in seen:
                continue  # an area that lies in itself by mistake
            seen.add(one)
            left += parts[one]
            if not parts[one]:
                leaves.add(one)
        found[pk] = frozenset(leaves)
    return found


def _read_reaches() -> Iterable[_Reach]:
    trusted = Provider.objects.trusted()
    reaches = {
        pk: _Reach(set(), set(), set(languages), {"", "day"})
        for pk, languages in trusted.values_list("pk", "languages").order_by()
    }
    offering = Service.objects.filter(provider__in=trusted, status__in=_ACTIVE).exclude(kind="")
    for provider, kind, languages in offering.values_list("provider_id", "kind", "languages").order_by():
        reaches[provider].kinds.add(kind)
        reaches[provider].languages.update(languages)
    own = Provider.areas.through.objects.filter(provider__in=trusted).values_list("provider_id", "area_id")
    of_service = Service.areas.through.objects.filter(service__in=offering).values_list(
        "service__provider_id", "area_id"
    )
    of_place = Place.objects.filter(provider__in=trusted).exclude(area=None).values_list("provider_id", "area_id")
    for provider, area in own.union(of_service, of_place.order_by()):
        reaches[provider].areas.add(area)
    _read_hours(reaches, trusted)
    return reaches.values()


def _read_hours(reaches: Mapping[int, _Reach], trusted: Collection[Provider]) -> None:
    """Say in which hours somebody is there: where it is open, or where a person may be asked.

    Nothing written down counts as by day. Who can be asked by telephone can be asked at the weekend, and at night unless they
    said no, as `matching` has it.
    """
    written: dict[int, set[Hour]] = defaultdict(set)
    rows = OpenHours.objects.filter(provider__in=trusted, is_closed=False).order_by()
    for provider, days, opens, closes in rows.values_list("provider_id", "days", "opens_at", "closes_at"):
        written[provider] |= {hour for hour in _MOMENTS if _is_open(frozenset(days), opens, closes, hour)}
    for provider, hours in written.items():
        reaches[provider].hours = {"", *hours}
    people = ProviderPerson.objects.filter(provider__in=trusted, left_at=None, number_index__isnull=False)
    asked = people.filter(Q(by_text=True) | Q(by_call=True)).order_by()
    for provider, at_night, languages in asked.values_list("provider_id", "at_night", "languages"):
        reaches[provider].hours |= {"day", "weekend", "night"} if at_night else {"day", "weekend"}
        reaches[provider].languages.update(languages)


def _is_open(days: frozenset[int], opens: time | None, closes: time | None, hour: Hour) -> bool:
    on, moment = _MOMENTS[hour]
    here = not days or bool(days & on)
    if opens is None or closes is None:
        return here
    if opens < closes:
        return here and opens <= moment < closes
    begun_yesterday = not days or bool({(day + 1) % 7 for day in days} & on)
    return (here and moment >= opens) or (begun_yesterday and moment < closes)


def _read_in_vain(at: datetime, leaves_of: Mapping[int, frozenset[int]]) -> Mapping[tuple[int, str], int]:
    """Count what was asked for in the last half year and nobody took, where it was asked for in an area without parts."""
    asked = Referral.objects.filter(asked_at__gt=at - LATELY, is_team=False, area__isnull=False)
    vain = asked.filter(Q(state="nobody") | Q(outcome="unavailable")).values_list("area_id", "need")
    found: dict[tuple[int, str], int] = defaultdict(int)
    for area, need, many in vain.annotate(many=Count("pk")).order_by():
        if area in leaves_of.get(area, ()):
            found[area, need] += many
    return found
