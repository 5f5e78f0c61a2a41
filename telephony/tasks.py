"""The sweeps of the phone, run by the worker at the periods that stand in `helpline.schedule`. Rows are the truth: each
may run twice, at once, or not at all for a while.
"""

from celery import shared_task

from helpline.core import clock
from telephony.gateway.twilio_gateway import connect
from telephony.services import (
    asking_by_call,
    calls_out,
    delivery,
    media,
    moving,
    recordings,
    snapshot,
    sweeps,
    unknown_sends,
)


@shared_task(name="telephony.tasks.deliver_due")
def deliver_due() -> int:
    return delivery.deliver_due(at=clock.now(), gateway=connect())


@shared_task(name="telephony.tasks.resolve_unknown_sends")
def resolve_unknown_sends() -> int:
    return unknown_sends.resolve_unknown_sends(at=clock.now(), gateway=connect())


@shared_task(name="telephony.tasks.fetch_recordings")
def fetch_recordings() -> int:
    return recordings.fetch_waiting(at=clock.now(), gateway=connect())


@shared_task(name="telephony.tasks.fetch_media")
def fetch_media() -> int:
    return media.fetch_waiting(at=clock.now(), gateway=connect())


@shared_task(name="telephony.tasks.close_silent_calls")
def close_silent_calls() -> int:
    return sweeps.close_silent_calls(at=clock.now(), gateway=connect())


@shared_task(name="telephony.tasks.read_spool")
def read_spool() -> int:
    return sweeps.read_spool()


@shared_task(name="telephony.tasks.keep_duty_snapshot")
def keep_duty_snapshot() -> None:
    snapshot.write(at=clock.now())


@shared_task(name="telephony.tasks.watch_the_line")
def watch_the_line() -> None:
    sweeps.watch_the_line(at=clock.now())


@shared_task(name="telephony.tasks.place_calls")
def place_calls() -> int:
    at, gateway = clock.now(), connect()
    asking_by_call.put_due(at=at)
    asking_by_call.stop_unwanted(at=at, gateway=gateway)
    return calls_out.place_due(at=at, gateway=gateway)


@shared_task(name="telephony.tasks.move_transfers")
def move_transfers() -> int:
    return moving.move_due(at=clock.now(), gateway=connect())
