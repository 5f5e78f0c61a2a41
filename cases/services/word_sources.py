"""Where the searchable texts of a case stand, so that its index can be written anew from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from cases.models import Case, Note, WordKind


@dataclass(frozen=True)
class Text:
    """The texts of one place of a case. Prints nothing of them."""

    kind: str
    ref: str
    texts: tuple[str | None, ...]

    def __repr__(self) -> str:
        return f"<texts of {self.kind} {self.ref}>"


def texts_of(case: Case) -> Iterator[Text]:
    """Give every searchable text of a case that cases themselves keep."""
    yield Text(WordKind.SUMMARY, case.ref, (case.summary,))
    for note in Note.objects.filter(case=case, is_draft=False):
        yield Text(WordKind.NOTE, note.ref, (note.body,))
    for person in (None if case.possibly_known else case.caller, case.concerns):
        if person is not None:
            yield Text(WordKind.NAME, person.ref, (person.code_name,))
