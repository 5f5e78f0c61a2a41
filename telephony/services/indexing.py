"""Write the index of words anew, case by case: after a new index key, or where a rule of words has changed.

What lies in the index says nothing of its text, so it can only be made from the texts themselves. Each case says by
`indexed_as` whether it was done, so this may be stopped at any moment and goes on where it was; search works throughout.
"""

from collections.abc import Callable, Iterator

from django.db import transaction

from cases.models import Case, WordKind
from cases.services import word_index, word_sources
from cases.services.word_index import Place
from telephony.models import Text

BATCH = 100


def texts_of(case: Case) -> Iterator[Place]:
    """Give the texts that came and went on a case."""
    for text in Text.objects.filter(case=case):
        yield Place(case, WordKind.TEXT, text.ref, (text.body,))


# Whoever lets words of another kind be found adds where they stand; tests hold it to every kind that there is.
SOURCES: tuple[Callable[[Case], Iterator[Place]], ...] = (word_sources.texts_of, texts_of)


def count_left() -> int:
    """Count the cases whose words are not all filed by the present rules and the newest key."""
    return Case.objects.exclude(indexed_as=word_index.current_mark()).count()


def index_cases() -> Iterator[str]:
    """File the words of every case that is left, oldest first, and give the reference of each when it is done."""
    mark, after = word_index.current_mark(), 0
    while True:
        left = Case.objects.exclude(indexed_as=mark).filter(pk__gt=after).order_by("pk")
        batch = list(left.values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        for pk in batch:
            yield from _index(pk, mark)
        after = batch[-1]


@transaction.atomic
def _index(pk: int, mark: str) -> list[str]:
    """The case is held meanwhile, so that a summary which is being changed is not filed as it was."""
    held = Case.objects.select_for_update(of=("self",)).select_related("caller", "concerns").filter(pk=pk).first()
    if held is None:
        return []
    for source in SOURCES:
        for place in source(held):
            word_index.put(case=held, kind=place.kind, ref=place.ref, texts=place.texts)
    held.indexed_as = mark
    held.save(update_fields=["indexed_as"])
    return [held.ref]
