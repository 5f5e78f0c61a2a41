"""From a file to cases: kept for an hour, looked at, corrected column by column, and taken over in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Caller, Case, CaseState, ImportedCase, ImportFile, LetIn, Need, Note, Number, WordKind
from cases.services import word_index
from cases.services.casework import ANSWERS_CALLERS
from cases.services.importing.columns import REQUIRED, check_columns, guess_columns
from cases.services.importing.reading import Mistake, PastCase, Reader
from cases.services.importing.sheet import Line, is_workbook, read_lines
from cases.services.intake import PREFIX
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.lines.models import Line as PhoneLine
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.references import new_code, speakable_length
from helpline.core.staff.models import Role, User

KEPT_FOR = timedelta(hours=1)
SHOWN = 8  # cases in a preview
IMPORTS = (Role.SUPERVISOR,)  # who reads every story anyway


@dataclass(frozen=True)
class Preview:
    """What would happen: how many cases, the first of them, what is wrong, and how many are here already."""

    lines: Sequence[Line]
    columns: Mapping[str, int]
    cases: Sequence[PastCase]
    mistakes: Sequence[Mistake]
    already_here: int
    missing: bool  # the column without which nothing can be read

    @property
    def may_be_taken_over(self) -> bool:
        return bool(self.cases) and not self.mistakes and not self.missing

    @property
    def first(self) -> Sequence[PastCase]:
        return self.cases[:SHOWN]


@transaction.atomic
def keep_file(*, content: bytes, by: User, at: datetime) -> ImportFile:
    """Keep a spreadsheet to be looked at, and guess its columns. Raises NotAllowed for what is no spreadsheet."""
    _check_may_import(by)
    heading = read_lines(content)[0]
    kept = ImportFile.objects.create(
        by=by,
        content=content,
        is_workbook=is_workbook(content),
        columns=guess_columns(heading),
        made_at=at,
        expires_at=at + KEPT_FOR,
    )
    audit.record(by=by, verb="import.looked_at", what="import", about=kept.ref, at=at)
    return kept


def find_file(*, ref: str, by: User, at: datetime) -> ImportFile | None:
    """Return a file of this person's that is still kept."""
    if not by.holds(*IMPORTS):
        return None
    return ImportFile.objects.filter(ref=ref, by=by, expires_at__gt=at).first()


@transaction.atomic
def set_columns(*, kept: ImportFile, columns: Mapping[str, int], day_first: bool) -> None:
    """Say which column is what, and whether a date like 03/04/2024 begins with its day."""
    kept.columns = dict(columns)
    kept.day_first = day_first
    kept.save(update_fields=["columns", "day_first"])


def preview(*, kept: ImportFile, at: datetime, zone: tzinfo) -> Preview:
    """Read the file as it would be taken over. Changes nothing."""
    lines = read_lines(bytes(kept.content))
    columns = check_columns(kept.columns, max(map(len, lines)))
    if REQUIRED not in columns:
        return Preview(lines, columns, [], [], 0, missing=True)
    people = User.objects.active().holding(*ANSWERS_CALLERS).values_list("username", flat=True)
    reader = Reader(columns, kept.day_first, zone, at, frozenset(people))
    cases, mistakes = reader.read(lines)
    new = _not_here_yet(cases)
    return Preview(lines, columns, new, mistakes, len(cases) - len(new), missing=False)


@transaction.atomic
def take_over(*, kept: ImportFile, by: User, at: datetime, zone: tzinfo, line: PhoneLine | None) -> int:
    """Make a case of every line, or of none. Returns how many were made; what is here already is left as it is.

    The file is gone afterwards. Raises NotAllowed where anything in it is wrong.
    """
    _check_may_import(by)
    held = ImportFile.objects.select_for_update().filter(pk=kept.pk).first()
    if held is None:
        raise NotAllowed(_("This file was taken over already, or is not kept any more."))
    found = preview(kept=held, at=at, zone=zone)
    if not found.may_be_taken_over:
        raise NotAllowed(_("Nothing was taken over: first put right what is wrong."))
    _insert(found.cases, by, at, line)
    audit.record(by=by, verb="import.taken_over", what="import", about=held.ref, at=at, cases=len(found.cases))
    held.delete()
    return len(found.cases)


def drop_file(*, kept: ImportFile, by: User, at: datetime) -> None:
    """Forget a file without taking it over."""
    audit.record(by=by, verb="import.dropped", what="import", about=kept.ref, at=at)
    kept.delete()


def forget_old_files(*, at: datetime) -> int:
    """Forget files that nobody took over in time. Returns how many those were."""
    gone, _by_model = ImportFile.objects.filter(expires_at__lte=at).delete()
    return gone


def _check_may_import(by: User) -> None:
    if not by.holds(*IMPORTS):
        raise NotAllowed(_("Your role does not take past cases over."))


def _not_here_yet(cases: Sequence[PastCase]) -> list[PastCase]:
    wanted = {index: past.old_reference for past in cases if past.old_reference for index in _indexes(past)}
    here: set[str] = set()
    for some in _in_parts(list(wanted)):
        here |= {wanted[index] for index in ImportedCase.objects.filter(index__in=some).values_list("index", flat=True)}
    return [past for past in cases if past.old_reference not in here]


def _indexes(past: PastCase) -> list[str]:
    return all_indexes("old_reference", past.old_reference)


def _in_parts(values: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    """Cut a long list of values: a statement takes only so many."""
    return (values[begin : begin + size] for begin in range(0, len(values), size))


def _insert(pasts: Sequence[PastCase], by: User, at: datetime, line: PhoneLine | None) -> None:
    """Insert everything of every case, a few statements for all of them together."""
    owners = {user.username: user for user in User.objects.active().filter(username__in={past.owner for past in pasts})}
    numbers = _find_numbers({past.number for past in pasts if past.number})
    callers, new_numbers, cases = [], [], []
    for past, ref in zip(pasts, _references(len(pasts)), strict=True):
        known = numbers.get(past.number) if past.number else None
        # A number that is known is nobody's proof: each line gets a caller of its own, and a person settles who is one.
        caller = Caller(code_name=past.code_name or None, pronouns=past.pronouns or None, created_at=past.opened_at)
        callers.append(caller)
        if past.number and known is None:
            known = numbers[past.number] = Number(caller=caller, number=past.number, created_at=past.opened_at)
            new_numbers.append(known)
        cases.append(
            Case(
                ref=ref, line=line, caller=caller, number=known, source=past.source, urgency=past.urgency,
                owner=owners.get(past.owner) if past.owner else None, summary=past.summary or None, opened_at=past.opened_at,
                indexed_as=word_index.current_mark(),
                state=CaseState.CLOSED if past.closed_at else CaseState.OPEN, closed_at=past.closed_at,
            )
        )  # fmt: skip
    Caller.objects.bulk_create(callers, batch_size=500)
    Number.objects.bulk_create(new_numbers, batch_size=500)
    Case.objects.bulk_create(cases, batch_size=500)
    _insert_beside(list(zip(pasts, cases, strict=True)), by, at)


def _insert_beside(taken: Sequence[tuple[PastCase, Case]], by: User, at: datetime) -> None:
    notes = {
        case.ref: Note(case=case, author=case.owner or by, body=past.note, written_at=past.opened_at, changed_at=at)
        for past, case in taken
        if past.note
    }
    Note.objects.bulk_create(notes.values(), batch_size=500)
    word_index.put_new(_words_of(taken, notes))
    Need.objects.bulk_create(
        [
            Need(case=case, kind=kind, noted_by=by, noted_at=past.opened_at, changed_at=at)
            for past, case in taken
            for kind in past.needs
        ],
        batch_size=500,
    )
    LetIn.objects.bulk_create(
        [LetIn(case=case, user=case.owner, why="imported", since=at) for _past, case in taken if case.owner],
        batch_size=500,
    )
    ImportedCase.objects.bulk_create(
        [ImportedCase(case=case, old_reference=past.old_reference) for past, case in taken if past.old_reference],
        batch_size=500,
    )
    Entry.objects.bulk_create(
        [Entry(at=at, who=by, verb="case.imported", what="case", about=case.ref) for _past, case in taken],
        batch_size=500,
    )


def _words_of(taken: Sequence[tuple[PastCase, Case]], notes: Mapping[str, Note]) -> Iterator[word_index.Place]:
    for past, case in taken:
        if past.note:
            yield word_index.Place(case, WordKind.NOTE, notes[case.ref].ref, (past.note,))
        if past.summary:
            yield word_index.Place(case, WordKind.SUMMARY, case.ref, (past.summary,))
        if past.code_name and case.caller is not None:
            yield word_index.Place(case, WordKind.NAME, case.caller.ref, (past.code_name,))


def _find_numbers(typed: set[str]) -> dict[str, Number]:
    wanted = {index: number for number in typed for index in all_indexes("number", number)}
    found: dict[str, Number] = {}
    for some in _in_parts(list(wanted)):
        found |= {wanted[row.index]: row for row in Number.objects.filter(index__in=some).select_related("caller")}
    return found


def _references(many: int) -> list[str]:
    """Return so many references that no case has, long enough that they stay speakable and rare."""
    length = speakable_length(Case.objects.count() + many)
    refs: set[str] = set()
    while len(refs) < many:
        drawn = {PREFIX + new_code(length) for _ in range(many - len(refs))}
        for some in _in_parts(sorted(drawn)):
            drawn -= set(Case.objects.filter(ref__in=some).values_list("ref", flat=True))
        refs |= drawn
    return sorted(refs)
