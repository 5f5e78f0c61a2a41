"""One person is asked once: the offer, its code, its message, and how it ends. Inside the transaction that holds the referral."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.consenting import Receiver
from cases.services import consents, plans
from helpline.core.errors import Conflict
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, MessageState, Route
from helpline.core.privacy.fields import all_indexes
from helpline.core.staff.models import User
from referrals.lifecycle import OfferVerb, move_offer
from referrals.models import (
    TRUSTED,
    Code,
    Offer,
    OfferState,
    Provider,
    ProviderPerson,
    Referral,
    TeamMember,
)
from referrals.models import Conflict as ConflictRow
from referrals.services.steps import note
from referrals.services.telling import receiver_for

ASK, OVER, TAKEN = "offer/ask", "offer/over", "offer/taken"
# No letter or figure that is misread, and never a word: a letter, a figure, a letter.
LETTERS, FIGURES = "ABCDEFGHJKMNPQRSTVWXYZ", "23456789"
MOST_TRIES_FOR_CODE = 200
CODE_RESTS_FOR = timedelta(days=60)  # before that a code does not come back to the same phone
MOST_TRIES = 3  # in one round, where a message never left
WORTH_SENDING_FOR = timedelta(hours=1)


def _key_on_yes(offer: Offer, what: str) -> str:
    """Return the key of a message that rests on the yes that the referral rests on, and stops with it."""
    rest, consent = f"offer-{offer.ref}-{what}", offer.referral.consent
    return plans.key_on(consent, rest) if consent is not None else rest


def make(
    referral: Referral,
    *,
    person: ProviderPerson | None,
    member: TeamMember | None,
    reasons: Sequence[Sequence[str | int]],
    place: int,
) -> Offer:
    """Plan to ask somebody, at this place in the order. Nothing goes out yet."""
    whose = person.ref if person is not None else member.ref if member is not None else ""
    times = Offer.objects.filter(referral=referral, round=referral.round, person=person, member=member).count()
    offer, _is_new = Offer.objects.get_or_create(
        key=f"{referral.ref}-{referral.round}-{whose}-{times + 1}",
        defaults={
            "referral": referral, "provider": person.provider if person is not None else None, "person": person,
            "member": member, "place": place, "round": referral.round, "reasons": [list(one) for one in reasons],
        },
    )  # fmt: skip
    offer.referral = referral
    return offer


def open_offer(
    offer: Offer, *, answer_by: datetime | None, at: datetime, by: User | None = None, quiet: bool = False
) -> None:
    """Ask now, by text, by call, or both, as they want it. `quiet`: a person rings them, so nothing goes out.

    A text is put into the outbox here; a call is placed by whatever sweeps open offers that are `by_call`.
    """
    referral, whom = offer.referral, offer.person or offer.member
    assert whom is not None
    offer.state = OfferState(move_offer(offer.state, "ask"))
    offer.offered_at, offer.answer_by = at, answer_by
    offer.by_text = not quiet and (offer.person is None or offer.person.by_text)
    offer.by_call = not quiet and offer.person is not None and offer.person.by_call
    if offer.by_text:
        offer.message_key = _key_on_yes(offer, "ask")
    _save_with_code(offer, whom.number, at)
    Code.objects.create(code=offer.code, offer=offer, number=whom.number, sent_at=at)
    if offer.by_text:
        _put(offer, key=offer.message_key, template=ASK, at=at, until=answer_by)
    note(referral, "offered", at=at, by=by, offer=offer)


def end(offer: Offer, verb: OfferVerb, *, at: datetime, by: User | None = None, tell: str = "") -> None:
    """End an offer. `tell`: the template of what somebody reads whose question had left already; blank for nothing."""
    offer.state = OfferState(move_offer(offer.state, verb))
    offer.save(update_fields=["state"])
    has_left = not outbox.cancel(key=offer.message_key, why=_("It is not asked any more."))
    if tell and has_left and offer.by_text and was_sent(offer):
        say(offer, tell, at=at)
    note(offer.referral, offer.state, at=at, by=by, offer=offer)


def say(offer: Offer, template: str, *, at: datetime, key: str = "") -> None:
    """Text whoever was asked, once for each template, or for each key where one is named."""
    _put(offer, key=key or f"offer-{offer.ref}-{template.removeprefix('offer/')}", template=template, at=at)


def message_of(offer: Offer) -> Message | None:
    """Return the message that asked."""
    return Message.objects.filter(key=offer.message_key).first() if offer.message_key else None


def was_sent(offer: Offer) -> bool:
    """Say whether the question may have reached their phone."""
    message = message_of(offer)
    gone = {MessageState.SENT, MessageState.DELIVERED, MessageState.SENDING, MessageState.UNKNOWN}
    return message is not None and message.state in gone


def why_not_any_more(offer: Offer, at: datetime) -> str:
    """Return why somebody must not be asked, or have it, any more; blank where they may. A word of ours."""
    if offer.member is not None:
        return "left" if offer.member.ended_at is not None else ""
    assert offer.person is not None
    person = ProviderPerson.objects.select_related("provider").get(pk=offer.person.pk)
    if person.left_at is not None and person.left_at <= at:
        return "left"
    if person.provider.vetting not in TRUSTED:
        return "not_trusted"
    if has_conflict(offer.referral, person):
        return "conflict"
    if is_refused(offer.referral, person.provider, at):
        return "caller_said_no"
    return ""


def has_conflict(referral: Referral, person: ProviderPerson) -> bool:
    rows = ConflictRow.objects.filter(provider=person.provider_id, ended_at=None)
    return any(
        row.case_id in {None, referral.case_id} and row.person_id in {None, person.pk} for row in rows
    )  # fmt: skip


def is_refused(referral: Referral, provider: Provider, at: datetime) -> bool:
    """Say whether the caller said no to this provider hearing anything."""
    return consents.is_refused(referral.case, "share", Receiver(provider.kind, provider.name), at=at)


def is_refused_at_all(referral: Referral, at: datetime) -> bool:
    """Say whether the caller said no to everybody of the kind that is asked here."""
    if referral.is_team:
        return False
    return consents.is_refused(referral.case, "share", receiver_for(referral.need), at=at)


def indexes_of(number: str) -> list[str]:
    """Return what a number may be indexed as."""
    return all_indexes("number", number)


def _put(offer: Offer, *, key: str, template: str, at: datetime, until: datetime | None = None) -> None:
    route, whom = (Route.MEMBER, offer.member) if offer.member is not None else (Route.PROVIDER, offer.person)
    assert whom is not None
    outbox.put(
        key=key, route=route, to=whom.ref, template=template, words={"offer": offer.ref}, about=offer.referral.case.ref,
        at=at, expires_at=until or at + WORTH_SENDING_FOR, is_urgent=True,
    )  # fmt: skip


def _save_with_code(offer: Offer, number: str | None, at: datetime) -> None:
    """Keep an offer with a code that no open offer has, and that this phone has not seen for a long time."""
    seen = Code.objects.filter(sent_at__gt=at - CODE_RESTS_FOR, number_index__in=indexes_of(number or ""))
    not_again = set(seen.values_list("code", flat=True)) | set(Offer.objects.open().values_list("code", flat=True))
    for _try in range(MOST_TRIES_FOR_CODE):
        offer.code = secrets.choice(LETTERS) + secrets.choice(FIGURES) + secrets.choice(LETTERS)
        if offer.code in not_again:
            continue
        try:
            with transaction.atomic():
                offer.save()
        except IntegrityError:
            continue  # another worker took the same code in this moment
        return
    raise Conflict(_("There are too many open requests just now: try again in a minute."))
