"""A day in court: when, where, who goes along, what is needed to get there, and what became of it.

What became of it is never a mark against the caller: nobody counts who could not come.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.caller import ContactRoute
from cases.models.case import Case
from cases.querysets import HearingQuerySet
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class HearingState(models.TextChoices):
    PLANNED = "planned", _("to come")
    HELD = "held", _("held")
    POSTPONED = "postponed", _("moved to another day")
    COULD_NOT_COME = "could_not_come", _("they could not come")
    CALLED_OFF = "called_off", _("called off")


class CouldNotCome(models.TextChoices):
    """What stood in the way. The words say what would have helped, not who is to blame."""

    TRANSPORT = "transport", _("no way to get there")
    CHILDCARE = "childcare", _("nobody for the children")
    FEAR = "fear", _("fear")
    WORK = "work", _("work")
    ILL = "ill", _("ill")
    NOT_TOLD = "not_told", _("was not told")
    OTHER = "other", _("something else, or not known")


class Hearing(models.Model):
    """`remind_at` is when caller, companion and lawyer are next told (null: no more). `follows` is the day before it was
    moved. What each may be told is asked again when it is sent.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)  # of the form that added it
    case = models.ForeignKey(Case, models.CASCADE, related_name="hearings")
    at = models.DateTimeField()
    court = SealedText(null=True, blank=True)
    place = SealedText(null=True, blank=True)
    matter = SealedText(null=True, blank=True)
    what_for = SealedText(null=True, blank=True)
    goes_along = models.ForeignKey(
        ContactRoute, models.SET_NULL, null=True, blank=True, related_name="hearings"
    )  # somebody near the caller, with a card of their own
    lawyer = SealedText(null=True, blank=True)
    lawyer_number = SealedText(null=True, blank=True)  # E.164
    transport = SealedText(null=True, blank=True)
    childcare = SealedText(null=True, blank=True)
    tell_caller = models.BooleanField(default=True)
    tell_companion = models.BooleanField(default=False)
    tell_lawyer = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=HearingState.choices, default=HearingState.PLANNED)
    reason = models.CharField(max_length=12, choices=CouldNotCome.choices, blank=True)
    outcome_note = SealedText(null=True, blank=True)
    follows = models.OneToOneField("self", models.SET_NULL, null=True, related_name="moved_to")
    remind_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = HearingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="hearing_planned", condition=models.Q(state="planned")),
            models.Index(fields=["remind_at"], name="hearing_remind", condition=models.Q(state="planned")),
            models.Index(fields=["case", "at"], name="hearing_of_case"),
        ]

    def __str__(self) -> str:
        return f"hearing {self.ref}"
