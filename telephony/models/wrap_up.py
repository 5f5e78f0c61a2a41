"""The end of the work on one call: what was said about it, and what that changed, so that it can be taken back."""

from django.conf import settings
from django.db import models

from cases.models import Note
from helpline.core.privacy.references import new_opaque
from telephony.models.call import Call, CallKind


class WrapUp(models.Model):
    """One wrap-up. `settled` and `promised` are references of follow-ups: what it finished, and what it added."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="wrap_ups")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=CallKind.choices)
    kind_before = models.CharField(max_length=16, blank=True)
    note = models.ForeignKey(Note, models.SET_NULL, null=True, related_name="+")
    settled = models.JSONField(default=list)
    promised = models.CharField(max_length=24, blank=True)
    closed_case = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["call", "-at"], name="wrap_up_of_call")]

    def __str__(self) -> str:
        return f"wrap-up {self.ref}"
