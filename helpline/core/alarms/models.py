"""What a person must be told now: nobody on the rota, refused webhooks, a call with nothing behind it."""

from typing import Self

from django.conf import settings
from django.db import models

from helpline.core.privacy.references import new_opaque


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> Self:
        return self.filter(acknowledged_at=None)


class Alarm(models.Model):
    """One alarm, with a key: the same trouble is told once until it is acknowledged or its key's time has passed."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=32, blank=True)  # a public reference
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
