"""What a caller wants, and the steps to it. A step with a time is a follow-up too, and the two end together."""

from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from cases.models import Case, FollowUpKind
from cases.models.plan import Goal, GoalState, PlanStep, StepState
from cases.services import followups
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LONGEST = 1_000  # characters of a goal or a step


@transaction.atomic
def set_goal(*, case: Case, words: str, by: User, at: datetime) -> Goal:
    """Write down one thing that she wants, in her words."""
    now = _open(case)
    goal = Goal.objects.create(case=now, words=_need(words), by=by, set_at=at)
    _tell(now, "goal.set", by, at, goal=goal.ref)
    return goal


@transaction.atomic
def end_goal(*, goal: Goal, state: str, by: User, at: datetime, why: str = "") -> Goal:
    """A goal is reached, or she has dropped it, which drops its steps too. Once more is the same."""
    if state not in {GoalState.REACHED, GoalState.DROPPED}:
        raise NotAllowed(_("A goal is reached, or dropped by the caller."))
    case = lock(goal.case)
    now = Goal.objects.select_for_update().get(pk=goal.pk)
    if now.state != GoalState.OPEN:
        return now
    now.state, now.ended_at, now.why = state, at, why.strip() or None
    now.save()
    for step in PlanStep.objects.filter(goal=now, state=StepState.PLANNED).select_related("goal", "follow_up"):
        if not step.is_done:
            _end(step, StepState.DROPPED, by, at, why or str(GoalState(state).label))
    _tell(case, f"goal.{state}", by, at, goal=now.ref)
    return now


@transaction.atomic
def add_step(
    *,
    goal: Goal,
    words: str,
    by: User,
    at: datetime,
    owner: User | None = None,
    who: str = "",
    due_at: datetime | None = None,
    replaces: PlanStep | None = None,
) -> PlanStep:
    """Plan one step: who does it (one of us, or somebody else by their name), and by when, which makes a follow-up.

    Raises NotAllowed without words or for nobody, for a time that has passed, and on a goal or case that is not open.
    """
    case = _open(goal.case)
    if Goal.objects.get(pk=goal.pk).state != GoalState.OPEN:
        raise NotAllowed(_("This goal is not open any more."))
    if owner is None and not who.strip():
        raise NotAllowed(_("Say who does it."))
    step = PlanStep.objects.create(
        goal=goal, words=_need(words), owner=owner, who=who.strip() or None, due_at=due_at, replaces=replaces, by=by,
        planned_at=at,
    )  # fmt: skip
    if due_at is not None:
        step.follow_up = followups.add(
            case=case, kind=FollowUpKind.TASK, because="plan_step", due_at=due_at, by=by, owner=owner, at=at,
            why=step.words, key=f"plan-{step.ref}",
        )  # fmt: skip
        step.save(update_fields=["follow_up"])
    _tell(case, "plan_step.added", by, at, step=step.ref)
    return step


@transaction.atomic
def finish_step(*, step: PlanStep, by: User, at: datetime) -> PlanStep:
    """It is done, and so is its promise."""
    return _move(step, StepState.DONE, by, at, "")


@transaction.atomic
def drop_step(*, step: PlanStep, by: User, at: datetime, why: str = "") -> PlanStep:
    """She does not want it any more; why is hers to say or not."""
    return _move(step, StepState.DROPPED, by, at, why)


@transaction.atomic
def change_step(
    *,
    step: PlanStep,
    by: User,
    at: datetime,
    words: str,
    owner: User | None = None,
    who: str = "",
    due_at: datetime | None = None,
) -> PlanStep:
    """Plan it otherwise: the old step stays as it was, marked as changed, and the new one stands for it."""
    old = _move(step, StepState.CHANGED, by, at, "")
    return add_step(goal=old.goal, words=words, by=by, at=at, owner=owner, who=who, due_at=due_at, replaces=old)


def read_goals(case: Case) -> list[Goal]:
    """Return the goals of a case with their steps, as they were planned: two queries."""
    steps = PlanStep.objects.select_related("owner", "follow_up").order_by("planned_at", "pk")
    goals = Goal.objects.filter(case=case).select_related("by").prefetch_related(Prefetch("steps", steps))
    return list(goals.order_by("set_at", "pk"))


def _move(step: PlanStep, state: StepState, by: User, at: datetime, why: str) -> PlanStep:
    case = lock(step.goal.case)
    now = PlanStep.objects.select_for_update(of=("self",)).select_related("goal__case", "follow_up").get(pk=step.pk)
    if now.state == state:
        return now
    if now.state != StepState.PLANNED:
        raise NotAllowed(_("This step is not planned any more."))
    _end(now, state, by, at, why)
    _tell(case, f"plan_step.{state}", by, at, step=now.ref)
    return now


def _end(step: PlanStep, state: StepState, by: User, at: datetime, why: str) -> None:
    step.state, step.ended_at, step.why = state, at, why.strip() or None
    step.save()
    promised = step.follow_up
    if promised is None or promised.state not in {"due", "tried"}:
        return
    if state == StepState.DONE:
        followups.finish(follow_up=promised, by=by, at=at)
    else:
        reason = (
            _("Planned otherwise.") if state == StepState.CHANGED else why or _("They do not want this step any more.")
        )
        followups.skip(follow_up=promised, by=by, at=at, reason=str(reason))


def _open(case: Case) -> Case:
    now = lock(case)
    if now.state != "open":
        raise NotAllowed(_("This case is not open: reopen it first."))
    return now


def _need(words: str) -> str:
    said = words.strip()
    if not said:
        raise NotAllowed(_("Write it in their words."))
    if len(said) > LONGEST:
        raise NotAllowed(_("That is too long for a plan: the story takes the rest."))
    return said


def _tell(case: Case, verb: str, by: User, at: datetime, **detail: str) -> None:
    audit.record(by=by, verb=verb, what="case", about=case.ref, at=at, **detail)
    realtime.publish("case", case.ref)
