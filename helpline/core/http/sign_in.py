"""How long a sign-in lasts, and what is said where the limits on signing in cannot be kept."""

import time
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from helpline.core.privacy.fields import newest_index

_LOGIN = "/accounts/login/"
_NOTED_EVERY = 60  # seconds: one write of the session a minute is enough to tell that somebody is there


class Answer(Protocol):
    def __call__(self, request: HttpRequest, /) -> HttpResponse: ...


class SignInLimits:
    """End a sign-in that nobody used for a while, and any sign-in after half a day (settings say how long).

    A page that refreshes itself is no sign of life, or an open board would keep an empty chair signed in for ever. All
    times are the real ones, in practice too: moving the practice clock does not mean that somebody has left.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("signed_in_at", now)
            seen = request.session.get("seen_at", now)
            if now - seen >= settings.IDLE_SIGN_OUT_SECONDS or now - began >= settings.SESSION_COOKIE_AGE:
                logout(request)
            elif _is_sign_of_life(request) and (now - seen >= _NOTED_EVERY or "seen_at" not in request.session):
                request.session["seen_at"] = now
        response = self.get_response(request)
        if "HX-Request" in request.headers and response.headers.get("Location", "").startswith(_LOGIN):
            # A part of a page would show the sign-in page inside itself: the whole page goes there instead.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return response


class LimitsAway:
    """Let nobody in where tries cannot be counted, and say so kindly: the store of the counters is away."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RedisError):
            return render(request, "account/limits_away.html", status=503)
        return None


def read_name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return what stands for the name under which somebody tries to come in, for django-axes to count by.

    It is kept and logged, and people type numbers and passwords into the wrong field: so it is a keyed hash.
    It is called `login` in the form, in what is checked before a try, and `username` in what is told after it; counted
    under two names nobody would ever be locked out.
    """
    given = credentials or {}
    name = given.get("username") or given.get("login") or request.POST.get("login") or ""
    return newest_index("name tried", str(name).strip().lower())


def _is_sign_of_life(request: HttpRequest) -> bool:
    refreshes_itself = "HX-Request" in request.headers or "text/event-stream" in request.headers.get("Accept", "")
    return request.method == "POST" or not refreshes_itself
