"""A caller who is handed over to somebody outside, with an introduction; and what was told of the room they meet in."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.references import new_opaque
from referrals.models import Provider, ProviderPerson, Referral
from telephony.models.call import Call, Leg
from telephony.models.out_call import OutCall


class TransferState(models.TextChoices):
    """What goes on, as `telephony.transferring` decides it from all that is known."""

    JOINING = "joining", _("being connected")
    RINGING = "ringing", _("ringing them")
    INTRODUCING = "introducing", _("you speak with them alone")
    TOGETHER = "together", _("all three speak")
    LEAVING = "leaving", _("you are leaving")
    TALKING = "talking", _("the two speak without us")
    RETURNED = "returned", _("the caller is back with you")
    GIVEN_BACK = "given_back", _("somebody of us is rung for the caller")
    OVER = "over", _("over")


class TransferQuerySet(models.QuerySet["Transfer"]):
    def live(self) -> Self:
        """Those in which somebody may still have to be moved."""
        return self.filter(ended_at=None)

    def due(self, at: datetime) -> Self:
        return self.live().filter(next_look_at__lte=at).order_by("next_look_at", "pk")


class Transfer(models.Model):
    """One try to connect the caller of a live call with one person. `room` is the name of the conference, of no meaning.

    `wish` is what the counsellor asked for last. `held`, `is_loose` and `is_tight` are what was done at the gateway: the caller
    hears music; the room no longer ends with the counsellor; it ends with the provider. `room_sid` is the gateway's id of the room.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    room = models.CharField(max_length=24, default=new_opaque, db_index=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="transfers")
    leg = models.ForeignKey(Leg, models.CASCADE, related_name="+")  # the counsellor's phone
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    person = models.ForeignKey(ProviderPerson, models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, models.SET_NULL, null=True, related_name="+")
    out_call = models.OneToOneField(OutCall, models.SET_NULL, null=True, related_name="transfer")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    wish = models.CharField(max_length=10, default="ring")
    state = models.CharField(max_length=12, choices=TransferState.choices, default=TransferState.JOINING)
    held = models.BooleanField(default=False)
    is_loose = models.BooleanField(default=False)
    is_tight = models.BooleanField(default=False)
    leg_moved_at = models.DateTimeField(null=True)
    caller_moved_at = models.DateTimeField(null=True)  # fetched by us, because they did not follow by themselves
    room_sid = models.CharField(max_length=64, blank=True)
    next_look_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    began_at = models.DateTimeField()
    state_since = models.DateTimeField()
    together_at = models.DateTimeField(null=True)  # all three, or the two, hear each other
    ended_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_look_at"], name="transfer_due", condition=models.Q(ended_at=None)),
            models.Index(fields=["call", "-began_at"], name="transfer_of_call"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=models.Q(ended_at=None), name="one_live_transfer"),
        ]

    def __str__(self) -> str:
        return f"transfer {self.ref}"


class RoomEvent(models.Model):
    """One thing told about a room, kept once by its key, whatever order it came in. `order` is the gateway's sequence number."""

    key = models.CharField(max_length=160, unique=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="room_events")
    room = models.CharField(max_length=24, db_index=True)
    what = models.CharField(max_length=10)  # join, leave, end
    who = models.CharField(max_length=24, blank=True)
    order = models.IntegerField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} {self.who}"
