"""Where the searchable texts of a case stand, so that its index can be written anew from them."""

from collections.abc import Iterator

from cases.models import Case, Note, WordKind
from cases.services.word_index import Place


def texts_of(case: Case) -> Iterator[Place]:
    """Give every searchable text of a case that cases themselves keep."""
    yield Place(case, WordKind.SUMMARY, case.ref, (case.summary or "",))
    for note in Note.objects.filter(case=case, is_draft=False):
        yield Place(case, WordKind.NOTE, note.ref, (note.body,))
    for person in (None if case.possibly_known else case.caller, case.concerns):
        if person is not None:
            yield Place(case, WordKind.NAME, person.ref, (person.code_name or "",))
