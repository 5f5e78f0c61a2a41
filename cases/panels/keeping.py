"""That a hold lies on the case, or that the caller wants to be forgotten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, ErasureWish, WishState
from cases.services import holds
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the hold and the waiting wish of a case, None where there is neither: two statements."""
    hold = holds.find(case, at)
    wish = ErasureWish.objects.filter(case_ref=case.ref, state=WishState.WAITING).first()
    return {"hold": hold, "wish": wish} if hold or wish else None
