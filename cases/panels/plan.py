"""The plan of a case in a few lines: each open goal, and what comes next for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from cases.models.plan import Goal, GoalState
from cases.services import plan
from helpline.core.staff.models import User

SHOWN = 3


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the goals that are open, each with its next step: two queries."""
    goals = plan.read_goals(case)
    if not goals:
        return None
    wanted = [goal for goal in goals if goal.state == GoalState.OPEN]
    return {"goals": [(goal, next_step(goal)) for goal in wanted[:SHOWN]], "more": max(0, len(wanted) - SHOWN)}


def next_step(goal: Goal) -> Any:
    """Return the step that comes first; those without a time come after those with one."""
    ahead = [step for step in goal.steps.all() if step.is_ahead]
    return min(ahead, key=lambda step: (step.due_at is None, step.due_at or step.planned_at), default=None)
