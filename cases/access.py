"""The only doors to a case. Shut by default; what is not yours looks exactly like what is not there.

Two rings. Who may *know of* a case (`CaseQuerySet.visible_to`) sees its reference, its times and what is due. Who may
read its *story* (notes, summary, texts, recordings, the number) is a smaller ring: counsellors and supervisors, the
owner, and whoever was let in. A paralegal knows of a case that nobody owns and reads it once she has taken it over. A
coordinator or an administrator has no case by role alone.

Every opening is in the audit: `case.read` and `case.write` once for each person, case and ten minutes (an open page
asks again every few seconds; what is *done* to a case is recorded by the service that does it, every time), a refusal
as `case.denied` every time, with the reference where there is such a case and without a word of what was typed where
there is none. Call the doors outside a transaction that is rolled back, or the refusal is forgotten.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FollowUp, HandOver, Incident, LetIn, Number, Station
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

SAME_READING = timedelta(minutes=10)
READS_EVERY_STORY = ("counsellor", "supervisor")
KEEPS_STATIONS = ("coordinator", "supervisor")
_CASE_REFERENCE = re.compile(rf"HL-[{ALPHABET}]{{4,13}}")
_OPAQUE_REFERENCE = re.compile(rf"[{ALPHABET}]{{1,24}}")


class To(StrEnum):
    """What a door is opened for: to know of a case (READ), to read what stands in it (STORY), or to write into it.

    WRITE needs the story, too: nobody writes into what she may not read.
    """

    READ = "read"
    STORY = "story"
    WRITE = "write"


READ, STORY, WRITE = To.READ, To.STORY, To.WRITE


class Reason(models.TextChoices):
    """Why somebody looks at a whole number."""

    CALL_BACK = "call_back", gettext_lazy("to call back")
    SAFETY = "safety", gettext_lazy("somebody may be in danger")
    ASKED = "asked", gettext_lazy("the caller asked us to")
    CHECK = "check", gettext_lazy("to see whether two cases are one person's")


def get_case(user: User, ref: str, *, to: To, at: datetime, reason: str = "") -> Case:
    """Return one case, with its line, people and owner. `reason` is a code for the audit, never a text.

    Raises NotFound, alike and after the same work, where there is no such case and where it is not this person's to know
    of; NotAllowed where she may know of it and wants its story or to write, but was not let in.
    """
    ref = ref.strip().upper()
    case = None
    if _CASE_REFERENCE.fullmatch(ref):
        people = ("line", "caller", "concerns", "owner", "joined_into")
        case = Case.objects.visible_to(user).select_related(*people).filter(ref=ref).first()
    if case is None:
        _refuse(user, ref, at)
    if to != READ and not may_read_story(user, case):
        audit.record(by=user, verb="case.denied", what="case", about=case.ref, at=at, to=str(to))
        raise NotAllowed(_("Take this case over first: until then its notes are shut."))
    _note_opening(user, case, to, at, reason)
    return case


def _refuse(user: User, ref: str, at: datetime) -> NoReturn:
    known = _CASE_REFERENCE.fullmatch(ref) is not None and Case.objects.filter(ref=ref).exists()
    # What was typed may be a name or a number: only a reference of ours is written down.
    audit.record(by=user, verb="case.denied", what="case", about=ref if known else "", at=at)
    raise NotFound(_("There is no such case, or it is not yours."))


def _note_opening(user: User, case: Case, to: To, at: datetime, reason: str) -> None:
    verb = "case.write" if to == WRITE else "case.read"
    already = Entry.objects.filter(about=case.ref, who=user, verb=verb, at__gt=at - SAME_READING, at__lte=at)
    if reason or not already.exists():
        detail = {"reason": reason} if reason else {}
        audit.record(by=user, verb=verb, what="case", about=case.ref, at=at, **detail)


def may_read_story(user: User, case: Case) -> bool:
    """Say whether this person may read notes, summary, texts and the number, and so may write."""
    if not user.is_active:
        return False
    if user.holds(*READS_EVERY_STORY) or case.owner_id == user.pk:
        return True
    return LetIn.objects.filter(case=case, user=user).exists()


def with_story(user: User, cases: Iterable[Case]) -> frozenset[str]:
    """Return the references of those of these cases whose story this person may read: one query for a whole list."""
    cases = list(cases)
    if not user.is_active:
        return frozenset()
    if user.holds(*READS_EVERY_STORY):
        return frozenset(case.ref for case in cases)
    let_in = set(LetIn.objects.filter(user=user, case__in=cases).values_list("case_id", flat=True))
    return frozenset(case.ref for case in cases if case.owner_id == user.pk or case.pk in let_in)


def get_follow_up(user: User, ref: str, *, to: To = WRITE, at: datetime) -> FollowUp:
    """Return one follow-up, its case opened through `get_case`. Raises as that does."""
    follow_up = None
    if _OPAQUE_REFERENCE.fullmatch(ref):
        follow_up = FollowUp.objects.select_related("case", "owner").filter(ref=ref).first()
    if follow_up is None:
        audit.record(by=user, verb="case.denied", what="follow_up", about="", at=at)
        raise NotFound(_("There is no such follow-up, or it is not yours."))
    try:
        follow_up.case = get_case(user, follow_up.case.ref, to=to, at=at)
    except NotFound:
        raise NotFound(_("There is no such follow-up, or it is not yours.")) from None
    return follow_up


def get_incident(user: User, ref: str, *, to: To = STORY, at: datetime, case_ref: str = "") -> Incident:
    """Return one incident, its case opened through `get_case`; of the case `case_ref` where one is named. Raises as that does."""
    incident = None
    if _OPAQUE_REFERENCE.fullmatch(ref):
        of_case = {"case__ref": case_ref.strip().upper()} if case_ref else {}
        incident = Incident.objects.select_related("case").filter(ref=ref, **of_case).first()
    if incident is None:
        about = case_ref.strip().upper()
        known = _CASE_REFERENCE.fullmatch(about) is not None and Case.objects.filter(ref=about).exists()
        audit.record(by=user, verb="case.denied", what="incident", about=about if known else "", at=at)
        raise NotFound(_("There is no such incident, or it is not yours."))
    try:
        incident.case = get_case(user, incident.case.ref, to=to, at=at)
    except NotFound:
        raise NotFound(_("There is no such incident, or it is not yours.")) from None
    return incident


def check_keeps_stations(user: User, at: datetime) -> None:
    """Let coordinators and supervisors to the directory of stations. Raises NotFound for everybody else."""
    if not (user.is_active and user.holds(*KEEPS_STATIONS)):
        audit.record(by=user, verb="station.denied", what="station", about="", at=at)
        raise NotFound(_("There is nothing here, or it is not yours."))


def get_station(user: User, ref: str, *, at: datetime) -> Station:
    """Return one station of the hidden directory; opening it is in the audit. Raises NotFound for all who do not keep it."""
    check_keeps_stations(user, at)
    found = Station.objects.filter(ref=ref).first() if _OPAQUE_REFERENCE.fullmatch(ref) else None
    if found is None:
        raise NotFound(_("There is nothing here, or it is not yours."))
    already = Entry.objects.filter(about=found.ref, who=user, verb="station.read", at__gt=at - SAME_READING, at__lte=at)
    if not already.exists():
        audit.record(by=user, verb="station.read", what="station", about=found.ref, at=at)
    return found


def get_hand_over(user: User, ref: str, *, at: datetime) -> HandOver:
    """Return a hand-over that this person gives or takes. Raises NotFound for every other."""
    found = None
    if user.is_active and _OPAQUE_REFERENCE.fullmatch(ref):
        mine = models.Q(giver=user) | models.Q(taker=user)
        found = HandOver.objects.filter(mine, ref=ref).select_related("giver", "taker").first()
    if found is None:
        audit.record(by=user, verb="hand_over.denied", what="hand_over", about="", at=at)
        raise NotFound(_("There is no such hand-over, or it is not yours."))
    return found


def numbers_of(case: Case) -> list[Number]:
    """Return the numbers of a case: what it came in from first, then what else was recorded with the caller.

    Of a caller who is only possibly known nothing but the number itself.
    """
    with_case = models.Q(pk=case.number_id)
    if case.caller_id is not None and not case.possibly_known:
        with_case |= models.Q(safe_contacts__caller=case.caller_id) | models.Q(caller=case.caller_id)
    numbers = Number.objects.filter(with_case).distinct().order_by("pk")
    return sorted(numbers, key=lambda number: number.pk != case.number_id)


def reveal_number(user: User, case: Case, *, reason: str, at: datetime, number_ref: str = "") -> str:
    """Return a whole number of this case, in E.164; the one that it came in from where none is named.

    Always in the audit, with the reason. Raises NotAllowed without a reason or where the story is shut to this person,
    NotFound where there is no such number.
    """
    if reason not in Reason.values:
        raise NotAllowed(_("Say why you need the number."))
    if not may_read_story(user, case):
        audit.record(by=user, verb="number.denied", what="case", about=case.ref, at=at)
        raise NotAllowed(_("Take this case over first: until then the number is shut."))
    numbers = numbers_of(case)
    number = next((one for one in numbers if not number_ref or one.ref == number_ref), None)
    if number is None:
        raise NotFound(_("There is no such number: it was withheld, or it is another case's."))
    audit.record(by=user, verb="number.revealed", what="case", about=case.ref, at=at, reason=reason, number=number.ref)
    return str(number.number)
