"""Plan whom to ring, make the legs, and write the answer that rings them. The plan is made anew at every step."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cases.services import followups
from helpline.core.alarms import services as alarms
from helpline.core.opening import is_open
from telephony import twiml
from telephony.models import Call, Leg
from telephony.routing import LAST_RESORT, Plan, Step, next_step, plan_rings
from telephony.services import addresses
from telephony.services.known import Known, LineNow


def make_plan(
    known: Known, line: LineNow, *, at: datetime, call: Call | None = None, tried: Iterable[str] = ()
) -> Plan:
    """Decide whom to ring from what is known now. `tried` are those rung in this call already."""
    waited = sum(step["seconds"] for step in call.plan.get("rung", [])) if call is not None else 0
    return plan_rings(
        is_open=is_open(line.hours, line.holidays, line.time_zone, at),
        on_duty=known.on_duty,
        is_danger=call.in_danger if call is not None else False,
        has_last_resort=bool(line.last_resort),
        ring_seconds=line.ring_seconds,
        longest_wait_seconds=line.longest_wait_seconds,
        tried=set(tried),
        waited_seconds=waited,
    )


def note_plan(plan: Plan, *, rung: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return what is stored of a plan: usernames and seconds, no numbers."""
    return {
        "steps": [asdict(step) for step in plan.steps],
        "skipped": [asdict(skipped) for skipped in plan.skipped],
        "is_open": plan.is_open,
        "rung": list(rung),
    }


def make_legs(call: Call, step: Step, known: Known, *, at: datetime) -> list[Leg]:
    """Make the rows for the phones of one step, in one statement."""
    return Leg.objects.bulk_create(
        Leg(
            call=call,
            person_id=None if name == LAST_RESORT else known.people[name].id,
            is_last_resort=name == LAST_RESORT,
            step=call.step,
            rang_at=at,
        )
        for name in step.people
    )


def take_step(call: Call, plan: Plan, known: Known, *, tried: Iterable[str], at: datetime) -> list[Leg]:
    """Move the call to the next step of the plan and make its legs; an empty list where it is time to record."""
    step = next_step(plan, set(tried))
    rung = call.plan.get("rung", [])
    if step is None:
        call.plan = note_plan(plan, rung=rung)
        return []
    call.step += 1
    call.plan = note_plan(plan, rung=[*rung, {"people": list(step.people), "seconds": step.seconds}])
    return make_legs(call, step, known, at=at)


def describe_ring(call: Call, legs: Sequence[Leg], line: LineNow, known: Known) -> twiml.Ring | None:
    """Return the Dial for the legs of the present step; None where none of them has a number any more."""
    by_id = {person.id: person for person in known.people.values()}
    phones = []
    for leg in legs:
        person = by_id.get(leg.person_id) if leg.person_id is not None else None
        number = line.last_resort if leg.is_last_resort else person.duty_phone if person else None
        if number:
            phones.append(twiml.Phone(number, addresses.whisper(leg.ref), addresses.leg_status(leg.ref)))
    if not phones:
        return None
    seconds = call.plan["rung"][call.step]["seconds"]
    return twiml.Ring(phones=phones, seconds=seconds, caller_id=line.number, action_url=addresses.dialled(call.step))


def names_tried(call: Call) -> set[str]:
    """Return who was rung in this call, LAST_RESORT among them where it was."""
    return {name for step in call.plan.get("rung", []) for name in step["people"]}


def tell_nobody_on_rota(call: Call, plan: Plan, *, at: datetime) -> None:
    """Where the rota is empty or without numbers: alarm a coordinator, and make the call an urgent task, once for each."""
    if not plan.is_alarm or call.case is None:
        return
    case = call.case
    alarms.raise_alarm(kind="nobody_on_duty", key=f"nobody-on-duty-{call.ref}", about=case.ref, at=at)
    followups.add(
        case=case, kind="task", because="nobody_on_duty", due_at=at, key=f"call-{call.ref}-nobody-on-duty",
        is_urgent=True, at=at,
    )  # fmt: skip
