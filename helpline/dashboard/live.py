"""One stream of server-sent events for each open page: which part of the page is stale, never what is in it.

Each stream holds a thread of the web process for as long as the page is open. So they are counted, and beyond
`LIVE_STREAMS` the answer is 503: the page then asks every three seconds instead (``static/helpline/js/live.js``).
What was missed during a broken connection is not replayed, because a page re-reads its parts when the stream opens.
"""

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from helpline.core.http.pages import worker
from helpline.core.http.sessions import hashed
from helpline.core.realtime.services import subscribe
from helpline.core.staff.services import LEFT

# Seconds of silence after which a comment is sent. A closed page is noticed by it, and its thread is free again: at 15
# seconds a person who opened one case after the other held all the places of a process.
HEARTBEAT = 2.5
# Seconds after which it is asked whether its person is still signed in: with a silence after it, never more than 4.5.
ASKS_EVERY = 2.0
# Seconds after which a stream ends and the browser asks anew: a sign-out or a lost role reaches an open page by then.
LASTS = 600.0
COMES_BACK_AFTER = 1000  # milliseconds

# Which parts of the pages show what this kind of news is about. Unknown news makes everything re-read.
PARTS: dict[str, tuple[str, ...]] = {
    "call": ("now", "call", "tonight", "story"),
    "leg": ("now", "call"),
    "recording": ("tonight", "story"),
    "text": ("story",),
    "note": ("story",),
    "draft": ("presence",),
    "case": ("now", "call", "due", "story"),
    "follow_up": ("due", "promises", "story"),
    "hand_over": ("tonight", "promises"),
    "rota": ("tonight", "rota"),
    "alarm": ("tonight",),
    "referral": ("due", "referral", "promises"),
    "check_in": ("due", "story", "promises"),
}
ALL_PARTS = ("now", "call", "due", "tonight", "story", "promises", "rota", "presence", "referral")


def tell(kind: str, ref: str) -> str:
    """Write one piece of news as server-sent events, one for each part that is stale now."""
    news = json.dumps({"kind": kind, "ref": ref})
    return "".join(f"event: {part}\ndata: {news}\n\n" for part in PARTS.get(kind, ALL_PARTS))


class Places:
    """How many streams this process may hold, and how many it holds."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, most))

    def take(self) -> bool:
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()


class Stream:
    """The lines of one stream. Gives its place back once, when the server closes it, even where it never began."""

    def __init__(self, places: Places, may_go_on: Callable[[], bool] = lambda: True, person_ref: str = "") -> None:
        self._places = places
        self._may_go_on = may_go_on
        self._person_ref = person_ref
        self._lines = self._write()
        self._is_open = True

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def close(self) -> None:
        self._lines.close()
        if self._is_open:
            self._is_open = False
            self._places.give_back()

    def _write(self) -> Generator[str]:
        # The page is checked and the session saved by now: a database connection would only lie idle.
        if not connection.in_atomic_block:
            connection.close()
        yield f"retry: {COMES_BACK_AFTER}\n\n"
        ends_at = time.monotonic() + LASTS
        asked_at = time.monotonic()
        try:
            for news in subscribe(HEARTBEAT):
                if news == (LEFT, self._person_ref):
                    return
                now = time.monotonic()
                if now - asked_at >= ASKS_EVERY:
                    # Also where that news was lost: somebody who signed out or left hears nothing more.
                    asked_at = now
                    if not self._may_go_on():
                        return
                if news is None or news[0] != LEFT:
                    yield ": still here\n\n" if news is None else tell(*news)
                if now > ends_at:
                    return
        except redis.RedisError:
            return  # the browser comes back by itself, and the page asks every three seconds until then


def is_signed_in(session_key: str) -> bool:
    """Say whether this sign-in still stands: it ends with signing out, and with the account. Leaves no connection behind."""
    try:
        return Session.objects.filter(session_key=hashed(session_key), expire_date__gt=timezone.now()).exists()
    except DatabaseError:
        return True  # a database that is away has nothing new to tell either; it is asked again soon
    finally:
        if not connection.in_atomic_block:
            connection.close()


places = Places(settings.LIVE_STREAMS)


@require_GET
def live(request: HttpRequest) -> HttpResponseBase:
    """Open a stream, or answer 503 where this process holds as many as it may."""
    if not places.take():
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    user, key = worker(request), request.session.session_key or ""
    stream = Stream(places, lambda: is_signed_in(key), user.ref)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response
