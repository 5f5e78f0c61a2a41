"""Ask somebody for a caller, ask again, take it back, follow it to its end. `answering` hears what they say.

An offer tells the area, the matter and the language, and nothing of a caller: it needs no consent to be shared. What somebody
hears who accepts does (`telling`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from cases.consenting import GIVEN
from cases.models import Case, CaseState, Consent, FollowUpKind, NeedKind, NeedOutcome, Purpose, ReviewedStep, Turn
from cases.services import approval, consents, followups
from cases.services.casework import lock
from cases.services.needs import set_needs
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.staff.models import User
from referrals.lifecycle import move_referral
from referrals.models import (
    TRUSTED,
    Area,
    AskingWay,
    Matter,
    Offer,
    OfferState,
    ProviderPerson,
    Referral,
    ReferralOutcome,
    ReferralState,
    TeamMember,
)
from referrals.services import appointments, feedback, journeys, offers
from referrals.services.advancing import advance
from referrals.services.steps import Held, hold, note, publish
from referrals.services.telling import receiver_for

# How an end stands in what the caller needed: "there was none" is counted for advocacy, "they chose not to" never with it.
NEED_OUTCOMES: Final[Mapping[str, str]] = {
    ReferralOutcome.RECEIVED: NeedOutcome.REFERRED,
    ReferralOutcome.BY_US: NeedOutcome.BY_US,
    ReferralOutcome.ALREADY: NeedOutcome.ALREADY,
    ReferralOutcome.DECLINED: NeedOutcome.DECLINED,
    ReferralOutcome.UNAVAILABLE: NeedOutcome.UNAVAILABLE,
}
MOST_MINUTES = 14 * 24 * 60
_OPEN = (OfferState.PLANNED, OfferState.OPEN)


@transaction.atomic
def ask(
    *,
    case: Case,
    by: User,
    at: datetime,
    need: str,
    matter: str,
    area: Area | None,
    language: str,
    may_be_told: str = "",
    way: str = AskingWay.IN_TURN,
    consent_ref: str = "",
    promised_minutes: int | None = 30,
    persons: Sequence[str] | None = None,
    only_chosen: bool = True,
    is_team: bool = False,
    key: str | None = None,
) -> Referral:
    """Ask for somebody; the first is asked at once, in the same transaction. The same `key` gives the referral that is there.

    `persons`: references of people (of team members, with `is_team`) in the order in which a person wants them asked;
    with `only_chosen` nobody else is. Raises NotAllowed, with a sentence, where the caller said no to it, where the yes is
    not one, where a chosen person may not be asked, and for words that there are not.
    """
    now = lock(case)
    if key is not None and (there := Referral.objects.filter(key=key).first()) is not None:
        return there
    _check(now, need=need, matter=matter, way=way, minutes=promised_minutes)
    consent = _find_consent(now, consent_ref, at)
    if consents.is_refused(now, Purpose.SHARE, receiver_for(need), at=at) and not is_team:
        raise NotAllowed(
            _("They said no to this: %(what)s.") % {"what": consents.describe("share", receiver_for(need))}
        )
    if consent is not None or may_be_told.strip():
        approval.check(now, ReviewedStep.SHARING, by)
    referral = Referral.objects.create(
        key=key, case=now, need=need, matter=matter, area=area, language=language[:12], way=way, is_team=is_team,
        consent=consent, may_be_told=may_be_told.strip() or None, asked_at=at, asked_by=by, next_at=at,
        promise_minutes=promised_minutes, only_chosen=bool(persons) and only_chosen,
        promised_by=at + timedelta(minutes=promised_minutes) if promised_minutes else None,
    )  # fmt: skip
    held = Held(now, referral)
    note(referral, "asked", at=at, by=by)
    if consent is not None:
        approval.use(now, ReviewedStep.SHARING, at)
    for place, ref in enumerate(persons or (), start=1):
        _choose(held, ref, place, at)
    if way == AskingWay.BY_HAND:
        for offer in held.offers():
            offers.open_offer(offer, answer_by=None, at=at, by=by, quiet=True)
    advance(held, at)
    return referral


@transaction.atomic
def ask_one(*, referral: Referral, person_ref: str, by: User, at: datetime, by_hand: bool = False) -> Offer:
    """Ask one more person now, beside those who were asked. `by_hand`: somebody rings them, and nothing is sent.

    Raises NotAllowed where they may not be asked, or where somebody has accepted already.
    """
    held = hold(referral)
    now = held.referral
    if now.state == ReferralState.NOBODY:
        _begin_round(now, at)
    if now.state != ReferralState.ASKING:
        raise NotAllowed(_("Nobody is asked in this any more."))
    made = held.offers()
    whom = next((one for one in made if _ref_of(one) == person_ref and one.state in _OPEN), None)
    offer = whom or _choose(held, person_ref, max((one.place for one in made), default=0) + 1, at)
    if offer.state == OfferState.PLANNED:
        until = None if by_hand else at + timedelta(minutes=10)
        offers.open_offer(offer, answer_by=until, at=at, by=by, quiet=by_hand)
    advance(held, at)
    return offer


@transaction.atomic
def ask_again(*, referral: Referral, by: User, at: datetime) -> Referral:
    """Begin anew: those who were silent may be asked again. Raises NotAllowed where it is being asked, or over."""
    held = hold(referral)
    now = held.referral
    for offer in held.offers():
        if offer.state == OfferState.ACCEPTED:  # somebody else is wanted
            offers.end(offer, "withdraw", at=at, by=by, tell=offers.OVER)
    _begin_round(now, at)
    _turn_back_to_us(now, at)
    note(now, "ask_again", at=at, by=by)
    advance(held, at)
    return now


@transaction.atomic
def withdraw(*, referral: Referral, by: User | None, at: datetime, why: str) -> Referral:
    """Take it back, at once: nothing more is sent, and whoever was asked hears that it is not needed, with no detail.

    `why` is a word of ours. Again is the same. Raises NotAllowed where it has ended.
    """
    return withdraw_held(hold(referral), by=by, at=at, why=why)


def withdraw_held(held: Held, *, by: User | None, at: datetime, why: str) -> Referral:
    """As `withdraw`, inside the transaction that holds the referral."""
    now = held.referral
    if now.state == ReferralState.WITHDRAWN:
        return now
    now.state = ReferralState(move_referral(now.state, "withdraw"))
    _close(held, by=by, at=at, why=why)
    appointments.cancel_all(now, at=at)
    note(now, "withdrawn", at=at, by=by)
    publish(now)
    return now


@transaction.atomic
def end(*, referral: Referral, by: User, at: datetime, outcome: str, why: str = "", words: str = "") -> Referral:
    """Say what became of it. Whoever still has the question hears that it is not needed any more.

    Raises NotAllowed for an outcome that there is not, and where it is over already.
    """
    if outcome not in ReferralOutcome.values:
        raise NotAllowed(_("Say what became of it."))
    held = hold(referral)
    now = held.referral
    had_it = now.state in {ReferralState.ACCEPTED, ReferralState.REACHED}
    now.state = ReferralState(move_referral(now.state, "end"))
    now.outcome, now.outcome_words = outcome, words.strip() or None
    _close(held, by=by, at=at, why=why, keep_accepted=had_it)
    if (known := NEED_OUTCOMES.get(outcome)) is not None:
        set_needs(case=held.case, by=by, at=at, outcomes={now.need: known})
    note(now, "ended", at=at, by=by)
    publish(now)
    return now


@transaction.atomic
def mark_reached(*, referral: Referral, by: User | None, at: datetime) -> Referral:
    """They spoke, or stand beside each other. Again is the same. Raises NotAllowed where nobody has accepted."""
    held = hold(referral)
    now = held.referral
    if now.state == ReferralState.REACHED:
        return now
    now.state = ReferralState(move_referral(now.state, "reach"))
    now.reached_at = at
    now.save()
    feedback.ask_later(now, at=at)
    note(now, "reached", at=at, by=by)
    publish(now)
    return now


@transaction.atomic
def give_back(*, offer: Offer, at: datetime, why: str, by: User | None = None) -> Referral:
    """Somebody who had accepted cannot after all: the next is asked at once. Raises NotAllowed where they do not have it."""
    held = hold(offer.referral)
    mine = next(one for one in held.offers() if one.pk == offer.pk)
    lose_held(held, mine, at=at, why=why, by=by, is_their_word=True)
    return held.referral


def lose_held(
    held: Held, offer: Offer, *, at: datetime, why: str, by: User | None = None, is_their_word: bool = False
) -> None:
    """Who had accepted does not have it any more; ask the next, and let the counsellor know."""
    now, case = held.referral, held.case
    offers.end(
        offer, "give_back" if is_their_word else "withdraw", at=at, by=by, tell="" if is_their_word else offers.OVER
    )
    if is_their_word:
        journeys.give_up(offer, at=at)
    now.state = ReferralState(move_referral(now.state, "lose"))
    _new_round(now, at)
    _turn_back_to_us(now, at)
    followups.add(
        case=case, kind=FollowUpKind.TASK, due_at=at, because="referral_lost", is_urgent=True, at=at,
        key=f"referral-{now.ref}-{now.round}-lost", owner=_owner(case),
    )  # fmt: skip
    now.why = why[:40]
    note(now, "lost", at=at, by=by, offer=offer)
    advance(held, at)


def _begin_round(referral: Referral, at: datetime) -> None:
    referral.state = ReferralState(move_referral(referral.state, "ask_again"))
    _new_round(referral, at)


def _new_round(referral: Referral, at: datetime) -> None:
    referral.round += 1
    referral.provider = referral.person = referral.service = None
    referral.accepted_at = referral.reached_at = referral.late_told_at = None
    minutes = referral.promise_minutes
    referral.promised_by = at + timedelta(minutes=minutes) if minutes else None
    referral.only_chosen = False
    referral.save()


def _close(held: Held, *, by: User | None, at: datetime, why: str, keep_accepted: bool = False) -> None:
    """Nobody is asked any more, and what was promised on it is let go."""
    now = held.referral
    now.ended_at, now.why, now.next_at = at, why[:40], None
    now.save()
    for offer in held.offers():
        if offer.state == OfferState.ACCEPTED and keep_accepted:
            continue
        if offer.state in {*_OPEN, OfferState.SILENT, OfferState.ACCEPTED}:
            is_told = offer.state != OfferState.SILENT
            offers.end(offer, "withdraw", at=at, by=by, tell=offers.OVER if is_told else "")
    numbers = range(1, now.round + 1)
    keys = [f"referral-{now.ref}-{number}-{what}" for number in numbers for what in ("nobody", "lost")]
    followups.drop(case=held.case, keys=[*keys, *promise_keys(now)], at=at, by=by)
    _turn_back_to_us(now, at)


def promise_keys(referral: Referral) -> list[str]:
    """Return the keys of what the counsellor promised when somebody accepted."""
    return [f"offer-{offer.ref}-{what}" for offer in referral.offers.all() for what in ("tell", "ring")]


def _turn_back_to_us(referral: Referral, at: datetime) -> None:
    lawyers = Case.objects.filter(pk=referral.case_id, state=CaseState.OPEN, turn__in=[Turn.LAWYER, Turn.OTHER])
    lawyers.update(turn=Turn.US, turn_since=at)


def _check(case: Case, *, need: str, matter: str, way: str, minutes: int | None) -> None:
    if case.state != CaseState.OPEN:
        raise NotAllowed(_("Somebody can be asked only for an open case: reopen it first."))
    if need not in NeedKind.values or matter not in Matter.values or way not in AskingWay.values:
        raise NotAllowed(_("Say what is needed, what it is about, and how to ask."))
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise NotAllowed(_("Say within how many minutes: between 1 and two weeks."))


def _find_consent(case: Case, ref: str, at: datetime) -> Consent | None:
    if not ref:
        return None
    row = Consent.objects.about(case).filter(ref=ref, purpose=Purpose.SHARE, answer=GIVEN).first()
    if row is None:
        raise NotFound(_("There is nothing here, or it is not yours."))
    consents.require(case, Purpose.SHARE, row.receiver, at=at)
    return row


def _choose(held: Held, ref: str, place: int, at: datetime) -> Offer:
    referral = held.referral
    person = member = None
    if referral.is_team:
        member = TeamMember.objects.filter(ref=ref, ended_at=None).first()
    else:
        person = ProviderPerson.objects.select_related("provider").filter(ref=ref, left_at=None).first()
    whom = person or member
    if whom is None:
        raise NotAllowed(_("This person is not in the network any more."))
    if person is not None:
        _check_may_be_asked(referral, person, at)
    return offers.make(referral, person=person, member=member, reasons=[["chosen"]], place=place)


def _check_may_be_asked(referral: Referral, person: ProviderPerson, at: datetime) -> None:
    if person.provider.vetting not in TRUSTED:
        raise NotAllowed(_("This provider is not trusted now: nobody is sent there."))
    if offers.has_conflict(referral, person):
        raise NotAllowed(_("They have a conflict of interest."))
    if offers.is_refused(referral, person.provider, at):
        raise NotAllowed(_("The caller said no to them."))


def _ref_of(offer: Offer) -> str:
    whom = offer.person or offer.member
    return whom.ref if whom is not None else ""


def _owner(case: Case) -> User | None:
    return case.owner if case.owner is not None and case.owner.is_active else None
