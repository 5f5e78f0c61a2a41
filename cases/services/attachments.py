"""Files of a case: judged by what stands in them, cleaned of what a camera wrote, sealed, handed out as downloads only."""

import unicodedata
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases import picture_data
from cases.file_kinds import fits, read_kind
from cases.models import Case
from cases.models.attachment import Attachment, AttachmentKind
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

CAN_BE_CLEANED = frozenset({AttachmentKind.JPEG, AttachmentKind.PNG})
LONGEST_NAME = 120  # characters
MOST_OF_A_CASE = 200  # files; more than that is an archive and belongs elsewhere


def most_bytes() -> int:
    """Return how big a file may be, in bytes (`ATTACHMENT_MOST_MB`)."""
    most: int = settings.ATTACHMENT_MOST_BYTES
    return most


@transaction.atomic
def add(
    *, case: Case, name: str, content: bytes, by: User, at: datetime, note: str = "", keep_camera_data: bool = False
) -> Attachment:
    """Keep a file with a case. Pictures lose place, time and device unless they are to be kept, as evidence may need.

    Raises NotAllowed, with a sentence, for what is too big or empty, no kind that we take, named as another kind than it
    is, a picture that is broken, or one that cannot be cleaned and was not said to be kept as it is.
    """
    if not content:
        raise NotAllowed(_("This file is empty."))
    if len(content) > most_bytes():
        raise NotAllowed(too_big())
    kind = read_kind(content)
    if not kind:
        raise NotAllowed(_("This is none of the kinds of file that we take, whatever its name says. Nothing was kept."))
    if not fits(name, kind):
        raise NotAllowed(
            _("Its name says another kind of file than it is (%(kind)s). Nothing was kept.")
            % {"kind": AttachmentKind(kind).label}
        )
    kept, is_cleaned = _clean(content, kind, keep_camera_data)
    now = lock(case)
    if Attachment.objects.filter(case=now, removed_at=None).count() >= MOST_OF_A_CASE:
        raise NotAllowed(_("This case has as many files as a case can have."))
    row = Attachment.objects.create(
        case=now, kind=kind, size=len(kept), name=clean_name(name), note=note.strip() or None, content=kept,
        is_cleaned=is_cleaned, added_by=by, added_at=at,
    )  # fmt: skip
    audit.record(by=by, verb="attachment.added", what="case", about=now.ref, at=at, attachment=row.ref, kind=kind)
    realtime.publish("case", now.ref)
    return row


def _clean(content: bytes, kind: str, keep_camera_data: bool) -> tuple[bytes, bool]:
    if keep_camera_data:
        return content, False
    if kind == AttachmentKind.HEIC:
        raise NotAllowed(
            _(
                "A picture of this kind keeps where and when it was taken, and we cannot take that out. Send it as JPEG, or "
                "say that it may stay as it is. Nothing was kept."
            )
        )
    if kind not in CAN_BE_CLEANED:
        return content, False
    try:
        return picture_data.strip(content, kind), True
    except picture_data.Broken:
        raise NotAllowed(_("This picture is broken: it does not go to its end. Nothing was kept.")) from None


def clean_name(name: str) -> str:
    """Return a name as it may stand on a page: no path, no signs that cannot be seen or that turn others round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    return seen.strip(" .")[:LONGEST_NAME] or _("file")


def too_big() -> str:
    return _("This file is too big: at most %(most)d MB. Nothing was kept.") % {"most": most_bytes() // 1_000_000}


def read_attachments(case: Case) -> list[Attachment]:
    """Return the files of a case, the newest first, without their content: one query."""
    rows = Attachment.objects.filter(case=case).defer("content").select_related("added_by", "removed_by")
    return list(rows.order_by("-added_at", "-pk"))


def open_attachment(*, case: Case, ref: str, by: User, at: datetime) -> Attachment:
    """Return a file with its content, for a download, with the opening in the audit. Raises NotFound where it is gone."""
    row = Attachment.objects.filter(case=case, ref=ref, removed_at=None).first()
    if row is None or row.content is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    audit.record(by=by, verb="attachment.opened", what="case", about=case.ref, at=at, attachment=row.ref)
    return row


@transaction.atomic
def remove(*, case: Case, ref: str, by: User, at: datetime, because: str) -> Attachment:
    """Take a file away for good; that there was one stays, and why it went. Raises NotAllowed without a reason."""
    if not because.strip():
        raise NotAllowed(_("Say why, so that the next person knows."))
    now = lock(case)
    row = Attachment.objects.select_for_update().filter(case=now, ref=ref).defer("content").first()
    if row is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    if row.removed_at is not None:
        return row
    row.content = row.name = row.note = None
    row.removed_by, row.removed_at, row.removed_because = by, at, because.strip()
    row.save()
    audit.record(by=by, verb="attachment.removed", what="case", about=now.ref, at=at, attachment=row.ref)
    realtime.publish("case", now.ref)
    return row
