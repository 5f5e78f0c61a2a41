"""What is counted, with its definition in words. Each is one statement, whatever the number of rows.

A measure counts rows by what they are (`by`) and by when (`moment`). Calls are counted apart from conversations, and what
callers declined apart from what there was not: one figure for both would lie about either.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Act,
    Case,
    Closing,
    ClosingReason,
    FollowUp,
    FollowUpState,
    Need,
    NeedKind,
    NeedOutcome,
    Perpetrator,
    Source,
)
from cases.vocabulary.codes import ACTS, PERPETRATORS, TYPES
from telephony.models import Call, Text
from telephony.models.call import CallKind, CallOutcome

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
    # Where only those count who said yes to statistics: the way to the case, and to the thing that is counted once. A row's
    # code may stand for a wider one (an act for its type).
    case: str = ""
    thing: str = ""
    widen: Callable[[str], str] = str
    # What the same things are called in the tally of what was forgotten, so that a month keeps its figures.
    forgotten: str = ""


def _type_of(act: str) -> str:
    return str(ACTS[act].type) if act in ACTS else ""


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
        forgotten="telephony.Call",
    ),
    Measure(
        "call_kinds",
        _("What the calls were about"),
        _(
            "Calls of which somebody said what they were about. Help and information count as talks; the others are counted apart."
        ),
        _choices(CallKind.choices),
        lambda: Call.objects.filter(direction="inbound").exclude(kind=""),
        "started_at",
        "kind",
    ),
    Measure(
        "texts",
        _("Texts, in and out"),
        _("Every text that came in, and every text of ours that the network took."),
        (("inbound", _("came in")), ("outbound", _("went out"))),
        lambda: Text.objects.exclude(sid=None),
        "at",
        "direction",
        forgotten="telephony.Text",
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
        forgotten="cases.Case",
    ),
    Measure(
        "violence",
        _("Incidents, by type of violence"),
        _(
            "Incidents that were written down, with at least one act of the type: an incident with acts of two types counts "
            "under both. Only where the caller said yes to statistics."
        ),
        tuple((str(code), gettext_lazy(words)) for code, words in TYPES.items()),
        Act.objects.all,
        "incident__recorded_at",
        "code",
        case="incident__case",
        thing="incident",
        widen=_type_of,
    ),
    Measure(
        "acts",
        _("Incidents, by what was done"),
        _("As above, by each act: an incident with two acts counts under both."),
        tuple((act.code, gettext_lazy(act.words)) for act in ACTS.values()),
        Act.objects.all,
        "incident__recorded_at",
        "code",
        case="incident__case",
        thing="incident",
    ),
    Measure(
        "perpetrators",
        _("Incidents, by who did it"),
        _("As above, by who did it, as the caller said."),
        tuple((code.code, gettext_lazy(code.words)) for code in PERPETRATORS.values()),
        Perpetrator.objects.all,
        "incident__recorded_at",
        "code",
        case="incident__case",
        thing="incident",
    ),
    Measure(
        "needs",
        _("What people needed"),
        _("Kinds of help that somebody asked for on a case, in the month in which it was first noted."),
        _choices(NeedKind.choices),
        Need.objects.all,
        "noted_at",
        "kind",
        forgotten="cases.Need",
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
        "endings",
        _("Cases, by how they ended"),
        _("Every time that a case was closed with a reason. “Chose to stop” and “moved on” are ends like any other."),
        _choices(ClosingReason.choices),
        Closing.objects.all,
        "closed_at",
        "reason",
        forgotten="cases.Closing",
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
