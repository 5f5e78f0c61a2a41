"""Read one line of the old book as a case, and say of everything that cannot be read what is wrong and where."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import NeedKind, Source, Urgency
from cases.services.importing.sheet import LONGEST_CELL, Cell, Line
from helpline.core.privacy.numbers import read_number

NOON = time(12)  # a day without an hour is meant as that day, whatever the zone
FIRST_YEAR = 1990
_DAY = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?")
_LOST_PLUS = re.compile(r"[1-9]\d{9,14}")  # a whole number that a spreadsheet took for a figure
_LONGEST = {"code_name": 60, "pronouns": 40, "summary": 300, "old_reference": 60}  # characters, as the forms have them
_YES = frozenset({"1", "yes", "y", "true", "urgent", "high", "danger"})
_NO = frozenset({"", "0", "no", "n", "false", "normal", "low"})


Blame = Callable[[str, str], None]  # how a mistake is told: the field and a sentence


@dataclass(frozen=True)
class Mistake:
    """What is wrong in one line of the file: its number as a spreadsheet shows it, our field, and a sentence."""

    line: int
    field: str
    sentence: str


@dataclass
class PastCase:
    """One line of the old book, read."""

    line: int
    opened_at: datetime
    closed_at: datetime | None = None
    source: str = Source.ELSEWHERE
    urgency: str = Urgency.NORMAL
    old_reference: str = ""
    code_name: str = ""
    pronouns: str = ""
    number: str = ""  # E.164
    summary: str = ""
    note: str = ""
    owner: str = ""
    needs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads lines. `columns` is our field to the number of a column; `people` are the names that somebody signs in with."""

    columns: Mapping[str, int]
    day_first: bool
    zone: tzinfo
    at: datetime
    people: frozenset[str]

    def read(self, lines: Sequence[Line]) -> tuple[list[PastCase], list[Mistake]]:
        """Read everything below the heading. Empty lines are passed over."""
        cases: list[PastCase] = []
        mistakes: list[Mistake] = []
        for number, line in enumerate(lines[1:], start=2):
            if not any(line):
                continue
            found, wrong = self._read_line(number, line)
            mistakes += wrong
            if found is not None:
                cases.append(found)
        mistakes += _same_reference(cases)
        return cases, sorted(mistakes, key=lambda mistake: mistake.line)

    def _read_line(self, number: int, line: Line) -> tuple[PastCase | None, list[Mistake]]:
        wrong: list[Mistake] = []

        def blame(name: str, sentence: str) -> None:
            wrong.append(Mistake(number, name, sentence))

        cells = {name: line[column] if column < len(line) else "" for name, column in self.columns.items()}
        for name, cell in cells.items():
            longest = _LONGEST.get(name, LONGEST_CELL)
            if isinstance(cell, str) and len(cell) > longest:
                blame(name, _("This is longer than %(most)d characters.") % {"most": longest})
        opened_at = self._read_day("opened", cells.get("opened", ""), blame)
        if opened_at is None and not any(mistake.field == "opened" for mistake in wrong):
            blame("opened", _("The day on which it began is missing."))
        closed_at = self._read_day("closed", cells.get("closed", ""), blame)
        if opened_at and closed_at and closed_at < opened_at:
            blame("closed", _("It was closed before it began."))
        past = PastCase(
            line=number,
            opened_at=opened_at or self.at,
            closed_at=closed_at,
            source=self._read_source(cells, blame),
            urgency=self._read_urgency(cells, blame),
            number=self._read_number(cells, blame),
            owner=self._read_owner(cells, blame),
            needs=self._read_needs(cells, blame),
            **{name: _text(cells, name) for name in ("old_reference", "code_name", "pronouns", "summary", "note")},
        )
        return (None if wrong else past), wrong

    def _read_day(self, name: str, cell: Cell, blame: Blame) -> datetime | None:
        moment = self._moment(cell)
        if cell == "" or moment is None:
            if cell != "":
                blame(name, _("This is no day that we can read. Write it as 2024-03-14."))
            return None
        if moment > self.at:
            blame(name, _("This day has not come yet."))
            return None
        if moment.year < FIRST_YEAR:
            blame(name, _("This year cannot be meant."))
            return None
        return moment

    def _moment(self, cell: Cell) -> datetime | None:
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=cell.tzinfo or self.zone).astimezone(UTC)
        if isinstance(cell, date):
            return datetime.combine(cell, NOON, tzinfo=self.zone).astimezone(UTC)
        parts = _DAY.fullmatch(cell)
        if parts is None:
            return None
        first, second, third = (int(part) for part in parts.group(1, 2, 3))
        if len(parts[1]) == 4:
            year, month, day = first, second, third
        else:
            day, month, year = (first, second, third) if self.day_first else (second, first, third)
        hour, minute = (int(parts[4]), int(parts[5])) if parts[4] else (NOON.hour, NOON.minute)
        try:
            return datetime(year, month, day, hour, minute, tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _read_source(self, cells: Mapping[str, Cell], blame: Blame) -> str:
        return _choose(_text(cells, "source"), Source.choices, Source.ELSEWHERE, "source", blame)

    def _read_urgency(self, cells: Mapping[str, Cell], blame: Blame) -> str:
        said = _text(cells, "urgency").casefold()
        if said in _YES:
            return Urgency.DANGER
        if said not in _NO:
            blame("urgency", _("Write yes where somebody was in danger or arrested, otherwise no."))
        return Urgency.NORMAL

    def _read_number(self, cells: Mapping[str, Cell], blame: Blame) -> str:
        typed = _text(cells, "number")
        if not typed:
            return ""
        number = read_number(typed) if typed.isprintable() else None
        if number is None and _LOST_PLUS.fullmatch(typed):
            number = read_number(f"+{typed}")
        if number is None:
            blame("number", _("This is not a telephone number. Write it with the country, such as +44 7700 900111."))
        return number or ""

    def _read_owner(self, cells: Mapping[str, Cell], blame: Blame) -> str:
        owner = _text(cells, "owner")
        if owner and owner not in self.people:
            blame("owner", _("Nobody who answers callers signs in with this name."))
        return owner

    def _read_needs(self, cells: Mapping[str, Cell], blame: Blame) -> list[str]:
        kinds = []
        for said in filter(None, (part.strip() for part in _text(cells, "needs").split(","))):
            kind = _choose(said, NeedKind.choices, "", "needs", blame)
            if kind and kind not in kinds:
                kinds.append(kind)
        return kinds


def _text(cells: Mapping[str, Cell], name: str) -> str:
    cell = cells.get(name, "")
    return cell if isinstance(cell, str) else f"{cell:%Y-%m-%d}"


def _choose(said: str, choices: Sequence[tuple[str, "str | Promise"]], otherwise: str, name: str, blame: Blame) -> str:
    """Return the choice that is meant, by its code or its words."""
    if not said:
        return otherwise
    wanted = said.casefold().replace("-", "_").replace(" ", "_")
    for code, words in choices:
        if wanted in {code, str(words).casefold().replace(" ", "_")}:
            return code
    known = ", ".join(code for code, _words in choices)
    blame(name, _("We do not know this word. Known are: %(known)s.") % {"known": known})
    return otherwise


def _same_reference(cases: Sequence[PastCase]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for past in cases:
        if not past.old_reference:
            continue
        before = first.setdefault(past.old_reference, past.line)
        if before != past.line:
            sentence = _("Line %(line)d has the same number already.") % {"line": before}
            yield Mistake(past.line, "old_reference", sentence)
