"""A clock that is turned back must not make a check-in late: what was agreed is how long we wait, not what a clock shows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cases.models import CheckIn, CheckInState, CheckInStep, ClockWatch
from cases.services.casework import lock
from helpline.core.alarms import services as alarms
from helpline.core.clock import Ticks

MORE_THAN_A_CORRECTION = timedelta(seconds=60)  # clocks are set by seconds all the time


@transaction.atomic
def follow_clock(*, at: datetime, ticks: Ticks) -> timedelta:
    """Compare the clock of this machine with the time that has really passed, and return by how much it jumped.

    Where it was turned back, everything that waits is moved back with it, so that nobody is asked for later than was
    agreed. Where it was turned forward nothing is moved: it begins too early rather than too late, with a text to her.
    Which of the two clocks was right nobody knows; a coordinator is told. Each jump counts once.
    """
    watch, is_new = ClockWatch.objects.select_for_update().get_or_create(
        machine=ticks.machine, defaults={"seconds": ticks.seconds, "at": at}
    )
    if is_new:
        return timedelta()
    jump = (at - watch.at) - timedelta(seconds=ticks.seconds - watch.seconds)
    watch.seconds, watch.at = ticks.seconds, at
    watch.save(update_fields=["seconds", "at"])
    if abs(jump) <= MORE_THAN_A_CORRECTION:
        return timedelta()
    alarms.raise_alarm(kind="clock_jumped", key=f"clock-jumped-{ticks.machine}-{int(ticks.seconds)}", at=at)
    if jump < timedelta():
        for row in CheckIn.objects.live().select_related("case").order_by("case_id"):
            _move(row, jump)
    return jump


def _move(row: CheckIn, by: timedelta) -> None:
    lock(row.case)
    names = ("due_at", "ends_at", "begun_at", "acknowledged_at", "next_at")
    # Nothing of what is empty is filled: nothing plus a time is nothing in the database too.
    CheckIn.objects.live().filter(pk=row.pk).update(turn=F("turn") + 1, **{name: F(name) + by for name in names})
    round_now = CheckIn.objects.filter(pk=row.pk, state=CheckInState.MISSED).values("round")
    CheckInStep.objects.filter(check_in=row, round__in=round_now).update(at=F("at") + by)
