"""Where the searchable texts of a case stand, so that its index can be written anew from them."""

from collections.abc import Iterator

from cases.models import Case, Incident, NameKind, Note, SpokenName, WordKind
from cases.services.word_index import Place


def texts_of(case: Case) -> Iterator[Place]:
    """Give every searchable text of a case that cases themselves keep."""
    yield Place(case, WordKind.SUMMARY, case.ref, (case.summary or "",))
    for note in Note.objects.filter(case=case, is_draft=False):
        yield Place(case, WordKind.NOTE, note.ref, (note.body,))
    yield from _names_of(case)
    for incident in Incident.objects.filter(case=case).prefetch_related("perpetrators"):
        yield from _of_incident(case, incident)


def _names_of(case: Case) -> Iterator[Place]:
    for person in (None if case.possibly_known else case.caller, case.concerns):
        if person is None:
            continue
        yield Place(case, WordKind.NAME, person.ref, (person.code_name or "",))
        for name in SpokenName.objects.filter(caller=person, kind=NameKind.CHOSEN):
            yield Place(case, WordKind.NAME, name.ref, (name.name,))


def _of_incident(case: Case, incident: Incident) -> Iterator[Place]:
    """Give what `incidents` files: the narrative and places, what is known of who did it, and plates apart."""
    people = list(incident.perpetrators.all())
    detention = getattr(incident, "detention", None)
    told = [incident.narrative, incident.district, incident.place, detention.station if detention else ""]
    for who in people:
        told += [who.known, who.vehicle, who.station, who.unit, who.badge]
    yield Place(case, WordKind.INCIDENT, incident.ref, tuple(text or "" for text in told))
    yield Place(case, WordKind.PLATE, incident.ref, tuple(who.plate or "" for who in people))
