"""The numbers that callers dial, and what each promises. Edited by a coordinator on a page."""

from datetime import timedelta
from typing import Self

from django.db import models

from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class LineQuerySet(models.QuerySet["Line"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Line(models.Model):
    """One number of ours. `number` is published, so it is stored in clear; the last-resort number is a person's."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    number = models.CharField(max_length=20, unique=True)  # E.164
    name = models.CharField(max_length=60)
    languages = models.JSONField(default=list)  # codes, the first one speaks first
    time_zone = models.CharField(max_length=60)
    hours = models.JSONField(default=list, blank=True)  # [{"day": 0, "from": "08:00", "to": "20:00"}], 0 = Monday
    holidays = models.JSONField(default=list, blank=True)  # ["2026-12-25"]
    last_resort = SealedText(null=True, blank=True)  # E.164
    ring_seconds = models.PositiveSmallIntegerField(default=20)
    longest_wait_seconds = models.PositiveSmallIntegerField(default=90)
    call_back_within_minutes = models.PositiveSmallIntegerField(default=480)
    court_hours = models.JSONField(default=list, blank=True)  # as `hours`
    court_lead_minutes = models.PositiveSmallIntegerField(default=60)
    country = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name

    @property
    def call_back_within(self) -> timedelta:
        return timedelta(minutes=self.call_back_within_minutes)

    @property
    def court_lead(self) -> timedelta:
        return timedelta(minutes=self.court_lead_minutes)
