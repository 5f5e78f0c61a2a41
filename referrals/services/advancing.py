"""What happens next in a referral that nobody has accepted: who is asked now, who is asked no more, who has to know.

The rule is `referrals.dispatching`. Everything here runs in the transaction of whoever holds the referral.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cases.models import FollowUpKind
from cases.services import followups
from helpline.core.alarms import services as alarms
from helpline.core.outbox.models import Message, MessageState
from referrals.dispatching import Asked, Step, Way, next_step
from referrals.lifecycle import move_referral
from referrals.models import Declined, Offer, OfferState, ProviderPerson, Referral, ReferralState, TeamMember
from referrals.services import candidates, offers
from referrals.services.steps import Held, note, publish

LOOKS_AGAIN_AFTER = timedelta(seconds=10)  # while a question has not left the house
ENOUGH = 99  # stands for "some are left" while nobody has counted
BUSY_FOR = timedelta(hours=1)  # who had no time is not asked again before that, in a later round either
_NOT_GOING = (MessageState.REFUSED, MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELED)
_NOT_LEFT = (MessageState.WAITING, MessageState.EXPIRED, MessageState.CANCELED)


def advance(held: Held, at: datetime) -> None:
    """Do what is to be done now, and write down when to look again."""
    referral = held.referral
    if referral.state != ReferralState.ASKING:
        referral.next_at = None
        referral.save(update_fields=["next_at"])
        return
    made = held.offers()
    _let_go_of_unfit(made, at)
    _see_what_left(made, at)
    step, left = _decide(referral, made, ENOUGH, at), None
    if step.deed != "wait":  # only then it counts how many are left
        left = _Left(held, made, at)
        step = _decide(referral, made, len(left), at)
    for place in step.ended:
        offers.end(made[place], "fall_silent", at=at)
    if step.is_late:
        _tell_late(referral, at)
    if step.deed == "ask" and left is not None:
        made += left.ask(step.how_many, step.answer_by)
    if step.deed == "run_out":
        _run_out(referral, at)
    referral.next_at = _look_at(step, made, at)
    referral.save()
    publish(referral)


def _decide(referral: Referral, made: Sequence[Offer], left: int, at: datetime) -> Step:
    way: Way = referral.way  # type: ignore[assignment]
    return next_step(
        now=at, way=way, offers=[Asked(offer.state, offer.answer_by) for offer in made], left=left,
        promised_by=referral.promised_by,
        promise=timedelta(minutes=referral.promise_minutes) if referral.promise_minutes else None,
        is_team=referral.is_team,
    )  # fmt: skip


class _Left:
    """Who may still be asked: those whom a person chose, in their order, and then, unless only they are wanted, the others."""

    def __init__(self, held: Held, made: Sequence[Offer], at: datetime) -> None:
        referral = held.referral
        self._referral, self._at = referral, at
        self._place = max((offer.place for offer in made if offer.state != OfferState.PLANNED), default=0)
        self._planned = [offer for offer in made if offer.state == OfferState.PLANNED]
        self._found: list[tuple[str, list[list[str | int]]]] = []
        if not referral.only_chosen:
            found = candidates.find(
                held.case, need=referral.need, area=referral.area, language=referral.language, at=at,
                is_team=referral.is_team, seed=referral.ref, asked=_asked(referral, made, at),
            )  # fmt: skip
            self._found = [(match.ref, candidates.pack(match.reasons)) for match in found.matches]

    def __len__(self) -> int:
        return len(self._planned) + len(self._found)

    def ask(self, how_many: int, answer_by: datetime | None) -> list[Offer]:
        """Ask so many, and return the offers that are new."""
        new = []
        for _one in range(how_many):
            if self._planned:
                offer = self._planned.pop(0)
            else:
                ref, reasons = self._found.pop(0)
                self._place += 1
                offer = self._make(ref, reasons)
                new.append(offer)
            offers.open_offer(offer, answer_by=answer_by, at=self._at)
        return new

    def _make(self, ref: str, reasons: list[list[str | int]]) -> Offer:
        if self._referral.is_team:
            member = TeamMember.objects.get(ref=ref)
            return offers.make(self._referral, person=None, member=member, reasons=reasons, place=self._place)
        person = ProviderPerson.objects.select_related("provider").get(ref=ref)
        return offers.make(self._referral, person=person, member=None, reasons=reasons, place=self._place)


def _asked(referral: Referral, made: Sequence[Offer], at: datetime) -> frozenset[str]:
    """Return whom not to ask (again): everybody of this round whose question left, and who said no for good or just now."""
    out = set()
    for offer in made:
        whom = offer.person or offer.member
        if whom is None:
            continue
        tries = sum(other.person_id == offer.person_id and other.member_id == offer.member_id for other in made)
        if offer.round == referral.round:
            is_to_be_asked_again = offer.state == OfferState.UNDELIVERED and _never_left(offer)
            is_out = not is_to_be_asked_again or tries >= offers.MOST_TRIES
        elif offer.state == OfferState.DECLINED:
            was_busy = offer.declined_because == Declined.BUSY
            is_out = not was_busy or (offer.answered_at is not None and offer.answered_at > at - BUSY_FOR)
        else:
            is_out = False
        if is_out:
            out.add(whom.ref)
    return frozenset(out)


def _never_left(offer: Offer) -> bool:
    """Say whether it was our own fault that they were not asked: we were down, or the gateway was."""
    message = offers.message_of(offer)
    return message is not None and message.state in _NOT_LEFT


def _let_go_of_unfit(made: Sequence[Offer], at: datetime) -> None:
    """Ask those no more who are trusted no longer, have left, have a conflict, or whom the caller does not want."""
    for offer in made:
        if offer.state in {OfferState.OPEN, OfferState.PLANNED} and offers.why_not_any_more(offer, at):
            offers.end(offer, "withdraw", at=at, tell=offers.OVER)


def _see_what_left(made: Sequence[Offer], at: datetime) -> None:
    """Whose question was refused or came to nothing on its way was not asked."""
    for offer in made:
        if offer.state != OfferState.OPEN or offer.by_call:  # a call may still find them
            continue
        message = offers.message_of(offer)
        if message is None:
            continue
        is_over = offer.answer_by is not None and offer.answer_by <= at
        if message.state in _NOT_GOING or (is_over and message.state == MessageState.WAITING):
            offers.end(offer, "not_delivered", at=at)


def _look_at(step: Step, made: Sequence[Offer], at: datetime) -> datetime | None:
    """Look again soon while a question is on its way, because a refusal must be noticed at once."""
    keys = [offer.message_key for offer in made if offer.state == OfferState.OPEN and offer.message_key]
    going = Message.objects.filter(key__in=keys).exclude(state=MessageState.DELIVERED)
    looks = [step.look_at, at + LOOKS_AGAIN_AFTER if going.exists() else None]
    return min((look for look in looks if look is not None), default=None)


def _tell_late(referral: Referral, at: datetime) -> None:
    """The promised time is over and nobody has accepted: coordinators hear of it, once for each promise."""
    if referral.late_told_at is not None:
        return
    referral.late_told_at = at
    alarms.raise_alarm(
        kind="referral_late", key=f"referral-late-{referral.ref}-{referral.round}", about=referral.case.ref, at=at
    )
    note(referral, "late", at=at)


def _run_out(referral: Referral, at: datetime) -> None:
    """Everybody was asked and nobody has it: a person must see to it now."""
    referral.state = ReferralState(move_referral(referral.state, "run_out"))
    case = referral.case
    followups.add(
        case=case, kind=FollowUpKind.TASK, due_at=at, because="nobody_accepted", is_urgent=True, at=at,
        key=f"referral-{referral.ref}-{referral.round}-nobody",
        owner=case.owner if case.owner is not None and case.owner.is_active else None,
    )  # fmt: skip
    alarms.raise_alarm(
        kind="referral_nobody", key=f"referral-nobody-{referral.ref}-{referral.round}", about=case.ref, at=at
    )
    note(referral, "nobody", at=at)
