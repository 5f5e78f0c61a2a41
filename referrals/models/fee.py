"""Money: what a lawyer is paid for a stage, from which grant, and what a caller pays back, if they agreed to.

All amounts are decimal with a currency. No help ever waits for any of this.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.provider import Provider
from referrals.models.referral import Referral


class Grant(models.Model):
    """Where money comes from. `ceiling`: not more than that leaves it, over all fees that were not canceled."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    name = models.CharField(max_length=120)
    ceiling = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [models.CheckConstraint(condition=models.Q(ceiling__gte=0), name="grant_ceiling")]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    STATION = "station", _("at the police station")
    BAIL = "bail", _("bail")
    FIRST_HEARING = "first_hearing", _("first day in court")
    HEARING = "hearing", _("a day in court")
    TRIAL = "trial", _("trial")
    COMPLAINT = "complaint", _("a complaint")
    ADVICE = "advice", _("advice")
    LETTER = "letter", _("a letter")
    TRAVEL = "travel", _("travel")
    OTHER = "other", _("something else")


class FeeRate(models.Model):
    """What one provider gets for one stage, from a day on (until the next)."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="rates")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    from_day = models.DateField()

    class Meta:
        ordering = ["stage", "-from_day"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "stage", "from_day"], name="rate_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="rate_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.amount} {self.currency}"


class FeeState(models.TextChoices):
    ENTERED = "entered", _("entered")
    APPROVED = "approved", _("approved")
    PAID = "paid", _("paid")
    CANCELED = "canceled", _("canceled")


class Fee(models.Model):
    """One stage that was done and is paid. `referral` is cut when its case is forgotten; the accounts stay."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="fees")
    referral = models.ForeignKey(Referral, models.SET_NULL, null=True, blank=True, related_name="fees")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="fees")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    done_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=FeeState.choices, default=FeeState.ENTERED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)

    class Meta:
        ordering = ["done_on", "pk"]
        indexes = [models.Index(fields=["provider", "done_on"], name="fee_of_provider")]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="fee_amount")]

    def __str__(self) -> str:
        return f"fee {self.ref}"


class RepaymentState(models.TextChoices):
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    DONE = "done", _("paid back")
    FORGIVEN = "forgiven", _("forgiven")


class Repayment(models.Model):
    """What a caller agreed to pay back, without interest, when they can. Never asked by a machine, never a condition."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="repayments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    instalment = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    every_days = models.PositiveSmallIntegerField(default=30)
    starts_on = models.DateField()
    state = models.CharField(max_length=10, choices=RepaymentState.choices, default=RepaymentState.RUNNING)
    paused_on = models.DateField(null=True, blank=True)  # it rests since then
    paused_until = models.DateField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0)  # in which it rested before
    why = SealedText(null=True, blank=True)
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-agreed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0, instalment__gt=0), name="repayment_amounts"),
        ]

    def __str__(self) -> str:
        return f"repayment {self.ref}"


class Payment(models.Model):
    """What came in of it."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    repayment = models.ForeignKey(Repayment, models.CASCADE, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount")]

    def __str__(self) -> str:
        return f"payment {self.ref}"
