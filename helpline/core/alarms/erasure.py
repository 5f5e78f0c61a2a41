"""What alarms hold of callers: the reference of a case, and when something was wrong with it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpline.core.alarms.models import Alarm
from helpline.core.privacy.erasure import Eraser, Holding, Kind, Tally


def _seen(before: datetime, _at: datetime) -> "QuerySet[Any]":
    return Alarm.objects.filter(raised_at__lt=before, acknowledged_at__isnull=False)


def _delete(rows: Sequence[Any]) -> Tally:
    Alarm.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


class Alarms(Eraser):
    name = "alarms"
    holds = _("That something was wrong with a call or text, by the reference of its case.")
    removes = _("The alarm.")
    keeps = ""
    holdings = (
        Holding("alarms.Alarm", _("Alarms"), by_reference=lambda subject: Q(about__in=list(subject.cases.values()))),
    )
    kinds = (Kind("alarm", _("Alarms that somebody has seen"), _("the alarm"), 180, 14, _seen, _delete),)
