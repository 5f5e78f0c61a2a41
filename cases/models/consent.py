"""What a caller agreed to, for what and to whom, in which words it was asked; and the words themselves, by version."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.consenting import Receiver, Said
from cases.models.case import Case
from cases.querysets import ConsentQuerySet, WordingQuerySet
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class Purpose(models.TextChoices):
    NOTES = "notes", _("keep notes")
    CONTACT = "contact", _("be contacted again")
    SHARE = "share", _("share with")
    STATISTICS = "statistics", _("statistics")
    WARNING = "warning", _("warning list")
    STORY = "story", _("story without names")
    COMPLAINT = "complaint", _("complaint to an oversight body")
    POLICE_ANONYMOUS = "police_anonymous", _("police, without saying who")
    POLICE = "police", _("contact with police")


class ReceiverKind(models.TextChoices):
    LAWYER = "lawyer", _("lawyer")
    CLINIC = "clinic", _("clinic or hospital")
    COUNSELLING = "counselling", _("counselling elsewhere")
    SAFE_HOUSE = "safe_house", _("safe house")
    PEERS = "peers", _("another sex workers’ organisation")
    LIVELIHOOD = "livelihood", _("money, work, papers")
    COMPANION = "companion", _("somebody who goes along")
    FAMILY = "family", _("family or partner")
    OTHER = "other", _("somebody else")


class ConsentAnswer(models.TextChoices):
    GIVEN = "given", _("yes")
    REFUSED = "refused", _("no")
    NOT_NOW = "not_now", _("not now")
    WITHDRAWN = "withdrawn", _("taken back")


class ConsentHow(models.TextChoices):
    SPOKEN = "spoken", _("spoken")
    WRITTEN = "written", _("in writing")


class ConsentWording(models.Model):
    """What is said when something is asked, in one language. A draft can be changed; a published version never can.

    `about` is a purpose, or `point_1` … `point_12` of the talk before a legal step. The newest published version is
    the one that is asked; an older one stays for what was answered to it.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    about = models.CharField(max_length=20)
    language = models.CharField(max_length=12)
    version = models.PositiveSmallIntegerField()
    body = models.TextField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # null: came with us

    objects = WordingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "language", "version"], name="wording_version_once"),
            models.UniqueConstraint(
                fields=["about", "language"], condition=models.Q(published_at=None), name="one_draft_of_a_wording"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.language} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if ConsentWording.objects.published().filter(pk=self.pk).exists():
            raise ValueError("a published wording is never changed")
        super().save(*args, **kwargs)


class Consent(models.Model):
    """One answer to one purpose, as it was given; none is ever changed, a newer one counts instead.

    `until`: a yes that runs out then. `limits`: what they said it does not cover. `withdraw_by`: how they were told it
    can be taken back. `wording` is null where nothing was read out (it was taken back, or written elsewhere).
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    receiver_kind = models.CharField(max_length=16, choices=ReceiverKind.choices, blank=True)
    receiver_name = SealedText(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=ConsentAnswer.choices)
    how = models.CharField(max_length=8, choices=ConsentHow.choices, default=ConsentHow.SPOKEN)
    wording = models.ForeignKey(ConsentWording, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    limits = SealedText(null=True, blank=True)
    witness = SealedText(null=True, blank=True)
    withdraw_by = SealedText(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "purpose", "-said_at"], name="consent_of_case")]

    def __str__(self) -> str:
        return f"consent {self.ref}"

    @property
    def receiver(self) -> Receiver:
        return Receiver(self.receiver_kind, self.receiver_name or "")

    def as_said(self) -> Said:
        """Return it as the rule reads it."""
        return Said(self.answer, self.said_at, self.receiver, self.until, self.pk)
