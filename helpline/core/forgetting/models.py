"""How long things are kept, what was forgotten, and what must be forgotten again after a restore. Nobody's name in any of it."""

from django.conf import settings
from django.db import models

from helpline.core.privacy.references import new_opaque


class RetentionRule(models.Model):
    """How many days one kind of record is kept, as a coordinator decided. Without a row the kind's own default holds."""

    kind = models.CharField(max_length=40, unique=True)
    days = models.PositiveIntegerField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} days"


class PurgeRun(models.Model):
    """One clearing-out, kind by kind. A batch and its count are written together: killed at any moment, it goes on from there."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done_kinds = models.JSONField(default=list)
    counts = models.JSONField(default=dict)  # kind: rows
    stuck = models.JSONField(default=dict)  # kind: rows that something else still holds

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"purge {self.ref}"


class Forgotten(models.Model):
    """How many things of a month are gone, by what they were and one code: figures stay right without them."""

    month = models.CharField(max_length=7)  # 2026-11
    what = models.CharField(max_length=60)
    code = models.CharField(max_length=40, blank=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "what", "code"], name="forgotten_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.month}"


class Tombstone(models.Model):
    """A case, caller or number that was erased, as a keyed hash of its reference: a restored copy is erased again by it."""

    kind = models.CharField(max_length=10)  # case, caller, number
    mark = models.CharField(max_length=64, unique=True)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"tombstone of a {self.kind}"
