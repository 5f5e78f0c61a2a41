"""The talk before a legal step: what was explained point by point, and what the caller then chose. "Not now" is a result."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.consent import ConsentHow, ConsentWording
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class LegalStep(models.TextChoices):
    POLICE_REPORT = "police_report", _("a report to the police")
    COMPLAINT = "complaint", _("a complaint to an oversight body")
    PROTECTION = "protection", _("a protection order")
    CIVIL = "civil", _("a civil case")
    TESTIFY = "testify", _("speaking in court")
    EVIDENCE_KIT = "evidence_kit", _("securing evidence")
    OTHER = "other", _("another legal step")


class ChoiceResult(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    NOT_NOW = "not_now", _("not now")


class PointState(models.TextChoices):
    SAID = "said", _("said")
    ASKED = "asked", _("asked about")
    SKIPPED = "skipped", _("skipped, as they wished")


class ChoiceTalk(models.Model):
    """One talk about one step. `result` is blank until she has chosen; `taken_at`: the step was taken on this yes."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="choice_talks")
    step = models.CharField(max_length=16, choices=LegalStep.choices)
    language = models.CharField(max_length=12)
    interpreter = SealedText(null=True, blank=True)
    companion = SealedText(null=True, blank=True)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=ChoiceResult.choices, blank=True)
    how = models.CharField(max_length=8, choices=ConsentHow.choices, blank=True)
    words = SealedText(null=True, blank=True)
    witness = SealedText(null=True, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_with = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "step", "-decided_at"], name="choice_of_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step"], condition=models.Q(result=""), name="one_open_talk_about_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"choice {self.ref}"


class ChoicePoint(models.Model):
    """One of the twelve points in one talk: how it went, and in which words it was said."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    talk = models.ForeignKey(ChoiceTalk, models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=PointState.choices)
    note = SealedText(null=True, blank=True)  # what they asked, or want remembered
    wording = models.ForeignKey(ConsentWording, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["talk", "number"], name="point_once_in_a_talk")]

    def __str__(self) -> str:
        return f"point {self.number} of {self.talk_id}"
