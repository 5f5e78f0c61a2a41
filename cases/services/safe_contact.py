"""May this caller be reached this way now? Whatever goes to her, or to somebody near her, asks here, and no means no.

The rule itself is `cases.reaching`, its table tests/data/reaching.csv. Here the facts are read, afresh each time: ask
again at the moment of sending, inside the transaction that claims what is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases import reaching
from cases.models import (
    Case,
    ContactRoute,
    FollowUp,
    FollowUpKind,
    Number,
    Purpose,
    RouteKind,
    SafeContact,
    SafeContactCard,
    Whose,
)
from cases.reaching import Card, Channel, State, Verdict
from cases.services import consents
from helpline.core import clock
from helpline.core.privacy.fields import all_indexes

# A promise to ring back, made in the call itself, speaks for the number she rang from until a day after it was due.
PROMISE_HOLDS_FOR = timedelta(days=1)
_BY_LETTER = frozenset({RouteKind.LETTER, RouteKind.PRISON_LETTER})


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed (also as its truth). `because` is a code for records, `sentence` (translated) for people.

    `next_at`: from when it will be allowed where only the hour is wrong, else None. `until`: when a yes ends by itself,
    because the safe hours end or what was said grows too old; None where that is more than a week away.
    """

    is_allowed: bool
    because: str
    sentence: str
    next_at: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self.is_allowed


_SENTENCES: Mapping[str, str] = {
    "no_number": gettext_noop("There is no number to reach them at."),
    "ended": gettext_noop("This way is no longer theirs: nothing more goes there."),
    "held": gettext_noop("Somebody else may have this phone: nothing goes there until a person has settled it."),
    "not_known": gettext_noop("Nobody has recorded yet what may be sent to this number."),
    "possibly_known": gettext_noop("It is not settled yet who uses this number now."),
    "opted_out": gettext_noop("Texts to this number were stopped by the person who has it."),
    "blocked": gettext_noop("This number is blocked."),
    "no_contact": gettext_noop("They do not want to be contacted. Where that has changed, write it down first."),
    "said_no": gettext_noop("They said that this is not safe."),
    "not_theirs": gettext_noop("It is not their own phone: no message there may say who we are."),
    "too_old": gettext_noop("What they said is too old to rely on: ask again."),
    "no_safe_hour": gettext_noop("The safe hours written down cannot be read: ask again."),
    "not_now": gettext_noop("They said that this is safe only at certain hours, and this is not one of them."),
    "said_yes": gettext_noop("They said that this is safe."),
    "promised": gettext_noop("They were promised a call back on this number. Nothing else is known to be safe there."),
    "not_of_this_case": gettext_noop("This way belongs to somebody else than the caller of this case."),
}


def may_text(*, number: Number | None, case: Case | None, at: datetime) -> Decision:
    """Decide whether who rings in this case may be texted on this number now. Reads everything that counts afresh."""
    return _decide_for_number("text", number, case, at)


def may_call(*, number: Number | None, case: Case | None, at: datetime) -> Decision:
    """Decide whether who rings in this case may be rung on this number now; for a promise to ring, `may_call_back`."""
    return _decide_for_number("call", number, case, at)


def may_leave_voicemail(*, number: Number | None, case: Case | None, at: datetime, named: bool = False) -> Decision:
    """Decide whether a message may be left there now: a vague one, or (`named`) one that says who we are."""
    return _decide_for_number("voicemail_named" if named else "voicemail", number, case, at)


def may_call_back(*, number: Number | None, case: Case | None, at: datetime) -> Decision:
    """Decide as `may_call`; where nobody has asked what is safe, a promise made in the call itself counts as a yes.

    Only for the number that the case came in from, and until a day after the promise was due. What she said on her card
    is stronger than the promise. It is a yes to ring and to speak to her alone: no voicemail, no word to anybody else.
    """
    decision = may_call(number=number, case=case, at=at)
    if decision.because == "no_contact" and number is not None and case is not None and _is_promised(case, at):
        # A no to being contacted ends the promises that there were: this one she asked for since.
        decision = _decide_by_card("call", number, case, at)
    if decision.because not in {"not_known", "possibly_known"} or number is None or case is None:
        return decision
    if case.number_id != number.pk or not _is_promised(case, at):
        return decision
    return answer(Verdict("promised"), case)


def may_reach_route(
    *, route: ContactRoute, channel: Channel, at: datetime, case: Case | None = None, wants_none: bool | None = None
) -> Decision:
    """Decide whether a caller may be reached through this route now: "text", "call", "voicemail" or "voicemail_named" to
    its number, "letter", or "visit" (somebody goes there).

    The route is what was read of it: read it afresh. With `case`, it must be a route of its caller or of whom it is
    about. Hours count in the time zone of the line of that case, else of the caller's newest one. `wants_none`: whether
    the caller does not want to be contacted, for pages that have read it a moment ago; senders leave it out.
    """
    if case is not None and route.caller_id not in {case.caller_id, case.concerns_id}:
        return Decision(False, "not_of_this_case", _(_SENTENCES["not_of_this_case"]))
    if wants_none is None:
        wants_none = case is not None and consents.is_refused(case, Purpose.CONTACT, at=at)
    if wants_none:
        return answer(Verdict("no_contact"), case)
    if channel not in {"letter", "visit"} and not route.number:
        return answer(Verdict("no_number"), case)
    held = _find_number(route.number) if route.number else None
    state = state_of(
        held, at, is_ended=route.ended_at is not None,
        is_possibly_known=case is not None and case.possibly_known and route.caller_id == case.caller_id,
    )  # fmt: skip
    about = case or Case.objects.filter(caller=route.caller_id).exclude(line=None).select_related("line").last()
    return answer(reaching.decide(card=card_of(route), channel=channel, zone=zone_of(about), state=state, at=at), about)


def _decide_for_number(channel: Channel, number: Number | None, case: Case | None, at: datetime) -> Decision:
    if number is None or case is None or case.caller_id is None:
        return answer(Verdict("no_number"), case)
    if consents.is_refused(case, Purpose.CONTACT, at=at):
        return answer(Verdict("no_contact"), case)
    return _decide_by_card(channel, number, case, at)


def _decide_by_card(channel: Channel, number: Number, case: Case, at: datetime) -> Decision:
    said = said_about([number], case.caller_id).get(number.pk)
    return decide_for(channel=channel, said=said, number=number, case=case, at=at)


def said_about(numbers: Iterable[Number], caller_id: int | None) -> dict[int, SafeContact]:
    """Return what a caller said last about each of these numbers, by the number's key: one statement.

    Where two rows were found to be one person, both have spoken, and what was said last counts.
    """
    if caller_id is None:
        return {}
    hers = Q(caller=caller_id) | Q(caller__merged_into=caller_id)
    cards = SafeContact.objects.filter(hers, number__in=list(numbers)).order_by("confirmed_at", "pk")
    return {card.number_id: card for card in cards}


def decide_for(*, channel: Channel, said: SafeContact | None, number: Number, case: Case, at: datetime) -> Decision:
    """Decide from rows that were read a moment ago, for pages that show many ways at once. Senders ask `may_…` instead."""
    state = state_of(
        number, at, is_ended=said is not None and said.ended_at is not None, is_possibly_known=case.possibly_known
    )
    card = card_of(said) if said is not None else None
    return answer(reaching.decide(card=card, channel=channel, zone=zone_of(case), state=state, at=at), case)


def card_of(said: SafeContactCard) -> Card:
    """Return what stands on a card as the rule reads it."""
    kind, knows = "", said.whose == Whose.OWN
    if isinstance(said, ContactRoute):
        kind, knows = said.kind, bool((said.may_know or "").strip())
    return Card(
        may_text=said.may_text,
        may_call=said.may_call,
        voicemail=said.voicemail,
        hours=said.hours if isinstance(said.hours, list) else [{}],
        confirmed_at=said.confirmed_at,
        good_for=timedelta(days=said.good_for_days),
        may_hear_who_we_are=knows,
        by_letter=kind in _BY_LETTER,
        by_visit=bool(kind) and kind not in _BY_LETTER,
    )


def state_of(number: Number | None, at: datetime, *, is_ended: bool = False, is_possibly_known: bool = False) -> State:
    """Return what is known of a number apart from what somebody said about it."""
    if number is None:
        return State(is_ended=is_ended, is_possibly_known=is_possibly_known)
    return State(
        is_ended=is_ended,
        is_held=number.held_at is not None,
        is_opted_out=number.opted_out_at is not None,
        is_blocked=number.blocked_until is not None and at < number.blocked_until,
        is_possibly_known=is_possibly_known,
    )


def zone_of(case: Case | None) -> ZoneInfo:
    """Return the time zone in which the safe hours of a case's caller are meant: that of its line."""
    named = case.line.time_zone if case is not None and case.line is not None else settings.TIME_ZONE
    return clock.find_zone(named, settings.TIME_ZONE)


def answer(verdict: Verdict, case: Case | None) -> Decision:
    """Return a verdict in words for people."""
    sentence = _(_SENTENCES[verdict.because])
    if verdict.next_at is not None:
        local = verdict.next_at.astimezone(zone_of(case))
        sentence = _("They said that this is safe only at certain hours: next %(when)s.") % {
            "when": format_date(local, "l j F, H:i")
        }
    return Decision(verdict.is_allowed, verdict.because, sentence, verdict.next_at, verdict.until)


def _find_number(number: str) -> Number | None:
    """Return what is known of a number that stands on a route, where somebody used it to reach us."""
    return Number.objects.filter(index__in=all_indexes("number", number)).first()


def _is_promised(case: Case, at: datetime) -> bool:
    """Only what the call itself promised counts: anybody at the desk can write down that she means to ring."""
    promises = FollowUp.objects.unfinished().filter(case=case, kind=FollowUpKind.CALL_BACK, key__startswith="call-")
    return promises.filter(due_at__gt=at - PROMISE_HOLDS_FOR).exists()
