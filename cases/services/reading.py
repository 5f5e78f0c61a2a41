"""Write down readings where one answer shows many stories."""

from collections.abc import Iterable
from datetime import datetime

from cases.access import SAME_READING
from helpline.core.audit.models import Entry
from helpline.core.staff.models import User


def note_readings(*, by: User, what: str, refs: Iterable[str], at: datetime) -> None:
    """Write down that these cases (or callers) were read, each once in ten minutes as at the door: two statements.

    `what` is "case" or "caller".
    """
    wanted = set(refs)
    if not wanted:
        return
    verb = f"{what}.read"
    lately = Entry.objects.filter(about__in=wanted, who=by, verb=verb, at__gt=at - SAME_READING, at__lte=at)
    new = sorted(wanted - set(lately.values_list("about", flat=True)))
    Entry.objects.bulk_create(Entry(at=at, who=by, verb=verb, what=what, about=ref) for ref in new)
