"""The doors to the network and to what is asked for a case. What is not yours looks exactly like what is not there.

Everybody on staff may look at the network: who has a caller on the telephone must find a clinic. Only coordinators and
supervisors change it, see how providers were vetted and what was told of them, and see money. A referral is opened
through its case.
"""

import re
from datetime import datetime

from django.utils.translation import gettext as _

from cases.access import SAME_READING, To, get_case
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotFound
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User
from referrals.models import Provider, Referral, VettingState

KEEPS_NETWORK = ("coordinator", "supervisor")
USES_NETWORK = ("counsellor", "paralegal", "coordinator", "supervisor")
_OPAQUE_REFERENCE = re.compile(rf"[{ALPHABET}]{{1,24}}")


def may_keep_network(user: User) -> bool:
    """Say whether this person keeps the directory: changes it, vets, sees reports and money."""
    return user.holds(*KEEPS_NETWORK)


def may_use_network(user: User) -> bool:
    """Say whether this person may look into the directory."""
    return user.holds(*USES_NETWORK)


def check_uses_network(user: User, at: datetime) -> None:
    """Let those who speak with callers, and those who keep it, into the directory. Raises NotFound for everybody else."""
    if not may_use_network(user):
        audit.record(by=user, verb="network.denied", what="network", about="", at=at)
        raise NotFound(_("There is nothing here, or it is not yours."))


def check_keeps_network(user: User, at: datetime) -> None:
    """Let coordinators and supervisors to what only they may see. Raises NotFound for everybody else."""
    if not may_keep_network(user):
        audit.record(by=user, verb="network.denied", what="network", about="", at=at)
        raise NotFound(_("There is nothing here, or it is not yours."))


def get_provider(user: User, ref: str, *, at: datetime, to_keep: bool = False) -> Provider:
    """Return one provider; `to_keep` for changing it or for what only its keepers see.

    Raises NotFound, alike, where there is none and where it is not this person's. One that was removed is there for its
    keepers alone.
    """
    if to_keep:
        check_keeps_network(user, at)
    else:
        check_uses_network(user, at)
    found = None
    if _OPAQUE_REFERENCE.fullmatch(ref):
        found = Provider.objects.filter(ref=ref).first()
    if found is None or (found.vetting == VettingState.REMOVED and not may_keep_network(user)):
        raise NotFound(_("There is nothing here, or it is not yours."))
    already = Entry.objects.filter(
        about=found.ref, who=user, verb="provider.read", at__gt=at - SAME_READING, at__lte=at
    ).exists()
    if not already:
        audit.record(by=user, verb="provider.read", what="provider", about=found.ref, at=at)
    return found


def get_referral(user: User, ref: str, *, to: To, at: datetime) -> Referral:
    """Return one referral, its case opened through `cases.access.get_case`. Raises as that does."""
    found = None
    if _OPAQUE_REFERENCE.fullmatch(ref):
        people = ("case", "area", "provider", "person", "service", "consent", "asked_by")
        found = Referral.objects.select_related(*people).filter(ref=ref).first()
    if found is None:
        audit.record(by=user, verb="case.denied", what="referral", about="", at=at)
        raise NotFound(_("There is nothing here, or it is not yours."))
    try:
        found.case = get_case(user, found.case.ref, to=to, at=at)
    except NotFound:
        raise NotFound(_("There is nothing here, or it is not yours.")) from None
    return found
