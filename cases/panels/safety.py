"""Safety beside the story: whether a check-in runs, by when, and since when there is a plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case, CheckIn
from cases.services.safety_plans import find_plan
from helpline.core.staff.models import User


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    if case.caller_id is None or case.possibly_known:
        return None
    live = CheckIn.objects.live().select_related("acknowledged_by").filter(caller=case.caller_id).first()
    plan = find_plan(case)
    return {"live": live, "plan": plan} if live is not None or plan is not None else None
