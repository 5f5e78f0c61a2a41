"""What the call screen shows: where the call is, who it may be, what was promised before, and what a wrap-up says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FollowUp, SafeContact
from cases.services.identity import earlier_cases
from helpline.core.http.words import here, say_when
from helpline.core.staff.models import User
from telephony.kinds import MEANINGS, STEPS
from telephony.models import Call, CallKind, Leg, WrapUp
from telephony.services import wrap_up

EARLIER_SHOWN = 4

STEP_WORDS: dict[str, str | Promise] = {
    "day_after": gettext_lazy("ask how they are, the next day"),
    "look_again": gettext_lazy("look again in 30 minutes"),
    "in_a_week": gettext_lazy("ask in a week how it went"),
    "call_back": gettext_lazy("call back in 4 hours"),
    "": gettext_lazy("nothing more"),
}


@dataclass(frozen=True)
class KindChoice:
    """One kind of call as a button: its digit, its words, what is promised with it as a rule, whether it ends the case."""

    kind: str
    digit: str
    words: str
    usual: str
    ends: bool


def kind_choices() -> list[KindChoice]:
    """Return the kinds in the order of their digits, 1 first and 0 last."""
    words = dict(CallKind.choices)
    in_order = sorted(MEANINGS.items(), key=lambda pair: (pair[1].digit == "0", pair[1].digit))
    return [
        KindChoice(kind, meaning.digit, str(words[kind]), str(STEP_WORDS[meaning.step]), meaning.ends_empty_case)
        for kind, meaning in in_order
    ]


def step_choices() -> list[tuple[str, str]]:
    """Return what can be promised next, the usual step of the kind first."""
    steps = [(step, str(STEP_WORDS[step])) for step in STEPS]
    return [(wrap_up.AS_USUAL, _("as usual")), (wrap_up.NO_STEP, str(STEP_WORDS[""])), *steps]


def latest_call(case: Case) -> Call | None:
    """Return the call that the call screen of a case is about: one that goes on before one that is over, then the newest."""
    calls = Call.objects.filter(case=case).select_related("line", "answered_by").order_by("-started_at", "-pk")
    return calls.live().first() or calls.first()


@dataclass(frozen=True)
class Known:
    """What we know of a caller who is known: their other cases, and what is promised on them, the next first."""

    cases: Sequence[Case] = ()
    more: int = 0
    promises: Sequence[FollowUp] = ()


def read_known(case: Case) -> Known:
    """Read what stands open with a caller from before: nothing while they are only possibly known. Two queries."""
    before = earlier_cases(case)
    open_ones = [one for one in before if one.state == "open"]
    promises = FollowUp.objects.unfinished().filter(case__in=open_ones).select_related("case").order_by("due_at", "pk")
    shown = [*open_ones, *(one for one in before if one.state != "open")][:EARLIER_SHOWN]
    return Known(shown, len(before) - len(shown), list(promises[:EARLIER_SHOWN]) if open_ones else [])


@dataclass(frozen=True)
class Offer:
    """A call that is this person's to take or to write up, offered on whatever page she has open."""

    ref: str
    case_ref: str
    state: str
    since: datetime
    is_at_once: bool

    @property
    def is_ringing(self) -> bool:
        return self.state in {"ringing", "waiting"}


# Longer than any call rings: what was not told to be over by then is not offered any more.
OFFERED_FOR = timedelta(hours=4)


def read_offer(user: User, at: datetime) -> Offer | None:
    """Read which call rings this person's phone or is connected with it: one query. The newest where there are several."""
    legs = Leg.objects.filter(person=user, rang_at__gt=at - OFFERED_FOR, call__case__isnull=False)
    going_on = legs.filter(call__in=Call.objects.going_on()).select_related("call__case").order_by("-rang_at", "-pk")
    for leg in going_on[:5]:
        call, case = leg.call, leg.call.case
        assert case is not None
        mine = call.state == "connected" and call.accepted_leg_id == leg.pk
        rings = call.state in {"ringing", "waiting"} and leg.result is None
        if mine or rings:
            since = call.answered_at if mine and call.answered_at else call.started_at
            is_at_once = call.in_danger or case.urgency == "danger"
            return Offer(call.ref, case.ref, call.state, since, is_at_once)
    return None


def say_wrapped_up(done: WrapUp, case: Case, at: datetime) -> str:
    """Say in one line what a wrap-up did and what is still missing, without a word of what was written."""
    said = [_("{kind}: written up.").format(kind=capfirst(str(done.get_kind_display())))]
    if done.closed_case:
        return " ".join([*said, _("Nothing else was in the case: it is closed.")])
    due = FollowUp.objects.unfinished().filter(case=case).order_by("due_at", "pk").first()
    if due is not None:
        said.append(
            _("Next: {what}, {when}.").format(what=due.get_kind_display(), when=say_when(due.due_at, at, here()))
        )
    missing = [] if due is not None else [_("a next step")]
    if is_safe_contact_missing(case):
        missing.append(_("what is safe on this number"))
    if missing:
        said.append(_("Not there yet: {what}.").format(what=", ".join(missing)))
    return " ".join(said)


def is_safe_contact_missing(case: Case) -> bool:
    """Say whether nobody has written down what is safe on the number of this case; no where there is no number."""
    if case.number_id is None:
        return False
    return not SafeContact.objects.filter(caller=case.caller_id, number=case.number_id).exists() or case.possibly_known
