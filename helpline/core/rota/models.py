"""Who is on when. The questions (who covers, gaps, load) are answered by `coverage`, from plain values."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from helpline.core.lines.models import Line
from helpline.core.privacy.references import new_opaque


class SpanQuerySet(models.QuerySet["Shift"]):
    def touching(self, since: datetime, until: datetime) -> Self:
        """Rows that have at least a moment between the two times."""
        return self.filter(starts_at__lt=until, ends_at__gt=since)


class OverrideQuerySet(models.QuerySet["Override"]):
    def touching(self, since: datetime, until: datetime) -> Self:
        """Rows that have at least a moment between the two times."""
        return self.filter(starts_at__lt=until, ends_at__gt=since)


class Shift(models.Model):
    """A person is on for a line from one moment to another. Position 1 is rung first, equal positions together."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    line = models.ForeignKey(Line, models.CASCADE, related_name="shifts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts")
    position = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = SpanQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "position"]
        indexes = [models.Index(fields=["line", "ends_at", "starts_at"], name="shift_span")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start"
            ),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="shift_position_from_one"),
        ]

    def __str__(self) -> str:
        return f"shift {self.ref}"


class Override(models.Model):
    """A change for a stretch of time: `person` in the place of `replaces`; nobody in it; or `person` added."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    line = models.ForeignKey(Line, models.CASCADE, related_name="overrides")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["line", "ends_at", "starts_at"], name="override_span")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="override_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | models.Q(replaces__isnull=False),
                name="override_names_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.ref}"
