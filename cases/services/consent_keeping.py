"""Write down what a caller says yes and no to, and stop at once what was planned on a yes that is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.consenting import ANYBODY, GIVEN, Receiver, contradict
from cases.models import Case, Consent, ConsentHow, FollowUp, FollowUpKind, Purpose, ReceiverKind
from cases.models.consent import ConsentAnswer
from cases.services import consents, followups, plans, wordings
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, MessageState, Route
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LONGEST_NAME = 120  # characters


@dataclass(frozen=True)
class Answer:
    """What was said to one purpose."""

    purpose: str
    answer: str
    receiver: Receiver = ANYBODY


@transaction.atomic
def record(
    *,
    case: Case,
    answers: Sequence[Answer],
    by: User,
    at: datetime,
    said_at: datetime | None = None,
    how: str = ConsentHow.SPOKEN,
    language: str = wordings.FALLBACK,
    until: datetime | None = None,
    ask_again_at: datetime | None = None,
    limits: str = "",
    witness: str = "",
    withdraw_by: str = "",
) -> list[Consent]:
    """Keep one or more answers that were given together. All or none.

    Raises NotAllowed where they contradict each other or what was written down for the same moment, for a purpose,
    receiver or answer that there is not, and for times that cannot be.
    """
    said_at = said_at or at
    _check_words(answers, how)
    _check_times(said_at, until, ask_again_at, at)
    _check_together(answers)
    cases = _lock_all(case)
    now = next(one for one in cases if one.pk == case.pk)
    _check_against_kept(now, answers, said_at)
    asked = wordings.wordings([one.purpose for one in answers], language)
    kept = []
    for one in answers:
        kept.append(
            Consent.objects.create(
                case=now,
                purpose=one.purpose,
                receiver_kind=one.receiver.kind,
                receiver_name=one.receiver.name.strip() or None,
                answer=one.answer,
                how=how,
                wording=wordings.keep(asked[one.purpose], at=at) if one.purpose in asked else None,
                said_at=said_at,
                until=until if one.answer == GIVEN else None,
                limits=limits.strip() or None,
                witness=witness.strip() or None,
                withdraw_by=withdraw_by.strip() or None,
                recorded_by=by,
                recorded_at=at,
            )
        )
        audit.record(
            by=by, verb="consent.recorded", what="case", about=now.ref, at=at,
            consent=kept[-1].ref, purpose=one.purpose, answer=one.answer,
        )  # fmt: skip
    _ask_again(now, kept, by, at, ask_again_at or until)
    for one in answers:
        if one.answer != GIVEN:
            _stop(now, cases, one.purpose, by, at)
    realtime.publish("case", now.ref)
    return kept


@transaction.atomic
def withdraw(*, consent: Consent, by: User, at: datetime, witness: str = "") -> Consent:
    """Take back a yes, at once and without a reason. Once more is the same. Raises NotAllowed for what was no yes."""
    cases = _lock_all(consent.case)
    now = next(one for one in cases if one.pk == consent.case_id)
    same = [
        row for row in Consent.objects.filter(case=now, purpose=consent.purpose).order_by("said_at", "pk")
        if row.receiver.key == consent.receiver.key
    ]  # fmt: skip
    newest = same[-1]
    if newest.answer == ConsentAnswer.WITHDRAWN:
        return newest
    if newest.answer != GIVEN:
        raise NotAllowed(_("There is no yes here that could be taken back."))
    row = Consent.objects.create(
        case=now,
        purpose=newest.purpose,
        receiver_kind=newest.receiver_kind,
        receiver_name=newest.receiver_name,
        answer=ConsentAnswer.WITHDRAWN,
        said_at=max(at, newest.said_at),
        witness=witness.strip() or None,
        recorded_by=by,
        recorded_at=at,
    )
    audit.record(
        by=by, verb="consent.withdrawn", what="case", about=now.ref, at=at, consent=row.ref, purpose=row.purpose
    )
    _stop(now, cases, row.purpose, by, at)
    realtime.publish("case", now.ref)
    return row


def _check_words(answers: Sequence[Answer], how: str) -> None:
    if not answers:
        raise NotAllowed(_("Nothing was answered yet."))
    for one in answers:
        if one.purpose not in Purpose.values:
            raise NotAllowed(_("There is no such purpose."))
        if one.answer not in {ConsentAnswer.GIVEN, ConsentAnswer.REFUSED, ConsentAnswer.NOT_NOW}:
            raise NotAllowed(_("The answer is yes, no, or not now."))
        if one.purpose == Purpose.SHARE and one.receiver.kind not in ReceiverKind.values:
            raise NotAllowed(_("Say with whom it may be shared, or may not."))
        if one.purpose != Purpose.SHARE and (one.receiver.kind or one.receiver.name.strip()):
            raise NotAllowed(_("Only sharing has a receiver."))
        if len(one.receiver.name) > LONGEST_NAME:
            raise NotAllowed(_("This name is too long."))
    if how not in ConsentHow.values:
        raise NotAllowed(_("It was said, or it was written."))


def _check_times(said_at: datetime, until: datetime | None, ask_again_at: datetime | None, at: datetime) -> None:
    if said_at > at:
        raise NotAllowed(_("Nobody can have said it in the future."))
    if until is not None and until <= at:
        raise NotAllowed(_("It would have run out already: say a time that lies ahead."))
    if ask_again_at is not None and ask_again_at <= at:
        raise NotAllowed(_("To ask again, say a time that lies ahead."))


def _check_together(answers: Sequence[Answer]) -> None:
    said: dict[tuple[str, tuple[str, str]], str] = {}
    for one in answers:
        key = (one.purpose, one.receiver.key)
        if said.setdefault(key, one.answer) != one.answer:
            raise NotAllowed(_contradiction(one))


def _check_against_kept(case: Case, answers: Sequence[Answer], said_at: datetime) -> None:
    kept = list(Consent.objects.filter(case=case, said_at=said_at))
    for one in answers:
        for row in kept:
            same = row.purpose == one.purpose and row.receiver.key == one.receiver.key
            if same and contradict(row.answer, one.answer):
                raise NotAllowed(_contradiction(one))


def _contradiction(one: Answer) -> str:
    what = consents.describe(one.purpose, one.receiver)
    return _("Two different answers to the same thing at once: %(what)s. Ask which one counts. Nothing was kept.") % {
        "what": what
    }


def _lock_all(case: Case) -> list[Case]:
    """Hold a case and every other of the same caller, always in the same order: a no counts in all of them."""
    of_hers = Q(pk=case.pk) | Q(joined_into=case.pk)
    if case.caller_id is not None and not case.possibly_known:
        of_hers |= Q(caller=case.caller_id, possibly_known=False)
    held: QuerySet[Case] = Case.objects.select_for_update(of=("self",)).filter(of_hers).order_by("pk")
    return list(held)


def _ask_again(case: Case, kept: Sequence[Consent], by: User, at: datetime, when: datetime | None) -> None:
    if when is None or case.state != "open":
        return
    followups.add(
        case=case, kind=FollowUpKind.CHECK, because="consent_again", due_at=when, by=by, at=at,
        key=f"consent-{kept[0].ref}-again",
    )  # fmt: skip


def _stop(case: Case, cases: Sequence[Case], purpose: str, by: User, at: datetime) -> None:
    """Take out what waits to be sent and let go what was promised on a purpose that is refused now, in all her cases."""
    plan, why = plans.PLANS.get(purpose, plans.NOTHING), plans.refusal(purpose)
    refused = [one for one in cases if consents.is_refused(one, purpose, at=at)]
    resting = plans.rest_on(_gone(cases, purpose, at))
    about = Q(about__in=[one.ref for one in refused])
    if purpose == Purpose.CONTACT and case in refused and case.caller is not None and not case.possibly_known:
        numbers = list(case.caller.numbers.values_list("ref", flat=True))
        about |= Q(route=Route.CALLER, to_ref__in=numbers) & ~Q(about__in=_of_others(case, numbers))
    skipped = skip(resting | plan.follow_ups() & Q(case__in=refused), why=why, by=by, at=at)
    canceled = cancel(resting | plan.messages() & about, why=why)
    audit.record(
        by=by, verb="consent.stopped", what="case", about=case.ref, at=at,
        purpose=purpose, follow_ups=skipped, messages=canceled,
    )  # fmt: skip


def _of_others(case: Case, numbers: Sequence[str]) -> list[str]:
    """Return the cases of other people to which something waits on these phones: they share one, and have said no no."""
    waiting = Message.objects.filter(route=Route.CALLER, to_ref__in=numbers, state=MessageState.WAITING)
    theirs = Case.objects.filter(ref__in=waiting.values("about"), possibly_known=False)
    return list(theirs.exclude(caller=case.caller_id).exclude(caller=None).values_list("ref", flat=True))


def stop(resting: Q, *, why: str, by: User, at: datetime) -> None:
    """Stop the follow-ups and messages that `resting` names by their keys (`plans.rest_on`)."""
    skip(resting, why=why, by=by, at=at)
    cancel(resting, why=why)


def skip(wanted: Q, *, why: str, by: User, at: datetime) -> int:
    """Let go of unfinished follow-ups, with the reason in the story; return how many."""
    rows = list(FollowUp.objects.unfinished().filter(wanted).select_related("case").order_by("pk"))
    for follow_up in rows:
        followups.skip(follow_up=follow_up, by=by, at=at, reason=why)
    return len(rows)


def cancel(wanted: Q, *, why: str) -> int:
    """Take messages out of the outbox that have not left; return how many."""
    waiting = Message.objects.filter(wanted, state=MessageState.WAITING).order_by("pk")
    return sum(outbox.cancel(key=message.key, why=why[:200]) for message in waiting)


def _gone(cases: Sequence[Case], purpose: str, at: datetime) -> list[Consent]:
    """Return the yeses to a purpose that do not hold any more."""
    given = Consent.objects.filter(case__in=cases, purpose=purpose, answer=GIVEN).select_related("case")
    return [row for row in given if not consents.holds(row.case, purpose, row.receiver, at=at)]
