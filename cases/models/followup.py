"""One queue of things due: call-backs, follow-ups, tasks. Time is a column and is swept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.querysets import FollowUpQuerySet
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class FollowUpKind(models.TextChoices):
    CALL_BACK = "call_back", _("call back")
    SAFETY = "safety", _("ask how they are")
    WINDOW = "window", _("a time window ends")
    COURT = "court", _("before court")
    CHECK = "check", _("check")
    TASK = "task", _("task")


class FollowUpState(models.TextChoices):
    DUE = "due", _("due")
    TRIED = "tried", _("tried, not reached")
    DONE = "done", _("done")
    GIVEN_UP = "given_up", _("stopped trying")
    SKIPPED = "skipped", _("not needed")


class FollowUp(models.Model):
    """Something promised by a time. `key` makes what the system adds happen once; people's own have none.

    `remind_at` is when staff are next told (null: no more reminders). `because` is a word of ours, `why` is text.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="follow_ups")
    kind = models.CharField(max_length=10, choices=FollowUpKind.choices)
    state = models.CharField(max_length=10, choices=FollowUpState.choices, default=FollowUpState.DUE)
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    because = models.CharField(max_length=40, blank=True)
    why = SealedText(null=True, blank=True)
    is_urgent = models.BooleanField(default=False)
    remind_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["remind_at", "id"], name="follow_up_remind", condition=models.Q(state__in=["due", "tried"])
            ),
            models.Index(fields=["due_at", "id"], name="follow_up_due", condition=models.Q(state__in=["due", "tried"])),
            models.Index(fields=["case", "due_at"], name="follow_up_of_case"),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.ref}"
