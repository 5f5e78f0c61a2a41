"""Webhooks that were refused are counted, and a storm of them is told: it is a lost helpline, not a success."""

from datetime import datetime, timedelta

import redis

from helpline.core.alarms import services as alarms
from helpline.core.realtime import counters

REFUSED = "refused-webhooks"
REFUSED_ACCOUNT = "refused-account"  # signed rightly, but for another account
WITHIN = timedelta(minutes=5)
STORM = 20  # refused webhooks within that time: four calls' worth, so a wrong proxy shows within minutes


def count_lately(*, at: datetime) -> int | None:
    """Return how many webhooks were refused in the last five minutes; None where the broker cannot say."""
    return _count(REFUSED, at)


def _count(name: str, at: datetime) -> int | None:
    try:
        return counters.read_count(name, since=at - WITHIN, until=at)
    except redis.RedisError:
        return None


def is_shut_out(*, at: datetime) -> bool:
    """Say whether the gateway itself may be what we refuse: too many lately, or any for another account."""
    return (_count(REFUSED, at) or 0) >= STORM or bool(_count(REFUSED_ACCOUNT, at))


def watch(*, at: datetime) -> None:
    """Alarm where too many were refused, or any came signed for another account. Once an hour for each kind."""
    hour = f"{at:%Y%m%d%H}"
    if (count_lately(at=at) or 0) >= STORM:
        alarms.raise_alarm(kind="refused_webhooks", key=f"refused-{hour}", at=at)
    if _count(REFUSED_ACCOUNT, at):
        alarms.raise_alarm(kind="foreign_account", key=f"foreign-{hour}", at=at)
