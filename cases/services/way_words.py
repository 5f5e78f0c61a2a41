"""How whoever keeps a promise reaches the caller: the first safe way, in words for the desk."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import Case, FollowUpKind
from cases.services.check_in_reading import must_stay_quiet
from cases.services.safe_contact import may_call_back
from cases.services.ways import Way, first_safe_way
from helpline.core.privacy.numbers import mask_number

# What is done with or for the caller: it may be thought of alone, but is kept by reaching her.
REACHES_CALLERS = frozenset(
    {FollowUpKind.CALL_BACK, FollowUpKind.SAFETY, FollowUpKind.WINDOW, FollowUpKind.COURT, FollowUpKind.CHECK}
)

_TO_NUMBERS = {"text": gettext_noop("text {number}"), "call": gettext_noop("ring {number}")}
_ALONG_ROUTES = {
    "text": gettext_noop("text {name}"),
    "call": gettext_noop("ring {name}"),
    "visit": gettext_noop("go to {name}"),
    "letter": gettext_noop("write to {name}"),
}


@dataclass(frozen=True)
class SaidWay:
    """The way to take, `words`; `from_at` where it is safe only later; `why_not` where no way is known to be safe."""

    words: str = ""
    from_at: datetime | None = None
    why_not: str = ""


def suggest_way(case: Case, at: datetime, *, kind: str = "") -> SaidWay | None:
    """Say how to reach the caller of a case; a promised call back may be kept on the number it was promised to.

    None for a kind that is kept without her. Two or three statements, whatever is promised.
    """
    if kind and kind not in REACHES_CALLERS:
        return None
    if must_stay_quiet(case):
        return SaidWay(why_not=_("Not at the moment: this phone has to stay quiet. Try again later."))
    if kind == FollowUpKind.CALL_BACK and case.number is not None:
        promised = may_call_back(number=case.number, case=case, at=at)
        if promised.because == "promised":
            return SaidWay(words=_say_number("call", case.number.number))
    way = first_safe_way(case=case, at=at)
    if way is None:
        return SaidWay(why_not=_("No way to reach them is known to be safe: ask what is, when they ring."))
    return SaidWay(words=_say(way), from_at=None if way.decision else way.decision.next_at)


def _say(way: Way) -> str:
    if way.number is not None:
        return _say_number(way.channel, way.number.number)
    name = way.route.name if way.route is not None else ""
    return _(_ALONG_ROUTES.get(way.channel, _ALONG_ROUTES["visit"])).format(name=name)


def _say_number(channel: str, number: str) -> str:
    return _(_TO_NUMBERS.get(channel, _TO_NUMBERS["call"])).format(number=mask_number(number))
