"""What is planned rests on what the caller said. Two ways to say so, and both are stopped when she takes it back.

The table: kinds of promise and message that may only happen while a purpose is not refused (`followups.add` and
`safe_contact` refuse them afterwards, too). The key: what rests on one yes, to one receiver, is made with `key_on`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case, ChoiceTalk, Consent, FollowUpKind, Purpose
from cases.services import consents
from helpline.core.outbox.models import Route


@dataclass(frozen=True)
class Plan:
    """What rests on one purpose: kinds of follow-up, words of ours for why there is one, ways out of the house."""

    kinds: frozenset[str] = frozenset()
    becauses: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()

    def follow_ups(self) -> Q:
        return Q(kind__in=self.kinds) | Q(because__in=self.becauses)

    def messages(self) -> Q:
        return Q(route__in=self.routes)


NOTHING: Final = Plan()
PLANS: Final[Mapping[str, Plan]] = {
    # Nobody rings or writes to her, and nobody near her is written to.
    Purpose.CONTACT: Plan(
        kinds=frozenset({FollowUpKind.CALL_BACK, FollowUpKind.SAFETY}),
        becauses=frozenset({"choice_again", "usual_day", "usual_week", "usual_month"}),
        routes=frozenset({Route.CALLER, Route.CONTACT}),
    ),
}


def key_on(yes: Consent | ChoiceTalk, rest: str) -> str:
    """Return the key of a follow-up or a message that rests on one yes, such as what goes to the lawyer it names.

    Whatever has such a key is stopped when that yes is gone, whichever purpose or step it was for.
    """
    return f"{_begin(yes)}{rest}"


def rest_on(gone: Iterable[Consent | ChoiceTalk]) -> Q:
    """Return the condition for follow-ups and messages that rest on one of these."""
    wanted = Q(pk__in=[])
    for yes in gone:
        wanted |= Q(key__startswith=_begin(yes))
    return wanted


def _begin(yes: Consent | ChoiceTalk) -> str:
    return f"on-{yes.ref}-"


def why_not(case: Case, *, kind: str, because: str, at: datetime) -> str:
    """Return the sentence that says why a follow-up may not be promised now; blank where it may.

    What somebody who calls has just asked for ("ring me back", left after the tone) is not promised here but by the
    call itself, and is kept: the newest word is hers.
    """
    for purpose, plan in PLANS.items():
        if (kind in plan.kinds or because in plan.becauses) and consents.is_refused(case, purpose, at=at):
            return refusal(purpose)
    return ""


def refusal(purpose: str) -> str:
    """Say why something was stopped, or is refused."""
    if purpose == Purpose.CONTACT:
        return _("They do not want to be contacted. Where they have changed their mind, write that down first.")
    return _("They said no to this: %(what)s.") % {"what": consents.describe(purpose)}
