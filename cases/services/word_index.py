"""Let sealed texts be found by their words. Called in the transaction that writes the text; what it leaks: decision 0015.

`ref` is the reference of the row that the text stands in (a note, a text, a caller for names; the case itself for its
summary), so that a change or the end of that row takes its words along. A name is put once for each person, on whichever
of their cases: all of them are found by it. What only its author may read, such as a draft, is not put here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from cases import search_words
from cases.models import Case, SearchWord, WordKind
from helpline.core.privacy.drawers import file_words, newest_key

_BATCH = 1000


@transaction.atomic
def put(*, case: Case, kind: str, ref: str, texts: Iterable[str | None]) -> None:
    """Let a case be found by the words of these texts, and no longer by what stood in this place before.

    Empty texts take the words of this place out. Raises ValueError for a kind that is not one of `WordKind`.
    """
    filed = file_words(case.ref, words_for(kind, texts))
    remove(kind=kind, ref=ref)
    SearchWord.objects.bulk_create(
        (SearchWord(case=case, kind=kind, source=ref, word=word) for word in filed), batch_size=_BATCH
    )


@dataclass(frozen=True)
class Place:
    """Where words stand: the case, a `WordKind`, the reference of the row, and its texts. Prints nothing of them."""

    case: Case
    kind: str
    ref: str
    texts: tuple[str, ...]

    def __repr__(self) -> str:
        return "<place>"


@transaction.atomic
def put_new(places: Iterable[Place]) -> None:
    """Let many cases be found by texts that stood nowhere before: few statements for all of them together."""
    rows = (
        SearchWord(case=place.case, kind=place.kind, source=place.ref, word=word)
        for place in places
        for word in file_words(place.case.ref, words_for(place.kind, place.texts))
    )
    SearchWord.objects.bulk_create(rows, batch_size=_BATCH)


def remove(*, kind: str, ref: str) -> None:
    """Let no case be found by the words of this place any longer."""
    SearchWord.objects.filter(kind=kind, source=ref).delete()


def current_mark() -> str:
    """Return what `Case.indexed_as` says where all words of a case were filed by the present rules and key."""
    return f"{search_words.VERSION}-{newest_key()}"


def words_for(kind: str, texts: Iterable[str | None]) -> frozenset[str]:
    """Return what texts in this kind of place are found by, before any key. Raises ValueError as `put` does."""
    kind = WordKind(kind)
    said = [text for text in texts if text]
    if kind == WordKind.NAME:
        return search_words.words_of_names(said)
    if kind == WordKind.PLATE:
        return search_words.words_of_plates(said)
    return search_words.words_of(said)
