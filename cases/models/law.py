"""What the law of a country says where somebody is under 18 or was made to work, and which colleague was asked."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.incident import Incident
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class LawTopic(models.TextChoices):
    UNDER_18 = "under_18", _("somebody under 18")
    UNWILLING = "unwilling", _("somebody who was made to work")


class LawCard(models.Model):
    """A card that counsellors read: what the law of one country asks of us. Public text, with its source.

    Kept by a coordinator. `confirmed_by` is who confirmed it locally (a lawyer, an organisation), in words. Nothing
    is sent or reported because of a card: it is read, a colleague is asked, and people decide.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    country = models.CharField(max_length=2)
    topic = models.CharField(max_length=12, choices=LawTopic.choices)
    body = models.TextField(max_length=8000)
    source = models.CharField(max_length=300)
    confirmed_by = models.CharField(max_length=120)
    confirmed_on = models.DateField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["country", "topic"]
        constraints = [models.UniqueConstraint(fields=["country", "topic"], name="one_law_card_for_each_topic")]

    def __str__(self) -> str:
        return f"{self.country} {self.topic}"


class Consultation(models.Model):
    """A colleague was asked before anything was decided: who, when, and in a few words what came of it."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="consultations")
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    words = SealedText(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"consultation {self.ref}"
