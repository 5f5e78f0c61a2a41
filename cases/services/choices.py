"""The talk before a legal step, and what the caller chose. Nothing but a legal step ever asks for it: care does not.

`may_take_legal_step` is asked by whatever would report, complain, testify or go to a court for her. It wants a yes to
this very step, after all twelve points, that is not older than `GOOD_FOR`, was not taken already (each next step is
asked anew), and that no later no to police or to complaints speaks against.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case, FollowUpKind, Purpose
from cases.models.choice import ChoicePoint, ChoiceResult, ChoiceTalk, LegalStep, PointState
from cases.models.consent import ConsentHow
from cases.services import consent_keeping, consents, followups, plans, wordings
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

GOOD_FOR = timedelta(days=30)  # a figure of ours: what looked right a month ago is asked again
POINTS = wordings.POINTS
RESTS_ON: Final[Mapping[str, str]] = {
    LegalStep.POLICE_REPORT: Purpose.POLICE,
    LegalStep.COMPLAINT: Purpose.COMPLAINT,
}


@transaction.atomic
def begin(
    *, case: Case, step: str, by: User, at: datetime, language: str, interpreter: str = "", companion: str = ""
) -> ChoiceTalk:
    """Begin the talk about one step, or go on with the one that was begun. Raises NotAllowed for no such step."""
    if step not in LegalStep.values:
        raise NotAllowed(_("Say which step it is about."))
    now = lock(case)
    there = ChoiceTalk.objects.filter(case=now, step=step, result="").first()
    if there is not None:
        return there
    talk = ChoiceTalk.objects.create(
        case=now,
        step=step,
        language=language,
        interpreter=interpreter.strip() or None,
        companion=companion.strip() or None,
        explained_by=by,
        began_at=at,
    )
    audit.record(by=by, verb="choice.begun", what="case", about=now.ref, at=at, choice=talk.ref, step=step)
    realtime.publish("case", now.ref)
    return talk


@transaction.atomic
def say_point(*, talk: ChoiceTalk, number: int, state: str, by: User, at: datetime, note: str = "") -> ChoicePoint:
    """Note how one point went; again is a correction. Raises NotAllowed for no such point, or where she has chosen."""
    if state not in PointState.values or not 1 <= number <= POINTS:
        raise NotAllowed(_("There is no such point."))
    lock(talk.case)
    now = ChoiceTalk.objects.select_for_update().get(pk=talk.pk)
    if now.result:
        raise NotAllowed(_("They have chosen already. For another step, or another mind, begin a new talk."))
    about = f"point_{number}"
    said = wordings.wordings([about], now.language).get(about)
    point = ChoicePoint.objects.filter(talk=now, number=number).first() or ChoicePoint(talk=now, number=number)
    point.state, point.at, point.note = state, at, note.strip() or point.note
    point.wording = wordings.keep(said, at=at) if said is not None and state != PointState.SKIPPED else None
    point.save()
    return point


@transaction.atomic
def decide(
    *,
    talk: ChoiceTalk,
    result: str,
    by: User,
    at: datetime,
    how: str = ConsentHow.SPOKEN,
    words: str = "",
    witness: str = "",
    ask_again_at: datetime | None = None,
) -> ChoiceTalk:
    """Write down what she chose. No and "not now" may be said at any point; a yes after all twelve.

    Raises NotAllowed for a yes before that, a result that there is not, or one that was chosen already.
    """
    if result not in ChoiceResult.values or how not in ConsentHow.values:
        raise NotAllowed(_("The answer is yes, no, or not now."))
    if ask_again_at is not None and ask_again_at <= at:
        raise NotAllowed(_("To ask again, say a time that lies ahead."))
    case = lock(talk.case)
    now = ChoiceTalk.objects.select_for_update().get(pk=talk.pk)
    if now.result:
        raise NotAllowed(_("They have chosen already. For another step, or another mind, begin a new talk."))
    missing = POINTS - ChoicePoint.objects.filter(talk=now).count()
    if result == ChoiceResult.YES and missing:
        raise NotAllowed(
            _("A yes comes after all twelve points; %(count)d are left. What they do not want to hear can be skipped.")
            % {"count": missing}
        )
    now.result, now.how, now.decided_at, now.decided_with = result, how, at, by
    now.words, now.witness = words.strip() or None, witness.strip() or None
    now.save()
    audit.record(
        by=by, verb="choice.made", what="case", about=case.ref, at=at, choice=now.ref, step=now.step, result=result
    )
    if ask_again_at is not None and result != ChoiceResult.YES:
        followups.add(
            case=case, kind=FollowUpKind.CHECK, because="choice_again", due_at=ask_again_at, by=by, at=at,
            key=f"choice-{now.ref}-again",
        )  # fmt: skip
    if result != ChoiceResult.YES:
        before = ChoiceTalk.objects.filter(_of(case), step=now.step, result=ChoiceResult.YES)
        consent_keeping.stop(plans.rest_on(before), why=_("They chose otherwise."), by=by, at=at)
    realtime.publish("case", case.ref)
    return now


def may_take_legal_step(case: Case, step: str, *, at: datetime) -> bool:
    """Say whether she has chosen this step, in a way that still counts."""
    return not why_not(case, step, at=at)


def require_choice(case: Case, step: str, *, at: datetime) -> None:
    """Raises NotAllowed, with the sentence that says what is missing, unless she has chosen this step."""
    if because := why_not(case, step, at=at):
        raise NotAllowed(because)


def why_not(case: Case, step: str, *, at: datetime) -> str:
    """Return the sentence that says why this step may not be taken for her now; blank where it may."""
    step = LegalStep(step)  # a slip in the code must not read as "she has not chosen"
    newest = ChoiceTalk.objects.filter(_of(case), step=step, decided_at__lte=at).order_by("decided_at", "pk").last()
    if newest is None:
        return _("Before this step comes a talk about what it means, and their own yes.")
    if newest.result != ChoiceResult.YES:
        return _("They chose not to take this step, or not now.")
    if newest.taken_at is not None and newest.taken_at <= at:
        return _("This step was taken. The next one is asked anew.")
    if newest.decided_at is None or at - newest.decided_at > GOOD_FOR:
        return _("Their yes is more than a month old: ask again.")
    if step in RESTS_ON and consents.is_refused(case, RESTS_ON[step], at=at):
        return _("They said no to this: %(what)s.") % {"what": consents.describe(RESTS_ON[step])}
    return ""


@transaction.atomic
def note_step_taken(*, case: Case, step: str, by: User, at: datetime) -> ChoiceTalk:
    """Note that the step was taken on her yes, which is used up with it. Raises NotAllowed where it may not be taken."""
    now = lock(case)
    require_choice(now, step, at=at)
    talk = ChoiceTalk.objects.filter(_of(now), step=step, result=ChoiceResult.YES).order_by("decided_at", "pk").last()
    assert talk is not None  # it was required a moment ago
    talk.taken_at = at
    talk.save(update_fields=["taken_at"])
    audit.record(by=by, verb="choice.step_taken", what="case", about=now.ref, at=at, choice=talk.ref, step=step)
    realtime.publish("case", now.ref)
    return talk


def read_talks(case: Case) -> list[ChoiceTalk]:
    """Return the talks of a case and of those joined with it, the newest first: one query."""
    talks = ChoiceTalk.objects.filter(_of(case)).select_related("explained_by", "case")
    return list(talks.order_by("-began_at", "-pk"))


def _of(case: Case) -> Q:
    here = Q(case=case) | Q(case__joined_into=case)
    return here if case.joined_into_id is None else here | Q(case=case.joined_into_id)
