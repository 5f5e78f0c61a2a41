"""May something be done with what a caller told us? Asked by everything that counts, shares, tells or contacts.

Deny by default: `holds` is false where nobody asked, where the answer was no or "not now", where it was taken back and
where it has run out. Contacting a caller is the one thing that is judged by `is_refused` instead: who has called wants
an answer, until they say that they do not. The rule itself: `cases/consenting.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cases import consenting
from cases.consenting import ANYBODY, Receiver
from cases.models import Case, Consent, Purpose, ReceiverKind
from helpline.core.errors import NotAllowed


def holds(case: Case, purpose: str, receiver: Receiver | None = None, *, at: datetime) -> bool:
    """Say whether there is a yes that counts now. For "share" name a receiver; without one the answer is no."""
    return consenting.holds(_said(case, purpose), receiver or ANYBODY, at)


def is_refused(case: Case, purpose: str, receiver: Receiver | None = None, *, at: datetime) -> bool:
    """Say whether a no stands: refused, "not now", or taken back. Not having been asked is no refusal."""
    return consenting.is_refused(_said(case, purpose), receiver or ANYBODY, at)


def require(case: Case, purpose: str, receiver: Receiver | None = None, *, at: datetime) -> None:
    """Raises NotAllowed, with a sentence that says what to ask, unless there is a yes that counts now."""
    if holds(case, purpose, receiver, at=at):
        return
    if is_refused(case, purpose, receiver, at=at):
        raise NotAllowed(_("They said no to this: %(what)s.") % {"what": describe(purpose, receiver)})
    raise NotAllowed(_("They have not said yes to this yet: %(what)s.") % {"what": describe(purpose, receiver)})


def holding(cases: Iterable[Case], purpose: str, *, at: datetime) -> frozenset[int]:
    """Return the keys of those of these cases in which a purpose without a receiver holds: one query for any number.

    As `holds`, for figures: a case counts with what was said in those joined to it and with every no of its caller.
    """
    cases = list(cases)
    read = _read_many(cases, Purpose(purpose))
    return frozenset(case.pk for case in cases if consenting.holds(read(case, purpose), ANYBODY, at))


def refusing(cases: Iterable[Case], purpose: str, *, at: datetime) -> frozenset[int]:
    """Return the keys of those of these cases in which a no to a purpose stands, as `is_refused`: one query for any number."""
    cases = list(cases)
    read = _read_many(cases, Purpose(purpose))
    return frozenset(case.pk for case in cases if consenting.is_refused(read(case, purpose), ANYBODY, at))


def which_hold(rows: Iterable[Consent], *, at: datetime) -> frozenset[int]:
    """Return the keys of those of these answers whose purpose and receiver have a yes that counts now: one query."""
    rows = list(rows)
    read = _read_many([row.case for row in rows], *{row.purpose for row in rows})
    return frozenset(row.pk for row in rows if consenting.holds(read(row.case, row.purpose), row.receiver, at))


def _read_many(cases: Iterable[Case], *purposes: str) -> Callable[[Case, str], list[consenting.Said]]:
    """Read what `_said` reads, for many cases at once; return a function that gives it for one of them."""
    callers = {case.caller_id for case in cases if case.caller_id is not None and not case.possibly_known}
    keys = {case.pk for case in cases} | {case.joined_into_id for case in cases if case.joined_into_id is not None}
    wanted = Q(case__in=keys) | Q(case__joined_into__in=keys) | Q(case__caller__in=callers)
    here: dict[tuple[int, str], list[consenting.Said]] = defaultdict(list)
    noes: dict[tuple[int, str], list[consenting.Said]] = defaultdict(list)
    for row in Consent.objects.filter(wanted, purpose__in=purposes).select_related("case"):
        here[row.case_id, row.purpose].append(row.as_said())
        if row.case.joined_into_id is not None:
            here[row.case.joined_into_id, row.purpose].append(row.as_said())
        if row.answer != consenting.GIVEN and row.case.caller_id is not None and not row.case.possibly_known:
            noes[row.case.caller_id, row.purpose].append(row.as_said())

    def read(case: Case, purpose: str) -> list[consenting.Said]:
        said = [*here[case.pk, purpose]]
        if case.joined_into_id is not None:
            said += here[case.joined_into_id, purpose]
        if case.caller_id is not None and not case.possibly_known:
            said += noes[case.caller_id, purpose]
        return said

    return read


def read_standing(case: Case, at: datetime) -> list[Consent]:
    """Return the newest word for each purpose and receiver of a case, in the order of the purposes: one query."""
    newest: dict[tuple[str, tuple[str, str]], Consent] = {}
    for row in Consent.objects.about(case).filter(said_at__lte=at).order_by("said_at", "pk"):
        newest[row.purpose, row.receiver.key] = row
    order = {purpose: place for place, purpose in enumerate(Purpose.values)}
    return sorted(newest.values(), key=lambda row: (order.get(row.purpose, 99), row.receiver.key))


def describe(purpose: str, receiver: Receiver | None = None) -> str:
    """Say a purpose and a kind of receiver in words; never a name: a refusal may be read by others."""
    words = str(Purpose(purpose).label)
    return f"{words} {ReceiverKind(receiver.kind).label}" if receiver is not None and receiver.kind else words


def _said(case: Case, purpose: str) -> list[consenting.Said]:
    Purpose(purpose)  # a slip in the code must not read as "nobody said yes"
    return [row.as_said() for row in Consent.objects.about(case).filter(purpose=purpose)]
