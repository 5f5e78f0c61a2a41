"""How a case ended, or what a supervisor said of the end that was asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, CaseState
from cases.models.closing import ReviewedStep
from cases.services import approval, closing
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the last end of a closed case, or the request to end an open one: one query."""
    if case.state == CaseState.CLOSED:
        ended = closing.newest(case)
        return {"ended": ended, "review": None} if ended is not None else None
    review = approval.newest(case, ReviewedStep.CLOSING)
    return {"ended": None, "review": review} if review is not None else None
