"""Signs of life of the processes without a door of their own: each notes the time, whoever wonders reads how long ago.

Real time, in practice too: moving the practice clock stops no process.
"""

import time

from django.core.cache import cache
from redis.exceptions import RedisError

KEPT_SECONDS = 24 * 3600


def note(name: str) -> None:
    """Note that this process is alive. Raises redis.RedisError where the store is away."""
    cache.set(f"heartbeat-{name}", time.time(), KEPT_SECONDS)


def read_age(name: str) -> float | None:
    """Return how many seconds ago it was last noted; None where it never was within a day, or the store is away."""
    try:
        noted: float | None = cache.get(f"heartbeat-{name}")
    except RedisError:
        return None
    return None if noted is None else max(0.0, time.time() - noted)
