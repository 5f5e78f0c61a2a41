"""What a failure to send means, by the gateway's code, and when it is tried again. Plain rules, no framework.

Codes and their meaning: the gateway's error dictionary. 429 and 20429 were never processed, so trying again is safe. After
a time-out or a 5xx nobody knows whether the text went out, and sending has no idempotency key: it is looked up first.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Action = Literal["stop", "try_later", "look_up_first"]
Tell = Literal["nobody", "counsellor", "coordinator"]

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=30)
MOST_TRIES: Final = 8
JITTER: Final = 0.2  # a fifth either way, so that a hundred texts that failed together do not come back together


@dataclass(frozen=True)
class Verdict:
    """What to do about a failure. `because` is a word of ours (see REASONS for the sentence); `tell`: who must know.

    `opted_out`: this number must not be texted from this line again until it asks to be.
    """

    action: Action
    because: str
    tell: Tell = "nobody"
    opted_out: bool = False


def gettext_noop(message: str) -> str:
    """Mark a sentence for the translators."""
    return message


REASONS: Final[Mapping[str, str]] = {
    "opted_out": gettext_noop("They asked not to be texted. Choose another way that they have called safe."),
    "no_such_number": gettext_noop("There is no such number."),
    "not_a_mobile": gettext_noop("This number cannot receive texts."),
    "unreachable": gettext_noop("This number cannot be reached by text from our line."),
    "blocked": gettext_noop("The text was blocked on its way."),
    "filtered": gettext_noop("A carrier filtered the text. Shorter and plainer words may pass."),
    "unknown_phone": gettext_noop("This number is not in use at the moment."),
    "landline": gettext_noop("This is a landline, which receives no texts."),
    "phone_off": gettext_noop("The phone is off or has no signal."),
    "carrier_trouble": gettext_noop("A carrier had trouble on the way."),
    "too_fast": gettext_noop("The gateway asked us to slow down."),
    "too_late": gettext_noop("The text could not be delivered in time."),
    "too_long": gettext_noop("The text is too long."),
    "empty": gettext_noop("The text has no words in it."),
    "country_not_allowed": gettext_noop("The gateway's account does not allow texts or calls to this country."),
    "sender_not_ready": gettext_noop("Our number may not send texts there: it is not registered or cannot text."),
    "account": gettext_noop("The gateway refuses our account or our credentials."),
    "not_accepted": gettext_noop("The gateway did not accept this text."),
    "window_closed": gettext_noop("WhatsApp lets us write only within a day of their last message."),
    "gateway_down": gettext_noop("The gateway could not say whether the text went out."),
    "not_reached": gettext_noop("The gateway could not be reached; nothing was sent."),
}


def _stop(because: str, tell: Tell = "counsellor") -> Verdict:
    return Verdict("stop", because, tell)


_LATER_TOO_FAST: Final = Verdict("try_later", "too_fast")
_LATER_CARRIER: Final = Verdict("try_later", "carrier_trouble")
_LOOK_UP: Final = Verdict("look_up_first", "gateway_down")

VERDICTS: Final[Mapping[int, Verdict]] = {
    # final: this number, this text
    21610: Verdict("stop", "opted_out", "counsellor", opted_out=True),
    21211: _stop("no_such_number"),
    21217: _stop("no_such_number"),
    21401: _stop("no_such_number"),
    21421: _stop("no_such_number"),
    21604: _stop("no_such_number"),
    21612: _stop("unreachable"),
    21614: _stop("not_a_mobile"),
    21602: _stop("empty"),
    21605: _stop("too_long"),
    21617: _stop("too_long"),
    30004: _stop("blocked"),
    30005: _stop("unknown_phone"),
    30006: _stop("landline"),
    30007: _stop("filtered"),
    30001: _stop("too_late"),
    30036: _stop("too_late"),
    30019: _stop("too_long"),
    63003: _stop("no_such_number"),
    63016: _stop("window_closed"),
    63024: _stop("no_such_number"),
    # final: our set-up, which a coordinator must mend
    20003: _stop("account", "coordinator"),
    20005: _stop("account", "coordinator"),
    20006: _stop("account", "coordinator"),
    20403: _stop("account", "coordinator"),
    10001: _stop("account", "coordinator"),
    30002: _stop("account", "coordinator"),
    21215: _stop("country_not_allowed", "coordinator"),
    21408: _stop("country_not_allowed", "coordinator"),
    13227: _stop("country_not_allowed", "coordinator"),
    21212: _stop("sender_not_ready", "coordinator"),
    21603: _stop("sender_not_ready", "coordinator"),
    21606: _stop("sender_not_ready", "coordinator"),
    21608: _stop("sender_not_ready", "coordinator"),
    30018: _stop("sender_not_ready", "coordinator"),
    30024: _stop("sender_not_ready", "coordinator"),
    30032: _stop("sender_not_ready", "coordinator"),
    30033: _stop("sender_not_ready", "coordinator"),
    30034: _stop("sender_not_ready", "coordinator"),
    # later: the same text may well pass
    429: _LATER_TOO_FAST,
    20429: _LATER_TOO_FAST,
    21611: _LATER_TOO_FAST,
    30022: _LATER_TOO_FAST,
    63018: _LATER_TOO_FAST,
    30003: Verdict("try_later", "phone_off"),
    30008: _LATER_CARRIER,
    30017: _LATER_CARRIER,
    # unknown: it may have gone out
    20500: _LOOK_UP,
    20503: _LOOK_UP,
}


def judge_failure(
    *, code: int | str | None = None, http_status: int | None = None, timed_out: bool = False, was_reached: bool = True
) -> Verdict:
    """Say what a failure to send means.

    `code`: the gateway's own (ErrorCode of a status, code of an answer), which speaks first. `http_status`: of the answer.
    `timed_out`: we sent and heard nothing back. `was_reached` False: no connection was made, so nothing can have gone out.
    A code that we do not know stops the text and tells a counsellor: sending blindly again could mean twice.
    """
    if not was_reached:
        return Verdict("try_later", "not_reached")
    if timed_out:
        return _LOOK_UP
    known = VERDICTS.get(_read_code(code))
    if known is not None:
        return known
    if http_status == 429:
        return _LATER_TOO_FAST
    if http_status is not None and http_status >= 500:
        return _LOOK_UP
    if http_status in {401, 403}:
        return _stop("account", "coordinator")
    return _stop("not_accepted")


def try_again_at(*, at: datetime, tries: int, seed: str, until: datetime | None = None) -> datetime | None:
    """Return when to try again after so many tries (1 after the first), or None where it is given up.

    Pauses double from 30 seconds to half an hour, each up to a fifth longer or shorter by a throw that depends only on
    `seed` (the message's own key) and `tries`, so that two workers agree. Given up after eight tries, or where the next
    would come after `until`.
    """
    if tries >= MOST_TRIES:
        return None
    pause = min(FIRST_PAUSE * 2 ** max(tries - 1, 0), LONGEST_PAUSE)
    throw = random.Random(f"{seed}:{tries}").uniform(1 - JITTER, 1 + JITTER)
    again_at = at + pause * throw
    return None if until is not None and again_at > until else again_at


def _read_code(code: int | str | None) -> int:
    """Read "30003" as 30003; 0, which is no error's code, where there is none or it is no number."""
    digits = str(code or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
