"""A case: one story, its notes, and who was let into it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.caller import Caller, Number
from cases.querysets import CaseQuerySet
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    JOINED = "joined", _("joined to another case")
    CLOSED = "closed", _("closed")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("normal")
    DANGER = "danger", _("in danger or arrested")


class Source(models.TextChoices):
    CALL = "call", _("a call")
    TEXT = "text", _("a text")
    WALK_IN = "walk_in", _("came in person")
    OUTREACH = "outreach", _("met on outreach")
    ELSEWHERE = "elsewhere", _("a message elsewhere")


class Turn(models.TextChoices):
    """Who must act next for a case to go on."""

    US = "us", _("ours")
    CALLER = "caller", _("the caller's")
    LAWYER = "lawyer", _("the lawyer's")
    COURT = "court", _("the court's or the police's")
    OTHER = "other", _("somebody else's")


class Case(models.Model):
    """One story. `caller` is who rings; `concerns` is whom it is about where that is another person.

    `number` is what it came in from. `possibly_known`: that number was seen before and nobody has given the code word
    yet: `caller` is then only who used the number first, and earlier cases stay shut. `next_due_at` repeats the
    earliest unfinished follow-up, those of joined cases included, so that lists need no join.
    """

    ref = models.CharField(max_length=16, unique=True, editable=False)
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="cases")
    caller = models.ForeignKey(Caller, models.PROTECT, null=True, related_name="cases")
    number = models.ForeignKey(Number, models.PROTECT, null=True, related_name="cases")
    concerns = models.ForeignKey(Caller, models.PROTECT, null=True, blank=True, related_name="cases_about")
    source = models.CharField(max_length=10, choices=Source.choices)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="cases")
    possibly_known = models.BooleanField(default=False)
    summary = SealedText(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    joined_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")
    next_due_at = models.DateTimeField(null=True)
    turn = models.CharField(max_length=10, choices=Turn.choices, default=Turn.US)
    turn_since = models.DateTimeField(null=True)  # null: since it was opened
    indexed_as = models.CharField(max_length=24, blank=True, editable=False)  # by which rules and key, all its words

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["caller", "-opened_at"], name="case_of_caller"),
            models.Index(fields=["next_due_at"], name="case_due", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.ref


class LetIn(models.Model):
    """A person who may read one case though it is not theirs, and why."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="let_in")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="let_into")
    why = models.CharField(max_length=40)  # a word of ours: "accepted_call", "hand_over"
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="let_in_once")]

    def __str__(self) -> str:
        return f"{self.user_id} into {self.case_id}"


class Note(models.Model):
    """Something written down. A draft is saved while it is typed and belongs to its author until finished."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = SealedText()
    is_draft = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-written_at"], name="note_of_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "author"], condition=models.Q(is_draft=True), name="one_draft_for_each_author"
            )
        ]

    def __str__(self) -> str:
        return f"note {self.ref}"
