"""Incidents beside each other: of one event, of one case."""

from collections.abc import Sequence

from cases.models import Case, Incident
from helpline.core.staff.models import User


def others_of_event(incident: Incident, user: User) -> Sequence[Case]:
    """Return the cases of other people who went through the same event, as far as this person may know of them."""
    same = Incident.objects.filter(event=incident.event).exclude(case=incident.case_id)
    return list(Case.objects.visible_to(user).filter(pk__in=same.values("case_id")).order_by("pk"))
