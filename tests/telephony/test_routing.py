"""Whom to ring: the table that a coordinator can read, and what holds for every table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.routing import LAST_RESORT, SHORTEST_RING_SECONDS, OnDuty, Step, next_step, plan_rings
from tests.tables import is_yes, read_table, split_list


def read_people(row):
    busy, unverified = split_list(row["busy"]), split_list(row["unverified"])
    people = [one.rsplit(" ", 1) for one in split_list(row["on duty"])]
    assert {*busy, *unverified} <= {name for name, _ in people}, "the table speaks of somebody who is not on duty"
    return [OnDuty(name, int(position), name in busy, name not in unverified) for name, position in people]


def plan_from(row):
    return plan_rings(
        is_open=is_yes(row["open"]),
        on_duty=read_people(row),
        is_danger=is_yes(row["danger"]),
        has_last_resort=is_yes(row["last resort"]),
        longest_wait_seconds=int(row["longest wait"]),
    )


def rings(steps):
    return " > ".join(f"{' + '.join(step.people)} {step.seconds}" for step in steps)


@pytest.mark.parametrize("row", read_table("routing.csv"))
def test_a_call_rings_whom_the_table_says(row):
    plan = plan_from(row)
    assert rings(plan.steps) == row["rings"]
    assert plan.then == row["then"]
    assert "; ".join(f"{one.person}: {one.why}" for one in plan.skipped) == row["skipped"]
    assert plan.is_alarm is is_yes(row["alarm"])


@pytest.mark.parametrize("row", read_table("routing.csv"))
def test_stepping_through_a_plan_rings_everybody_in_it_once(row):
    plan, tried, rung = plan_from(row), set(), []
    while (step := next_step(plan, tried)) is not None:
        rung.append(step)
        tried |= set(step.people)
    assert tuple(rung) == plan.steps


@pytest.mark.parametrize("row", read_table("routing.csv"))
def test_a_plan_made_anew_after_each_ring_rings_the_same_people(row):
    tried, waited, rung = set(), 0, []
    while steps := plan_again(row, tried, waited).steps:
        rung.append(steps[0])
        tried |= set(steps[0].people)
        waited += steps[0].seconds
    assert tuple(rung) == plan_from(row).steps


def plan_again(row, tried, waited):
    return plan_rings(
        is_open=is_yes(row["open"]),
        on_duty=read_people(row),
        is_danger=is_yes(row["danger"]),
        has_last_resort=is_yes(row["last resort"]),
        longest_wait_seconds=int(row["longest wait"]),
        tried=tried,
        waited_seconds=waited,
    )


def test_time_that_a_busy_phone_did_not_use_goes_to_the_next_person():
    on_duty = [OnDuty("Nomsa", 1), OnDuty("Sipho", 2)]
    plan = plan_rings(is_open=False, on_duty=on_duty, longest_wait_seconds=25, tried={"Nomsa"}, waited_seconds=1)
    assert plan.steps == (Step(("Sipho",), 20),)


def test_danger_pressed_at_the_message_prompt_rings_the_last_resort_after_everybody_was_tried():
    on_duty = [OnDuty("Nomsa", 1)]
    plan = plan_rings(
        is_open=False, on_duty=on_duty, is_danger=True, has_last_resort=True, tried={"Nomsa"}, waited_seconds=90
    )
    assert [step.is_last_resort for step in plan.steps] == [True]


def test_the_last_resort_is_rung_once():
    plan = plan_rings(is_open=False, on_duty=[], is_danger=True, has_last_resort=True, tried={LAST_RESORT})
    assert plan.steps == ()


PEOPLE = st.lists(
    st.builds(OnDuty, st.sampled_from("ABCDEFGHIJKLMNOP"), st.integers(1, 4), st.booleans(), st.booleans()), max_size=16
)


@given(PEOPLE, st.booleans(), st.booleans(), st.integers(1, 60), st.integers(0, 300))
def test_ringing_fits_the_longest_wait_and_nobody_is_forgotten(people, danger, last_resort, ring, longest):
    plan = plan_rings(
        is_open=True,
        on_duty=people,
        is_danger=danger,
        has_last_resort=last_resort,
        ring_seconds=ring,
        longest_wait_seconds=longest,
    )
    usual = [step for step in plan.steps if not step.is_last_resort]
    assert sum(step.seconds for step in usual) <= longest
    assert all(min(ring, SHORTEST_RING_SECONDS) <= step.seconds <= ring for step in plan.steps)
    assert all(len(step.people) <= 10 for step in plan.steps)
    assert [step for step in plan.steps if step.is_last_resort] == [Step((LAST_RESORT,), ring)] * (
        danger and last_resort
    )
    rung = {name for step in usual for name in step.people}
    assert rung | {one.person for one in plan.skipped} == {person.name for person in people}
