"""Complaints and court cases, a line each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from helpline.core.staff.models import User
from referrals.models import Proceeding


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return what was written down on a case, the newest first; None where there is nothing: one statement."""
    rows = list(Proceeding.objects.filter(case=case)[:4])
    return {"rows": rows} if rows else None
