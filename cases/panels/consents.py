"""What a caller agrees to, in one line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.consenting import GIVEN
from cases.models import Case, Consent
from cases.services import consents
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the newest word for each purpose and receiver: one query."""
    rows = consents.read_standing(case, at)
    return {"marks": [(row, mark_of(row, at)) for row in rows]} if rows else None


def mark_of(row: Consent, at: datetime) -> str:
    """Name the shape of an answer: a yes that has run out looks like one that must be asked again."""
    if row.answer == GIVEN:
        return "due" if row.until is not None and row.until <= at else "done"
    return "waiting" if row.answer == "not_now" else "missed"
