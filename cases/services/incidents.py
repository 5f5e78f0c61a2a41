"""Write down what was done to somebody, and change it so that nobody's words are lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import (
    Act,
    Answer,
    Case,
    Detention,
    FollowUpKind,
    Incident,
    IncidentDraft,
    Perpetrator,
    Urgency,
    WordKind,
)
from cases.services import casework, followups, word_index
from cases.services.incident_facts import Facts, Held, Unfit, Who, check, complete, facts_of
from cases.vocabulary.codes import VERSION
from cases.vocabulary.plates import write_plate
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

ASK_STATION_WITHIN = timedelta(hours=12)
ASK_STATION_AT_ONCE = timedelta(hours=1)  # while somebody is held


class Overtaken(Conflict):
    """Somebody changed the incident since it was read: `now` is what it says now. Nothing was kept of this change."""

    def __init__(self, now: Incident) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Both texts stand here: put together what is right."))
        self.now = now


@transaction.atomic
def record(*, case: Case, by: User, at: datetime, facts: Facts, key: str | None = None) -> Incident:
    """Write down an incident on a case. The same `key` again gives the one that is there. Raises Unfit.

    The draft of its words is done with. Somebody newly held makes the case urgent.
    """
    now = casework.lock(case)
    if key is not None and (there := Incident.objects.filter(key=key, case=now).first()) is not None:
        return there
    facts = complete(facts)
    check(facts, at=at)
    incident = Incident(case=now, key=key, recorded_by=by, recorded_at=at, vocabulary=VERSION)
    write(incident, facts, by, at)
    IncidentDraft.objects.filter(case=now, author=by, incident=None).delete()
    audit.record(by=by, verb="incident.recorded", what="case", about=now.ref, at=at, incident=incident.ref)
    realtime.publish("case", now.ref)
    return incident


@transaction.atomic
def change(*, incident: Incident, by: User, at: datetime, facts: Facts, version: int) -> Incident:
    """Change an incident that was read at `version`. Raises Overtaken where it was changed since, Unfit.

    It keeps the version of the codes under which it was coded unless its codes are changed.
    """
    case = casework.lock(incident.case)
    row = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    row.case = case
    if row.version != version:
        raise Overtaken(row)
    facts = complete(facts)
    check(facts, at=at, former=row)
    if _codes_of(facts) != _codes_of(facts_of(row)):
        row.vocabulary = VERSION
    row.version, row.is_copied = version + 1, False
    write(row, facts, by, at)
    IncidentDraft.objects.filter(incident=row, author=by).delete()
    audit.record(by=by, verb="incident.changed", what="case", about=case.ref, at=at, incident=row.ref)
    realtime.publish("case", case.ref)
    return row


def _codes_of(facts: Facts) -> object:
    people = sorted((who.code, tuple(sorted(who.deeds))) for who in facts.perpetrators)
    return sorted(facts.acts), sorted(facts.settings), people


def write(incident: Incident, facts: Facts, by: User, at: datetime) -> None:
    """Put facts that were checked into an incident, inside the transaction that decided it."""
    wished = incident.may_ask_station
    plain = (
        "when_said", "earliest_at", "latest_at", "part_of_day", "where_said", "told_by", "is_minor", "is_unwilling",
        "told_elsewhere", "may_ask_station",
    )  # fmt: skip
    for name in plain:
        setattr(incident, name, getattr(facts, name))
    for name in ("narrative", "district", "place"):
        setattr(incident, name, getattr(facts, name) if getattr(facts, name).strip() else None)
    incident.settings = list(facts.settings)
    incident.changed_by, incident.changed_at = by, at
    incident.save()
    _write_acts(incident, facts)
    _write_perpetrators(incident, facts.perpetrators)
    _write_held(incident, facts.held, by, at)
    _file_words(incident, facts)
    _ask_station(incident, wished, facts, by, at)


def _file_words(incident: Incident, facts: Facts) -> None:
    """Let the case be found by what stands in the incident, and by plates or parts of them."""
    people = facts.perpetrators
    told = [facts.narrative, facts.district, facts.place, facts.held.station if facts.held else ""]
    for who in people:
        told += [who.known, who.vehicle, who.station, who.unit, who.badge]
    word_index.put(case=incident.case, kind=WordKind.INCIDENT, ref=incident.ref, texts=told)
    word_index.put(case=incident.case, kind=WordKind.PLATE, ref=incident.ref, texts=[who.plate for who in people])


def _write_acts(incident: Incident, facts: Facts) -> None:
    Act.objects.filter(incident=incident).exclude(code__in=facts.acts).delete()
    Act.objects.filter(incident=incident, is_primary=True).exclude(code=facts.primary_act).update(is_primary=False)
    had = set(Act.objects.filter(incident=incident).values_list("code", flat=True))
    Act.objects.bulk_create(Act(incident=incident, code=code) for code in facts.acts if code not in had)
    Act.objects.filter(incident=incident, code=facts.primary_act).update(is_primary=True)


def _write_perpetrators(incident: Incident, wanted: Sequence[Who]) -> None:
    had = {row.ref: row for row in Perpetrator.objects.filter(incident=incident)}
    kept = {who.ref for who in wanted} & had.keys()
    Perpetrator.objects.filter(incident=incident).exclude(ref__in=kept).delete()
    Perpetrator.objects.filter(incident=incident).update(is_primary=False)  # so that the main one may change
    for who in wanted:
        row = had.get(who.ref) or Perpetrator(incident=incident)
        row.code, row.is_primary, row.how_many, row.deeds = who.code, who.is_primary, who.how_many, list(who.deeds)
        for name in ("known", "vehicle", "station", "unit", "badge", "amount"):
            setattr(row, name, getattr(who, name).strip() or None)
        row.plate = write_plate(who.plate) or None
        row.save()


def _write_held(incident: Incident, held: Held | None, by: User, at: datetime) -> None:
    """Keep since when somebody is held, inside the transaction that decided it; None takes it away."""
    row = Detention.objects.filter(incident=incident).first()
    if held is None or held.since_earliest is None:
        if row is not None:
            row.delete()
        return
    is_new = row is None
    row = row or Detention(incident=incident, case=incident.case, recorded_at=at)
    row.since_earliest, row.since_latest = held.since_earliest, held.since_latest or held.since_earliest
    row.released_at = held.released_at
    row.station, row.ground = held.station.strip() or None, held.ground.strip() or None
    line = incident.case.line
    row.country = held.country.upper() or (line.country if line is not None else "")
    row.save()
    if is_new and row.released_at is None and incident.case.urgency != Urgency.DANGER:
        casework.set_urgency(case=incident.case, by=by, urgency=Urgency.DANGER, at=at)


def _ask_station(incident: Incident, wished: str, facts: Facts, by: User, at: datetime) -> None:
    """They said that our liaison may speak with the station: a task. Nothing follows from any other answer."""
    if facts.may_ask_station != Answer.YES or wished == Answer.YES:
        return
    is_held = facts.held is not None and facts.held.released_at is None
    followups.add(
        case=incident.case,
        kind=FollowUpKind.TASK,
        because="ask_station",
        due_at=at + (ASK_STATION_AT_ONCE if is_held else ASK_STATION_WITHIN),
        key=f"incident-{incident.ref}-station-{incident.version}",
        is_urgent=is_held,
        at=at,
    )


@transaction.atomic
def set_released(*, incident: Incident, by: User, at: datetime, released_at: datetime) -> Detention:
    """Note that somebody is out. Raises Unfit for a time that cannot be, or where nobody is written down as held."""
    case = casework.lock(incident.case)
    row = Detention.objects.select_for_update(of=("self",)).filter(incident=incident).first()
    if row is None:
        raise Unfit({"released_at": _("Nobody is written down as held.")})
    facts = facts_of(Incident.objects.get(pk=incident.pk))
    held = replace(facts.held or Held(), released_at=released_at)
    check(replace(facts, narrative=facts.narrative or "—", held=held), at=at, former=row.incident)
    row.released_at = released_at
    row.save(update_fields=["released_at"])
    audit.record(by=by, verb="detention.ended", what="case", about=case.ref, at=at, incident=incident.ref)
    realtime.publish("case", case.ref)
    return row


@transaction.atomic
def save_draft(*, case: Case, by: User, body: str, at: datetime, incident: Incident | None = None) -> None:
    """Keep what is being typed, one draft for each incident (or for the new one) and author. Nothing typed: no draft."""
    mine = IncidentDraft.objects.select_for_update().filter(case=case, author=by, incident=incident)
    draft = mine.first()
    if not body:
        mine.delete()
        return
    if draft is None:
        try:
            with transaction.atomic():
                IncidentDraft.objects.create(case=case, author=by, incident=incident, body=body, changed_at=at)
        except IntegrityError:  # the same page, saved twice at the same moment
            draft = mine.first()
            if draft is None:
                raise
    if draft is not None and draft.body != body:
        draft.body, draft.changed_at = body, at
        draft.save(update_fields=["body", "changed_at"])


def read_draft(*, case: Case, by: User, incident: Incident | None = None) -> str:
    """Return what this person has typed and not yet kept."""
    draft = IncidentDraft.objects.filter(case=case, author=by, incident=incident).first()
    return draft.body if draft else ""
