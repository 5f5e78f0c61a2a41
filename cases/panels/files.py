"""The files of a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from cases.services import attachments
from helpline.core.staff.models import User

SHOWN = 3


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the newest files that are there: one query, without what stands in them."""
    there = [row for row in attachments.read_attachments(case) if row.removed_at is None]
    return {"files": there[:SHOWN], "more": max(0, len(there) - SHOWN)} if there else None
