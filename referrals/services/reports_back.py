"""Whoever helped tells how it went: by a one-time link that they are texted some days later, or to a person by voice.

The text names the code of their request and nothing else; the page behind the link asks, and shows nothing of the caller.
"""

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from cases.models import FollowUpKind
from cases.services import followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import Offer, OfferState, Referral, ReferralOutcome, ReferralState, ReportBack
from referrals.services import links

HOW: Final = "offer/how"
PURPOSE: Final = "report-link"
ASK_AFTER: Final = timedelta(days=3)  # of being in touch; a week of accepting, where nobody said that they are
ACCEPTED_FOR: Final = timedelta(days=7)
OPEN_FOR: Final = timedelta(days=14)
MET: Final = ("yes", "no", "not_yet")
ENOUGH_FOR_A_SWEEP: Final = 100
LONGEST_WORDS: Final = 2000
log = logging.getLogger(__name__)


def ask_due(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Ask how it went where nobody has asked yet and some days have passed. One that breaks keeps no other waiting."""
    in_touch = Referral.objects.filter(state=ReferralState.REACHED, reached_at__lte=at - ASK_AFTER)
    silent = Referral.objects.filter(state=ReferralState.ACCEPTED, accepted_at__lte=at - ACCEPTED_FOR)
    due = (in_touch | silent).filter(reports_back=None, is_team=False, person__isnull=False)
    asked = 0
    for row in due.select_related("case", "person").order_by("accepted_at", "pk")[:limit]:
        try:
            asked += ask(referral=row, at=at) is not None
        except (OperationalError, InterfaceError):
            raise  # the database is away: so is the next one
        except Exception as broken:
            log.exception("who helped could not be asked how it went: %s", type(broken).__name__)
    return asked


@transaction.atomic
def ask(*, referral: Referral, at: datetime, by: User | None = None) -> ReportBack | None:
    """Text whoever accepted a link to say how it went, once; None where nobody can be asked."""
    case = lock(referral.case)
    row = Referral.objects.select_for_update(of=("self",)).select_related("person").get(pk=referral.pk)
    offer = Offer.objects.filter(referral=row, state=OfferState.ACCEPTED, person__isnull=False).first()
    if offer is None or row.person is None or row.person.left_at is not None or not row.person.by_text:
        return None
    key = f"report-back-{offer.ref}"
    made, is_new = ReportBack.objects.get_or_create(
        key=key, defaults={"referral": row, "asked_at": at, "until": at + OPEN_FOR, "recorded_by": None}
    )
    if is_new:
        outbox.put(
            key=key, route=Route.PROVIDER, to=row.person.ref, template=HOW, words={"offer": offer.ref}, about=case.ref,
            at=at, expires_at=at + timedelta(days=1),
        )  # fmt: skip
        audit.record(by=by, verb="report_back.asked", what="case", about=case.ref, at=at, referral=row.ref)
    return made


def make_link(offer: Offer, *, at: datetime) -> str:
    """Make the link of what is asked about an offer and return its path, inside the claim that sends it; blank for none."""
    row = ReportBack.objects.filter(key=f"report-back-{offer.ref}", answered_at=None, until__gt=at).first()
    if row is None:
        return ""
    token, row.token_hash = links.new_token(PURPOSE)
    row.save(update_fields=["token_hash"])
    return f"/r/{token}/"


def find(token: str, at: datetime) -> ReportBack | None:
    """Return what this link asks while it can be answered. Guessed, late and used ones are all None."""
    rows = ReportBack.objects.filter(token_hash__in=links.hashes_of(PURPOSE, token)).select_related("referral__case")
    row = rows.first()
    return row if row is not None and row.answered_at is None and row.until > at else None


@transaction.atomic
def answer(
    *, report: ReportBack, met: str, outcome: str, words: str, at: datetime, how: str, next_step_on: date | None = None,
    by: User | None = None,
) -> ReportBack:  # fmt: skip
    """Keep what whoever helped told. It changes nothing by itself: whoever has the case reads it and decides.

    Raises NotAllowed for words that there are not; a second answer changes nothing.
    """
    if met not in MET or (outcome and outcome not in ReferralOutcome.values):
        raise NotAllowed(_("Say whether you met."))
    case = lock(report.referral.case)
    row = ReportBack.objects.select_for_update(of=("self",)).select_related("referral").get(pk=report.pk)
    if row.answered_at is not None:
        return row
    row.answered_at, row.answered_how, row.recorded_by = at, how, by
    row.met, row.outcome, row.next_step_on = met, outcome, next_step_on
    row.words = words.strip()[:LONGEST_WORDS] or None
    row.save()
    if by is None:
        followups.add(
            case=case, kind=FollowUpKind.TASK, because="report_back", due_at=at, at=at, key=f"report-{row.ref}",
            owner=case.owner if case.owner is not None and case.owner.is_active else None,
        )  # fmt: skip
    audit.record(by=by, verb="report_back.answered", what="case", about=case.ref, at=at, referral=row.referral.ref)
    realtime.publish("case", case.ref)
    return row


@transaction.atomic
def note_told(*, referral: Referral, met: str, outcome: str, words: str, by: User, at: datetime) -> ReportBack:
    """Write down what whoever helped told by voice."""
    lock(referral.case)
    waiting = ReportBack.objects.filter(referral=referral, answered_at=None).order_by("-asked_at", "-pk").first()
    row = waiting or ReportBack.objects.create(
        key=f"report-told-{referral.ref}-{ReportBack.objects.filter(referral=referral).count() + 1}", referral=referral,
        asked_at=at, until=at,
    )  # fmt: skip
    row.referral = referral
    return answer(report=row, met=met, outcome=outcome, words=words, at=at, how="voice", by=by)
