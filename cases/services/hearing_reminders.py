"""Tell caller, companion and lawyer again of a day in court: the day before, and on its morning. One neutral fact each.

Each passes what the caller said is safe, now and once more when it leaves; what may not be sent becomes a task with the
reason. Nothing leaves once the day has begun: a message carries its own end.
"""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from cases.clocks.telling import Telling, next_telling_at, telling_at
from cases.consenting import Receiver
from cases.models import Case, FollowUpKind, Hearing, Purpose, ReceiverKind
from cases.services import consents, followups, safe_contact
from cases.services.casework import lock
from cases.services.clock_rules import place_of
from cases.services.telling import To, find_caller, read_decision
from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.postgresql.away import is_away
from helpline.core.realtime import services as realtime

ENOUGH_FOR_A_SWEEP = 100
TEMPLATES = {"day_before": "caller/tomorrow", "morning": "caller/today"}
WHO = ("caller", "companion", "lawyer")
log = logging.getLogger(__name__)


def zone_of(case: Case) -> ZoneInfo:
    """Return the time zone in which the hours of a court are meant."""
    line = place_of(case.line)
    return clock.find_zone(line.time_zone if line is not None else "UTC")


def tell_due(*, at: datetime, limit: int = ENOUGH_FOR_A_SWEEP) -> int:
    """Put what is to be told now into the outbox and return how many days in court that concerned.

    Any number of these may run at once: each row counts only for the one whose conditional update found it unchanged. A
    sweep that comes too late tells nothing that is no longer true. One that breaks does not keep the others waiting.
    """
    due = Hearing.objects.to_remind(at).order_by("remind_at", "pk").select_related("case__line")
    told = 0
    for row in due[:limit]:
        try:
            told += _tell_one(row, at)
        except Exception as broken:
            if is_away(broken):
                raise  # the database is away: so is the next one
            log.exception("a day in court could not be told: %s", type(broken).__name__)
    return told


@transaction.atomic
def _tell_one(seen: Hearing, at: datetime) -> bool:
    """Says whether anybody was to be told. The case first, then the row, as whoever changes it at the same moment."""
    case = lock(seen.case)
    zone = zone_of(seen.case)
    unchanged = Hearing.objects.to_remind(at).filter(pk=seen.pk, remind_at=seen.remind_at, at=seen.at)
    if unchanged.update(remind_at=next_telling_at(seen.at, zone, at)) != 1:
        return False
    telling = telling_at(seen.at, zone, at)
    if telling is None:
        return False
    row = Hearing.objects.select_related("goes_along").get(pk=seen.pk)
    row.case = case
    _tell(row, telling, zone, at)
    return True


def cancel_tellings(row: Hearing, *, why: str) -> None:
    """Take back what was to be told of a day and has not left."""
    for which in TEMPLATES:
        for who in WHO:
            outbox.cancel(key=_key(row, which, who), why=why)


def _key(row: Hearing, which: str, who: str) -> str:
    return f"hearing-{row.ref}-{int(row.at.timestamp())}-{which}-{who}"


def _tell(row: Hearing, telling: Telling, zone: ZoneInfo, at: datetime) -> None:
    wanted = {"caller": row.tell_caller, "companion": row.tell_companion, "lawyer": row.tell_lawyer}
    for who in WHO:
        if not wanted[who]:
            continue
        found = _find(row, who, telling, at)
        if found.why_not:
            _leave_to_person(row, telling, who, found.why_not, at)
            continue
        outbox.put(
            key=_key(row, telling.which, who), route=found.route, to=found.to, template=TEMPLATES[telling.which],
            words={"time": f"{row.at.astimezone(zone):%H:%M}"}, about=row.case.ref, at=at,
            not_before=found.not_before, expires_at=telling.until,
        )  # fmt: skip
    audit.record(
        by=None, verb="hearing.told", what="case", about=row.case.ref, at=at, hearing=row.ref, which=telling.which,
        who=[who for who in WHO if wanted[who]],
    )  # fmt: skip
    realtime.publish("case", row.case.ref)


def may_not_tell_lawyer(row: Hearing, at: datetime) -> bool:
    """Say whether the caller said no to telling lawyers, or this one."""
    return consents.is_refused(row.case, Purpose.SHARE, Receiver(ReceiverKind.LAWYER, row.lawyer or ""), at=at)


def _find(row: Hearing, who: str, telling: Telling, at: datetime) -> To:
    if who == "lawyer":
        if may_not_tell_lawyer(row, at):
            return To(why_not=_("They said no to telling a lawyer."))
        if row.lawyer_number:
            return To(Route.LAWYER, row.ref)
        return To(why_not=_("No number of the lawyer is written down."))
    if who == "companion":
        if row.goes_along is None:
            return To(why_not=_("Nobody who goes along is written down."))
        decision = safe_contact.may_reach_route(route=row.goes_along, channel="text", case=row.case, at=at)
        return read_decision(decision, Route.CONTACT, row.goes_along.ref, telling)
    return find_caller(row.case, telling, at)


def _leave_to_person(row: Hearing, telling: Telling, who: str, sentence: str, at: datetime) -> None:
    owner = row.case.owner if row.case.owner is not None and row.case.owner.is_active else None
    followups.add(
        case=row.case, kind=FollowUpKind.TASK, due_at=at, because=f"hearing_{who}", why=sentence, owner=owner, at=at,
        key=_key(row, telling.which, who),
    )  # fmt: skip
