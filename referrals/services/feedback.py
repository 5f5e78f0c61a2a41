"""How it was for the caller, where they want to tell: five questions, each may stay open. It stays with the provider.

A "no" to respectful or safe is also a bad report of the provider; what that sets in motion is decided where reports are
looked at. Nobody is asked by a machine: a follow-up asks the counsellor to ask, where there is a safe way.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import FollowUpKind
from cases.services import followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import Feedback, Referral, ReportKind
from referrals.services import provider_reports

QUESTIONS: Final = ("reached", "respectful", "safe", "cost_as_told", "would_use_again")
ASK_AFTER: Final = timedelta(days=3)


@transaction.atomic
def tell(*, referral: Referral, answers: dict[str, bool | None], words: str, by: User, at: datetime) -> Feedback:
    """Keep what the caller told of who helped them; a second time changes it. Raises NotAllowed without a provider or an answer."""
    case = lock(referral.case)
    row = Referral.objects.select_for_update(of=("self",)).select_related("provider").get(pk=referral.pk)
    if row.provider is None:
        raise NotAllowed(_("Nobody has helped yet."))
    said = {name: answers.get(name) for name in QUESTIONS}
    if all(answer is None for answer in said.values()) and not words.strip():
        raise NotAllowed(_("Nothing was told yet."))
    found, _made = Feedback.objects.update_or_create(
        referral=row,
        defaults={**said, "provider": row.provider, "words": words.strip() or None, "told_at": at, "recorded_by": by},
    )
    followups.drop(case=case, keys=[_key(referral)], by=by, at=at)
    if found.respectful is False or found.safe is False:
        told = found.words or _("The caller said that they were not respectful, or that it did not feel safe.")
        provider_reports.report(
            provider=row.provider, kind=ReportKind.POOR, words=told, by=by, at=at, case=case, key=f"feedback-{row.ref}"
        )
    audit.record(by=by, verb="feedback.told", what="case", about=case.ref, at=at, referral=row.ref)
    realtime.publish("case", case.ref)
    return found


def ask_later(referral: Referral, *, at: datetime) -> None:
    """Promise to ask how it was, three days after they were in touch; not where the caller wants no contact."""
    owner = referral.case.owner
    followups.plan(
        case=referral.case, key=_key(referral), kind=FollowUpKind.CHECK, because="referral_how", at=at,
        due_at=followups.in_desk_hours(referral.case, at + ASK_AFTER),
        owner=owner if owner is not None and owner.is_active else None,
    )  # fmt: skip


def _key(referral: Referral) -> str:
    return f"referral-{referral.ref}-how"
