"""A call that we make: decided in one transaction, placed by a sweep. It names a person, never a number."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.lines.models import Line
from helpline.core.outbox.models import Message
from helpline.core.privacy.references import new_opaque


class OutPurpose(models.TextChoices):
    OFFER = "offer", _("somebody is asked whether they can take something")
    TRANSFER = "transfer", _("somebody is connected with a caller")


class OutState(models.TextChoices):
    PLANNED = "planned", _("about to be rung")
    PLACING = "placing", _("being handed to the provider of our line")
    UNKNOWN = "unknown", _("not known whether it was placed")
    PLACED = "placed", _("ringing")
    PICKED_UP = "picked_up", _("picked up")
    OVER = "over", _("over")


class OutResult(models.TextChoices):
    ACCEPTED = "accepted", _("accepted by a key")
    DECLINED = "declined", _("declined")
    MACHINE = "machine", _("a mailbox, or nobody pressed a key")
    NO_ANSWER = "no-answer", _("no answer")
    BUSY = "busy", _("busy")
    FAILED = "failed", _("could not be reached")
    CANCELED = "canceled", _("stopped by us")


class OutCallQuerySet(models.QuerySet["OutCall"]):
    def due(self, at: datetime) -> Self:
        """Calls to be placed now."""
        return self.filter(state=OutState.PLANNED, next_look_at__lte=at)

    def stuck(self, at: datetime) -> Self:
        """Calls of which nobody knows whether they were placed: they are looked up at the gateway."""
        return self.filter(state__in=[OutState.PLACING, OutState.UNKNOWN], next_look_at__lte=at)


class OutCall(models.Model):
    """One call to one person, put with a unique key: putting it twice rings once. The number is looked up when it is placed.

    `next_look_at` is when a sweep has something to do: place it, or find out whether it was placed (null: nothing). Only a key
    that a person pressed accepts; a mailbox never does.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(max_length=10, choices=OutPurpose.choices)
    route = models.CharField(max_length=10)  # as in the outbox
    to_ref = models.CharField(max_length=40)
    about = models.CharField(max_length=32, blank=True)  # the public reference of the case
    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, models.SET_NULL, null=True, related_name="out_call")
    ring_seconds = models.PositiveSmallIntegerField(default=30)
    state = models.CharField(max_length=10, choices=OutState.choices, default=OutState.PLANNED)
    result = models.CharField(max_length=10, choices=OutResult.choices, blank=True)
    sid = models.CharField(max_length=64, null=True, unique=True)
    gateway_word = models.CharField(max_length=24, blank=True)
    key_pressed = models.CharField(max_length=32, blank=True)
    ended_by_us = models.BooleanField(default=False)
    next_look_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lost_answers = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    pressed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = OutCallQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_look_at"], name="out_call_due", condition=models.Q(next_look_at__isnull=False)),
            models.Index(fields=["about", "created_at"], name="out_call_about"),
        ]

    def __str__(self) -> str:
        return f"out call {self.ref}"
