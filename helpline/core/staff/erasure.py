"""What accounts leave behind: codes of numbers that were verified, sign-ins that are over, wrong passwords."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.erasure import Eraser, Kind, Tally
from helpline.core.staff.models import NumberCheck


def _checks(before: datetime, _at: datetime) -> "QuerySet[Any]":
    return NumberCheck.objects.filter(expires_at__lt=before)


def _attempts(before: datetime, _at: datetime) -> "QuerySet[Any]":
    rows: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__lt=before)
    return rows


def _delete(rows: Sequence[Any]) -> Tally:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


class Staff(Eraser):
    """Holds nothing of callers; what it holds of colleagues has its time all the same."""

    name = "staff"
    kinds = (
        Kind("number_check", _("Codes that verified a duty number"), _("the code and the number it went to"), 7, 1, _checks, _delete),
        Kind("sign_in_try", _("Wrong passwords, by address"), _("the address from which it was tried"), 30, 1, _attempts, _delete),
    )  # fmt: skip


def forget_sign_ins(*, now: datetime) -> int:
    """Remove sign-ins that are over by themselves; they have no key to be counted by. Returns how many."""
    return int(Session.objects.filter(expire_date__lt=now).delete()[0])
