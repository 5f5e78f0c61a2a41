"""A complaint about us, handled outside the line of whoever it is about: they can neither see it nor learn that it is there."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque

HANDLES = ("supervisor", "coordinator", "administrator")


class ComplaintCame(models.TextChoices):
    CALL = "call", _("on the phone")
    TEXT = "text", _("by text")
    IN_PERSON = "in_person", _("in person")
    LETTER = "letter", _("by letter")
    OTHER = "other", _("through somebody else")


class ComplaintState(models.TextChoices):
    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("the caller knows that we have it")
    ANSWERED = "answered", _("looked into, to be told")
    TOLD = "told", _("told to the caller")
    WITHDRAWN = "withdrawn", _("taken back by the caller")


OPEN_COMPLAINTS = (ComplaintState.RECEIVED, ComplaintState.ACKNOWLEDGED, ComplaintState.ANSWERED)


class ComplaintOutcome(models.TextChoices):
    RIGHT = "right", _("the caller is right")
    PARTLY = "partly", _("partly right")
    NOT_SHOWN = "not_shown", _("it could not be shown")
    NOT_RIGHT = "not_right", _("we see it otherwise")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: Any) -> Self:
        """Complaints that this person may handle: by role, and not about them."""
        if not user.holds(*HANDLES):
            return self.none()
        return self.exclude(named=user)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_COMPLAINTS)

    def to_remind(self, at: datetime) -> Self:
        return self.open().filter(remind_at__lte=at)


class Complaint(models.Model):
    """What a caller says of us. It outlives its case: the link is cut, and the complaint has a time of its own."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    named = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    came = models.CharField(max_length=10, choices=ComplaintCame.choices)
    said = SealedText()
    wants = SealedText(null=True, blank=True)
    state = models.CharField(max_length=12, choices=ComplaintState.choices, default=ComplaintState.RECEIVED)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledge_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=ComplaintOutcome.choices, blank=True)
    answer = SealedText(null=True, blank=True)
    told_how = models.CharField(max_length=10, blank=True)
    finished_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["acknowledge_by", "pk"]
        indexes = [models.Index(fields=["remind_at"], name="complaint_remind")]

    def __str__(self) -> str:
        return f"complaint {self.ref}"


class ComplaintNote(models.Model):
    """What a handler found out, for the handlers alone."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = SealedText()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"complaint note {self.ref}"
