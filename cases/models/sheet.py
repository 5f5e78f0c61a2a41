"""The hand-over of a line at the end of a shift: what is open, item by item, until the next person has it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.handover import HandOverState
from cases.querysets import ShiftHandOverQuerySet
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class ShiftHandOver(models.Model):
    """What was open on one line when other people came on call. Until it is accepted, what falls due is told to `giver`.

    `key` is set where the system opened it, because a shift ended without anybody pressing. `told` counts what was said
    about it (to the taker, again, to the supervisors), `tell_at` is when the next of it is due.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=80, unique=True, null=True, editable=False)
    line = models.ForeignKey(Line, models.PROTECT, related_name="hand_overs")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts_given")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts_taken")
    note = SealedText(null=True, blank=True)  # to the next person; never printed
    state = models.CharField(max_length=10, choices=HandOverState.choices, default=HandOverState.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    told = models.PositiveSmallIntegerField(default=0)
    tell_at = models.DateTimeField(null=True)

    objects = ShiftHandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=models.Q(state="offered"), name="one_open_hand_over_for_each_line"
            )
        ]
        indexes = [
            models.Index(fields=["tell_at"], name="shift_hand_over_tell", condition=models.Q(state="offered")),
        ]

    def __str__(self) -> str:
        return f"hand-over of a shift {self.ref}"


class ItemKind(models.TextChoices):
    """What can be handed over, the urgent first."""

    CUSTODY = "custody", _("In custody or in danger")
    CHECK_IN = "check_in", _("Check-ins running")
    ASKED = "asked", _("Somebody is asked, or out for us")
    CALL_BACK = "call_back", _("Call back")
    COURT = "court", _("In court")
    PROMISE = "promise", _("Promised until the end of the next shift")
    MESSAGE = "message", _("Messages that nobody has heard")
    TRANSFER = "transfer", _("Cases offered and not yet accepted")


class HandedItem(models.Model):
    """One thing that the next person takes: a case, a promise, a message. Times and codes, nothing of a story.

    `about` is the reference of what it is; `because` a code that says more in passing.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    hand_over = models.ForeignKey(ShiftHandOver, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    about = models.CharField(max_length=24)
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="handed")
    due_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=40, blank=True)
    is_urgent = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["hand_over", "kind", "about"], name="handed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
