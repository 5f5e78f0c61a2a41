"""The days in court that are to come, beside the story of a case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from cases.models import Case, Hearing
from helpline.core.staff.models import User

STILL_SHOWN_FOR = timedelta(days=3)  # after a day whose outcome nobody has written down
MOST_SHOWN = 3


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the next days in court; None where there is none. One statement."""
    of_it = Q(case=case) | Q(case__joined_into=case)
    rows = Hearing.objects.planned().filter(of_it, at__gte=at - STILL_SHOWN_FOR).select_related("goes_along")
    found = list(rows.order_by("at", "pk")[: MOST_SHOWN + 1])
    if not found:
        return None
    return {"hearings": found[:MOST_SHOWN], "are_more": len(found) > MOST_SHOWN}
