"""The sweeps of the phone, run by the worker at the periods that stand in `helpline.schedule`. Rows are the truth: each
may run twice, at once, or not at all for a while.
"""

from celery import shared_task

from helpline.core import clock
from telephony.gateway.twilio_gateway import connect
from telephony.services import delivery, media, recordings, unknown_sends


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
