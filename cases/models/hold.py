"""A legal hold: nothing of this case is removed until a day, or until somebody ends it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from helpline.core.privacy.references import new_opaque


class HoldReason(models.TextChoices):
    COURT = "court", _("a court or a lawyer needs it")
    CASE_AGAINST_POLICE = "police", _("a complaint or a case against the police")
    CALLER_ASKED = "caller", _("the caller asked us to keep it")
    # No word for a complaint about one of us: whoever has the case reads this.
    OTHER = "other", _("another reason, known to who put it")


class LegalHold(models.Model):
    """One hold on one case. It ends by itself on the morning after `until`."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="holds")
    why = models.CharField(max_length=12, choices=HoldReason.choices)
    until = models.DateField()
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    put_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(ended_at=None), name="one_hold_for_each_case")
        ]

    def __str__(self) -> str:
        return f"hold {self.ref}"
