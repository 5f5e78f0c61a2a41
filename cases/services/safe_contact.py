"""May something be sent to a number? Unknown means no, and no means that it is not sent: this blocks, it does not advise.

Source of the rule: the reprimands after a message reached the wrong person (a safe address sent to an abuser, a message
on a husband's phone) all name the same cause, that nothing stopped it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import Case, Number, SafeContact

# A figure of ours: what was safe changes, and nobody should rely on what was said a season ago.
SAID_STAYS_GOOD_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Decision:
    """Whether it may be sent (also as its truth); `because` is a code for records, `sentence` (translated) for people."""

    is_allowed: bool
    because: str
    sentence: str

    def __bool__(self) -> bool:
        return self.is_allowed


@dataclass(frozen=True)
class Said:
    """What one caller said about one number, and when."""

    may_text: bool
    may_call: bool
    confirmed_at: datetime


_SENTENCES = {
    "no_number": gettext_noop("There is no number to reach them at."),
    "not_known": gettext_noop("Nobody has recorded yet what may be sent to this number."),
    "possibly_known": gettext_noop("It is not settled yet who uses this number now."),
    "opted_out": gettext_noop("Texts to this number were stopped by the person who has it."),
    "blocked": gettext_noop("This number is blocked."),
    "said_no": gettext_noop("They said that this is not safe."),
    "too_old": gettext_noop("What they said is too old to rely on: ask again."),
    "said_yes": gettext_noop("They said that this is safe."),
}


def decide(
    *, said: Said | None, channel: str, is_opted_out: bool, is_blocked: bool, is_possibly_known: bool, at: datetime
) -> Decision:
    """Decide from plain facts about one number; `channel` is "text" or "call". Everything must speak for it."""
    if is_opted_out and channel == "text":
        because = "opted_out"
    elif is_blocked:
        because = "blocked"
    elif is_possibly_known:
        because = "possibly_known"
    elif said is None:
        because = "not_known"
    elif not (said.may_text if channel == "text" else said.may_call):
        because = "said_no"
    elif at - said.confirmed_at > SAID_STAYS_GOOD_FOR:
        because = "too_old"
    else:
        because = "said_yes"
    return _answer(because)


def may_text(*, number: Number | None, case: Case | None, at: datetime) -> Decision:
    """Decide whether who rings in this case may be texted on this number now. Reads everything that counts afresh."""
    return _fetch_and_decide("text", number, case, at)


def may_call(*, number: Number | None, case: Case | None, at: datetime) -> Decision:
    """Decide whether who rings in this case may be rung on this number now, apart from a call-back that was promised."""
    return _fetch_and_decide("call", number, case, at)


def _fetch_and_decide(channel: str, number: Number | None, case: Case | None, at: datetime) -> Decision:
    if number is None or case is None or case.caller_id is None:
        return _answer("no_number")
    row = SafeContact.objects.filter(number=number, caller=case.caller_id).first()
    return decide(
        said=Said(row.may_text, row.may_call, row.confirmed_at) if row else None,
        channel=channel,
        is_opted_out=number.opted_out_at is not None,
        is_blocked=number.blocked_until is not None and at < number.blocked_until,
        is_possibly_known=case.possibly_known,
        at=at,
    )


def _answer(because: str) -> Decision:
    return Decision(because == "said_yes", because, _(_SENTENCES[because]))
