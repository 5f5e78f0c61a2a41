"""Put a message into the outbox, or take it out again while it has not left."""

from datetime import datetime
from typing import Any

from helpline.core.outbox.models import Message, MessageState, Route


def put(
    *,
    key: str,
    route: str,
    to: str,
    template: str,
    at: datetime,
    words: dict[str, Any] | None = None,
    about: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    is_urgent: bool = False,
) -> Message:
    """Put one message, inside the transaction that decided it. The same key again returns the first one unchanged.

    `to` is a username (route staff), the reference of a caller's number (route caller), of a route to her (route
    contact) or of a check of a duty number (route check), never a number. What goes to a caller or to somebody near her
    needs `about`, her case, and waits by itself for an hour that is safe, if that comes before `expires_at`.
    """
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "route": route, "to_ref": to, "template": template, "words": words or {}, "about": about,
            "created_at": at, "not_before": not_before or at, "expires_at": expires_at, "is_urgent": is_urgent,
        },
    )  # fmt: skip
    return message


def cancel(*, key: str, why: str) -> bool:
    """Take a message out that has not left. Says whether it was still there."""
    waiting = Message.objects.filter(key=key, state=MessageState.WAITING)
    return waiting.update(state=MessageState.CANCELED, why=why) == 1


def cancel_for(*, username: str, why: str) -> list[str]:
    """Take out everything that waits for a member of staff, and return the keys."""
    waiting = Message.objects.filter(route=Route.STAFF, to_ref=username, state=MessageState.WAITING)
    keys = list(waiting.values_list("key", flat=True))
    Message.objects.filter(key__in=keys, state=MessageState.WAITING).update(state=MessageState.CANCELED, why=why)
    return keys
