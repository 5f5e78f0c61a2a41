"""What somebody who calls at this moment would meet, in a sentence for a coordinator: the same plan that a call gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.promises import Hours, promise_call_back
from helpline.core import clock
from helpline.core.lines.models import Line
from helpline.core.staff.models import User
from telephony.routing import Plan
from telephony.services.known import describe_line, look_up
from telephony.services.ringing import make_plan

WHY = {
    "busy": gettext_lazy("in another call"),
    "no verified number": gettext_lazy("without a verified number"),
    "no time left": gettext_lazy("too late in the order"),
}


@dataclass(frozen=True)
class Prospect:
    """The sentence, and whether it ends well: somebody would be rung."""

    words: str
    is_well: bool


def foresee(line: Line, at: datetime) -> Prospect:
    """Say what a caller would meet now. Reads what a call would read, and changes nothing."""
    zone = clock.find_zone(line.time_zone)
    local = at.astimezone(zone)
    if not line.is_active:
        return Prospect(_("This line is switched off: a caller hears that it is not in use."), is_well=True)
    known = look_up(sid="", dialled=line.number, number=None, at=at)
    plan = make_plan(known, describe_line(line), at=at)
    names = dict(User.objects.filter(username__in=known.people).values_list("username", "display_name"))
    promise = promise_call_back(
        at=at, cap=line.call_back_within, zone=zone, desk=Hours(line.hours, line.holidays),
        court=Hours(line.court_hours, line.holidays) if line.court_hours else None, court_lead=line.court_lead,
    )  # fmt: skip
    parts = [
        _("It is %(when)s there: %(open)s.")
        % {"when": format_date(local, "l H:i"), "open": _("open") if plan.is_open else _("closed")},
        _say_rings(plan, names),
        _("After that a message can be left, with a call back by %(time)s.")
        % {"time": format_date(promise.due_at.astimezone(zone), "l H:i")},
        *_say_skipped(plan, names),
    ]
    return Prospect(" ".join(parts), is_well=bool(plan.steps))


def _say_rings(plan: Plan, names: dict[str, Any]) -> str:
    if not plan.steps:
        return _("Nobody is rung.")
    rung = [
        _("%(names)s for %(seconds)d s")
        % {"names": _and([names.get(name) or name for name in step.people]), "seconds": step.seconds}
        for step in plan.steps
    ]
    return _("Rings %(rung)s.") % {"rung": _(", then ").join(rung)}


def _say_skipped(plan: Plan, names: dict[str, Any]) -> Sequence[str]:
    return [
        _("%(name)s is passed over: %(why)s.") % {"name": names.get(one.person) or one.person, "why": WHY[one.why]}
        for one in plan.skipped
    ]


def _and(names: list[str]) -> str:
    return _(" and ").join(names)
