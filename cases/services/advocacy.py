"""The redacted twin of an incident's words: suggested by a rule, written by a person. Nothing is published here."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import AdvocacyText, Incident
from cases.services import casework
from cases.services.incident_facts import LONGEST_NARRATIVE, Unfit
from cases.vocabulary.redaction import Redacted, suggest_redaction
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User


class TwinOvertaken(Conflict):
    """Somebody else wrote this text since it was read: `now` is theirs. Nothing was kept."""

    def __init__(self, now: AdvocacyText) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Both texts stand here: put together what is right."))
        self.now = now


def suggest(incident: Incident) -> Redacted:
    """Return the incident's words without what a rule can see: names, numbers, plates, exact places and times."""
    case = incident.case
    people = [caller for caller in (case.caller, case.concerns) if caller is not None]
    rows = list(incident.perpetrators.all())
    detention = getattr(incident, "detention", None)
    names = [person.code_name for person in people] + [row.badge for row in rows]
    places = [incident.place, incident.district, *(row.station for row in rows)]
    places += [detention.station] if detention is not None else []
    plates = [row.plate for row in rows]
    return suggest_redaction(
        incident.narrative or "",
        names=[name for name in (*names, *plates) if name],
        places=[place for place in places if place],
    )


@transaction.atomic
def write_twin(*, incident: Incident, by: User, at: datetime, body: str, version: int) -> AdvocacyText:
    """Keep the text for advocacy as a person wrote it; `version` is the one that was read (0: there was none).

    Raises TwinOvertaken where somebody wrote it since, Unfit for a blank or an endless one.
    """
    case = casework.lock(incident.case)
    now = Incident.objects.get(pk=incident.pk)
    row = AdvocacyText.objects.select_for_update(of=("self",)).filter(incident=now).first()
    if row is not None and row.version != version:
        raise TwinOvertaken(row)
    if not body.strip():
        raise Unfit({"body": _("Write the text first. Where there should be none, leave the page.")})
    if len(body) > LONGEST_NARRATIVE:
        raise Unfit({"body": _("This is too long to keep in one: shorten it.")})
    row = row or AdvocacyText(incident=now, version=0)
    row.body, row.version, row.of_version = body, row.version + 1, now.version
    row.written_by, row.written_at = by, at
    row.save()
    audit.record(by=by, verb="twin.written", what="case", about=case.ref, at=at, incident=now.ref)
    realtime.publish("case", case.ref)
    return row


@transaction.atomic
def remove_twin(*, incident: Incident, by: User, at: datetime) -> None:
    """Take the text for advocacy away. Safe to repeat."""
    case = casework.lock(incident.case)
    if AdvocacyText.objects.filter(incident=incident).delete()[0]:
        audit.record(by=by, verb="twin.removed", what="case", about=case.ref, at=at, incident=incident.ref)
        realtime.publish("case", case.ref)
