"""One event that several people went through: its facts are written down once, each person's words are their own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Incident, Urgency
from cases.services import casework, incidents
from cases.services.incident_facts import Facts, Unfit, facts_of
from cases.services.intake import open_for_another
from helpline.core.audit import services as audit
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

MOST_AT_ONCE = 20
LONGEST_NAME = 60


@transaction.atomic
def share_event(
    *,
    incident: Incident,
    by: User,
    at: datetime,
    cases: Iterable[Case] = (),
    people: Sequence[str] = (),
    acts: Iterable[str] = (),
    is_held: bool = False,
    key: str = "",
) -> list[Incident]:
    """Write the same event down for other people: in `cases` that are there, and in a new one for each code name in `people`.

    Taken along are when, where, who, and those of its acts that were done to them, too. Never the words, nor what is asked
    with care: each tells her own. `is_held` takes along since when they are held, where the first one still is. A case that
    has this event already keeps what it has, and the same `key` opens no case twice. Raises Unfit.
    """
    incident = Incident.objects.select_related("case__line", "case__caller", "case__number").get(pk=incident.pk)
    first, chosen, names = facts_of(incident), tuple(acts), [name for name in people if name.strip()]
    if not set(chosen) <= set(first.acts):
        raise Unfit({"acts": _("Only what was written down for the first person can be taken along.")})
    if any(len(name) > LONGEST_NAME for name in names):
        raise Unfit({"people": _("A code name is short.")})
    wanted = {case.pk: case for case in (*cases, incident.case)}
    if len(wanted) + len(names) > MOST_AT_ONCE:
        raise Unfit({"people": _("So many at once go wrong: take them in several turns.")})
    if len(wanted) + len(names) == 1:
        raise Unfit({"people": _("Say for whom: a case, or a code name for each new person.")})
    still_held = first.held is not None and first.held.released_at is None
    facts = _without_words(first, chosen, is_held=is_held and still_held)
    made = []
    for pk in sorted(wanted):  # always in this order, so that two people who do it never wait for each other
        case = casework.lock(wanted[pk])
        if not Incident.objects.filter(case=case, event=incident.event).exists():
            made.append(_copy(incident, case, facts, by=by, at=at))
    for number, name in enumerate(names):
        own = f"{key}-{number}" if key else None
        if own is None or not Incident.objects.filter(key=own).exists():
            urgency = Urgency.DANGER if facts.held else Urgency.NORMAL
            case = open_for_another(beside=incident.case, by=by, at=at, code_name=name, urgency=urgency)
            made.append(_copy(incident, case, facts, by=by, at=at, key=own))
    return made


def _without_words(first: Facts, acts: tuple[str, ...], *, is_held: bool) -> Facts:
    return Facts(
        when_said=first.when_said, earliest_at=first.earliest_at, latest_at=first.latest_at,
        part_of_day=first.part_of_day, where_said=first.where_said, district=first.district, place=first.place,
        settings=first.settings, acts=acts, primary_act=first.primary_act if first.primary_act in acts else "",
        perpetrators=tuple(replace(who, ref="", known="", amount="") for who in first.perpetrators),
        held=replace(first.held, ground="") if first.held is not None and is_held else None,
    )  # fmt: skip


def _copy(incident: Incident, case: Case, facts: Facts, *, by: User, at: datetime, key: str | None = None) -> Incident:
    copy = Incident(
        key=key, case=case, event=incident.event, is_copied=True, recorded_by=by, recorded_at=at,
        vocabulary=incident.vocabulary,
    )  # fmt: skip
    incidents.write(copy, facts, by, at)
    audit.record(by=by, verb="incident.shared", what="case", about=case.ref, at=at, incident=copy.ref, of=incident.ref)
    realtime.publish("case", case.ref)
    return copy
