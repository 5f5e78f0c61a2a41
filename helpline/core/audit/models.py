"""Who did what to what, and when. Reading is a verb too. Entries outlive what they speak of and hold no content."""

from django.conf import settings
from django.db import models

from helpline.core.privacy.references import new_opaque


class Entry(models.Model):
    """One deed. `verb` is dotted (`case.read`), `what` the kind and `ref` the public reference of the thing."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    at = models.DateTimeField()
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=64)
    what = models.CharField(max_length=32)
    about = models.CharField(max_length=32)
    detail = models.JSONField(default=dict)  # codes, counts and references only

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["about", "-at"], name="audit_about"),
            models.Index(fields=["who", "-at"], name="audit_who"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about}"


class Seal(models.Model):
    """One link of the chain over the audit: what an entry said when it was sealed, and a keyed hash over that and the link before.

    Set by a sweep, never in a webhook. `entry` is the key of the entry, no foreign key: a link outlives its entry, so that a
    missing one is seen. `forgotten` is a keyed hash that only our own clearing-out can write.
    """

    position = models.BigIntegerField(unique=True)
    entry = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    key = models.CharField(max_length=32)  # which key of the ring
    sealed_at = models.DateTimeField()
    forgotten = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"link {self.position}"
