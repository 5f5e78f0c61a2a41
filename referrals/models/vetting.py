"""How a provider came to be trusted, and what was told of them since. None of this ever leaves in an export."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque
from referrals.models.provider import Provider, ProviderPerson


class Vetting(models.Model):
    """One time that a provider was looked at: the fifteen points (`referrals.checklist`), each with what was seen.

    `ended_at`: settled; the next one begins with a renewal. `agreement_on`: the day on which the agreement was signed.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="vettings")
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreement_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=models.Q(ended_at=None), name="one_open_vetting_of_a_provider"
            )
        ]

    def __str__(self) -> str:
        return f"vetting {self.ref}"


class VettingScore(models.Model):
    """One point of one vetting: 0, 1 or 2, and what shows it."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    vetting = models.ForeignKey(Vetting, models.CASCADE, related_name="scores")
    point = models.PositiveSmallIntegerField()  # 1 to 15
    score = models.PositiveSmallIntegerField()
    evidence = SealedText(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["point"]
        constraints = [
            models.UniqueConstraint(fields=["vetting", "point"], name="vetting_point_once"),
            models.CheckConstraint(condition=models.Q(point__range=(1, 15), score__lte=2), name="vetting_score_range"),
        ]

    def __str__(self) -> str:
        return f"point {self.point} of {self.vetting_id}"


class PeerTest(models.Model):
    """A sex worker rang or went there as anybody would, and told how it was. None of the answers: not found out."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    vetting = models.ForeignKey(Vetting, models.CASCADE, related_name="peer_tests")
    at = models.DateTimeField()
    how = models.CharField(max_length=8)  # "call", "visit", "text"
    reached = models.BooleanField(null=True)
    respectful = models.BooleanField(null=True)
    asked_for_papers = models.BooleanField(null=True)
    moralised = models.BooleanField(null=True)
    would_send_a_friend = models.BooleanField(null=True)
    words = SealedText(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"peer test {self.ref}"


class VettingMove(models.Model):
    """A provider came from one state into another: who, when, why. `by` null: a rule did it."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="moves")
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    why = models.CharField(max_length=40, blank=True)  # a word of ours
    words = SealedText(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["provider", "-at"], name="vetting_move_of_provider")]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class ConflictKind(models.TextChoices):
    PROSECUTION = "prosecution", _("works for the prosecution")
    POLICE_FAMILY = "police_family", _("police in the family")
    OTHER_SIDE = "other_side", _("acts for the other side")
    KNOWS_CALLER = "knows_caller", _("knows the caller")
    MONEY = "money", _("money between us and them")
    OTHER = "other", _("something else")


class Conflict(models.Model):
    """Why somebody must not be asked: in every case (`case` null), or in one. `person` null: the whole provider."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="conflicts")
    person = models.ForeignKey(ProviderPerson, models.CASCADE, null=True, blank=True, related_name="conflicts")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="conflicts")
    kind = models.CharField(max_length=16, choices=ConflictKind.choices)
    words = SealedText(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # null: they said so
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"conflict {self.ref}"


class ReportKind(models.TextChoices):
    BREACH = "breach", _("a breach: told somebody, called police or immigration, forced, or took advantage")
    POOR = "poor", _("treated badly, not reached, or not as promised")
    CHANGE = "change", _("the staff there has changed")


class ReportState(models.TextChoices):
    OPEN = "open", _("to be looked at")
    UPHELD = "upheld", _("found to be so")
    SETTLED = "settled", _("settled")
    NOT_SO = "not_so", _("found not to be so")


class ProviderReport(models.Model):
    """Something bad that was told of a provider. A breach suspends at once, two bad ones until somebody has looked.

    `case` is where it came from, and is cut when that case is forgotten; the provider is never told from whom it came.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="reports")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="provider_reports")
    kind = models.CharField(max_length=8, choices=ReportKind.choices)
    words = SealedText(null=True, blank=True)
    state = models.CharField(max_length=8, choices=ReportState.choices, default=ReportState.OPEN)
    told_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    answer = SealedText(null=True, blank=True)

    class Meta:
        ordering = ["-told_at", "-pk"]
        indexes = [models.Index(fields=["provider", "state"], name="report_of_provider")]

    def __str__(self) -> str:
        return f"report {self.ref}"
