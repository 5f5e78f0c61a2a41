"""After somebody has accepted: appointments, what the provider reports, how it was for the caller, and proceedings."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.provider import Provider
from referrals.models.referral import Referral


class AppointmentState(models.TextChoices):
    PLANNED = "planned", _("to come")
    KEPT = "kept", _("was there")
    MOVED = "moved", _("moved")
    COULD_NOT_COME = "could_not_come", _("could not come")
    CALLED_OFF = "called_off", _("called off")


class Appointment(models.Model):
    """When and where a caller meets a provider. `remind_at`: when the caller is next reminded, if that is safe then."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="appointments")
    at = models.DateTimeField()
    where = SealedText(null=True, blank=True)
    state = models.CharField(max_length=16, choices=AppointmentState.choices, default=AppointmentState.PLANNED)
    why = models.CharField(max_length=12, blank=True)  # `cases.models.CouldNotCome`: never a mark against anybody
    tell_caller = models.BooleanField(default=True)
    remind_at = models.DateTimeField(null=True)
    follows = models.OneToOneField("self", models.SET_NULL, null=True, related_name="moved_to")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["remind_at"], name="appointment_remind", condition=models.Q(state="planned"))]

    def __str__(self) -> str:
        return f"appointment {self.ref}"


class ReportBack(models.Model):
    """The provider is asked how it went, by a one-time link or by voice. `token_hash` as in an offer; open until `until`."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="reports_back")
    token_hash = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_how = models.CharField(max_length=8, blank=True)  # "link", "voice"
    met = models.CharField(max_length=10, blank=True)  # "yes", "no", "not_yet"
    outcome = models.CharField(max_length=16, blank=True)
    next_step_on = models.DateField(null=True)
    words = SealedText(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~models.Q(token_hash=""), name="report_back_token_once"
            )
        ]

    def __str__(self) -> str:
        return f"report back {self.ref}"


class Feedback(models.Model):
    """How it was, told by the caller where they wanted to tell. It stays with the provider without a case.

    Null: not asked, or no answer. `referral` is cut when the case is forgotten.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="feedback")
    referral = models.OneToOneField(Referral, models.SET_NULL, null=True, blank=True, related_name="feedback")
    reached = models.BooleanField(null=True)
    respectful = models.BooleanField(null=True)
    safe = models.BooleanField(null=True)
    cost_as_told = models.BooleanField(null=True)
    would_use_again = models.BooleanField(null=True)
    words = SealedText(null=True, blank=True)
    told_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-told_at", "-pk"]
        indexes = [models.Index(fields=["provider", "-told_at"], name="feedback_of_provider")]

    def __str__(self) -> str:
        return f"feedback {self.ref}"


class ProceedingKind(models.TextChoices):
    OVERSIGHT = "oversight", _("complaint to an oversight body")
    CRIMINAL = "criminal", _("criminal case, against somebody who hurt them")
    DEFENCE = "defence", _("criminal case, against the caller")
    CIVIL = "civil", _("civil case, damages")
    PROTECTION = "protection", _("protection order")
    ADMINISTRATIVE = "administrative", _("administrative case, fine")


class ProceedingState(models.TextChoices):
    PREPARED = "prepared", _("being prepared")
    FILED = "filed", _("filed")
    RUNNING = "running", _("going on")
    DECIDED = "decided", _("decided")
    APPEALED = "appealed", _("appealed")
    CLOSED = "closed", _("closed")
    DROPPED = "dropped", _("the caller chose to stop")


class Proceeding(models.Model):
    """A complaint to a body, or a court case, followed to the decision and what was paid. Money is decimal, with a currency."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="proceedings")
    referral = models.ForeignKey(Referral, models.SET_NULL, null=True, blank=True, related_name="proceedings")
    kind = models.CharField(max_length=16, choices=ProceedingKind.choices)
    body = SealedText()  # the court or the oversight body
    number = SealedText(null=True, blank=True)  # theirs
    state = models.CharField(max_length=10, choices=ProceedingState.choices, default=ProceedingState.PREPARED)
    filed_on = models.DateField(null=True, blank=True)
    answer_due_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=16, blank=True)  # "for", "partly", "against", "settled", "no_answer"
    decision_words = SealedText(null=True, blank=True)
    damages = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    damages_paid = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return f"proceeding {self.ref}"


class ProceedingStep(models.Model):
    """One step of it, with its day and words."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=16)
    on = models.DateField()
    words = SealedText(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"step {self.ref}"
