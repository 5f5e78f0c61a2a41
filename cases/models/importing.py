"""Past cases from a spreadsheet: the file while it is looked at, and what each case was called before."""

from django.conf import settings
from django.db import models

from cases.models.case import Case
from helpline.core.privacy.fields import BlindIndex, SealedBytes, SealedText
from helpline.core.privacy.references import new_opaque


class ImportFile(models.Model):
    """A spreadsheet between being handed in and being taken over. Kept sealed, an hour at the longest, for one person."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    content = SealedBytes()
    is_workbook = models.BooleanField(default=False)  # .xlsx; otherwise text with separators
    columns = models.JSONField(default=dict)  # our field: number of the column, from 0
    day_first = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"import {self.ref}"


class ImportedCase(models.Model):
    """What an imported case was called in the old book, so that the same line is never taken over twice."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="imported")
    old_reference = SealedText()
    index = BlindIndex(of="old_reference", purpose="old_reference", unique=True)

    def __str__(self) -> str:
        return f"imported {self.ref}"
