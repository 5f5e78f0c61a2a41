"""The desk for tests: it is the night of the fixtures, and somebody sits at it."""

from itertools import count

import pytest
from django.test import Client

from helpline.core import clock
from telephony.models import Call, Leg

_sids = count(1)


@pytest.fixture(autouse=True)
def it_is_night(monkeypatch, at):
    """Stop the clock of the pages at 02:10."""
    monkeypatch.setattr(clock, "now", lambda: at)


@pytest.fixture
def sit_down(db, settings):
    """Return a browser in which somebody has signed in."""
    settings.REQUIRE_MFA = False

    def signed_in(person):
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def ring(at):
    """Let a call come in on a case; `rings` are the people whose phones ring for it."""

    def call_in(case, *rings, state="ringing", **changes):
        call = Call.objects.create(
            **{
                "sid": f"CA{next(_sids):032x}",
                "case": case,
                "line": case.line,
                "caller": case.caller,
                "number": case.number,
                "sent_from_kind": "number",
                "state": state,
                "started_at": at,
                "heard_at": at,
                **changes,
            }
        )
        for person in rings:
            Leg.objects.create(call=call, person=person, step=0, rang_at=at)
        return call

    return call_in


def text_of(response) -> str:
    """Return what a page says, its white space made plain."""
    return " ".join(response.content.decode().split())
