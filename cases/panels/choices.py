"""What a caller chose before a legal step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from cases.services import choices
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the newest talk about each step: one query."""
    newest: dict[str, Any] = {}
    for talk in choices.read_talks(case):
        newest.setdefault(talk.step, talk)
    return {"talks": list(newest.values())[:4]} if newest else None
