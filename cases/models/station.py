"""A directory of stations and of the officers there who speak with us. Never exported, by anything.

A public list of officers who help sex workers would end their help and perhaps their work. Only coordinators and supervisors
open it (`cases.access.get_station`); no API, no export and no figure names these models, and a test holds to that.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.fields import NameIndex
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class Station(models.Model):
    """A police station or another place where people are held."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    name = SealedText()
    name_index = NameIndex(of="name", purpose="station", unique=True)
    district = SealedText(null=True, blank=True)
    notes = SealedText(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"station {self.ref}"


class LiaisonOfficer(models.Model):
    """An officer who agreed to speak with us. `ended_at`: moved, retired, or no longer to be trusted."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    station = models.ForeignKey(Station, models.CASCADE, related_name="officers")
    name = SealedText()
    rank = SealedText(null=True, blank=True)
    number = SealedText(null=True, blank=True)
    notes = SealedText(null=True, blank=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"officer {self.ref}"


class StationMeeting(models.Model):
    """We met: when, who was there, what was said."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    station = models.ForeignKey(Station, models.CASCADE, related_name="meetings")
    met_on = models.DateField()
    present = SealedText(null=True, blank=True)
    said = SealedText(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-met_on", "-pk"]

    def __str__(self) -> str:
        return f"meeting {self.ref}"


class PromiseState(models.TextChoices):
    OPEN = "open", _("promised")
    KEPT = "kept", _("kept")
    BROKEN = "broken", _("not kept")


class StationPromise(models.Model):
    """What was promised by a station, or by us: by whom, until when. `owner` is told when it is due (`remind_at`)."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    station = models.ForeignKey(Station, models.CASCADE, related_name="promises")
    meeting = models.ForeignKey(StationMeeting, models.CASCADE, null=True, related_name="promises")
    promised = SealedText()
    by_whom = SealedText()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=PromiseState.choices, default=PromiseState.OPEN)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    remind_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["remind_at"], name="station_promise_remind", condition=models.Q(state="open"))]

    def __str__(self) -> str:
        return f"promise of a station {self.ref}"
