"""What can be said on the phone about rights and health, by topic: written by the coordinator, nothing of any caller."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.lines.models import Line
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class Topic(models.TextChoices):
    """In the order in which they are listed: what cannot wait comes first."""

    RAPE = "rape", _("rape: medicine first")
    ARREST = "arrest", _("arrest")
    RAID = "raid", _("raid")
    SEARCH = "search", _("search")
    BRIBE = "bribe", _("bribe asked")
    CONDOMS = "condoms", _("condoms as evidence")
    NOT_PAID = "not_paid", _("client will not pay")
    OUTING = "outing", _("filmed or outed")
    HIV_STATUS = "hiv_status", _("HIV status disclosed")
    EVICTION = "eviction", _("eviction")
    CHILDREN = "children", _("children taken")
    IMMIGRATION = "immigration", _("immigration")
    CLINIC = "clinic", _("turned away by a clinic")
    OTHER = "other", _("something else")


class InformationCard(models.Model):
    """One topic in one language, for one line, one country, or everywhere. `place` is all of that together, once.

    `current` is the version that is shown; the older ones stay. An ended card keeps its versions and gives its place up.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    topic = models.CharField(max_length=16, choices=Topic.choices)
    country = models.CharField(max_length=2, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=12)
    place = models.CharField(max_length=80, unique=True, null=True, editable=False)
    current = models.OneToOneField("InformationVersion", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"information card {self.ref}"


class InformationVersion(models.Model):
    """The words of a card at one time, where they come from, and who confirmed for here that they are right."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    card = models.ForeignKey(InformationCard, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    words = models.TextField(max_length=4000)
    source = models.TextField(max_length=1000)
    confirmed_by = SealedText(null=True, blank=True)  # a lawyer's or a clinician's name: theirs to give
    confirmed_on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["card", "number"], name="information_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.card_id}"


class InformationSound(models.Model):
    """A card read aloud, for callers who do not read. Always 8 kHz, mono, 16 bits: what a telephone line can carry.

    It is not personal and lies in clear. `version` is which words it reads; a sound of older words is still played, and
    said to be older.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    card = models.ForeignKey(InformationCard, models.PROTECT, related_name="sounds")
    version = models.ForeignKey(InformationVersion, models.PROTECT, related_name="+")
    wav = models.BinaryField()
    seconds = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sound {self.ref}"
