"""A file that belongs to a case: its content and its name sealed, never shown inside a page."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from helpline.core.privacy.fields import SealedBytes, SealedText
from helpline.core.privacy.references import new_opaque


class AttachmentKind(models.TextChoices):
    PDF = "pdf", _("PDF")
    JPEG = "jpeg", _("picture (JPEG)")
    PNG = "png", _("picture (PNG)")
    HEIC = "heic", _("picture (HEIC)")
    TEXT = "text", _("text")
    DOCX = "docx", _("document (Word)")
    ODT = "odt", _("document (OpenDocument)")
    MP3 = "mp3", _("sound (MP3)")
    WAV = "wav", _("sound (WAV)")
    OGG = "ogg", _("sound (Ogg)")
    M4A = "m4a", _("sound (M4A)")
    AMR = "amr", _("sound (AMR)")


class Attachment(models.Model):
    """One file. `is_cleaned`: what the camera wrote beside the picture was taken out. What was removed leaves this row,
    without name and content, and why.
    """

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=8, choices=AttachmentKind.choices)
    size = models.PositiveIntegerField()  # bytes, as it is kept
    name = SealedText(null=True)
    note = SealedText(null=True, blank=True)
    content = SealedBytes(null=True)
    is_cleaned = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_because = SealedText(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-added_at"], name="attachment_of_case")]

    def __str__(self) -> str:
        return f"attachment {self.ref}"
