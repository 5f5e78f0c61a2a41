"""How a case ended, and what is said when the caller comes back; and what a supervisor looks at before something is done."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import SealedJSON, SealedText
from helpline.core.privacy.references import new_opaque


class ClosingReason(models.TextChoices):
    DONE = "done", _("what they wanted is done")
    CHOSE = "chose", _("the caller chose to stop")
    LOST_TOUCH = "lost_touch", _("we lost touch")
    MOVED = "moved", _("another service goes on with it")
    DIED = "died", _("the caller died")
    MISTAKE = "mistake", _("opened by mistake")
    OTHER = "other", _("something else")


class Closing(models.Model):
    """One end of a case; it may be opened again and end again. `ticked`: what was looked at, as codes."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="closings")
    reason = models.CharField(max_length=12, choices=ClosingReason.choices)
    may_resume = models.BooleanField()
    say_then = SealedText(null=True, blank=True)  # what we say when they come back
    wants = SealedText(null=True, blank=True)  # what they want now, in their words
    ticked = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"closing {self.ref}"


class ReviewedStep(models.TextChoices):
    CLOSING = "closing", _("closing a case")
    PLAN = "plan", _("a plan")
    SHARING = "sharing", _("sharing with somebody")


class ReviewState(models.TextChoices):
    WAITING = "waiting", _("waits for a supervisor")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned with a note")
    WITHDRAWN = "withdrawn", _("not asked any more")


class ReviewRule(models.Model):
    """A supervisor looks at this step first, on one line, or on all of them where `line` is null."""

    line = models.ForeignKey(Line, models.CASCADE, null=True, related_name="review_rules")
    step = models.CharField(max_length=8, choices=ReviewedStep.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "step"], name="review_rule_once"),
            models.UniqueConstraint(
                fields=["step"], condition=models.Q(line=None), name="review_rule_for_all_lines_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} on {self.line_id or 'every line'}"


class Review(models.Model):
    """Somebody asks a supervisor to look at a step. `about` names a row, such as a consent; `used_at`: it was done then."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="reviews")
    step = models.CharField(max_length=8, choices=ReviewedStep.choices)
    about = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.WAITING)
    note = SealedText(null=True, blank=True)
    proposal = SealedJSON(null=True)  # what was filled in, so that nobody fills it in twice
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer_note = SealedText(null=True, blank=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], name="reviews_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["case", "step", "-asked_at"], name="review_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "about"], condition=models.Q(state="waiting"), name="asked_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"review {self.ref}"
