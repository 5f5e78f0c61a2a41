"""Ring a caller back: the number is shown only where that is safe now, else the reason, and a task for when it is."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases.access import Reason, reveal_number
from cases.models import Case, FollowUpKind, Number, SafeContact, Voicemail
from cases.services import followups
from cases.services.cards import find_number
from cases.services.check_in_reading import is_in_danger, must_stay_quiet
from cases.services.safe_contact import Decision, may_call_back, may_leave_voicemail, said_about
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.privacy.numbers import mask_number
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


@dataclass(frozen=True)
class CallBack:
    """What somebody needs who rings a caller now. `number` is blank where that is not allowed. Prints nothing of itself.

    `say`: what is said to anybody else who answers. `message`: what exactly is said on a mailbox; blank means hang up.
    """

    decision: Decision
    masked: str
    number: str = ""
    say: str = ""
    message: str = ""
    who_hears: str = ""
    ask_word: bool = True

    def __repr__(self) -> str:
        return "<call back>"


def keep_quiet(case: Case) -> None:
    """Raises NotAllowed where nothing may ring or light up on the phone of this case now.

    The sentence about somebody else's word for danger says nothing of it: whoever reads this case may not know of theirs.
    """
    if is_in_danger(case):
        raise NotAllowed(_("The caller gave their word for danger: their phone must not ring. Open the check-in."))
    if must_stay_quiet(case):
        raise NotAllowed(_("Not at the moment: this phone has to stay quiet. Try again later."))


def call_back(*, case: Case, by: User, at: datetime, number_ref: str = "") -> CallBack:
    """Show this person the number for ringing back now, in the audit as `call_back`; the one it came in from by default.

    Where it is not safe now the number stays shut, and a task says why, due when it is allowed again. Raises NotFound
    for a number that is not this case's, NotAllowed where its story is shut to this person.
    """
    keep_quiet(case)
    number = find_number(case, number_ref)
    decision = may_call_back(number=number, case=case, at=at)
    masked = mask_number(number.number)
    if not decision:
        _make_task(case, number, decision, by, at)
        return CallBack(decision, masked)
    whole = reveal_number(by, case, reason=Reason.CALL_BACK, at=at, number_ref=number.ref)
    card = None if case.possibly_known else said_about([number], case.caller_id).get(number.pk)
    return CallBack(
        decision,
        masked,
        number=whole,
        say=what_to_say(card),
        message=message_for(case, number, card, by, at),
        who_hears=(card.who_hears or "") if card is not None else "",
        ask_word=case.caller is not None and not case.possibly_known and bool(case.caller.code_word),
    )


def what_to_say(card: SafeContact | None) -> str:
    """Return what is said to somebody else who answers: her own words, else ours, which say nothing."""
    return (card.say if card is not None else None) or _("Sorry, wrong number.")


def message_for(case: Case, number: Number, card: SafeContact | None, by: User, at: datetime) -> str:
    """Return what exactly may be said on a mailbox now; blank where nothing may."""
    if card is None or not may_leave_voicemail(number=number, case=case, at=at):
        return ""
    return words_of_message(card, by)


def words_of_message(card: SafeContact, by: User) -> str:
    """Return what would be said on a mailbox: the words on her card, else a first name and "returning your call"."""
    if card.voicemail == Voicemail.NONE:
        return ""
    first_name = (str(by).split() or [""])[0]
    return card.voicemail_words or _("This is %(name)s, returning your call.") % {"name": first_name}


def _make_task(case: Case, number: Number, decision: Decision, by: User, at: datetime) -> None:
    """A refusal is never silence. One task for each number and day; while one is open no second is added."""
    audit.record(
        by=by, verb="call_back.refused", what="case", about=case.ref, at=at, number=number.ref, because=decision.because
    )
    if case.state == "open":
        followups.add(
            case=case, kind=FollowUpKind.TASK, due_at=decision.next_at or at, at=at, because="call_not_safe",
            key=f"call-not-safe-{case.ref}-{number.ref}-{at:%Y%m%d}", why=decision.sentence,
            owner=case.owner if case.owner is not None and case.owner.is_active else by,
        )  # fmt: skip
        realtime.publish("case", case.ref)
