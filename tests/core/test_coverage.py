"""Who is on duty: from a table that a coordinator can read (hours counted from midnight, 26 is two the next night)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpline.core.rota.coverage import (
    Change,
    Gap,
    Overlap,
    Turn,
    count_hours,
    find_gaps,
    find_overlaps,
    next_change,
    who_covers,
)
from tests.tables import read_table, split_list

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def hour(number):
    return MIDNIGHT + timedelta(hours=float(number))


def read_turns(words):
    return [
        Turn(person, int(position), hour(begins), hour(ends))
        for person, position, begins, ends in (re.split(r"[ -]", one) for one in split_list(words))
    ]


OVERRIDE = re.compile(r"(\w+) (?:for (\w+)|as well)(?: at (\d+))? (\d+)-(\d+)")


def read_changes(words):
    changes = []
    for one in split_list(words):
        person, replaces, position, begins, ends = OVERRIDE.fullmatch(one).groups()
        changes.append(
            Change(
                person=None if person == "nobody" else person,
                replaces=replaces,
                position=int(position) if position else None,
                starts_at=hour(begins),
                ends_at=hour(ends),
            )
        )
    return changes


def on_duty(turns):
    return "; ".join(f"{turn.person} {turn.position}" for turn in turns)


@pytest.mark.parametrize("row", read_table("coverage.csv"))
def test_the_rota_says_who_is_on_duty(row):
    covers = who_covers(read_turns(row["shifts"]), read_changes(row["overrides"]), hour(row["at"]))
    assert on_duty(covers) == row["on duty"]


def test_a_stand_in_comes_back_with_the_hours_that_she_stands_in():
    (thandi,) = who_covers(read_turns("Nomsa 1 20-32"), read_changes("Thandi for Nomsa 18-28"), hour(26))
    assert (thandi.starts_at, thandi.ends_at) == (hour(20), hour(28))


def test_gaps_are_found_at_both_ends_between_shifts_and_where_somebody_is_ill():
    turns = read_turns("Nomsa 1 2-6; Sipho 1 6-10; Nomsa 1 12-20")
    gaps = find_gaps(turns, read_changes("nobody for Sipho 8-10"), hour(0), hour(24))
    assert gaps == (Gap(hour(0), hour(2)), Gap(hour(8), hour(12)), Gap(hour(20), hour(24)))


def test_a_week_without_anybody_is_one_gap():
    assert find_gaps([], [], hour(0), hour(168)) == (Gap(hour(0), hour(168)),)


def test_no_gap_where_one_shift_meets_the_next():
    assert find_gaps(read_turns("Nomsa 1 0-8; Sipho 1 8-24"), [], hour(0), hour(24)) == ()


def test_nomsa_on_twice_is_an_overlap_but_nomsa_and_sipho_are_not():
    turns = read_turns("Nomsa 1 0-8; Sipho 2 0-8; Nomsa 2 4-12")
    assert find_overlaps(turns, [], hour(0), hour(24)) == (Overlap("Nomsa", hour(4), hour(8)),)


def test_an_override_can_make_an_overlap():
    turns = read_turns("Nomsa 1 0-8; Sipho 2 0-8")
    overlaps = find_overlaps(turns, read_changes("Sipho for Nomsa 2-5"), hour(0), hour(24))
    assert overlaps == (Overlap("Sipho", hour(2), hour(5)),)


def test_hours_are_counted_for_who_was_really_on_and_once_only():
    turns = read_turns("Nomsa 1 0-8; Nomsa 2 4-12; Sipho 2 0-8")
    hours = count_hours(turns, read_changes("Thandi for Sipho 6-8"), hour(1), hour(10))
    assert hours == {"Nomsa": timedelta(hours=9), "Sipho": timedelta(hours=5), "Thandi": timedelta(hours=2)}


def test_the_next_change_says_when_and_who():
    turns = read_turns("Nomsa 1 0-8; Nomsa 1 8-12; Sipho 1 12-20")
    change = next_change(turns, [], hour(3))
    assert (change.at, on_duty(change.on_duty)) == (hour(12), "Sipho 1")


def test_the_next_change_is_the_end_where_nobody_follows_and_there_is_none_after_that():
    turns = read_turns("Nomsa 1 0-8")
    change = next_change(turns, [], hour(3))
    assert (change.at, change.on_duty) == (hour(8), ())
    assert next_change(turns, [], hour(8)) is None


def test_an_override_is_a_change_at_both_its_ends():
    turns, changes = read_turns("Nomsa 1 0-8"), read_changes("Sipho for Nomsa 2-4")
    assert (next_change(turns, changes, hour(1)).at, next_change(turns, changes, hour(2)).at) == (hour(2), hour(4))
