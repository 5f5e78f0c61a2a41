"""What states a call, a leg and a text can be in, and what the gateway's words mean. Plain rules, no framework.

The gateway tells things late, twice and in any order. So a verdict (`judge_leg`, `judge_call`) is worked out from all
facts known so far and never from the order in which they came, and a state moves only forward: once it is final, it stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from helpline.core.errors import NotAllowed

CallState = Literal["ringing", "waiting", "connected", "voicemail", "ended"]
CallOutcome = Literal["answered", "voicemail", "missed", "abandoned", "callback", "blocked", "silent"]
LegResult = Literal["accepted", "declined", "no-answer", "busy", "failed", "machine", "canceled"]
CallVerb = Literal["ring", "queue", "connect", "record", "end"]
EndedBy = Literal["us", "them"]

ACCEPTING_KEY: Final = "1"
WHISPER_SECONDS: Final = 8  # how long the whisper waits for a key before we hang up

# One line per move: what happens, in which state, and the state after it. What is not here cannot happen.
CALL_MOVES: Final[Mapping[tuple[CallVerb, CallState], CallState]] = {
    ("ring", "ringing"): "ringing",
    ("ring", "waiting"): "ringing",
    ("ring", "voicemail"): "ringing",  # danger pressed at the message prompt: the last resort is rung
    ("ring", "connected"): "ringing",  # accepted, but never joined to the caller: the next person is rung
    ("queue", "ringing"): "waiting",
    ("queue", "waiting"): "waiting",
    ("connect", "ringing"): "connected",
    ("connect", "waiting"): "connected",
    ("connect", "connected"): "connected",
    ("record", "ringing"): "voicemail",
    ("record", "waiting"): "voicemail",
    ("record", "voicemail"): "voicemail",
    ("record", "connected"): "voicemail",  # accepted, but never joined, and nobody is left to ring
    ("end", "ringing"): "ended",
    ("end", "waiting"): "ended",
    ("end", "connected"): "ended",
    ("end", "voicemail"): "ended",
    ("end", "ended"): "ended",
}


def move(state: CallState, verb: CallVerb) -> CallState:
    """Return the state of a call after this. Raises NotAllowed where it cannot happen in this state."""
    try:
        return CALL_MOVES[verb, state]
    except KeyError:
        raise NotAllowed(f"A call that is {state} cannot {verb}.") from None


def move_if_possible(state: CallState, verb: CallVerb) -> CallState:
    """Return the state after this, or the same state where it came too late: for news in any order."""
    return CALL_MOVES.get((verb, state), state)


# The gateway's words for a call or a leg, and how far along each is. 4 is final.
_STATUS_RANKS: Final[Mapping[str, int]] = {
    "queued": 0,
    "initiated": 1,
    "ringing": 2,
    "in-progress": 3,
    "answered": 3,
    "completed": 4,
    "busy": 4,
    "no-answer": 4,
    "failed": 4,
    "canceled": 4,
}
_FINAL_STATUS: Final = 4
_UNKNOWN: Final = -1


def furthest_status(known: str, heard: str) -> str:
    """Return the gateway's word that is further along. The first final word stays; a word that we do not know (kept as
    it is where nothing else is known) never replaces one that we do. "" means nothing heard yet.
    """
    heard = heard.strip()
    return heard if _STATUS_RANKS.get(heard, _UNKNOWN) > _STATUS_RANKS.get(known, _UNKNOWN) or not known else known


def is_final_status(word: str) -> bool:
    """Say whether the gateway's word means that this call or leg is over."""
    return _STATUS_RANKS.get(word.strip(), _UNKNOWN) == _FINAL_STATUS


@dataclass(frozen=True)
class LegVerdict:
    """What became of one phone that was rung.

    `result` is None while it is live. `anomaly` is a word of ours for staff, "" where all is as it should be.
    """

    result: LegResult | None
    anomaly: str = ""

    @property
    def rings_on(self) -> bool:
        """Whether the next in order must be rung, where the caller is still there."""
        return self.result not in {None, "accepted"}


JOINED_UNACCEPTED: Final = "joined without being accepted"
NEVER_JOINED: Final = "accepted but never joined"


def judge_leg(
    *,
    status: str | None,
    bridged: bool | None = None,
    key: str = "",
    accepted: bool = False,
    ended_by: EndedBy | None = None,
    seconds: int | None = None,
    caller_has_gone: bool = False,
    taken_by_another: bool = False,
) -> LegVerdict:
    """Judge one leg from what is known of it; tests/data/legs.csv is the table of cases.

    `status`: the gateway's last word for the leg, DialCallStatus or CallStatus, None where it has said nothing.
    `bridged`: DialBridged, None where the gateway does not send it. `key`: what was pressed in the whisper, "" for
    nothing. `accepted`: we stored that the key was the right one and that this person got the caller. `ended_by`: who
    hung up during the whisper, where we know; otherwise `seconds` (from pick-up to end) decides, since our whisper waits
    eight seconds and somebody who declines by hanging up is faster.

    "completed" means that the leg was picked up, not that a person accepted: only the stored acceptance, not
    contradicted by `bridged`, makes it accepted (gateway's documentation of Dial; conformance cases 40 to 48).
    """
    word = (status or "").strip()
    if word in {"busy", "no-answer", "failed", "canceled"} and not (accepted and bridged):
        return _judge_unanswered(word, accepted=accepted, caller_has_gone=caller_has_gone)
    if accepted and bridged is not False:
        return LegVerdict("accepted")
    if not is_final_status(word) and word != "answered":
        return LegVerdict(None)
    if accepted:
        return _judge_never_joined(caller_has_gone=caller_has_gone, ended_by=ended_by)
    result = _judge_unaccepted(
        key=key, ended_by=ended_by, seconds=seconds, is_too_late=caller_has_gone or taken_by_another
    )
    return LegVerdict(result, JOINED_UNACCEPTED if bridged else "")


def _judge_unanswered(word: str, *, accepted: bool, caller_has_gone: bool) -> LegVerdict:
    results: dict[str, LegResult] = {
        "busy": "busy",
        "no-answer": "canceled" if caller_has_gone else "no-answer",
        "failed": "failed",
        "canceled": "canceled",
    }
    return LegVerdict(results[word], NEVER_JOINED if accepted and not caller_has_gone else "")


def _judge_never_joined(*, caller_has_gone: bool, ended_by: EndedBy | None) -> LegVerdict:
    """The right key, and yet the two never spoke: the caller left, or she hung up after all, or the network failed."""
    if caller_has_gone:
        return LegVerdict("canceled")
    return LegVerdict("declined" if ended_by == "them" else "failed", NEVER_JOINED)


def _judge_unaccepted(*, key: str, ended_by: EndedBy | None, seconds: int | None, is_too_late: bool) -> LegResult:
    if key == ACCEPTING_KEY:
        # The right key without an acceptance: somebody was faster, or the caller left. Nobody's fault.
        return "canceled"
    if key or ended_by == "them":
        return "declined"
    if is_too_late:
        return "canceled"
    hung_up_first = ended_by is None and seconds is not None and 0 < seconds < WHISPER_SECONDS
    return "declined" if hung_up_first else "machine"


def judge_call(
    *,
    is_over: bool,
    was_accepted: bool = False,
    reached_prompt: bool = False,
    was_recorded: bool = False,
    asked_call_back: bool = False,
    is_blocked: bool = False,
    is_silent: bool = False,
) -> CallOutcome | None:
    """Return the outcome of a call, None while it is live; tests/data/outcomes.csv is the table of cases.

    `was_accepted`: some leg's verdict is accepted. `reached_prompt`: the message prompt was played. `was_recorded`: there
    is a recording with sound in it. `is_silent`: it came on a silent line.
    Abandoned means that the caller left before the prompt, missed that the prompt was reached and nothing recorded.
    """
    ladder: tuple[tuple[bool, CallOutcome], ...] = (
        (is_blocked, "blocked"),
        (is_silent, "silent"),
        (was_accepted, "answered"),
        (was_recorded, "voicemail"),
        (asked_call_back, "callback"),
        (reached_prompt, "missed"),
    )
    if not is_over:
        return None
    return next((outcome for is_so, outcome in ladder if is_so), "abandoned")


# The gateway's words for a text, ours for it, and how far along each is. 9 is final: never left again.
_TEXT_WORDS: Final[Mapping[str, str]] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
    "receiving": "received",
    "received": "received",
}
_TEXT_RANKS: Final[Mapping[str, int]] = {
    "queued": 0,
    "sending": 1,
    "sent": 2,
    "delivered": 9,
    "undelivered": 9,
    "failed": 9,
    "received": 9,
}
_FINAL_TEXT: Final = 9


def read_text_status(word: str) -> str:
    """Return our word for the gateway's, or the gateway's own where we know none."""
    word = word.strip()
    return _TEXT_WORDS.get(word.lower(), word)


def furthest_text(known: str, heard: str) -> str:
    """Return the state of a text after news in any order. `known` is ours ("" for none yet), `heard` the gateway's word.

    A final state is never left; an unknown word is kept as it is only where nothing better is known.
    """
    heard = read_text_status(heard)
    return heard if _TEXT_RANKS.get(heard, _UNKNOWN) > _TEXT_RANKS.get(known, _UNKNOWN) or not known else known


def is_final_text(state: str) -> bool:
    """Say whether nothing more can happen to a text in this state (one of ours)."""
    return _TEXT_RANKS.get(state, _UNKNOWN) == _FINAL_TEXT
