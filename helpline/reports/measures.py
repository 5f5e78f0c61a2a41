"""What is counted, with its definition in words. Each is one statement, whatever the number of rows.

A measure counts rows by what they are (`by`) and by when (`moment`). Calls are counted apart from conversations, and what
callers declined apart from what there was not: one figure for both would lie about either.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FollowUp, FollowUpState, Need, NeedKind, NeedOutcome, Source
from telephony.models import Call, Text
from telephony.models.call import CallOutcome

Words = str | Promise


@dataclass(frozen=True)
class Measure:
    """One table: its name, title and definition for people, the rows in their order, and where the counts come from."""

    name: str
    title: Words
    definition: Words
    rows: tuple[tuple[str, Words], ...]
    counted: Callable[[], "QuerySet[Any]"]
    moment: str
    by: str


def _choices(choices: Iterable[tuple[str, Words]]) -> tuple[tuple[str, Words], ...]:
    return tuple(choices)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "calls",
        _("Calls that came in, by how they went"),
        _("Every call that reached our number and has ended. Answered: somebody of ours pressed the key and talked."),
        _choices(CallOutcome.choices),
        lambda: Call.objects.filter(direction="inbound").exclude(outcome=None),
        "started_at",
        "outcome",
    ),
    Measure(
        "texts",
        _("Texts, in and out"),
        _("Every text that came in, and every text of ours that the network took."),
        (("inbound", _("came in")), ("outbound", _("went out"))),
        lambda: Text.objects.exclude(sid=None),
        "at",
        "direction",
    ),
    Measure(
        "cases",
        _("Cases opened, by how they reached us"),
        _(
            "Every case, in the month in which it was opened. A case that was joined to another counts once, as the other."
        ),
        _choices(Source.choices),
        lambda: Case.objects.exclude(state="joined"),
        "opened_at",
        "source",
    ),
    Measure(
        "needs",
        _("What people needed"),
        _("Kinds of help that somebody asked for on a case, in the month in which it was first noted."),
        _choices(NeedKind.choices),
        Need.objects.all,
        "noted_at",
        "kind",
    ),
    Measure(
        "need_outcomes",
        _("What became of what they needed"),
        _(
            "The same needs, by what became of them until today. “Did not want it” is a choice; “there was none” is a gap."
        ),
        _choices(NeedOutcome.choices),
        Need.objects.all,
        "noted_at",
        "outcome",
    ),
    Measure(
        "follow_ups",
        _("Promises, by how they ended"),
        _("Follow-ups and call-backs that ended, in the month in which they ended. Not needed is no failure."),
        tuple(
            (state.value, state.label) for state in (FollowUpState.DONE, FollowUpState.GIVEN_UP, FollowUpState.SKIPPED)
        ),
        lambda: FollowUp.objects.exclude(finished_at=None),
        "finished_at",
        "state",
    ),
)
