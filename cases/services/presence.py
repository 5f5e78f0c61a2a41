"""Who else is writing into a case just now: told by when their draft changed, and nothing of what is in it."""

from datetime import datetime, timedelta

from cases.models import Case, Note
from helpline.core.staff.models import User

STILL_WRITING = timedelta(seconds=45)  # a draft is kept every second or so while somebody types


def who_is_writing(*, case: Case, besides: User, at: datetime) -> list[User]:
    """Return the others whose draft on this case, or on one joined to it, changed just now: one statement."""
    fresh = Note.objects.filter(is_draft=True, changed_at__gt=at - STILL_WRITING, case__in=[case, *case.joined.all()])
    rows = fresh.exclude(author=besides).select_related("author").order_by("author__username")
    return list({row.author_id: row.author for row in rows}.values())
