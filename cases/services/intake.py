"""Open a case: for a call, for a text, or without either. Every call has a case from its first webhook on."""

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cases.models import Caller, Case, LetIn, Note, Number, Source, Urgency, WordKind
from cases.services import word_index
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.lines.models import Line
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.references import new_code, speakable_length
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

PREFIX = "HL-"
WITHOUT_CALL = frozenset({Source.WALK_IN, Source.OUTREACH, Source.ELSEWHERE})


@dataclass(frozen=True)
class KnownNumber:
    """A number that was seen before, and who first used it. Who uses it now is not known: phones are shared."""

    number_id: int
    caller_id: int


@dataclass(frozen=True)
class Intake:
    """The case that was opened (or, for a text, found), and who and which number it came from where that is known."""

    case: Case
    caller_id: int | None
    number_id: int | None
    is_new: bool = True


class _CaseCount:
    """How many cases there are, about: learned once from the newest primary key, then from every case opened here.

    Only the length of new references hangs on it, so being a little behind other processes does no harm.
    """

    def __init__(self) -> None:
        self._known: int | None = None
        self._lock = threading.Lock()

    def read(self) -> int:
        if self._known is None:
            newest = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            self.learn(newest)
        return self._known or 0

    def learn(self, pk: int) -> None:
        with self._lock:
            self._known = max(self._known or 0, pk)


_case_count = _CaseCount()


def next_case_reference() -> str:
    """Return a reference such as HL-7K3M, longer where so many cases exist that short ones grow scarce.

    It is not looked up first: a clash (one in 200 at worst) shows as IntegrityError on saving. Costs one query in the
    life of a process.
    """
    return PREFIX + new_code(speakable_length(_case_count.read()))


def find_known(number: str) -> KnownNumber | None:
    """Return what is known of a number in E.164, written under any listed key; None where it was never seen."""
    found = Number.objects.filter(index__in=all_indexes("number", number)).values_list("pk", "caller_id").first()
    return KnownNumber(number_id=found[0], caller_id=found[1]) if found else None


def open_for_number(
    *,
    line_id: int | None,
    number: str,
    known: KnownNumber | None,
    source: str,
    urgency: str = Urgency.NORMAL,
    at: datetime,
) -> Intake:
    """Open a case for a number in E.164 that the one who asks has already looked up.

    Runs in the transaction of the one who asks, with plain INSERTs only: one where the number is known (the case is
    then possibly known), three where it is new. Raises IntegrityError where the reference or the number was taken at
    the same moment: look up and run the whole transaction again.
    """
    if known is not None:
        case = _insert_case(line_id, known, source, urgency, at, possibly_known=True)
        return Intake(case, known.caller_id, known.number_id)
    caller = Caller.objects.create(created_at=at)
    row = Number.objects.create(caller=caller, number=number, created_at=at)
    made = KnownNumber(number_id=row.pk, caller_id=caller.pk)
    return Intake(_insert_case(line_id, made, source, urgency, at, possibly_known=False), caller.pk, row.pk)


def open_for_withheld(*, line_id: int | None, source: str, urgency: str = Urgency.NORMAL, at: datetime) -> Intake:
    """Open a case without a caller: two withheld callers are never one person. One INSERT; raises as open_for_number."""
    return Intake(_insert_case(line_id, None, source, urgency, at, possibly_known=False), None, None)


def learn_number(*, case: Case, number: str, line_id: int | None, at: datetime) -> KnownNumber:
    """Put a number in E.164 on a case that was opened for a call before its number (and line) were told.

    Returns what is known of the number. A caller whom a person has put on the case meanwhile stays. Raises
    IntegrityError as open_for_number does.
    """
    known = find_known(number)
    if known is None:
        caller = Caller.objects.create(created_at=at)
        row = Number.objects.create(caller=caller, number=number, created_at=at)
        known = KnownNumber(number_id=row.pk, caller_id=caller.pk)
    elif case.caller_id is None:
        case.possibly_known = True
    case.line_id = line_id
    case.number_id = known.number_id
    case.caller_id = case.caller_id or known.caller_id
    case.save(update_fields=["line", "number", "caller", "possibly_known"])
    realtime.publish("case", case.ref)
    return known


def _insert_case(
    line_id: int | None, who: KnownNumber | None, source: str, urgency: str, at: datetime, *, possibly_known: bool
) -> Case:
    case = Case.objects.create(
        ref=next_case_reference(),
        line_id=line_id,
        caller_id=who.caller_id if who else None,
        number_id=who.number_id if who else None,
        source=source,
        urgency=urgency,
        possibly_known=possibly_known,
        opened_at=at,
    )
    _case_count.learn(case.pk)
    return case


def find_thread(number_id: int) -> Case | None:
    """Return the newest open case with this number, which its texts are put on; None where there is none.

    Where a case with the number was joined to another, that other one counts.
    """
    with_number = Q(number=number_id) | Q(joined__number=number_id)
    return Case.objects.open().filter(with_number).order_by("-opened_at", "-pk").first()


def open_for_text(
    *, line_id: int | None, number: str, known: KnownNumber | None, urgency: str = Urgency.NORMAL, at: datetime
) -> Intake:
    """Find the case that a text from this number belongs to, or open one.

    Runs in the transaction of the one who asks; the number is locked, so that two texts at once make one thread. No row
    that only points to it waits for that lock: not a call from it that comes in now, nor a card that somebody who holds a
    case writes about it, which would wait for each other for ever.
    Raises IntegrityError as open_for_number does.
    """
    if known is not None:
        locked = Number.objects.select_for_update(no_key=True).filter(pk=known.number_id)
        if locked.values_list("pk", flat=True).first() is None:
            known = None  # it was forgotten while we waited: whoever writes is somebody new
        elif (thread := find_thread(known.number_id)) is not None:
            return Intake(thread, known.caller_id, known.number_id, is_new=False)
    return open_for_number(line_id=line_id, number=number, known=known, source=Source.TEXT, urgency=urgency, at=at)


@transaction.atomic
def open_for_another(*, beside: Case, by: User, at: datetime, code_name: str, urgency: str = Urgency.NORMAL) -> Case:
    """Open a case about another person of whom the same caller told: same line, same number, whoever opens it has it.

    `beside` is the case in which she told it. Raises NotAllowed for somebody whose role does not open cases.
    """
    if not by.holds("counsellor", "paralegal", "supervisor"):
        raise NotAllowed("Your role does not open cases.")
    case = Case.objects.create(
        ref=next_case_reference(),
        line=beside.line,
        caller=beside.caller,
        number=beside.number,
        possibly_known=beside.possibly_known,
        concerns=Caller.objects.create(code_name=code_name.strip() or None, created_at=at),
        source=beside.source,
        urgency=urgency,
        owner=by,
        opened_at=at,
    )
    _case_count.learn(case.pk)
    LetIn.objects.create(case=case, user=by, why="opened", since=at)
    if case.concerns is not None:
        word_index.put(case=case, kind=WordKind.NAME, ref=case.concerns.ref, texts=[case.concerns.code_name])
    audit.record(by=by, verb="case.opened", what="case", about=case.ref, at=at, source=beside.source, beside=beside.ref)
    realtime.publish("case", case.ref)
    return case


@transaction.atomic
def open_without_call(
    *,
    by: User,
    source: str,
    at: datetime,
    line: Line | None = None,
    code_name: str = "",
    pronouns: str = "",
    concerns_another: bool = False,
    concerns_code_name: str = "",
    concerns_pronouns: str = "",
    note: str = "",
    urgency: str = Urgency.NORMAL,
) -> Case:
    """Open a case for somebody who came in, was met on outreach, or wrote elsewhere; it belongs to whoever opens it.

    The first names are those of the person who speaks to us. Where it is about somebody else (`concerns_another`), that
    person gets a row of her own. Raises NotAllowed for a source that is a call or a text, or for somebody whose role does
    not open cases.
    """
    if source not in WITHOUT_CALL:
        raise NotAllowed("A case without a call comes from a visit, from outreach or from a message elsewhere.")
    if not by.holds("counsellor", "paralegal", "supervisor"):
        raise NotAllowed("Your role does not open cases.")
    speaks = Caller.objects.create(code_name=code_name or None, pronouns=pronouns or None, created_at=at)
    concerned = None
    if concerns_another:
        concerned = Caller.objects.create(
            code_name=concerns_code_name or None, pronouns=concerns_pronouns or None, created_at=at
        )
    case = Case.objects.create(
        ref=next_case_reference(),
        line=line,
        caller=speaks,
        concerns=concerned,
        source=source,
        urgency=urgency,
        owner=by,
        opened_at=at,
    )
    _case_count.learn(case.pk)
    LetIn.objects.create(case=case, user=by, why="opened", since=at)
    if note.strip():
        written = Note.objects.create(case=case, author=by, body=note, written_at=at, changed_at=at)
        word_index.put(case=case, kind=WordKind.NOTE, ref=written.ref, texts=[note])
    for person in filter(None, (speaks, concerned)):
        if person.code_name:
            word_index.put(case=case, kind=WordKind.NAME, ref=person.ref, texts=[person.code_name])
    audit.record(by=by, verb="case.opened", what="case", about=case.ref, at=at, source=source)
    realtime.publish("case", case.ref)
    return case
