"""Who is asked for the caller, in a line each: until when, who accepted, what waits for us."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from helpline.core.staff.models import User
from referrals.services import reading


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return what is asked or followed on a case; None where there is nothing: two statements."""
    rows = reading.read_open(case)[:4]
    if not rows:
        return None
    return {"rows": [{"row": row, "next": reading.say_next(row, list(row.offers.all()))} for row in rows], "now": at}
