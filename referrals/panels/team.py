"""Who of the team is out for the caller, in a line each: on the way or there, since when, until when we look after them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from helpline.core.staff.models import User
from referrals.services import going


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return who is out now; None where nobody is: one statement."""
    rows = going.read_live(case)[:4]
    return {"rows": rows} if rows else None
