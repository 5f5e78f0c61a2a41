"""While somebody of the team is out: what they text is heard, minutes are measured, and they are asked whether all is well.

Nothing goes to anybody but the member and our own people. After a word of trouble nothing more is texted to their phone.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cases.models import Case, FollowUpKind
from cases.services import followups
from cases.services.casework import lock
from helpline.core.alarms import services as alarms
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.staff.models import User
from referrals.going_words import OUTCOMES, read_going
from referrals.models import Going, GoingState, OfferState, Referral
from referrals.replies import read_reply
from referrals.services import asking, offers
from referrals.services.answering import TextAnswer
from referrals.services.journeys import CHECK_EVERY
from referrals.services.steps import hold, note, publish

ANSWER_WITHIN = timedelta(minutes=10)  # after that a person is told
CHECK, HEARD, THANKS = "going/check", "going/heard", "going/thanks"
SAYABLE: Final = ("there", "back", "cannot", "well", "danger", *OUTCOMES)
_CODE = re.compile(r"\b[A-Za-z][2-9][A-Za-z]\b")
_ENOUGH = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Minutes:
    """How long each part took, in whole minutes; None where it has not come to that."""

    to_accept: int | None
    to_arrive: int | None
    out: int | None


def measure(row: Going) -> Minutes:
    """Measure one journey: from the question to the yes, from the yes to being there, from the yes to being back."""
    return Minutes(
        to_accept=_minutes(row.offer.offered_at, row.left_at),
        to_arrive=_minutes(row.left_at, row.arrived_at),
        out=_minutes(row.left_at, row.ended_at),
    )


def hear_text(*, number: str, body: str, at: datetime) -> TextAnswer | None:
    """Hear a text of somebody who is out. None where nobody with this number is, or where it answers another question."""
    out = Going.objects.filter(ended_at=None, member__number_index__in=offers.indexes_of(number))
    row = out.select_related("offer__referral__case", "member").order_by("-left_at", "-pk").first()
    if row is None:
        return None
    code = row.offer.code
    if any(found.upper() != code for found in _CODE.findall(body)):
        return None
    said = read_going(body, was_asked=row.asked_at is not None, code=code)
    if not said and read_reply(body, frozenset({code})).means:
        return None  # a bare yes or no, which the question that they were asked is still there for
    say(going=row, what=said or "unclear", at=at)
    return TextAnswer(said or "unclear", row.offer)


@transaction.atomic
def say(*, going: Going, what: str, at: datetime, by: User | None = None) -> Going:
    """Write down what they said, by text or to `by`. Again is the same. Raises NotAllowed where they are back already."""
    if what not in (*SAYABLE, "unclear"):
        raise NotAllowed(_("There is no such thing to do."))
    held = hold(going.referral)
    row = Going.objects.select_for_update(of=("self",)).select_related("member").get(pk=going.pk)
    if row.ended_at is not None:
        raise NotAllowed(_("They are back already, or did not go."))
    offer = next(one for one in held.offers() if one.pk == row.offer_id)
    row.referral, row.offer = held.referral, offer
    row.turn += 1
    _drop_check(row)
    if what == "cannot":
        _cannot(row, at=at, by=by)
    elif what == "back":
        row.state, row.ended_at, row.check_by = GoingState.BACK, at, None
    elif what in {"there", *OUTCOMES}:
        _arrive(row, what, at)
    if what not in {"danger", "unclear", "back"} and row.ended_at is None:
        row.check_by, row.asked_at, row.missed_told_at = at + CHECK_EVERY, None, None
    if what == "danger":
        row.check_by, row.missed_told_at = None, at  # nothing more is texted to that phone: a person sees to it now
        _tell(row, "team_danger", held.case, at)
    row.save()
    _promise(row, what, held.case, at)
    if by is None and what in {"there", *OUTCOMES, "back"}:
        template = THANKS if what == "back" else HEARD
        offers.say(offer, template, at=at, key=f"going-{row.ref}-{template}-{what}")
    note(held.referral, f"team_{what}"[:20], at=at, by=by, offer=offer)
    publish(held.referral)
    return row


def sweep(*, at: datetime, limit: int = _ENOUGH) -> int:
    """Ask whoever was not heard from, and tell a person where no answer came. Any number of these may run, twice or late."""
    done = 0
    due = Going.objects.filter(ended_at=None, check_by__lte=at).order_by("check_by", "pk").values_list("pk", "turn")
    for pk, turn in due[:limit]:
        try:
            done += look_after(pk, turn, at=at)
        except (OperationalError, InterfaceError):
            raise  # the database is away: so is the next one
        except Exception as broken:  # one that breaks does not keep the others waiting
            log.exception("a member who is out could not be looked after: %s", type(broken).__name__)
            _tell_broken(pk, at)
    return done


@transaction.atomic
def look_after(pk: int, turn: int, *, at: datetime) -> bool:
    """Ask, or tell. False where somebody else was faster."""
    row = Going.objects.select_related("offer__referral__case", "offer__member", "member").get(pk=pk)
    case = lock(row.offer.referral.case)
    mine = Going.objects.filter(pk=pk, turn=turn, ended_at=None, check_by__lte=at)
    if mine.update(turn=F("turn") + 1) != 1:
        return False
    row.turn = turn + 1
    if row.asked_at is None:
        row.asked_at, row.check_by = at, at + ANSWER_WITHIN
        offers.say(row.offer, CHECK, at=at, key=_check_key(row))
    else:
        row.check_by, row.missed_told_at = None, at
        _tell(row, "team_missed", case, at)
        note(row.offer.referral, "team_missed", at=at, offer=row.offer)
    row.save(update_fields=["asked_at", "check_by", "missed_told_at"])
    publish(row.offer.referral)
    return True


def read_out(referrals: Iterable[Referral]) -> dict[int, list[Going]]:
    """Return who went for each of these referrals, the first first: one statement."""
    found: dict[int, list[Going]] = {}
    rows = Going.objects.filter(referral__in=list(referrals)).select_related("member", "offer")
    for row in rows.order_by("left_at", "pk"):
        found.setdefault(row.referral_id, []).append(row)
    return found


def read_live(case: Case) -> Sequence[Going]:
    """Return who is out for a case now: one statement."""
    rows = Going.objects.filter(referral__case=case, ended_at=None).select_related("member", "referral", "offer")
    return list(rows.order_by("left_at", "pk"))


def _arrive(row: Going, what: str, at: datetime) -> None:
    """Whoever says what became of it is there: the first word of it counts as the arrival."""
    if row.state == GoingState.ON_THE_WAY:
        row.state = GoingState.THERE
    row.arrived_at = row.arrived_at or at
    if what in OUTCOMES:
        row.outcome, row.outcome_at = what, at


def _cannot(row: Going, *, at: datetime, by: User | None) -> None:
    """The next is asked at once. Who is still on the way turns round; who is there is looked after until they are back."""
    if row.state == GoingState.ON_THE_WAY:
        row.state, row.ended_at, row.check_by = GoingState.WITHDRAWN, at, None
        row.save()
    if row.offer.state == OfferState.ACCEPTED and row.referral.state in {"accepted", "reached"}:
        asking.give_back(offer=row.offer, at=at, why="given_back", by=by)


def _promise(row: Going, what: str, case: Case, at: datetime) -> None:
    """What somebody at the desk has to do now, where there is anything."""
    because = {
        "still_held": "team_still_held", "unclear": "team_wrote", "danger": "team_danger",
        "back": "" if row.outcome else "team_outcome",
    }.get(what, "")  # fmt: skip
    if because:
        _add(row, because, case, at)
    if row.ended_at is not None or what in {"well", "there", *OUTCOMES}:
        keys = [_task_key(row, one) for one in ("team_missed", "team_danger")]
        followups.drop(case=case, keys=keys, at=at)


def _tell(row: Going, kind: str, case: Case, at: datetime) -> None:
    """Coordinators and supervisors hear it at once, whoever is on call has it as a promise that is due."""
    alarms.raise_alarm(kind=kind, key=f"{kind}-{row.ref}-{row.turn}", about=case.ref, at=at)
    _add(row, kind, case, at)


def _add(row: Going, because: str, case: Case, at: datetime) -> None:
    owner = case.owner if case.owner is not None and case.owner.is_active else None
    followups.add(
        case=case, kind=FollowUpKind.TASK, because=because, due_at=at, at=at, owner=owner, is_urgent=True,
        key=_task_key(row, because),
    )  # fmt: skip


def _task_key(row: Going, because: str) -> str:
    return f"going-{row.ref}-{because}"


def _check_key(row: Going) -> str:
    return f"going-{row.ref}-check-{row.asked_at:%Y%m%d%H%M%S}"


def _drop_check(row: Going) -> None:
    """A question that has not left is not asked any more once they were heard."""
    if row.asked_at is not None:
        outbox.cancel(key=_check_key(row), why=_("They were heard from."))


@transaction.atomic
def _tell_broken(pk: int, at: datetime) -> None:
    """What cannot be looked at by itself must be looked at by people, now and again in a minute."""
    row = Going.objects.select_related("referral__case").get(pk=pk)
    Going.objects.filter(pk=pk).update(check_by=at + timedelta(minutes=1), turn=F("turn") + 1)
    case = row.referral.case
    alarms.raise_alarm(kind="team_missed", key=f"team-broken-{row.ref}-{at:%Y%m%d%H}", about=case.ref, at=at)


def _minutes(since: datetime | None, until: datetime | None) -> int | None:
    return None if since is None or until is None else max(0, int((until - since).total_seconds() // 60))


def find(referral: Referral, ref: str) -> Going | None:
    """Return one journey of a referral."""
    return Going.objects.select_related("offer", "member").filter(referral=referral, ref=ref).first()
