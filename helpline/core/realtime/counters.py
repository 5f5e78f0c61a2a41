"""Count what must not touch the database, such as refused webhooks. One number a minute, forgotten after an hour."""

import logging
import time
from collections import Counter
from datetime import datetime, timedelta

import redis
from django.conf import settings

KEPT_SECONDS = 3600
log = logging.getLogger(__name__)
_here: Counter[str] = Counter()  # what could not be told to the broker, in this process
_client: redis.Redis | None = None
_quiet_until = 0.0


def _connect() -> redis.Redis:
    global _client
    if _client is None:
        _client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
    return _client


def count(name: str, at: datetime) -> None:
    """Add one to this minute's number. Never raises; where the broker is away this process keeps the count."""
    global _quiet_until
    key = f"helpline-count:{name}:{at:%Y%m%d%H%M}"
    _here[key] += 1
    if time.monotonic() < _quiet_until:
        return
    try:
        pipe = _connect().pipeline()
        for kept, many in list(_here.items()):
            pipe.incrby(kept, many)
            pipe.expire(kept, KEPT_SECONDS)
        pipe.execute()
        _here.clear()
    except redis.RedisError:
        _quiet_until = time.monotonic() + 5.0
        while len(_here) > KEPT_SECONDS // 60:
            _here.pop(next(iter(_here)))


def read_count(name: str, *, since: datetime, until: datetime) -> int:
    """Return how many were counted from one minute to another, both included. Raises redis.RedisError."""
    minutes = int((until - since) / timedelta(minutes=1)) + 1
    keys = [f"helpline-count:{name}:{since + timedelta(minutes=n):%Y%m%d%H%M}" for n in range(minutes)]
    found: list[bytes | None] = _connect().mget(keys)  # type: ignore[assignment]
    return sum(int(number) for number in found if number) + sum(_here[key] for key in keys)
