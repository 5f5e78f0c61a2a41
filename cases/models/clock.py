"""Clocks that run on a case, and what somebody who knows the place said about the rules behind them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.querysets import ClockQuerySet
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class StopReason(models.TextChoices):
    SEEN = "seen", _("they were seen, or got what they wanted")
    COURT = "court", _("brought before a court")
    RELEASED = "released", _("released")
    NOT_WANTED = "not_wanted", _("they do not want it")
    MISTAKE = "mistake", _("started by mistake")


class Clock(models.Model):
    """One window that runs on a case. `rule` is a code of `cases.clocks.rules`.

    It happened between `earliest_at` and `latest_at` (null: known exactly). `act_by`, `ends_at` and, in custody, `first_act_by`
    are what the rule makes of that, as its follow-ups say it too; null where nobody has said the hours of this place yet.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)  # one for each opened form and rule
    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks")
    rule = models.CharField(max_length=24)
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField(null=True)
    journey_minutes = models.PositiveIntegerField(default=0)
    whom = SealedText(null=True, blank=True)  # whom it is about, where that is not plain from the case
    station = SealedText(null=True, blank=True)  # where they are held
    first_act_by = models.DateTimeField(null=True)
    act_by = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_because = models.CharField(max_length=12, choices=StopReason.choices, blank=True)
    stopped_note = SealedText(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["case", "ends_at"], name="clock_of_case"),
            models.Index(fields=["ends_at"], name="clock_running", condition=models.Q(stopped_at=None)),
        ]

    def __str__(self) -> str:
        return f"clock {self.ref}"


class ConfirmedBy(models.TextChoices):
    LAWYER = "lawyer", _("a lawyer")
    CLINICIAN = "clinician", _("a doctor or nurse")
    OTHER = "other", _("somebody else who knows the place")


class LocalRule(models.Model):
    """What somebody who knows the place said about one rule, the newest counting; earlier ones stay to explain old clocks.

    `limit_hours` replaces the rule's own; null leaves it. When courts sit stands on the line.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    rule = models.CharField(max_length=24)
    limit_hours = models.PositiveIntegerField(null=True)
    role = models.CharField(max_length=10, choices=ConfirmedBy.choices)
    confirmed_by = SealedText()  # a name, or a role and a place
    confirmed_on = models.DateField()
    note = SealedText(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-pk"]
        indexes = [models.Index(fields=["rule", "-added_at"], name="local_rule_newest")]

    def __str__(self) -> str:
        return f"local rule {self.ref}"
