"""Write down what a caller said is safe: on her numbers, and on other ways to her. What follows from it: `safe_contact`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import numbers_of
from cases.models import Caller, Case, Number, SafeContact, SafeContactCard, Voicemail, Whose
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.opening import check_hours
from helpline.core.privacy.numbers import mask_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LONGEST_GOOD_FOR = 365  # days; a year is long in which everything changes


@dataclass(frozen=True)
class Said:
    """What somebody said about one way to reach her, whole: what is left out is a no. Prints nothing of itself."""

    whose: str
    may_text: bool = False
    may_call: bool = False
    voicemail: str = Voicemail.NONE
    hours: Sequence[Mapping[str, Any]] = field(default_factory=list)
    who_hears: str = ""
    voicemail_words: str = ""
    say: str = ""
    stop_word: str = ""
    good_for_days: int = 90

    def __repr__(self) -> str:
        return "<said>"


def check(said: Said) -> dict[str, str]:
    """Return what is wrong, a sentence for each field; nothing where it can be kept."""
    wrong: dict[str, str] = {}
    if said.whose not in Whose.values:
        wrong["whose"] = _("Say whose phone it is.")
    if said.voicemail not in Voicemail.values:
        wrong["voicemail"] = _("Say whether a message may be left.")
    elif said.voicemail != Voicemail.NONE and not said.may_call:
        wrong["voicemail"] = _("Before a message it rings: either it may be called, or no message.")
    if problems := check_hours(said.hours, translate=_):
        wrong["hours"] = " ".join(problems)
    if not 1 <= said.good_for_days <= LONGEST_GOOD_FOR:
        wrong["good_for_days"] = _("From 1 to %(most)d days.") % {"most": LONGEST_GOOD_FOR}
    return wrong


def check_number_card(said: Said) -> dict[str, str]:
    """Return what is wrong with what was said about a number of her own ways, as `check`."""
    wrong = check(said)
    if said.voicemail == Voicemail.NAMED and said.whose in {Whose.SHARED, Whose.OTHER}:
        wrong["voicemail"] = _(
            "On a phone that is not theirs alone no message may say who we are: a vague one, or none."
        )
    return wrong


def fill(card: SafeContactCard, said: Said, *, by: User, at: datetime) -> None:
    """Put what was said onto a card that is not saved yet."""
    card.whose, card.voicemail = said.whose, said.voicemail
    card.may_text, card.may_call = said.may_text, said.may_call
    card.hours = [dict(period) for period in said.hours]
    card.good_for_days = said.good_for_days
    for name in ("who_hears", "voicemail_words", "say", "stop_word"):
        setattr(card, name, getattr(said, name).strip() or None)
    card.confirmed_at, card.confirmed_by = at, by


def known_caller(case: Case) -> Caller:
    """Return the caller of a case of whom something can be written down. Raises NotAllowed while nobody knows who it is."""
    if case.caller is None:
        raise NotAllowed(_("The number was withheld: nothing can be sent there."))
    if case.possibly_known:
        raise NotAllowed(_("Somebody has used this number before: say first whether it is the same person."))
    return case.caller


def find_number(case: Case, number_ref: str = "") -> Number:
    """Return one number of a case, the one it came in from where none is named. Raises NotFound."""
    number = next((one for one in numbers_of(case) if not number_ref or one.ref == number_ref), None)
    if number is None:
        raise NotFound(_("There is no such number on this case."))
    return number


def mask(number: Number) -> str:
    """Return a number as it may stand on a page."""
    return mask_number(number.number)


@transaction.atomic
def record_card(
    *, case: Case, by: User, at: datetime, said: Said, number_ref: str = "", seen_at: datetime | None = None
) -> SafeContact:
    """Write down what the caller said about a number; it replaces what was said before and is fresh from now on.

    `seen_at`: when the card that was changed on the page had been confirmed; Conflict where somebody wrote it anew since.
    Raises NotAllowed with the first sentence of `check_number_card`, while nobody knows who rings, or for a number that
    is no longer hers; NotFound for a number that is not this case's.
    """
    if wrong := check_number_card(said):
        raise NotAllowed(next(iter(wrong.values())))
    now = lock(case)
    caller = known_caller(now)
    number = find_number(now, number_ref)
    card = SafeContact.objects.select_for_update().filter(caller=caller, number=number).first()
    card = card or SafeContact(caller=caller, number=number)
    if card.ended_at is not None:
        raise NotAllowed(_("This number is no longer theirs. Add it again if they have it back."))
    check_unchanged(card, seen_at)
    fill(card, said, by=by, at=at)
    card.save()
    audit.record(
        by=by, verb="safe_contact.recorded", what="case", about=case.ref, at=at, number=number.ref, whose=said.whose,
        may_text=said.may_text, may_call=said.may_call, voicemail=said.voicemail, has_hours=bool(said.hours),
    )  # fmt: skip
    realtime.publish("case", case.ref)
    return card


def check_unchanged(card: SafeContactCard, seen_at: datetime | None) -> None:
    """Raise Conflict where somebody wrote this card anew since it was seen."""
    if seen_at is not None and card.pk is not None and card.confirmed_at != seen_at:
        raise Conflict(_("Somebody else has written this down anew meanwhile. Look at it, then change it."))


@transaction.atomic
def confirm_card(*, case: Case, by: User, at: datetime, number_ref: str) -> SafeContact:
    """Note that it was asked again and everything is still so. Raises NotAllowed where nothing was said, or as record_card."""
    now = lock(case)
    caller = known_caller(now)
    number = find_number(now, number_ref)
    card = SafeContact.objects.select_for_update().filter(caller=caller, number=number, ended_at=None).first()
    if card is None:
        raise NotAllowed(_("Nothing was said about this number yet."))
    card.confirmed_at, card.confirmed_by = at, by
    card.save(update_fields=["confirmed_at", "confirmed_by"])
    audit.record(by=by, verb="safe_contact.confirmed", what="case", about=case.ref, at=at, number=number.ref)
    realtime.publish("case", case.ref)
    return card
