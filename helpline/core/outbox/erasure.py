"""What the outbox holds of callers: the words of messages, and to which number of theirs."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.erasure import Eraser, Holding, Subject, Told


def of_them(subject: Subject) -> Q:
    """Messages about these cases, or to these numbers."""
    return Q(about__in=list(subject.cases.values())) | Q(route="caller", to_ref__in=list(subject.numbers.values()))


class Outbox(Eraser):
    name = "outbox"
    holds = _("Messages that wait or have left: their words, and to whom they went.")
    removes = _("The messages; what still waits does not leave any more.")
    keeps = ""
    holdings = (
        Holding(
            "outbox.Message", _("Messages to you"), by_reference=of_them,
            is_hers=lambda row, _subject: row.route == "caller", because=_("These were notices to us, without a word of yours."),
            tells=(Told(_("Written"), "created_at"), Told(_("Left"), "sent_at"), Told(_("State"), "state")),
        ),
    )  # fmt: skip
