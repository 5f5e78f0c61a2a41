"""Where things are: how far apart, and where they stand on a drawn map. Plain arithmetic, no framework.

A point is latitude and longitude in decimal degrees.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_KM: Final = 6371.0  # mean radius; good to half a per cent, and people drive by roads anyway
Point = tuple[float, float]


def distance_km(one: Point, other: Point) -> float:
    """Return the distance along the earth's surface in kilometres (haversine)."""
    first, second = radians(one[0]), radians(other[0])
    north, east = second - first, radians(other[1] - one[1])
    half = sin(north / 2) ** 2 + cos(first) * cos(second) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True)
class Frame:
    """A stretch of country and the sheet that it is drawn on, in units of the drawing. North is up."""

    south: float
    west: float
    north: float
    east: float
    width: float
    height: float

    def place(self, point: Point) -> tuple[float, float]:
        """Return where a point stands on the sheet, from its left upper corner."""
        across = (self.east - self.west) or 1.0
        down = (self.north - self.south) or 1.0
        return (
            round((point[1] - self.west) / across * self.width, 1),
            round((self.north - point[0]) / down * self.height, 1),
        )


def frame_points(points: Iterable[Point], *, width: float = 800.0, margin: float = 0.08) -> Frame | None:
    """Return the smallest frame around some points, with a margin; None without points.

    Degrees of longitude are as much shorter than degrees of latitude as the cosine of the middle says, so that a town
    keeps its shape. One point alone gets a frame of some ten kilometres.
    """
    found = list(points)
    if not found:
        return None
    south, north = min(one[0] for one in found), max(one[0] for one in found)
    west, east = min(one[1] for one in found), max(one[1] for one in found)
    least = 0.1
    if north - south < least:
        middle = (north + south) / 2
        south, north = middle - least / 2, middle + least / 2
    if east - west < least:
        middle = (east + west) / 2
        west, east = middle - least / 2, middle + least / 2
    tall, wide = (north - south) * margin, (east - west) * margin
    south, north, west, east = south - tall, north + tall, west - wide, east + wide
    shape = (north - south) / ((east - west) * max(cos(radians((north + south) / 2)), 0.01))
    return Frame(south, west, north, east, width, round(width * min(max(shape, 0.4), 1.6), 1))


def gather(points: Sequence[tuple[float, float]], *, nearer_than: float) -> list[list[int]]:
    """Return which of these places on a sheet lie so near to each other that they are drawn as one, by their positions.

    A place joins the oldest group whose first place is nearer. Only the squares around it are looked through, so that
    thousands take no longer than they must.
    """
    groups: list[list[int]] = []
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (x, y) in enumerate(points):
        column, row = int(x // nearer_than), int(y // nearer_than)
        around = [squares.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        near = [
            number
            for number in chain.from_iterable(around)
            if (x - points[groups[number][0]][0]) ** 2 + (y - points[groups[number][0]][1]) ** 2 < nearer_than**2
        ]
        if near:
            groups[min(near)].append(index)
        else:
            squares[column, row].append(len(groups))
            groups.append([index])
    return groups
