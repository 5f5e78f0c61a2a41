"""Which column is what: guessed from its heading, decided by the person who imports."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Our field, how it is called on the page, and headings by which it is known without asking.
FIELDS: Final[tuple[tuple[str, "str | Promise", frozenset[str]], ...]] = (
    ("old_reference", _("their number in the old book"), frozenset({"reference", "ref", "number in book", "case", "case no", "case number", "no", "id"})),
    ("opened", _("day on which it began"), frozenset({"opened", "date", "day", "opened at", "call date", "date of call"})),
    ("closed", _("day on which it was closed"), frozenset({"closed", "closed at", "date closed", "end date"})),
    ("source", _("how they reached us"), frozenset({"source", "how", "channel", "contact type"})),
    ("code_name", _("code name"), frozenset({"code name", "codename", "name", "alias", "working name"})),
    ("pronouns", _("pronouns"), frozenset({"pronouns", "pronoun"})),
    ("number", _("telephone number"), frozenset({"phone", "telephone", "number", "phone number", "mobile", "cell"})),
    ("summary", _("what it is about, in one line"), frozenset({"summary", "subject", "about", "issue", "problem"})),
    ("note", _("what was written down"), frozenset({"note", "notes", "story", "description", "details", "narrative"})),
    ("urgency", _("how urgent"), frozenset({"urgency", "urgent", "priority"})),
    ("needs", _("what they needed, with commas between"), frozenset({"needs", "need", "help needed", "services"})),
    ("owner", _("who has it (name for signing in)"), frozenset({"owner", "counsellor", "worker", "handled by", "staff"})),
)  # fmt: skip
NAMES: Final = frozenset(name for name, _words, _headings in FIELDS)
REQUIRED: Final = "opened"


def guess_columns(heading: Sequence[object]) -> dict[str, int]:
    """Return which column each of our fields probably is, from 0; each column once, the first that fits."""
    found: dict[str, int] = {}
    for column, cell in enumerate(heading):
        said = " ".join(str(cell).casefold().replace("_", " ").replace(".", " ").split())
        for name, _words, headings in FIELDS:
            if (
                name not in found
                and column not in found.values()
                and (said in headings or said == name.replace("_", " "))
            ):
                found[name] = column
    return found


def check_columns(columns: Mapping[str, int], width: int) -> dict[str, int]:
    """Return those columns that there are, of fields that there are."""
    return {name: column for name, column in columns.items() if name in NAMES and 0 <= column < width}
