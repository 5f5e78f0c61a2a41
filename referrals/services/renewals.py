"""Vetting that has to be done anew: coordinators are told before and on the day, once each, and in the daytime.

A provider whose day has passed is shown as overdue, goes on probation after thirty days, and is never suspended or removed by
a clock: nobody is left without the one lawyer of a district because a form is late.
"""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from helpline.core import clock
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from referrals import checklist
from referrals.models import TRUSTED, Provider, VettingState
from referrals.services.vetting import hold, put

FROM, UNTIL = time(9), time(17)  # nobody is woken for a form


def sweep(*, at: datetime) -> int:
    """Tell of every renewal whose next reminder is due, and put who is long overdue on probation. Says of how many.

    May run twice, at once, or late: each reminder is claimed by the one whose conditional update found it untold. All that
    are claimed on one day are one alarm, so that thirty renewals are one text.
    """
    local = at.astimezone(clock.find_zone(settings.TIME_ZONE))
    if not FROM <= local.time() < UNTIL:
        return 0
    told = _tell_due(local.date(), at)
    for pk in _long_overdue(local.date()):
        told += _put_on_probation(pk, local.date(), at)
    return told


@transaction.atomic
def _tell_due(on: date, at: datetime) -> int:
    claimed = 0
    horizon = on + timedelta(days=max(checklist.REMIND_DAYS))
    rows = Provider.objects.filter(
        vetting__in=TRUSTED, renew_by__lte=horizon, renewal_told__lt=len(checklist.REMIND_DAYS)
    )
    for pk, ref, renew_by, told in rows.values_list("pk", "ref", "renew_by", "renewal_told").order_by("pk"):
        assert renew_by is not None
        stage = checklist.reminder_stage(renew_by, on)
        if stage <= told:
            continue
        unchanged = Provider.objects.filter(pk=pk, renew_by=renew_by, renewal_told=told)
        if unchanged.update(renewal_told=stage) == 1:
            claimed += 1
            audit.record(by=None, verb="vetting.renewal_told", what="provider", about=ref, at=at, stage=stage)
    if claimed:
        alarms.raise_alarm(kind="vetting_renewals", key=f"vetting-renewals-{on:%Y%m%d}", at=at)
    return claimed


def _long_overdue(on: date) -> list[int]:
    before = on - timedelta(days=checklist.OVERDUE_DAYS)
    rows = Provider.objects.filter(vetting=VettingState.APPROVED, renew_by__lt=before)
    return list(rows.values_list("pk", flat=True).order_by("pk"))


@transaction.atomic
def _put_on_probation(pk: int, on: date, at: datetime) -> bool:
    row = hold(Provider(pk=pk))
    if row.vetting != VettingState.APPROVED or row.renew_by is None or not checklist.is_long_overdue(row.renew_by, on):
        return False  # somebody was faster
    put(row, "put_on_probation", by=None, at=at, why="overdue")
    return True
