"""What happened, in a few lines beside the story."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Act, Case, Incident
from helpline.core.staff.models import User

SHOWN = 3


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the newest incidents with what was done and who is held: two statements."""
    rows = list(
        Incident.objects.filter(case=case).select_related("detention").order_by("-recorded_at", "-pk")[: SHOWN + 1]
    )
    if not rows:
        return None
    acts: dict[int, list[str]] = {}
    for act in Act.objects.filter(incident__in=rows).order_by("-is_primary", "pk"):
        acts.setdefault(act.incident_id, []).append(act.code)
    shown = [(row, acts.get(row.pk, [])[:3]) for row in rows[:SHOWN]]
    return {"shown": shown, "has_more": len(rows) > SHOWN}
