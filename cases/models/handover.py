"""Hand-over at the end of a shift: the next person accepts, or it stays where it is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.querysets import HandOverQuerySet
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class HandOverState(models.TextChoices):
    OFFERED = "offered", _("waiting to be accepted")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("not answered in time")


class HandOver(models.Model):
    """Cases offered by one person to the next. Owners change when it is accepted, not before.

    Not answered by `expires_at`, it is over, and they stay with whoever offered them. `why` is what was said on declining.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hand_overs_given")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hand_overs_taken")
    cases = models.ManyToManyField(Case, related_name="hand_overs")
    note = SealedText(null=True, blank=True)
    state = models.CharField(max_length=10, choices=HandOverState.choices, default=HandOverState.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    why = SealedText(null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at"]
        indexes = [
            models.Index(fields=["expires_at"], name="hand_over_expires", condition=models.Q(state="offered")),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.ref}"
