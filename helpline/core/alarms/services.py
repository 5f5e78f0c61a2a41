"""Raise an alarm: a row on the board, and a short text to everybody who must know."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from helpline.core.alarms.models import Alarm
from helpline.core.audit import services as audit
from helpline.core.outbox import services as outbox
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

TOLD = (Role.COORDINATOR, Role.SUPERVISOR)


@transaction.atomic
def raise_alarm(
    *, kind: str, key: str, at: datetime, about: str = "", text: bool = True, to: Sequence[Role] = TOLD
) -> Alarm:
    """Raise it once for each key, and text whoever holds one of these roles (a neutral sentence, nothing of a caller)."""
    alarm, is_new = Alarm.objects.get_or_create(key=key, defaults={"kind": kind, "about": about, "raised_at": at})
    if is_new:
        realtime.publish("alarm", alarm.ref)
        if text:
            tell(alarm=alarm, at=at, to=to)
    return alarm


def tell(*, alarm: Alarm, at: datetime, to: Sequence[Role] = TOLD) -> None:
    """Text everybody who must know and has not been told yet: each alarm once to each person."""
    for person in User.objects.active().holding(*to).reachable():
        outbox.put(
            key=f"alarm-{alarm.ref}-{person.username}", route="staff", to=person.username, template="staff/alarm",
            words={"kind": alarm.kind}, about=alarm.about, at=at, is_urgent=True,
        )  # fmt: skip


@transaction.atomic
def acknowledge(*, alarm: Alarm, by: User, at: datetime) -> bool:
    """Note who saw it. Says whether this person was the first."""
    first = Alarm.objects.open().filter(pk=alarm.pk).update(acknowledged_at=at, acknowledged_by=by) == 1
    if first:
        audit.record(by=by, verb="alarm.acknowledged", what="alarm", about=alarm.ref, at=at)
        realtime.publish("alarm", alarm.ref)
    return first


@transaction.atomic
def let_rest(*, alarm: Alarm, at: datetime, by: User | None = None) -> None:
    """Take an alarm off the board because its cause is gone; `by` is who saw to it, None where it ended by itself."""
    if by is not None:
        acknowledge(alarm=alarm, by=by, at=at)
    elif Alarm.objects.open().filter(pk=alarm.pk).update(acknowledged_at=at):
        realtime.publish("alarm", alarm.ref)
