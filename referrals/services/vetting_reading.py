"""What is known of how a provider came to be trusted, as pages show it: all of it for keepers, a line for everybody else."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from helpline.core.staff.models import User
from referrals import checklist
from referrals.lifecycle import VettingVerb, verbs_from
from referrals.models import PeerTest, Provider, Vetting, VettingScore, VettingState
from referrals.services.standing import read_standing
from referrals.services.vetting import TEST_QUESTIONS, mark_of, read_found, today
from referrals.services.vetting_words import MISSING, VERBS, WHY, WHY_FOR, point_words, say_why

TOLD_ANSWERS = {
    "reached": (_("reached"), _("not reached")),
    "respectful": (_("respectful"), _("not respectful")),
    "asked_for_papers": (_("asked for papers"), _("asked for no papers")),
    "moralised": (_("moralised"), _("did not moralise")),
    "would_send_a_friend": (_("would send a friend"), _("would send no friend")),
}


@dataclass(frozen=True)
class Point:
    """One of the fifteen, as it stands, and what it was the last time."""

    number: int
    name: str
    ask: str
    is_vital: bool
    row: VettingScore | None
    mark: str
    before: VettingScore | None


@dataclass(frozen=True)
class Step:
    """What can be done next, for which reasons, and what is missing for it."""

    verb: VettingVerb
    words: str
    reasons: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Trust:
    """The line on the provider's page. `days_over`: by how many days the renewal is overdue, 0 where it is not."""

    why: str
    since: datetime
    last_test: PeerTest | None
    renew_by: date | None
    days_over: int


def read_trust(provider: Provider, at: datetime) -> Trust:
    """Return how far a provider is trusted, since when and why, and when it has to be looked at again. One statement."""
    last = PeerTest.objects.filter(vetting__provider=provider).order_by("-at", "-pk").first()
    over = (today(at) - provider.renew_by).days if provider.renew_by is not None else 0
    return Trust(say_why(provider.vetting_why), provider.vetting_since, last, provider.renew_by, max(over, 0))


def read_vetting(provider: Provider, user: User, at: datetime) -> dict[str, Any]:
    """Return everything of a provider's vetting, for its keepers."""
    rounds = list(provider.vettings.prefetch_related("scores__by", "peer_tests__recorded_by")[:2])
    current = rounds[0] if rounds else None
    before = rounds[1] if len(rounds) > 1 else None
    tests = PeerTest.objects.filter(vetting__provider=provider).select_related("recorded_by", "vetting")
    return {
        "vetting": current,
        "is_open": current is not None and current.ended_at is None,
        "points": _read_points(current, before),
        "tests": [{"row": one, "told": _say_test(one), "is_old": one.vetting_id != (current and current.pk)} for one in tests],
        "moves": [{"row": one, "why": say_why(one.why)} for one in provider.moves.select_related("by")],
        "reports": provider.reports.select_related("recorded_by", "looked_by"),
        "conflicts": provider.conflicts.filter(case=None).select_related("person", "by").order_by("ended_at", "-at"),
        "steps": _read_steps(provider, user),
        "trust": read_trust(provider, at),
        "standing": read_standing([provider.pk], at=at)[provider.pk],
    }  # fmt: skip


def _read_points(current: Vetting | None, before: Vetting | None) -> list[Point]:
    now = {row.point: row for row in current.scores.all()} if current is not None else {}
    then = {row.point: row for row in before.scores.all()} if before is not None else {}
    return [
        Point(number, *point_words(number), number in checklist.VITAL, now.get(number), mark_of(now.get(number)), then.get(number))
        for number in checklist.NUMBERS
    ]  # fmt: skip


def _read_steps(provider: Provider, user: User) -> list[Step]:
    found = read_found(provider)
    steps = []
    for verb in verbs_from(provider.vetting):
        if (provider.vetting, verb) == (VettingState.SUSPENDED, "put_on_probation"):
            continue  # the same as to trust again
        lacks = checklist.missing(verb, provider.vetting, found, user.ref)
        reasons = tuple((code, str(WHY[code])) for code in WHY_FOR[verb])
        steps.append(Step(verb, str(VERBS[verb]), reasons, tuple(str(MISSING[code]) for code in lacks)))
    return steps


def _say_test(test: PeerTest) -> list[str]:
    said = []
    for name in TEST_QUESTIONS:
        answer = getattr(test, name)
        if answer is not None:
            said.append(str(TOLD_ANSWERS[name][0 if answer else 1]))
    return said
