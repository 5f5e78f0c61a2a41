"""What somebody says who was asked: yes, no, too late. By text, by link, by a key on the telephone, or to a person at the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction

from cases.models import Case, CaseState, FollowUpKind, Turn
from cases.services import followups
from cases.services.safe_contact import may_call_back
from helpline.core.outbox.models import Message
from helpline.core.staff.models import User
from referrals.lifecycle import move_referral
from referrals.models import (
    Code,
    Conflict,
    ConflictKind,
    Declined,
    Offer,
    OfferState,
    ReferralState,
    Service,
)
from referrals.replies import Reply, read_reply
from referrals.services import journeys, offers
from referrals.services.advancing import advance
from referrals.services.asking import lose_held, withdraw_held
from referrals.services.steps import Held, hold, publish
from referrals.services.telling import LAWYER_NEEDS, find_yes

Result = Literal["accepted", "taken", "too_late", "withdrawn", "declined", "already"]
How = Literal["key", "text", "link", "desk"]

HEARD_FOR = timedelta(days=7)  # so long an answer with its code finds what it was for
SAID_FOR = timedelta(hours=3)  # so long a bare "yes" may be for the newest question that nobody answered
MOST_ANSWERS = 6  # to one offer: two machines must not answer each other for ever
ACCEPTED, DECLINED, UNCLEAR = "offer/accepted", "offer/declined", "offer/unclear"
_TEMPLATES = {
    "accepted": ACCEPTED, "already": ACCEPTED, "taken": offers.TAKEN, "too_late": offers.OVER,
    "withdrawn": offers.OVER, "declined": DECLINED,
}  # fmt: skip
_HAS_IT = (ReferralState.ACCEPTED, ReferralState.REACHED)


@dataclass(frozen=True)
class Answer:
    """What came of an answer, and the offer as it is now."""

    result: Result
    offer: Offer


@dataclass(frozen=True)
class TextAnswer:
    """A text that was an answer to an offer. `result` is as in `Answer`, or "unclear": we asked for the code."""

    result: str
    offer: Offer

    @property
    def case(self) -> Case:
        return self.offer.referral.case


@transaction.atomic
def accept(*, offer: Offer, at: datetime, how: How, by: User | None = None) -> Answer:
    """Take a yes. The first gets it, whatever comes at once; who comes late and finds nobody has it, gets it too."""
    held = hold(offer.referral)
    made = held.offers()
    mine = next(one for one in made if one.pk == offer.pk)
    now = held.referral
    if mine.state == OfferState.ACCEPTED:
        return Answer("already" if now.state in _HAS_IT else "withdrawn", mine)
    if now.state in {ReferralState.ENDED, ReferralState.WITHDRAWN} or mine.state == OfferState.WITHDRAWN:
        if mine.state in {OfferState.OPEN, OfferState.SILENT}:
            offers.end(mine, "withdraw", at=at, by=by)
        return Answer("withdrawn", mine)
    if held.case.state == CaseState.CLOSED or offers.is_refused_at_all(now, at):
        withdraw_held(held, by=by, at=at, why="case_closed" if held.case.state == CaseState.CLOSED else "consent")
        return Answer("withdrawn", _again(mine))
    if now.state in _HAS_IT:
        if mine.state != OfferState.TAKEN:
            offers.end(mine, "be_late", at=at, by=by)
            _keep_answer(mine, at=at, how=how)
        return Answer("taken", mine)
    if offers.why_not_any_more(mine, at):
        offers.end(mine, "withdraw", at=at, by=by)
        advance(held, at)
        return Answer("withdrawn", mine)
    if mine.state in {OfferState.TAKEN, OfferState.PLANNED}:
        return Answer("too_late", mine)
    _accept(held, mine, made, at=at, how=how, by=by)
    return Answer("accepted", mine)


@transaction.atomic
def decline(*, offer: Offer, at: datetime, how: How, because: str = Declined.OTHER, by: User | None = None) -> Answer:
    """Take a no; the next is asked at once. A conflict of interest keeps them out of this case from now on.

    Who had accepted gives it back by this. Raises NotAllowed nowhere: a no that changes nothing is thanked all the same.
    """
    because = because if because in Declined.values else Declined.OTHER
    held = hold(offer.referral)
    mine = next(one for one in held.offers() if one.pk == offer.pk)
    if because == Declined.CONFLICT:
        _note_conflict(mine, by=by, at=at)
    if mine.state == OfferState.ACCEPTED and held.referral.state in _HAS_IT:
        _keep_answer(mine, at=at, how=how, because=because)
        lose_held(held, mine, at=at, why="given_back", by=by, is_their_word=True)
        return Answer("declined", mine)
    if mine.state in {OfferState.OPEN, OfferState.SILENT}:
        _keep_answer(mine, at=at, how=how, because=because)
        offers.end(mine, "decline", at=at, by=by)
        advance(held, at)
        return Answer("declined", mine)
    return Answer("already" if mine.state == OfferState.DECLINED else "withdrawn", mine)


@transaction.atomic
def answer_text(*, number: str, body: str, at: datetime) -> TextAnswer | None:
    """Hear a text as an answer to an offer that went to this number, and text back what came of it.

    None where it is no such answer: then it is an ordinary text, whoever wrote it. Only the phone that a code went to can
    answer with it.
    """
    asked = _asked_at(number, at)
    if not asked:
        return None
    reply = read_reply(body, frozenset(code.code for code in asked))
    offer = _meant(reply, asked, at)
    if offer is None:
        return _ask_for_code(reply, asked, at)
    if reply.means == "no":
        answer = decline(offer=offer, at=at, how="text", because=reply.because)
    elif reply.means == "yes":
        answer = accept(offer=offer, at=at, how="text")
    else:
        return _ask_for_code(reply, asked, at)
    result = "declined" if reply.means == "no" else answer.result
    _say(answer.offer, _TEMPLATES[result], at)
    return TextAnswer(result, answer.offer)


def answer_key(*, message_key: str, key: str, at: datetime) -> Answer | None:
    """Hear a key that was pressed on a call by which somebody was asked: 1 is yes, 2 is no, anything else is nothing."""
    offer = (
        Offer.objects.filter(message_key=message_key).exclude(message_key="").select_related("referral__case").first()
    )
    if offer is None or key not in {"1", "2"}:
        return None
    return accept(offer=offer, at=at, how="key") if key == "1" else decline(offer=offer, at=at, how="key")


def _accept(held: Held, mine: Offer, made: list[Offer], *, at: datetime, how: How, by: User | None) -> None:
    now, case = held.referral, held.case
    offers.end(mine, "accept", at=at, by=by)
    _keep_answer(mine, at=at, how=how)
    for other in made:
        if other.pk != mine.pk and other.state in {OfferState.OPEN, OfferState.PLANNED}:
            verb, told = ("be_late", offers.TAKEN) if other.state == OfferState.OPEN else ("withdraw", "")
            offers.end(other, verb, at=at, by=by, tell=told)  # type: ignore[arg-type]
    now.state = ReferralState(move_referral(now.state, "accept"))
    now.provider, now.person, now.accepted_at, now.next_at = mine.provider, mine.person, at, None
    now.service = (
        Service.objects.filter(provider=mine.provider, kind=now.need, status="active").first()
        if mine.provider is not None
        else None
    )
    yes = find_yes(mine, at=at)
    if now.consent is None and yes is not None:
        now.consent = yes
    now.save()
    followups.drop(case=case, keys=[f"referral-{now.ref}-{now.round}-{what}" for what in ("nobody", "lost")], at=at)
    _promise(held, mine, has_yes=yes is not None, at=at)
    journeys.begin(mine, at=at)
    turn = Turn.LAWYER if now.need in LAWYER_NEEDS and not now.is_team else Turn.OTHER
    Case.objects.filter(pk=case.pk, state=CaseState.OPEN).update(turn=turn, turn_since=at)
    publish(now)


def _promise(held: Held, mine: Offer, *, has_yes: bool, at: datetime) -> None:
    """Two things for whoever has the case, now: tell the caller, and, where there is no yes yet, ask for it and ring back."""
    now, case = held.referral, held.case
    owner = case.owner if case.owner is not None and case.owner.is_active else None
    may_ring = case.number is not None and bool(may_call_back(number=case.number, case=case, at=at))
    because = "team_accepted" if now.is_team else "lawyer_accepted" if now.need in LAWYER_NEEDS else "help_accepted"
    followups.add(
        case=case, kind=FollowUpKind.CALL_BACK if may_ring else FollowUpKind.TASK, because=because, due_at=at, at=at,
        key=f"offer-{mine.ref}-tell", owner=owner, is_urgent=True,
    )  # fmt: skip
    if not has_yes:
        followups.add(
            case=case, kind=FollowUpKind.TASK, because="ring_who_accepted", due_at=at, at=at,
            key=f"offer-{mine.ref}-ring", owner=owner, is_urgent=True,
        )  # fmt: skip


def _keep_answer(offer: Offer, *, at: datetime, how: How, because: str = "") -> None:
    offer.answered_at, offer.answered_how, offer.declined_because = at, how, because
    offer.save(update_fields=["answered_at", "answered_how", "declined_because"])


def _note_conflict(offer: Offer, *, by: User | None, at: datetime) -> None:
    """They said so themselves: in this case they are not asked again, whatever else changes."""
    if offer.provider is None:
        return
    there = Conflict.objects.filter(
        provider=offer.provider, person=offer.person, case=offer.referral.case, ended_at=None
    )
    if not there.exists():
        Conflict.objects.create(
            provider=offer.provider,
            person=offer.person,
            case=offer.referral.case,
            kind=ConflictKind.OTHER,
            by=None,
            at=at,
        )


def _again(offer: Offer) -> Offer:
    offer.refresh_from_db(fields=["state"])
    return offer


def _asked_at(number: str, at: datetime) -> list[Code]:
    """Return the codes that went to this phone lately, the newest first."""
    sent = Code.objects.filter(number_index__in=offers.indexes_of(number), sent_at__gt=at - HEARD_FOR)
    people = ("offer__referral__case", "offer__person", "offer__member", "offer__provider")
    return list(sent.select_related(*people).order_by("-sent_at", "-pk"))


def _meant(reply: Reply, asked: list[Code], at: datetime) -> Offer | None:
    """Return the offer that a text answers; None where it cannot be told."""
    if reply.code:
        return next(code.offer for code in asked if code.code == reply.code)
    if reply.other_code or not reply.is_plain:
        return None
    still_open = [code.offer for code in asked if code.offer.state == OfferState.OPEN]
    if len(still_open) == 1:
        return still_open[0]
    if still_open:
        return None
    lately = [code.offer for code in asked if code.sent_at > at - SAID_FOR]
    return lately[0] if lately else None


def _ask_for_code(reply: Reply, asked: list[Code], at: datetime) -> TextAnswer | None:
    """Ask again where it was meant as an answer, but for which question is not clear. Anything else is an ordinary text."""
    still_open = [code.offer for code in asked if code.offer.state == OfferState.OPEN]
    is_meant = bool(reply.code or reply.other_code or reply.is_plain)
    if not still_open or not is_meant:
        return None
    about = next((code.offer for code in asked if code.code == reply.code), still_open[0])
    _say(about, UNCLEAR, at)
    return TextAnswer("unclear", about)


def _say(offer: Offer, template: str, at: datetime) -> None:
    before = Message.objects.filter(key__startswith=f"offer-{offer.ref}-answer-").count()
    if before < MOST_ANSWERS:
        offers.say(offer, template, at=at, key=f"offer-{offer.ref}-answer-{before + 1}")
