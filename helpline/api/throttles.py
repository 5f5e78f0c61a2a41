"""How much one person may ask. It guards against a runaway program, not against an attack: those are signed out."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import redis
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from helpline.core import clock

if TYPE_CHECKING:  # the settings name this module while that one is being loaded
    from rest_framework.views import APIView

WINDOW = timedelta(minutes=1)


class Fair(BaseThrottle):
    """So many requests a minute for each person, counted in the shared cache, whichever process answers.

    Where the cache is away everybody may ask: a worker at night must not be shut out by a broken counter. It is then
    not asked again for some seconds, so that requests do not wait for it one after the other.
    """

    asks_again_after: ClassVar = 5.0  # seconds
    quiet_until: ClassVar = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.user.pk is None or time.monotonic() < Fair.quiet_until:
            return True
        now = clock.now().timestamp()
        minute = int(now // WINDOW.total_seconds())
        self.left = (minute + 1) * WINDOW.total_seconds() - now
        key = f"api-asked:{request.user.pk}:{minute}"
        try:
            cache.add(key, 0, timeout=2 * WINDOW.total_seconds())
            asked: int = cache.incr(key)
        except ValueError:  # forgotten by the cache between the two
            return True
        except redis.RedisError:
            Fair.quiet_until = time.monotonic() + self.asks_again_after
            return True
        return asked <= int(settings.API_REQUESTS_A_MINUTE)

    def wait(self) -> float:
        """Return the seconds after which it is worth while to ask again."""
        return self.left
