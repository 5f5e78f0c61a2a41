"""A call, the phones that were rung for it, and everything the gateway said about it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Caller, Case, Number
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import SealedJSON, SealedText
from helpline.core.privacy.references import new_opaque
from telephony.querysets import CallQuerySet, LegQuerySet


class CallState(models.TextChoices):
    RINGING = "ringing", _("ringing")
    WAITING = "waiting", _("waiting")
    CONNECTED = "connected", _("connected")
    VOICEMAIL = "voicemail", _("leaving a message")
    ENDED = "ended", _("ended")


class CallOutcome(models.TextChoices):
    ANSWERED = "answered", _("answered")
    VOICEMAIL = "voicemail", _("left a message")
    MISSED = "missed", _("no message left")
    ABANDONED = "abandoned", _("hung up first")
    CALLBACK = "callback", _("asked to be called back")
    BLOCKED = "blocked", _("blocked")
    SILENT = "silent", _("silent")


class CallKind(models.TextChoices):
    """What a call was about, in one word: said by whoever spoke. What follows stands in `telephony.kinds`."""

    SUPPORT = "support", _("support")
    INFORMATION = "information", _("information only")
    HIV_STI = "hiv_sti", _("HIV or STI question")
    CLINIC = "clinic", _("a clinic")
    CLIENT = "client", _("client looking for a worker")
    SILENT = "silent", _("silent")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    TEST = "test", _("test or prank")
    ABUSIVE = "abusive", _("abusive")
    LISTENED = "listened", _("could not speak, we listened")


class LegResult(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    NO_ANSWER = "no-answer", _("no answer")
    BUSY = "busy", _("busy")
    FAILED = "failed", _("could not be reached")
    MACHINE = "machine", _("a mailbox or nobody pressed a key")
    CANCELED = "canceled", _("stopped ringing")


class Call(models.Model):
    """One call to a line of ours, found by the gateway's id. `plan` is whom to ring, as decided when it came in.

    `stage` says where the caller is (greeting, ringing, whisper, prompt, recording, talking, over; fallback, unknown), `step` which step of the plan is
    being rung (-1: none yet). `raw` is the first request as it came, `sent_from` the From exactly as sent. `kind` is what
    it was about (blank: nobody has said), `wrapped_up_at` when the one who spoke was done with it.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    sid = models.CharField(max_length=64, unique=True)
    direction = models.CharField(max_length=16, default="inbound")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="calls")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="calls")
    number = models.ForeignKey(Number, models.PROTECT, null=True, related_name="calls")
    caller = models.ForeignKey(Caller, models.PROTECT, null=True, related_name="calls")
    sent_from = SealedText(null=True)
    sent_from_kind = models.CharField(max_length=12)  # withheld, number, address, short
    raw = SealedJSON(default=dict)
    state = models.CharField(max_length=10, choices=CallState.choices, default=CallState.RINGING)
    outcome = models.CharField(max_length=10, choices=CallOutcome.choices, null=True)
    gateway_word = models.CharField(max_length=24, blank=True)  # the gateway's last CallStatus, as it said it
    stage = models.CharField(max_length=12, default="greeting")
    plan = models.JSONField(default=dict)  # steps by username; no numbers
    step = models.SmallIntegerField(default=-1)
    in_danger = models.BooleanField(default=False)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="calls_answered")
    accepted_leg = models.ForeignKey("Leg", models.SET_NULL, null=True, related_name="+")
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed_by")
    prompted_at = models.DateTimeField(null=True)  # when the message prompt was first reached
    promise_due_at = models.DateTimeField(null=True)
    promise_because = models.CharField(max_length=40, blank=True)
    anomalies = models.JSONField(default=list)  # words of ours
    was_served = models.BooleanField(default=True)  # False: a status came for a call that we never answered
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()  # when the gateway last said anything about it
    seconds = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=16, choices=CallKind.choices, blank=True)
    wrapped_up_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="call_newest"),
            models.Index(fields=["heard_at"], name="call_live", condition=~models.Q(state="ended")),
            models.Index(fields=["case", "-started_at"], name="call_of_case"),
            models.Index(fields=["number", "-started_at"], name="call_of_number"),
        ]

    def __str__(self) -> str:
        return f"call {self.ref}"


class Leg(models.Model):
    """One phone of ours, rung for one call. `sid` is known once the gateway names the child call."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="legs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_last_resort = models.BooleanField(default=False)
    step = models.SmallIntegerField()
    sid = models.CharField(max_length=64, null=True, unique=True)
    result = models.CharField(max_length=10, choices=LegResult.choices, null=True)
    gateway_word = models.CharField(max_length=24, blank=True)  # the gateway's furthest word for this leg
    bridged = models.BooleanField(null=True)  # DialBridged, where the gateway sends it
    key_pressed = models.CharField(max_length=32, blank=True)
    ended_by_us = models.BooleanField(default=False)
    rang_at = models.DateTimeField()
    picked_up_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)

    objects = LegQuerySet.as_manager()

    class Meta:
        ordering = ["step", "id"]
        indexes = [models.Index(fields=["person"], name="leg_live", condition=models.Q(result=None))]

    def __str__(self) -> str:
        return f"leg {self.ref}"


class CallEvent(models.Model):
    """One thing the gateway said about a call or a leg, kept once by its key, whatever order it came in."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=160, unique=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="events")
    leg = models.ForeignKey(Leg, models.CASCADE, null=True, related_name="events")
    kind = models.CharField(max_length=24)  # voice, pressed, dialled, whisper, accept, status, leg_status, recorded …
    word = models.CharField(max_length=64, blank=True)
    sequence = models.IntegerField(null=True)
    said_at = models.DateTimeField(null=True)  # the gateway's own time stamp
    received_at = models.DateTimeField()
    raw = SealedJSON(default=dict)

    class Meta:
        indexes = [models.Index(fields=["call", "received_at"], name="event_of_call")]

    def __str__(self) -> str:
        return f"{self.kind} {self.word}"
