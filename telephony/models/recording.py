"""A message that a caller left: fetched, kept sealed, deleted at the provider, heard."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import SealedBytes, SealedText
from helpline.core.privacy.references import new_opaque
from telephony.models.call import Call
from telephony.querysets import RecordingQuerySet


class RecordingState(models.TextChoices):
    WAITING = "waiting", _("being fetched")
    KEPT = "kept", _("kept")
    ABSENT = "absent", _("no sound")
    LOST = "lost", _("could not be fetched")


class Recording(models.Model):
    """One recording of one call, found by the gateway's id. The sound lies sealed in the database."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="recordings")
    sid = models.CharField(max_length=64, unique=True)
    url = SealedText(null=True)
    state = models.CharField(max_length=10, choices=RecordingState.choices, default=RecordingState.WAITING)
    sound = SealedBytes(null=True)
    mime = models.CharField(max_length=40, blank=True)
    seconds = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    deleted_at_provider_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RecordingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], name="recording_next_try")]

    def __str__(self) -> str:
        return f"recording {self.ref}"


class LeftBehind(models.Model):
    """A recording that we forgot and that still lies at the provider: deleted there, then this row goes too."""

    sid = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a recording left behind"
