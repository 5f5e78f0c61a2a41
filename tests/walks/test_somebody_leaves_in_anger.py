"""A real server: Zola's page is open and live, her program asks, her phone is next in the plan. One press, and all of it is dead."""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from tests.live import serving

pytestmark = pytest.mark.live

WITHIN = 5.0  # seconds
MADE = """
import json
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from helpline.api.tokens import issue_token
from helpline.core import clock
from helpline.core.http.sessions import SessionStore
from helpline.core.rota.models import Shift
from helpline.core.staff.models import User
from telephony.services import snapshot
from tests.factories import make_case, make_caller, make_line, make_person

at = clock.now()
line = make_line(last_resort=None)
zola = make_person("zola", "counsellor", duty_phone="+447700900119")
pieter = make_person("pieter", "administrator")
Shift.objects.create(line=line, person=zola, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=6))
case = make_case(line=line, caller=make_caller(), owner=zola, at=at)
snapshot.write(at=at)

def cookie(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key

print("MADE " + json.dumps({
    "zola": cookie(zola), "pieter": cookie(pieter), "token": issue_token(username="zola", at=at), "ref": zola.ref,
    "line": line.number,
}))
"""
LOOK = """
import json
from helpline.core import clock
from telephony.services import snapshot
print("SEEN " + json.dumps(snapshot.find_line("{line}").numbers_at(clock.now())))
"""


class Desk:
    """One browser with a cookie, or one program with a token, that keeps no connection."""

    def __init__(self, line, **headers):
        self.line, self.headers = line, {"Host": urlsplit(line.environment["PUBLIC_URL"]).netloc, **headers}

    def ask(self, path, method="GET", body=None, **more):
        connection = http.client.HTTPConnection(urlsplit(self.line.address).netloc, timeout=20)
        connection.request(method, path, body=body, headers={**self.headers, **more})
        return connection.getresponse()


def tell(line, code, word):
    printed = line.manage("shell", "-v", "0", "-c", code)
    return json.loads(printed.split(f"{word} ")[1].splitlines()[0])


def test_within_five_seconds_nothing_of_hers_is_alive():
    with serving("web", REQUIRE_MFA="false") as line:
        made = tell(line, MADE, "MADE")
        zola = Desk(line, Cookie=f"desk={made['zola']}")
        program = Desk(line, Authorization=f"Token {made['token']}")
        assert zola.ask("/").status == program.ask("/api/v1/lines/").status == 200
        assert "+447700900119" in tell(line, LOOK.format(line=made["line"]), "SEEN")
        stream = zola.ask("/live/", Accept="text/event-stream")
        assert stream.status == 200
        assert stream.readline().startswith(b"retry")

        token = "a" * 32
        pressed = time.monotonic()
        answer = Desk(line, Cookie=f"desk={made['pieter']}; desk-csrf={token}").ask(
            f"/staff/{made['ref']}/leaves/", "POST", f"csrfmiddlewaretoken={token}&hostile=on",
            **{"Content-Type": "application/x-www-form-urlencoded", "Origin": line.environment["PUBLIC_URL"]},
        )  # fmt: skip
        assert (answer.status, "/leavings/" in answer.headers["Location"]) == (302, True)
        assert zola.ask("/").status == 302, "the old cookie, with the next request"
        assert program.ask("/api/v1/lines/").status == 401, "the token, with the next request"
        assert zola.ask("/live/").status == 302
        while stream.readline():  # until the server closes it; the socket gives up after 20 s
            pass
        assert time.monotonic() - pressed < WITHIN, "the open page"
        assert tell(line, LOOK.format(line=made["line"]), "SEEN") == [], "the plan on disk"
