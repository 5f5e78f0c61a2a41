"""Who calls, from which number, and what may be sent there. Unknown means no."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.references import new_opaque


class Caller(models.Model):
    """A person as we know her: a code name, never a legal one. Made at the first contact from a number."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    code_name = SealedText(null=True, blank=True)
    pronouns = SealedText(null=True, blank=True)
    code_word = SealedText(null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"caller {self.ref}"


class Number(models.Model):
    """A telephone number that somebody used. A match says "possibly": phones are shared.

    `caller` is who first used it. The number itself is sealed; the index finds it again under any listed key.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="numbers")
    number = SealedText()  # E.164
    index = BlindIndex(of="number", purpose="number", unique=True)
    created_at = models.DateTimeField()
    opted_out_at = models.DateTimeField(null=True)  # they texted STOP, or the gateway says so
    blocked_until = models.DateTimeField(null=True)
    blocked_why = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"number {self.ref}"


class Whose(models.TextChoices):
    OWN = "own", _("their own phone")
    SHARED = "shared", _("a shared phone")
    OTHER = "other", _("somebody else's phone")


class SafeContact(models.Model):
    """What one caller said about one number. No row, or an old one, means: nothing may be sent."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    caller = models.ForeignKey(Caller, models.CASCADE, related_name="safe_contacts")
    number = models.ForeignKey(Number, models.CASCADE, related_name="safe_contacts")
    whose = models.CharField(max_length=10, choices=Whose.choices)
    may_text = models.BooleanField(default=False)
    may_call = models.BooleanField(default=False)
    say = SealedText(null=True, blank=True)  # what we say to somebody else who answers
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "number"], name="safe_contact_once")]

    def __str__(self) -> str:
        return f"safe contact {self.ref}"
