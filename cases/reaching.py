"""Whether a caller may be reached by one way at one moment. Plain rules, no framework; unknown means no.

tests/data/reaching.csv is the table that a coordinator can read. Source of the rule: the reprimands after a message
reached the wrong person (a safe address sent to an abuser, a message on a husband's phone) all name the same cause, that
nothing stopped it. So this blocks, it does not advise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from helpline.core.opening import closes_at, is_open, next_opening

Channel = Literal["text", "call", "voicemail", "voicemail_named", "letter", "visit"]
Because = Literal[
    "no_number", "ended", "held", "opted_out", "blocked", "possibly_known", "not_known", "said_no", "not_theirs",
    "too_old", "no_safe_hour", "not_now", "said_yes", "promised", "no_contact",
]  # fmt: skip

# Clocks of two machines may differ; what was "confirmed" later than that was never said.
CONFIRMED_AHEAD: Final = timedelta(minutes=10)
_ON_THE_PHONE: Final = frozenset({"text", "call", "voicemail", "voicemail_named"})


@dataclass(frozen=True)
class Card:
    """What a caller said about one way to reach her.

    `hours` are the safe ones as a coordinator types opening hours; none at all means at any time. `voicemail` is "none",
    "vague" or "named". `may_hear_who_we_are` says whether whoever hears that phone may know of us: nobody may on a phone
    that is not hers, unless she said what that person may be told.
    """

    may_text: bool
    may_call: bool
    confirmed_at: datetime
    voicemail: str = "none"
    hours: Sequence[Mapping[str, object]] = ()
    good_for: timedelta = timedelta(days=90)
    may_hear_who_we_are: bool = True
    by_letter: bool = False  # the way is a letter
    by_visit: bool = False  # the way is a person or a place that somebody goes to


@dataclass(frozen=True)
class State:
    """What is known of a number or another way apart from what she said about it.

    `is_held`: somebody else answered or wrote from it, so that nothing goes there until a person has settled it.
    `is_ended`: it is no longer hers. `is_opted_out`: whoever has the phone stopped texts.
    """

    is_ended: bool = False
    is_held: bool = False
    is_opted_out: bool = False
    is_blocked: bool = False
    is_possibly_known: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer; true where it is allowed. `because` is the first reason, in the order of the table.

    `next_at`: from when it will be allowed where only the hour is wrong (else None). `until`: how long an allowed way
    stays so without being asked again (None where nothing ends it within 8 days). Both in UTC.
    """

    because: Because
    next_at: datetime | None = None
    until: datetime | None = None

    @property
    def is_allowed(self) -> bool:
        return self.because in {"said_yes", "promised"}

    def __bool__(self) -> bool:
        return self.is_allowed


def decide(
    *, card: Card | None, channel: Channel, at: datetime, zone: str | ZoneInfo = "UTC", state: State = State()
) -> Verdict:
    """Decide from plain facts. Everything must speak for it; hours count in `zone`, the time zone of the line."""
    against = _find_against(state, channel)
    if against is not None:
        return Verdict(against)
    if card is None or card.confirmed_at > at + CONFIRMED_AHEAD:
        return Verdict("not_known")
    if not said_yes_to(card, channel):
        return Verdict("said_no")
    if channel == "voicemail_named" and not card.may_hear_who_we_are:
        return Verdict("not_theirs")
    stale_after = (card.confirmed_at + card.good_for).astimezone(UTC)
    if at > stale_after:
        return Verdict("too_old")
    if channel == "letter" or card.hours in ([], ()):  # the post has no hours
        return Verdict("said_yes", until=_within_a_week(stale_after, at))
    if is_open(card.hours, (), zone, at):
        ends_at = closes_at(card.hours, (), zone, at)
        return Verdict("said_yes", until=min(filter(None, (ends_at, _within_a_week(stale_after, at))), default=None))
    opens_at = next_opening(card.hours, (), zone, at)
    if opens_at is None:
        return Verdict("no_safe_hour")
    return Verdict("not_now", next_at=opens_at if opens_at <= stale_after else None)


def said_yes_to(card: Card, channel: Channel) -> bool:
    """Say whether she allowed this way at all. A voicemail needs her yes to a call as well: first it rings."""
    allowed: Mapping[str, bool] = {
        "text": card.may_text,
        "call": card.may_call,
        "voicemail": card.may_call and card.voicemail in {"vague", "named"},
        "voicemail_named": card.may_call and card.voicemail == "named",
        "letter": card.by_letter,
        "visit": card.by_visit,
    }
    return allowed.get(channel, False)  # a way that nobody has thought of is no way


def _find_against(state: State, channel: Channel) -> Because | None:
    if state.is_ended:
        return "ended"
    if state.is_opted_out and channel == "text":
        return "opted_out"
    if channel in _ON_THE_PHONE:
        if state.is_blocked:
            return "blocked"
        if state.is_held:
            return "held"
    return "possibly_known" if state.is_possibly_known else None


def _within_a_week(moment: datetime, at: datetime) -> datetime | None:
    """Farther away nobody needs to be told that an end comes."""
    return moment if moment - at <= timedelta(days=8) else None
