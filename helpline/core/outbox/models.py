"""What goes out, decided in one transaction and sent in another. A message is a route and a template, never a number."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import SealedJSON
from helpline.core.privacy.references import new_opaque


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("not delivered")
    REFUSED = "refused", _("not sent: not safe or not allowed")
    UNKNOWN = "unknown", _("not known whether it was sent")
    CANCELED = "canceled", _("canceled")
    EXPIRED = "expired", _("too late, not sent")


class Route(models.TextChoices):
    """Where to: the number is resolved when the message is sent, so that what changed since is obeyed."""

    STAFF = "staff", _("a member of staff, on the duty number")
    CALLER = "caller", _("a caller, on a number that may be texted")
    CONTACT = "contact", _("somebody near a caller, on the number that the caller gave for them, if its card allows it")
    LAWYER = "lawyer", _("the lawyer of a day in court, on the number given for it")
    PROVIDER = "provider", _("a person at a provider, on the number kept for offers")
    MEMBER = "member", _("a member of the rapid response team")
    CHECK = "check", _("a duty number that is being verified: the number of that check")


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: datetime) -> Self:
        """Messages that may leave now: the urgent ones first, then whichever has waited longest."""
        return self.filter(state=MessageState.WAITING, not_before__lte=at).order_by("-is_urgent", "not_before", "id")

    def stuck(self, at: datetime) -> Self:
        """Messages whose sender never said how it went: nobody knows whether they left."""
        return self.filter(state__in=[MessageState.SENDING, MessageState.UNKNOWN], claimed_until__lte=at)


class Message(models.Model):
    """One message with a unique key: putting it twice is putting it once."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    route = models.CharField(max_length=10, choices=Route.choices)
    to_ref = models.CharField(
        max_length=40
    )  # a username, the reference of a caller's number, of a route to her, of a person or member, or of a number check
    template = models.CharField(max_length=80)  # the name under templates/messages/sms/
    words = SealedJSON(default=dict)  # what the template needs; for a written text {"body": …}
    about = models.CharField(max_length=32, blank=True)  # the public reference of the case
    is_urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # when its sender took it, the last time
    claimed_until = models.DateTimeField(null=True)  # then somebody looks what became of it; null: a person must
    attempt = SealedJSON(null=True)  # from, to and body as they were handed over, until it is known what became of it
    tries = models.PositiveSmallIntegerField(default=0)
    lost_answers = models.PositiveSmallIntegerField(default=0)  # how often nobody knew whether it had left
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    sid = models.CharField(max_length=64, null=True, unique=True)
    error_code = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=200, blank=True)  # a sentence for staff where it did not go
    words_gone_at = models.DateTimeField(null=True)  # its words were forgotten; that it left stays known

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["-is_urgent", "not_before", "id"], name="outbox_due", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["claimed_until"], name="outbox_stuck", condition=models.Q(state__in=["sending", "unknown"])
            ),
            models.Index(fields=["about", "created_at"], name="outbox_about"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.state})"
