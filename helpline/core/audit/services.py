"""Write down a deed."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from helpline.core import clock
from helpline.core.audit.models import Entry


def record(
    *, by: AbstractBaseUser | None, verb: str, what: str, about: str, at: datetime | None = None, **detail: Any
) -> Entry:
    """Record one deed in the present transaction. `detail` takes codes, counts and references, never content."""
    return Entry.objects.create(
        who_id=by.pk if by else None, verb=verb, what=what, about=about, detail=detail, at=at or clock.now()
    )
