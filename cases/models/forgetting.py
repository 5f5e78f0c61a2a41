"""A caller's wish to be forgotten, and her own copy of what we hold. Neither outlives what it is about by a name or a word."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.caller import Caller
from helpline.core.privacy.fields import SealedBytes, SealedText
from helpline.core.privacy.references import new_opaque


class WishScope(models.TextChoices):
    CASE = "case", _("this case alone")
    PERSON = "person", _("everything about them")


class WishState(models.TextChoices):
    WAITING = "waiting", _("waiting for a second person")
    DONE = "done", _("done")
    REFUSED = "refused", _("not done")


class HowKnown(models.TextChoices):
    """How we know that it is the caller who asks, and not somebody who wants traces gone."""

    CODE_WORD = "code_word", _("they gave the code word")
    IN_PERSON = "in_person", _("they were here in person")
    VOICE = "voice", _("I know the voice and the story")


class WhyNot(models.TextChoices):
    NOT_HER = "not_her", _("it is not sure that the caller asked")
    CHANGED = "changed", _("the caller changed their mind")
    HOLD = "hold", _("it must be kept for now")
    OTHER = "other", _("another reason, told to whoever asked")


class ErasureWish(models.Model):
    """Names case and caller by reference only, and blanks both once they are gone. `counts` is what went, table by table."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case_ref = models.CharField(max_length=16, blank=True, db_index=True)
    scope = models.CharField(max_length=8, choices=WishScope.choices)
    how = models.CharField(max_length=12, choices=HowKnown.choices)
    state = models.CharField(max_length=8, choices=WishState.choices, default=WishState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why_not = models.CharField(max_length=12, choices=WhyNot.choices, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref"], condition=models.Q(state="waiting"), name="one_wish_for_each_case"
            )
        ]

    def __str__(self) -> str:
        return f"wish {self.ref}"


class PackageState(models.TextChoices):
    WAITING = "waiting", _("waiting to be made")
    MAKING = "making", _("being made")
    READY = "ready", _("ready")
    TAKEN = "taken", _("taken")
    EXPIRED = "expired", _("too late: it was deleted")
    FAILED = "failed", _("could not be made")


class Package(models.Model):
    """Everything that we hold about one caller, for her, in one locked file. Taken once, then nothing of it is left here."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="packages")
    how = models.CharField(max_length=12, choices=HowKnown.choices)
    state = models.CharField(max_length=8, choices=PackageState.choices, default=PackageState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    parts_done = models.PositiveSmallIntegerField(default=0)
    parts = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    content = SealedBytes(null=True)
    password = SealedText(null=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["caller"],
                condition=models.Q(state__in=["waiting", "making", "ready"]),
                name="one_package_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"package {self.ref}"
