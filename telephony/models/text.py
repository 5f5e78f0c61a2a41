"""Texts in and out, as a thread on a case."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Caller, Case, ContactRoute, Number
from helpline.core.lines.models import Line
from helpline.core.outbox.models import Message
from helpline.core.privacy.fields import SealedBytes, SealedJSON, SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models import Offer
from telephony.querysets import MediaQuerySet, TextQuerySet
from telephony.text_words import make_visible


class Direction(models.TextChoices):
    IN = "inbound", _("from them")
    OUT = "outbound", _("from us")


class Text(models.Model):
    """One text. Outgoing ones get their `sid` once the gateway has taken them; `message` is their outbox row.

    `offer`: a lawyer or somebody else who was asked wrote it, and not the caller: it stands on the case, with no number.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    sid = models.CharField(max_length=64, null=True, unique=True)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="texts")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="texts")
    number = models.ForeignKey(Number, models.PROTECT, null=True, related_name="texts")
    caller = models.ForeignKey(Caller, models.PROTECT, null=True, related_name="texts")
    contact = models.ForeignKey(ContactRoute, models.SET_NULL, null=True, related_name="texts")  # somebody near her
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, related_name="texts")  # what somebody asked answered
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="text")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    sent_from = SealedText(null=True)
    sent_from_kind = models.CharField(max_length=12, blank=True)
    body = SealedText()
    raw = SealedJSON(default=dict)
    state = models.CharField(max_length=24, default="received")  # our word, or the gateway's where we know none
    error_code = models.CharField(max_length=16, blank=True)
    word_meant = models.CharField(max_length=12, blank=True)  # stop, start, help where exactly that was texted
    is_urgent = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects = TextQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="text_newest"),
            models.Index(fields=["case", "-at"], name="text_of_case"),
            models.Index(fields=["number", "-at"], name="text_of_number"),
        ]

    def __str__(self) -> str:
        return f"text {self.ref}"

    @property
    def shown(self) -> str:
        """The body as a page can show it: what cannot be seen there, NUL or a turn of direction, is made visible."""
        return make_visible(self.body)


class TextEvent(models.Model):
    """One status of an outgoing text, kept even where it comes before we know the text's id."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    sid = models.CharField(max_length=64, db_index=True)
    word = models.CharField(max_length=32)
    error_code = models.CharField(max_length=16, blank=True)
    received_at = models.DateTimeField()
    raw = SealedJSON(default=dict)

    def __str__(self) -> str:
        return f"{self.word} of a text"


class MediaState(models.TextChoices):
    WAITING = "waiting", _("being fetched")
    KEPT = "kept", _("kept")
    REFUSED = "refused", _("not kept: kind or size")
    LOST = "lost", _("could not be fetched")


class Media(models.Model):
    """A picture or file that came with a text: fetched later, limited in kind and size, never shown in the page."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    text = models.ForeignKey(Text, models.CASCADE, related_name="media")
    position = models.PositiveSmallIntegerField()
    url = SealedText()
    mime = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=MediaState.choices, default=MediaState.WAITING)
    content = SealedBytes(null=True)
    size = models.PositiveIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    objects = MediaQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "position"], name="media_once")]

    def __str__(self) -> str:
        return f"media {self.ref}"
