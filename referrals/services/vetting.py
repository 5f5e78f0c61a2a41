"""How a provider comes to be trusted: vetting is begun, each point is scored with what shows it, a peer tests, people decide.

What each step needs is `referrals.checklist`; which steps there are, `referrals.lifecycle`. Every change holds the provider's
row: first the provider, then cases in their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import NeedKind
from helpline.core import clock
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals import checklist
from referrals.lifecycle import VettingVerb, move_vetting
from referrals.models import (
    PeerTest,
    Provider,
    ProviderReport,
    ReportKind,
    ReportState,
    Vetting,
    VettingMove,
    VettingScore,
    VettingState,
)
from referrals.services.suspending import flag_open
from referrals.services.vetting_words import MISSING, WHY, WHY_FOR

TEST_WAYS: Final = ("call", "visit", "text")
TEST_QUESTIONS: Final = ("reached", "respectful", "asked_for_papers", "moralised", "would_send_a_friend")
_AT_RISK_NEEDS: Final = (NeedKind.LEGAL, NeedKind.HEALTH, NeedKind.PEP_EC)
_ALARMING: Final = ("breach", "two_reports")
_OVER: Final = (VettingState.SUSPENDED, VettingState.REMOVED)


def today(at: datetime) -> date:
    """Return the day of the calendar by which vetting is counted."""
    return at.astimezone(clock.find_zone(settings.TIME_ZONE)).date()


def hold(provider: Provider) -> Provider:
    """Take the provider's row as it is now; people who change its vetting come one after the other."""
    return Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


@transaction.atomic
def begin(*, provider: Provider, by: User, at: datetime) -> Vetting:
    """Begin to look at a provider, for the first time or anew; what is begun already goes on. Raises NotAllowed for a removed one."""
    row = hold(provider)
    if row.vetting == VettingState.REMOVED:
        raise NotAllowed(_("They are no longer in the network. Let them be vetted from the beginning first."))
    there = row.vettings.filter(ended_at=None).first()
    if there is not None:
        return there
    made = Vetting.objects.create(provider=row, began_at=at, began_by=by)
    _tell(row, "vetting.begun", by, at, vetting=made.ref)
    return made


@transaction.atomic
def score(
    *, provider: Provider, point: int, score: int, evidence: str, by: User, at: datetime, was: str | None = None
) -> VettingScore:
    """Score one point, with what shows it. The same again changes nothing, and stays with who gave it.

    `was` is what stood there when the writer looked (`mark_of`): raises Conflict where somebody has scored it since. Raises
    NotAllowed where nothing was begun, and for a point or a score that there is not.
    """
    if point not in checklist.NUMBERS or score not in checklist.SCORES:
        raise NotAllowed(_("There are fifteen points, and each is 0, 1 or 2."))
    vetting = _open_vetting(hold(provider))
    row = vetting.scores.filter(point=point).first()
    said = evidence.strip() or None
    if row is not None and (row.score, row.evidence) == (score, said):
        return row
    if was is not None and mark_of(row) != was:
        raise Conflict(_("Somebody else has just scored this point. Look at it once more."))
    row = row or VettingScore(vetting=vetting, point=point)
    row.score, row.evidence, row.by, row.at = score, said, by, at
    row.save()
    _tell(vetting.provider, "vetting.scored", by, at, vetting=vetting.ref, point=point, score=score)
    return row


@dataclass(frozen=True)
class Scored:
    """What somebody found of one point. `was`: what stood there when they looked."""

    point: int
    score: int
    evidence: str
    was: str


class PointConflict(Conflict):
    """Somebody else has scored a point since: `point` says which."""

    def __init__(self, words: str, point: int) -> None:
        super().__init__(words)
        self.point = point


@transaction.atomic
def score_all(*, provider: Provider, found: Sequence[Scored], by: User, at: datetime) -> None:
    """Score several points, or none of them. Raises PointConflict for the first that somebody else has scored since."""
    for one in found:
        try:
            score(provider=provider, point=one.point, score=one.score, evidence=one.evidence, by=by, at=at, was=one.was)
        except Conflict as late:
            raise PointConflict(str(late), one.point) from None


def mark_of(row: VettingScore | None) -> str:
    """Return what tells one wording of a point from another: who wrote last, and when."""
    return f"{row.by_id}-{row.at.timestamp()}" if row is not None else ""


@transaction.atomic
def sign(*, provider: Provider, on: date | None, by: User, at: datetime) -> Vetting:
    """Write down on which day the agreement was signed; None takes it back. Raises NotAllowed for a day that is still to come."""
    if on is not None and on > today(at):
        raise NotAllowed(_("This day is still to come."))
    vetting = _open_vetting(hold(provider))
    if vetting.agreement_on != on:
        vetting.agreement_on = on
        vetting.save(update_fields=["agreement_on"])
        _tell(vetting.provider, "vetting.signed", by, at, vetting=vetting.ref)
    return vetting


@transaction.atomic
def record_test(
    *, provider: Provider, how: str, tested_at: datetime, answers: Mapping[str, bool | None], words: str, by: User,
    at: datetime,
) -> PeerTest:  # fmt: skip
    """Write down what a peer told of one test. Who the peer was is not kept. Raises NotAllowed where nothing was told."""
    if how not in TEST_WAYS:
        raise NotAllowed(_("Say how: by a call, a visit or a text."))
    if tested_at > at:
        raise NotAllowed(_("This time is still to come."))
    said: dict[str, Any] = {name: answers.get(name) for name in TEST_QUESTIONS}
    if said["reached"] is None:
        raise NotAllowed(_("Say whether they were reached."))
    vetting = _open_vetting(hold(provider))
    made = PeerTest.objects.create(
        vetting=vetting, at=tested_at, how=how, words=words.strip() or None, recorded_by=by, **said
    )
    _tell(vetting.provider, "vetting.tested", by, at, vetting=vetting.ref, test=made.ref)
    return made


@transaction.atomic
def move(*, provider: Provider, verb: VettingVerb, by: User, at: datetime, why: str, words: str = "") -> Provider:
    """Take one step. Raises NotAllowed, with everything that is missing, where it cannot be taken yet, and without a reason."""
    row = hold(provider)
    move_vetting(row.vetting, verb)
    if why not in WHY_FOR[verb]:
        raise NotAllowed(_("Say why."))
    lacks = checklist.missing(verb, row.vetting, read_found(row), by.ref)
    if lacks:
        raise NotAllowed(" ".join(str(MISSING[code]) for code in lacks))
    put(row, verb, by=by, at=at, why=why, words=words)
    return row


def put(row: Provider, verb: VettingVerb, *, by: User | None, at: datetime, why: str, words: str = "") -> VettingMove:
    """Bring a provider that is held into its next state, for a reason, and do what follows. `by` None: a rule did it."""
    assert why in WHY
    before, after = row.vetting, move_vetting(row.vetting, verb)
    on, was = today(at), row.renew_by if row.vetting not in _OVER else None
    at_risk = row.services.filter(kind__in=_AT_RISK_NEEDS).exclude(status="defunct").exists()
    row.vetting, row.vetting_since, row.vetting_why, row.changed_at = after, at, why, at
    row.renew_by = checklist.renew_by(after, row.kind, on, was, has_clinic_or_law=at_risk)
    row.renewal_told = 0 if row.renew_by is None else checklist.reminder_stage(row.renew_by, on)
    row.version += 1
    row.save(
        update_fields=["vetting", "vetting_since", "vetting_why", "renew_by", "renewal_told", "changed_at", "version"]
    )
    moved = VettingMove.objects.create(
        provider=row, before=before, after=after, why=why, words=words.strip() or None, by=by, at=at
    )
    if after in {VettingState.APPROVED, VettingState.REMOVED} or verb == "propose_again":
        row.vettings.filter(ended_at=None).update(ended_at=at)
    _tell(row, f"vetting.{verb}", by, at, why=why)
    if after in _OVER and before not in _OVER:
        flag_open(row, by=by, at=at)
        if why in _ALARMING:
            alarms.raise_alarm(kind="provider_suspended", key=f"provider-suspended-{moved.ref}", at=at)
    return moved


def read_found(provider: Provider) -> checklist.Found:
    """Return what is known for the next step, from the vetting that is going on and what was told."""
    vetting = provider.vettings.filter(ended_at=None).first()
    told = list(ProviderReport.objects.filter(provider=provider).exclude(kind=ReportKind.CHANGE))
    open_reports = sum(one.state == ReportState.OPEN for one in told)
    is_breach_upheld = any(
        one.kind == ReportKind.BREACH and one.state == ReportState.UPHELD and one.told_at >= provider.vetting_since
        for one in told
    )
    if vetting is None:
        return checklist.Found(is_begun=False, open_reports=open_reports, is_breach_upheld=is_breach_upheld)
    scores = list(vetting.scores.select_related("by"))
    tests = [
        checklist.Tried(one.reached, one.respectful, one.moralised, one.would_send_a_friend)
        for one in vetting.peer_tests.order_by("at", "pk")
    ]
    return checklist.Found(
        scores={one.point: one.score for one in scores}, tests=tuple(tests),
        is_agreement_signed=vetting.agreement_on is not None, scored_by=frozenset(one.by.ref for one in scores),
        open_reports=open_reports, is_breach_upheld=is_breach_upheld,
    )  # fmt: skip


def _open_vetting(row: Provider) -> Vetting:
    vetting = row.vettings.filter(ended_at=None).first()
    if vetting is None:
        raise NotAllowed(str(MISSING["begun"]))
    vetting.provider = row
    return vetting


def _tell(row: Provider, verb: str, by: User | None, at: datetime, **details: str | int) -> None:
    audit.record(by=by, verb=verb, what="provider", about=row.ref, at=at, **details)
    realtime.publish("provider", row.ref)
