"""The rapid response team: people of ours who go there. Most have no account; they answer by text."""

from django.conf import settings
from django.db import models

from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.area import Area


class TeamMember(models.Model):
    """Somebody who may be asked to go. `user` where they are staff too. `is_away`: not asked until they say so."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    name = SealedText()
    number = SealedText(null=True, blank=True)  # E.164
    number_index = BlindIndex(of="number", purpose="number", null=True, db_index=True)
    number_checked_at = models.DateTimeField(null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="team_member"
    )
    languages = models.JSONField(default=list, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="team_members")
    is_away = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)  # has left the team
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"team member {self.ref}"
