"""What they need, in one line for each kind of help."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, Need
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the needs of a case, None where nobody has asked yet: one statement."""
    needs = list(Need.objects.filter(case=case))
    return {"needs": needs} if needs else None
