"""What somebody needed, and what became of it. "They did not want it" and "there was none" are kept apart."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from helpline.core.privacy.references import new_opaque


class NeedKind(models.TextChoices):
    """Kinds of service, as the forms of the United Nations and of SWIT count them."""

    LEGAL = "legal", _("legal help")
    HEALTH = "health", _("medical help")
    PEP_EC = "pep_ec", _("medicine after rape (PEP, emergency contraception)")
    PSYCHOSOCIAL = "psychosocial", _("somebody to talk to, counselling")
    SHELTER = "shelter", _("a safe place to stay")
    RAPID_RESPONSE = "rapid_response", _("somebody to go there now")
    POLICE_LIAISON = "police_liaison", _("a word with the police")
    LIVELIHOOD = "livelihood", _("money, food, work")
    HARM_REDUCTION = "harm_reduction", _("harm reduction")
    IMMIGRATION = "immigration", _("papers, immigration")
    OTHER = "other", _("something else")


class NeedOutcome(models.TextChoices):
    OPEN = "open", _("still open")
    BY_US = "by_us", _("we gave it")
    REFERRED = "referred", _("sent on to somebody")
    ALREADY = "already", _("they had it already")
    DECLINED = "declined", _("they did not want it")
    UNAVAILABLE = "unavailable", _("there was none")


class Need(models.Model):
    """One kind of help on one case. Declined is respect, unavailable is evidence for advocacy: never the same figure."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="needs")
    kind = models.CharField(max_length=16, choices=NeedKind.choices)
    outcome = models.CharField(max_length=12, choices=NeedOutcome.choices, default=NeedOutcome.OPEN)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="need_once")]
        indexes = [models.Index(fields=["noted_at"], name="need_noted")]

    def __str__(self) -> str:
        return f"need {self.ref}"
