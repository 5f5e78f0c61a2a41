"""What somebody pays back, in one line; nothing where nothing was agreed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from cases.models import Case
from helpline.core.staff.models import User
from referrals.services import repayments


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the unfinished agreement of a case with how it stands; None where there is none: at most two statements."""
    plans = repayments.read_plans(case, timezone.localdate(at))
    plan = next((one for one in plans if one.row.state in repayments.UNFINISHED), None)
    return {"plan": plan} if plan is not None else None
