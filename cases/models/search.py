"""Where a word stands, without the word: what sealed texts are found by."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class WordKind(models.TextChoices):
    """What a word stands in. Names and plates are taken apart in a way of their own."""

    NOTE = "note", _("a note")
    SUMMARY = "summary", _("the summary")
    NAME = "name", _("a name")
    TEXT = "text", _("a text")
    INCIDENT = "incident", _("an incident")
    PLATE = "plate", _("a number plate")


@models.BigIntegerField.register_lookup
class OneOf(models.Lookup):
    """As ``in``, with one parameter for all values: hundreds of parameters cost more than the search itself."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, params = self.process_lhs(compiler, connection)
        values = [int(value) for value in self.rhs]
        return f"{lhs} IN ({', '.join(map(str, values)) or 'NULL'})", list(params)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::bigint[])", [*params, [int(value) for value in self.rhs]]


class SearchWord(models.Model):
    """One word of one text of a case. `word` is a keyed index (`cases.services.word_index`), `source` the reference of
    the note, text, caller or other row that it stands in.

    Cases lie in 256 drawers, and the same word gives another index in each of them (decision 0015).
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="search_words")
    kind = models.CharField(max_length=12, choices=WordKind.choices)
    source = models.CharField(max_length=24)
    word = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["word", "kind", "case"], name="search_word"),
            models.Index(fields=["source"], name="search_word_source"),
        ]

    def __str__(self) -> str:
        return f"a word in {self.kind} {self.source}"
