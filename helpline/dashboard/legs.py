"""What became of the phones that were rung for a call, said in words. Plain values in, words for people out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLACES = (gettext_lazy("first on call"), gettext_lazy("second"), gettext_lazy("third"))
BECAME: dict[str, str | Promise] = {
    "": gettext_lazy("{who} is being rung"),
    "accepted": gettext_lazy("{who} accepted"),
    "declined": gettext_lazy("{who} declined"),
    "no-answer": gettext_lazy("{who} did not answer"),
    "busy": gettext_lazy("{who} was busy"),
    "failed": gettext_lazy("{who} could not be reached"),
    "machine": gettext_lazy("{who} had a mailbox, or nobody pressed a key"),
    "canceled": gettext_lazy("{who} was not rung any longer"),
}
WITH_KEY: dict[str, str | Promise] = {
    "accepted": gettext_lazy("{who} accepted with {key}"),
    "declined": gettext_lazy("{who} declined with {key}"),
}
ANOMALIES: dict[str, str | Promise] = {
    "joined without being accepted": gettext_lazy("Somebody was joined to the caller without having pressed 1."),
    "accepted but never joined": gettext_lazy("Somebody pressed 1, but never got to speak with the caller."),
    "no TwiML served": gettext_lazy("We heard of this call only afterwards: what the caller heard is not known."),
    "answered from the snapshot": gettext_lazy("It was answered while our own records could not be read."),
    "a number that is not a line of ours": gettext_lazy("It came in by a number that is not one of our lines."),
}


@dataclass(frozen=True)
class Rung:
    """One phone: `step` counts from 0 in the order of ringing, `result` is "" while it rings, `key` what was pressed."""

    step: int
    result: str
    key: str = ""
    is_last_resort: bool = False


def say_place(step: int, *, is_last_resort: bool) -> str:
    """Say at which place in the order a phone was rung: "first on call", "second", "number 4", "the last resort"."""
    if is_last_resort:
        return _("the last resort")
    if 0 <= step < len(PLACES):
        return str(PLACES[step])
    return _("number {place}").format(place=step + 1)


def say_became(who: str, result: str, key: str = "") -> str:
    """Say what became of one phone: "Nomsa did not answer", "Sipho accepted with 1"."""
    if key and result in WITH_KEY:
        return str(WITH_KEY[result]).format(who=who, key=key)
    return str(BECAME.get(result, BECAME["failed"])).format(who=who)


def say_line(phones: Sequence[Rung]) -> str:
    """Say it all in one line: "First on call did not answer, second accepted with 1"."""
    said = (say_became(say_place(one.step, is_last_resort=one.is_last_resort), one.result, one.key) for one in phones)
    return capfirst(", ".join(said))


def say_anomaly(code: str) -> str:
    """Say for staff what was out of the ordinary; what has no words yet is named as it is written down."""
    return str(ANOMALIES.get(code, code))


def count_ringing_seconds(rang_at: datetime, picked_up_at: datetime | None, ended_at: datetime | None) -> int | None:
    """Return for how many seconds a phone rang; None while it rings."""
    until = picked_up_at or ended_at
    return None if until is None else max(0, round((until - rang_at).total_seconds()))
