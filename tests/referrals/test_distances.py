"""How far apart, and where on the map."""

import pytest

from referrals.distances import distance_km, frame_points, gather

CAPE_TOWN, JOHANNESBURG = (-33.9249, 18.4241), (-26.2041, 28.0473)


def test_from_cape_town_to_johannesburg_it_is_some_1260_kilometres():
    assert distance_km(CAPE_TOWN, JOHANNESBURG) == pytest.approx(1262, abs=8)
    assert distance_km(CAPE_TOWN, CAPE_TOWN) == 0


def test_north_is_up_and_east_is_right_and_nothing_is_outside():
    frame = frame_points([CAPE_TOWN, JOHANNESBURG])
    south_west, north_east = frame.place(CAPE_TOWN), frame.place(JOHANNESBURG)
    assert south_west[0] < north_east[0]
    assert south_west[1] > north_east[1]
    assert all(0 < one[0] < frame.width and 0 < one[1] < frame.height for one in (south_west, north_east))


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north():
    frame = frame_points([(-34.0, 18.0), (-33.0, 19.2)])
    here, east, north = frame.place((-33.5, 18.5)), frame.place((-33.5, 18.5 + 0.1)), frame.place((-33.5 + 0.1, 18.5))
    wide = (east[0] - here[0]) / distance_km((-33.5, 18.5), (-33.5, 18.6))
    tall = (here[1] - north[1]) / distance_km((-33.5, 18.5), (-33.4, 18.5))
    assert wide == pytest.approx(tall, rel=0.02)


def test_one_point_alone_has_country_around_it():
    frame = frame_points([CAPE_TOWN])
    assert frame.place(CAPE_TOWN) == pytest.approx((frame.width / 2, frame.height / 2), abs=1)


def test_nothing_to_draw_is_no_map():
    assert frame_points([]) is None


def test_what_lies_together_is_one_mark():
    assert gather([(0, 0), (5, 5), (100, 100)], nearer_than=14) == [[0, 1], [2]]
