"""The network drawn as a map, from our own outlines and points: nothing is asked of any map server."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from referrals.distances import Frame, Point, frame_points, gather
from referrals.models import TRUSTED, Area, Place, PlaceKind, Provider

TOGETHER = 14.0  # units of the drawing: nearer points are one mark with a number


@dataclass(frozen=True)
class DrawnArea:
    """An area with its outline as SVG points (one string for each ring), and where its name stands."""

    area: Area
    rings: Sequence[str]
    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """One mark, for one place or for several that lie together. `number` is what is written in it and in the table."""

    number: int
    x: float
    y: float
    places: Sequence[tuple[Provider, Place]]


@dataclass(frozen=True)
class Drawing:
    """What is drawn; `frame` None where nothing has a place on the earth yet."""

    frame: Frame | None
    areas: Sequence[DrawnArea]
    marks: Sequence[Mark]
    without_point: Sequence[tuple[Provider, Place | None]]


def draw(*, need: str = "") -> Drawing:
    """Return the map of all trusted providers that are not hidden, for one need or all; hidden places are never on it."""
    providers = Provider.objects.filter(vetting__in=TRUSTED, is_hidden=False)
    if need:
        providers = providers.filter(services__kind=need, services__status="active").distinct()
    found: list[tuple[Provider, Place, Point]] = []
    without: list[tuple[Provider, Place | None]] = []
    for provider in providers.order_by("name", "pk").prefetch_related("places"):
        places = [one for one in provider.places.all() if not one.is_hidden and one.kind == PlaceKind.PHYSICAL]
        if not places:
            without.append((provider, None))
        for place in places:
            point = read_point(place)
            if point is None:
                without.append((provider, place))
            else:
                found.append((provider, place, point))
    areas = list(Area.objects.all())
    corners = [corner for area in areas for ring in read_rings(area) for corner in ring]
    frame = frame_points([*corners, *(point for _provider, _place, point in found)])
    if frame is None:
        return Drawing(None, (), (), without)
    spots = [frame.place(point) for _provider, _place, point in found]
    marks = []
    for number, members in enumerate(gather(spots, nearer_than=TOGETHER), start=1):
        x, y = spots[members[0]]
        marks.append(Mark(number, x, y, [(found[index][0], found[index][1]) for index in members]))
    return Drawing(frame, [_draw_area(area, frame) for area in areas if read_rings(area)], marks, without)


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


def _draw_area(area: Area, frame: Frame) -> DrawnArea:
    placed = [[frame.place(corner) for corner in ring] for ring in read_rings(area)]
    if area.latitude is not None and area.longitude is not None:
        x, y = frame.place((float(area.latitude), float(area.longitude)))
    else:
        x = sum(one[0] for one in placed[0]) / len(placed[0])
        y = sum(one[1] for one in placed[0]) / len(placed[0])
    return DrawnArea(area, [" ".join(f"{x},{y}" for x, y in ring) for ring in placed], round(x, 1), round(y, 1))
