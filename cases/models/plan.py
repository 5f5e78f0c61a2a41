"""What a caller wants to reach, in her words, and the steps to it: who, by when, and what became of each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.followup import FollowUp
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class GoalState(models.TextChoices):
    OPEN = "open", _("open")
    REACHED = "reached", _("reached")
    DROPPED = "dropped", _("dropped by the caller")


class StepState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    CHANGED = "changed", _("changed")
    DROPPED = "dropped", _("dropped by the caller")


class Goal(models.Model):
    """One thing that she wants, as she said it."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="goals")
    words = SealedText()
    state = models.CharField(max_length=8, choices=GoalState.choices, default=GoalState.OPEN)
    why = SealedText(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "set_at"], name="goal_of_case")]

    def __str__(self) -> str:
        return f"goal {self.ref}"


class PlanStep(models.Model):
    """One step to a goal. `owner` is one of us, `who` somebody else ("she herself", "her sister"). A date makes a follow-up.

    What is changed stays as it was planned, marked so, and the new step says which one it stands for.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="steps")
    words = SealedText()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    who = SealedText(null=True, blank=True)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=StepState.choices, default=StepState.PLANNED)
    why = SealedText(null=True, blank=True)
    follow_up = models.ForeignKey(FollowUp, models.SET_NULL, null=True, related_name="+")
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"step {self.ref}"

    @property
    def is_done(self) -> bool:
        """Say whether it was done, here or where its promise was kept."""
        kept = self.follow_up is not None and self.follow_up.state == "done"
        return self.state == StepState.DONE or (self.state == StepState.PLANNED and kept)

    @property
    def is_ahead(self) -> bool:
        return self.state == StepState.PLANNED and not self.is_done
