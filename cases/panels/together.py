"""Whose turn it is, who else writes here, and an offer that came back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, Turn
from cases.services.handover import last_come_back
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return whose turn it is, and an offer of this person's that came back within a shift: one statement."""
    if case.state != "open":
        return None
    return {"turns": Turn.choices, "came_back": last_come_back(case=case, giver=user, at=at)}
