"""Tell open boards that something changed: a kind and a reference, never content.

Redis carries it. Where Redis is away nothing waits for it: boards read the truth from the database anyway.
"""

import json
import logging
import time
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import transaction

CHANNEL = "helpline-live"
_GIVE_UP_FOR = 5.0  # seconds without a try after a failed one, so that a broken broker costs a call nothing
log = logging.getLogger(__name__)

_publisher: redis.Redis | None = None
_quiet_until = 0.0


def publish(kind: str, ref: str) -> None:
    """Tell it once the present transaction is committed. Never raises, never waits longer than a fifth of a second."""
    transaction.on_commit(lambda: _send(kind, ref))


def _send(kind: str, ref: str) -> None:
    global _publisher, _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        if _publisher is None:
            _publisher = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
        _publisher.publish(CHANNEL, json.dumps({"kind": kind, "ref": ref}))
    except redis.RedisError:
        _quiet_until = time.monotonic() + _GIVE_UP_FOR
        log.warning("live updates are not sent: the broker is away")


def subscribe(heartbeat: float = 15.0) -> Iterator[tuple[str, str] | None]:
    """Yield (kind, reference) as they come, and None every `heartbeat` seconds of silence. Raises redis.RedisError."""
    listener = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1.0)
    channel = listener.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    try:
        channel.subscribe(CHANNEL)
        while True:
            heard = channel.get_message(timeout=heartbeat)
            if heard is None:
                yield None
            elif heard["type"] == "message":
                said = json.loads(heard["data"])
                yield said["kind"], said["ref"]
    finally:
        channel.close()
        listener.close()
