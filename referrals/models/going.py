"""A member of the team goes there: on the way, there, back; and somebody looks after them until then."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.referral import Offer, Referral
from referrals.models.team import TeamMember


class GoingState(models.TextChoices):
    ON_THE_WAY = "on_the_way", _("on the way")
    THERE = "there", _("there")
    BACK = "back", _("back, and well")
    WITHDRAWN = "withdrawn", _("could not go")


class GoingOutcome(models.TextChoices):
    RELEASED = "released", _("they were let go")
    CALMED = "calmed", _("it is quiet now")
    TAKEN_TO_HELP = "taken_to_help", _("taken to a clinic or a safe place")
    STILL_HELD = "still_held", _("still held; a lawyer is needed")
    NOT_FOUND = "not_found", _("nobody found there")
    NOT_WANTED = "not_wanted", _("they did not want it")
    OTHER = "other", _("something else")


class Going(models.Model):
    """One journey. `check_by`: then the member must have been heard from, or a person is told; swept from the database."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="goings")
    offer = models.OneToOneField(Offer, models.CASCADE, related_name="going")
    member = models.ForeignKey(TeamMember, models.CASCADE, related_name="goings")
    state = models.CharField(max_length=12, choices=GoingState.choices, default=GoingState.ON_THE_WAY)
    left_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=GoingOutcome.choices, blank=True)
    outcome_at = models.DateTimeField(null=True)
    words = SealedText(null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    check_by = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # whether all is well, for this check
    missed_told_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-left_at", "-pk"]
        indexes = [models.Index(fields=["check_by"], name="going_check", condition=models.Q(ended_at=None))]

    def __str__(self) -> str:
        return f"going {self.ref}"
