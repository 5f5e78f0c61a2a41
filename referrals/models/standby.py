"""When a lawyer is on stand-by. Lawyers are providers, not staff; the same rules say who covers a moment."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from helpline.core.privacy.references import new_opaque
from referrals.models.area import Area
from referrals.models.provider import ProviderPerson


class StandByQuerySet(models.QuerySet["StandBy"]):
    def touching(self, since: datetime, until: datetime) -> Self:
        """Rows that have at least a moment between the two times."""
        return self.filter(starts_at__lt=until, ends_at__gt=since)

    def now(self, at: datetime) -> Self:
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class StandBy(models.Model):
    """A person of a provider is on stand-by; position 1 is asked first. `area` null: wherever they work."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    person = models.ForeignKey(ProviderPerson, models.CASCADE, related_name="stand_bys")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = StandByQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "position", "pk"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="stand_by_span")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="stand_by_ends_after_start"
            ),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="stand_by_position_from_one"),
        ]

    def __str__(self) -> str:
        return f"stand-by {self.ref}"
