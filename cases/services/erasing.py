"""A caller wants to be forgotten. It takes one form, and a second person who presses once; then rows are really gone.

Two people, because a wish to erase may be somebody else's: of a man who found the number in her phone, or of a colleague
who would rather that nobody reads on. The second one sees what would go in counts, never in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.erasure import erase, subject_of_cases, subject_of_person, with_stand_ins
from cases.models import Caller, Case, ErasureWish, HowKnown, LegalHold, Number, WhyNot, WishScope, WishState
from cases.services.casework import lock
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.forgetting import tombstones
from helpline.core.forgetting.purge import add_up
from helpline.core.privacy.erasure import Subject, Words, all_erasers
from helpline.core.privacy.fields import all_indexes
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

DECIDES = (Role.SUPERVISOR, Role.COORDINATOR)


@dataclass(frozen=True)
class Part:
    """What one app holds, what goes, what stays, and how many rows of each table that are."""

    holds: Words
    removes: Words
    keeps: Words
    rows: list[tuple[Words, int]]


@dataclass(frozen=True)
class Preview:
    """What a wish would do. `held`: a hold forbids it until that day. `unconfirmed`: calls of this phone that stay, because
    nobody confirmed that they are this person's; `for_others`: cases that stay because they are somebody else's story.
    """

    parts: list[Part]
    held: LegalHold | None
    cases: int
    unconfirmed: int = 0
    for_others: int = 0
    shared_numbers: int = 0


def subject_of(case: Case, scope: str) -> Subject:
    """Return what is meant: one case with what was joined to it, or everything about its caller."""
    if scope == WishScope.PERSON:
        if case.caller is None:
            raise NotAllowed(_("The number was withheld: there is no person to forget, only this case."))
        if case.possibly_known:
            raise NotAllowed(_("Somebody has used this number before: say first whether it is the same person."))
        return subject_of_person(case.concerns or case.caller)
    return subject_of_cases([case])


def preview(*, case: Case, scope: str, at: datetime) -> Preview:
    """Count what would go, app by app, and what would stay and why. Changes nothing."""
    subject = subject_of(case, scope)
    parts = []
    for eraser in all_erasers():
        counted = eraser.count(subject)
        if counted:
            words = {holding.model: holding.words for holding in eraser.holdings}
            rows = [(words[model], number) for model, number in counted.items()]
            parts.append(Part(eraser.holds, eraser.removes, eraser.keeps, rows))
    people = list(subject.callers)
    kept = Case.objects.exclude(pk__in=list(subject.cases)).filter(caller__in=people)
    mine = Number.objects.filter(caller__in=people) | Number.objects.filter(safe_contacts__caller__in=people)
    return Preview(
        parts=parts,
        held=find_hold(subject, at),
        cases=len(subject.cases),
        unconfirmed=kept.filter(possibly_known=True).count(),
        for_others=kept.filter(possibly_known=False).count(),
        shared_numbers=mine.distinct().exclude(pk__in=list(subject.numbers)).count(),
    )


def find_hold(subject: Subject, at: datetime) -> LegalHold | None:
    """Return a hold that forbids it, the longest one; holds of joined cases count for each other."""
    held = Case.objects.on_hold(at).filter(pk__in=list(subject.cases))
    if not held.exists():
        return None
    live = LegalHold.objects.filter(ended_at=None, until__gte=at.date()).order_by("-until")
    near = live.filter(case__in=held) | live.filter(case__joined__in=held) | live.filter(case__joined_into__in=held)
    return near.first()


@transaction.atomic
def ask(*, case: Case, scope: str, how: str, by: User, at: datetime) -> ErasureWish:
    """Write down that the caller wants it. The same wish again is the one that waits. Raises NotAllowed with the reason."""
    if scope not in WishScope.values or how not in HowKnown.values:
        raise NotAllowed(_("Say what should go, and how you know that the caller asks."))
    now = lock(case)
    hold = find_hold(subject_of(now, scope), at)
    if hold is not None:
        raise NotAllowed(_("It must be kept until %(day)s: a hold lies on it.") % {"day": f"{hold.until:%d.%m.%Y}"})
    waiting = ErasureWish.objects.filter(case_ref=now.ref, state=WishState.WAITING).first()
    if waiting is not None:
        return waiting
    wish = ErasureWish.objects.create(case_ref=now.ref, scope=scope, how=how, asked_by=by, asked_at=at)
    audit.record(by=by, verb="erasure.asked", what="case", about=now.ref, at=at, scope=scope, how=how, wish=wish.ref)
    alarms.raise_alarm(kind="erasure_asked", key=f"erasure-{wish.ref}", about=now.ref, at=at)
    realtime.publish("case", now.ref)
    return wish


def check_may_decide(wish: ErasureWish, by: User) -> None:
    """Raise NotAllowed for whoever asked, and for a role that does not decide."""
    if not by.holds(*DECIDES):
        raise NotAllowed(_("A supervisor or a coordinator decides this."))
    if wish.asked_by_id == by.pk:
        raise NotAllowed(_("A second person decides this: you have asked for it yourself."))


@transaction.atomic
def refuse(*, wish: ErasureWish, why_not: str, by: User, at: datetime) -> ErasureWish:
    """Leave everything as it is, for a reason. Raises NotAllowed without one; Conflict where it was decided already."""
    check_may_decide(wish, by)
    if why_not not in WhyNot.values:
        raise NotAllowed(_("Say why it is not done."))
    now = _hold_waiting(wish)
    now.state, now.why_not, now.decided_by, now.decided_at = WishState.REFUSED, why_not, by, at
    now.save(update_fields=["state", "why_not", "decided_by", "decided_at"])
    audit.record(by=by, verb="erasure.refused", what="case", about=now.case_ref, at=at, why=why_not, wish=now.ref)
    realtime.publish("case", now.case_ref)
    return now


@transaction.atomic
def carry_out(*, wish: ErasureWish, by: User, at: datetime) -> ErasureWish:
    """Remove it in every app, now and for good. What stays: counts without a name, the audit, and a tombstone.

    Raises NotAllowed for whoever asked, and while a hold lies on it; Conflict where it was decided already, or while a
    call on it goes on.
    """
    check_may_decide(wish, by)
    now = _hold_waiting(wish)
    case = Case.objects.filter(ref=now.case_ref).first()
    if case is None:
        raise Conflict(_("This case is not there any more."))
    subject = _hold(case, now.scope)
    if find_hold(subject, at) is not None:
        raise NotAllowed(_("A hold lies on it: nothing may be removed."))
    if Case.objects.filter(pk__in=list(subject.cases), calls__state__in=LIVE).exists():
        raise Conflict(_("A call on this case is going on. Wait until it is over."))
    now.counts = _erase(subject, at)
    for ref in sorted(subject.cases.values()):
        audit.record(
            by=by, verb="case.erased", what="case", about=ref, at=at, wish=now.ref, asked_by=now.asked_by.username
        )
        realtime.publish("case", ref)
    for ref in sorted(subject.callers.values()):
        audit.record(by=by, verb="caller.erased", what="caller", about=ref, at=at, wish=now.ref)
    now.state, now.decided_by, now.decided_at, now.case_ref = WishState.DONE, by, at, ""
    now.save(update_fields=["state", "decided_by", "decided_at", "case_ref", "counts"])
    return now


def _hold(case: Case, scope: str) -> Subject:
    """Hold all that it is about: the numbers first, then the cases, as a text that comes in from one of them does.

    What came in until the numbers were held goes too; what comes after it begins a new case of somebody new to us.
    """
    before = subject_of(case, scope)
    numbers = Number.objects.filter(Q(pk__in=list(before.numbers)) | Q(caller__in=list(before.callers)))
    list(numbers.order_by("pk").select_for_update().values_list("pk", flat=True))
    subject = subject_of(case, scope)
    for pk in sorted(subject.cases):
        lock(Case(pk=pk))
    return subject


LIVE = ("ringing", "waiting", "connected", "voicemail")


def _hold_waiting(wish: ErasureWish) -> ErasureWish:
    now = ErasureWish.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=wish.pk)
    if now.state != WishState.WAITING:
        raise Conflict(_("Somebody else has decided this already."))
    return now


def _erase(subject: Subject, at: datetime) -> dict[str, int]:
    counts = {model: number for eraser in all_erasers() for model, number in eraser.count(subject).items()}
    add_up(erase(with_stand_ins(subject, at)))
    for kind, refs in (("case", subject.cases), ("caller", subject.callers), ("number", subject.numbers)):
        tombstones.put(kind=kind, refs=refs.values(), at=at)
    return counts


@transaction.atomic
def reapply(*, at: datetime) -> dict[str, int]:
    """Erase again what a restored copy brought back, by its tombstones. Returns how many rows of each table went.

    Cases that were new to the copy are untouched; doing it twice does nothing more. A hold does not stand against it: what
    was erased once was not on hold, and is only here again by the restore.
    """
    subject = Subject(
        cases=_buried("case", Case.objects.values_list("pk", "ref")),
        callers=_buried("caller", Caller.objects.values_list("pk", "ref")),
        numbers=_buried("number", Number.objects.values_list("pk", "ref")),
    )
    if not (subject.cases or subject.callers or subject.numbers):
        return {}
    counts = {model: number for eraser in all_erasers() for model, number in eraser.count(subject).items()}
    erase(with_stand_ins(subject, at))
    audit.record(by=None, verb="erasure.reapplied", what="case", about="", at=at, counts=counts)
    return counts


def _buried(kind: str, rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    marks = tombstones.marks_of(kind)
    if not marks:
        return {}
    return {pk: ref for pk, ref in rows if not marks.isdisjoint(all_indexes(f"tombstone {kind}", ref))}
