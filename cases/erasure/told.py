"""What several areas say of their rows: that one is about somebody else, and what a card lets somebody do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from helpline.core.privacy.erasure import Subject, Told

ABOUT_ANOTHER = _("This is about somebody else, and is theirs to read.")
CARD = (
    Told(_("Whose phone or place"), "whose"),
    Told(_("When it is safe"), "hours"),
    Told(_("May be texted"), "may_text"),
    Told(_("May be called"), "may_call"),
    Told(_("Message on a mailbox"), "voicemail"),
    Told(_("Who else may hear"), "who_hears"),
    Told(_("What we say on a mailbox"), "voicemail_words"),
    Told(_("What we say to somebody else"), "say"),
    Told(_("Stop word"), "stop_word"),
    Told(_("Told us"), "confirmed_at"),
)


def is_about_her(row: Any, subject: Subject) -> bool:
    """Say whether a row of a case speaks of the caller herself, and not of somebody for whom she rang."""
    case = row if isinstance(row, Case) else row.case
    return case.concerns_id is None or case.concerns_id in subject.callers
