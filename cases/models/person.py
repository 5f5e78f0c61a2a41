"""What else is known of a caller as a person: her names, how her numbers changed, who asked for her, and who is one person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.caller import Caller, Number
from cases.models.case import Case
from helpline.core.privacy.fields import SealedText
from helpline.core.privacy.references import new_opaque


class NameKind(models.TextChoices):
    CHOSEN = "chosen", _("the name they use")
    COURT = "court", _("the name on papers and in court")


class SayIn(models.TextChoices):
    """Where a name may be said. What is not ticked is no."""

    WITH_THEM = "with_them", _("with them alone")
    AT_HOME = "at_home", _("at home, to whoever answers")
    LAWYER = "lawyer", _("to their lawyer")
    COURT = "court", _("in court")
    CLINIC = "clinic", _("at a clinic")
    POLICE = "police", _("to the police")
    PEERS = "peers", _("among peers")


class SpokenName(models.Model):
    """A name of a caller with its own pronouns, and the places where it may be said (`SayIn`). Nowhere else."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=10, choices=NameKind.choices)
    name = SealedText()
    pronouns = SealedText(null=True, blank=True)
    say_in = models.JSONField(default=list, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["caller", "kind"], name="spoken_name_once")]

    def __str__(self) -> str:
        return f"name {self.ref}"

    @property
    def places(self) -> list[str]:
        """Where it may be said, in words."""
        return [str(SayIn(code).label) for code in self.say_in if code in SayIn.values]


class WhyEnded(models.TextChoices):
    """Why a number is no longer a way to somebody."""

    CHANGED = "changed", _("they have another number")
    LOST = "lost", _("the phone is lost, stolen or taken")
    DEAD = "dead", _("the number is dead")
    NOT_THEIRS = "not_theirs", _("somebody else has the phone now")
    UNSAFE = "unsafe", _("it is not safe any more")


class NumberChange(models.Model):
    """A number that a caller left, kept as history. `waiting` are the references of messages that were taken back then.

    They go to another number of hers only once the code word was given (`readdressed_at`).
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="number_changes")
    old = models.ForeignKey(Number, models.CASCADE, related_name="+")
    new = models.ForeignKey(Number, models.SET_NULL, null=True, related_name="+")
    because = models.CharField(max_length=12, choices=WhyEnded.choices)
    waiting = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    readdressed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"change of number {self.ref}"


class SomebodyAsked(models.Model):
    """Somebody else asked for a caller: a husband, "her lawyer", the police. Nobody was told whether we know her."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="asked_for")
    said = SealedText(null=True, blank=True)  # who they said they were, and what they wanted
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"asked for, {self.ref}"


class CallerMerge(models.Model):
    """Two callers who were found to be one person. `moved` says which rows went along, so that all of them can go back.

    It is a map from "app.model.field" to the primary keys that pointed to `merged` before.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    kept = models.ForeignKey(Caller, models.CASCADE, related_name="+")
    merged = models.ForeignKey(Caller, models.CASCADE, related_name="+")
    how = models.CharField(max_length=12)  # "code_word" or "deliberate"
    moved = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"merge {self.ref}"
