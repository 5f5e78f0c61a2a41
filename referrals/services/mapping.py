"""The network drawn as a map, from our own outlines and points: nothing is asked of any map server."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q

from referrals.distances import Frame, Point, frame_points, gather
from referrals.models import TRUSTED, Area, Place, PlaceKind, Provider, Service, ServiceStatus
from referrals.services.directory import Tree, read_tree

WIDTH = 480.0  # units of the drawing: a telephone shows it at three quarters, a desk at one and a half
TOGETHER = 24.0  # of those units: nearer points are one mark with a number
MOST_LISTED = 300  # places in the table beside the map; who wants the others chooses an area


@dataclass(frozen=True)
class DrawnArea:
    """An area with its outline as SVG points (one string for each ring), and where its name stands.

    Only areas of one level are named, or every name would lie on another.
    """

    area: Area
    is_named: bool
    rings: Sequence[str]
    x: float
    y: float
    size: float

    @property
    def anchor(self) -> str:
        """From which end the name is written, so that it stays on the sheet."""
        return "start" if self.x < WIDTH * 0.15 else "end" if self.x > WIDTH * 0.85 else "middle"

    @property
    def name_x(self) -> float:
        return {"start": 6.0, "end": WIDTH - 6, "middle": self.x}[self.anchor]


@dataclass(frozen=True)
class Mark:
    """One mark, for one place or for several that lie together. `number` is what is written in it and in the table."""

    number: int
    x: float
    y: float
    places: Sequence[tuple[Provider, Place]]


@dataclass(frozen=True)
class Drawing:
    """What is drawn; `frame` None where nothing has a place on the earth yet. `not_listed`: places beyond those in the table."""

    frame: Frame | None
    areas: Sequence[DrawnArea]
    marks: Sequence[Mark]
    without_point: Sequence[tuple[Provider, Place | None]]
    not_listed: int = 0

    @property
    def listed(self) -> Sequence[Mark]:
        """The marks of the table: whole ones, until there are enough."""
        kept: list[Mark] = []
        places = 0
        for mark in self.marks:
            if kept and places + len(mark.places) > MOST_LISTED:
                break
            kept.append(mark)
            places += len(mark.places)
        return kept


def draw(*, need: str = "", area: Area | None = None) -> Drawing:
    """Return the map of trusted providers that are not hidden, for one need or all; hidden places are never on it.

    With an area: that area and its parts, and whoever is there.
    """
    tree = read_tree()
    inside = {one.pk for one in (area, *tree.below(area))} if area is not None else set(tree.by_key)
    found, without = _read_places(need, inside if area is not None else None, tree, area)
    shown = [one for one in tree.by_key.values() if one.pk in inside]
    frame = frame_points([*_corners(shown), *(point for _provider, _place, point in found)], width=WIDTH)
    if frame is None:
        return Drawing(None, (), (), without)
    spots = [frame.place(point) for _provider, _place, point in found]
    marks = []
    for number, members in enumerate(gather(spots, nearer_than=TOGETHER), start=1):
        x, y = spots[members[0]]
        marks.append(Mark(number, x, y, [(found[index][0], found[index][1]) for index in members]))
    drawn = [_draw_area(one, frame, one.parent_id == (area.pk if area else None)) for one in shown if read_rings(one)]
    drawn.sort(key=lambda one: one.size, reverse=True)  # a town must not lie over its districts
    drawing = Drawing(frame, drawn, marks, without[:MOST_LISTED])
    return replace(drawing, not_listed=len(found) - sum(len(mark.places) for mark in drawing.listed))


Drawn = tuple[Provider, Place, Point]
_SHOWN = ("ref", "name", "kind", "is_hidden")  # of a provider, on the map and beside it


def _read_places(
    need: str, inside: set[int] | None, tree: Tree, area: Area | None
) -> tuple[list[Drawn], list[tuple[Provider, Place | None]]]:
    """Return who has a point, and who has none, within some areas (None: everywhere). Points are sealed: none is opened in vain."""
    providers = Provider.objects.filter(vetting__in=TRUSTED, is_hidden=False)
    if need:
        providers = providers.filter(
            pk__in=Service.objects.filter(kind=need, status=ServiceStatus.ACTIVE).values("provider")
        )
    places = Place.objects.filter(provider__in=providers, is_hidden=False, kind=PlaceKind.PHYSICAL)
    nowhere = providers.exclude(pk__in=places.values("provider"))
    if area is not None and inside is not None:
        works_here = Provider.areas.through.objects.filter(area__in=tree.around(area)).values("provider")
        places = places.filter(Q(area__in=inside) | Q(area=None, provider__in=works_here))
        nowhere = nowhere.filter(pk__in=works_here)
    found: list[Drawn] = []
    without: list[tuple[Provider, Place | None]] = []
    beside = [f"provider__{name}" for name in _SHOWN]  # thousands of rows: no more of each than is shown
    rows = places.select_related("provider").only("ref", "name", "address", "latitude", "longitude", *beside)
    for place in rows.order_by("provider__name", "provider", "pk"):
        point = read_point(place)
        if point is None:
            without.append((place.provider, place))
        else:
            found.append((place.provider, place, point))
    without += [(one, None) for one in nowhere.order_by("name", "pk").only(*_SHOWN)[:MOST_LISTED]]
    return found, without


def _corners(areas: Sequence[Area]) -> list[Point]:
    """Return what the frame must hold: outlines, and the middle of an area that has none."""
    corners = [corner for area in areas for ring in read_rings(area) for corner in ring]
    middles = [
        (float(area.latitude), float(area.longitude))
        for area in areas
        if area.latitude is not None and area.longitude is not None and not read_rings(area)
    ]
    return [*corners, *middles]


def read_point(place: Place) -> Point | None:
    """Return where a place is, None where that is not known or cannot be."""
    if not place.latitude or not place.longitude:
        return None
    try:
        point = (float(Decimal(place.latitude)), float(Decimal(place.longitude)))
    except ArithmeticError:
        return None
    return point if -90 <= point[0] <= 90 and -180 <= point[1] <= 180 else None


def read_rings(area: Area) -> list[list[Point]]:
    """Return the outline of an area as rings of points; what is not of that form is left out."""
    rings = []
    for ring in area.outline if isinstance(area.outline, list) else []:
        points = [
            (float(corner[1]), float(corner[0]))
            for corner in (ring if isinstance(ring, list) else [])
            if isinstance(corner, list) and len(corner) == 2 and all(isinstance(one, (int, float)) for one in corner)
        ]
        if len(points) >= 3:
            rings.append(points)
    return rings


def _draw_area(area: Area, frame: Frame, is_named: bool) -> DrawnArea:
    placed = [[frame.place(corner) for corner in ring] for ring in read_rings(area)]
    across, down = [x for ring in placed for x, _y in ring], [y for ring in placed for _x, y in ring]
    size = (max(across) - min(across)) * (max(down) - min(down))
    middle = round((max(across) + min(across)) / 2, 1)
    rings = [" ".join(f"{x},{y}" for x, y in ring) for ring in placed]
    return DrawnArea(area, is_named, rings, middle, round(max(min(down) - 4, 14), 1), size)
