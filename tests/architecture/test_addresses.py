"""Every address is shut to strangers, but for the few that are named here with the reason."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# What a stranger may reach, and why. Anything else sends to the sign-in, or refuses.
OPEN = {
    "/healthz": "a load balancer asks it; it says that we are up and nothing else",
    "/readyz": "an alarm asks it; it tells states of machines and nothing of people",
    "/accounts/login/": "where one comes in",
    "/accounts/logout/": "signs nobody out who is not signed in",
    "/accounts/signup/": "says that it is shut",
    "/accounts/inactive/": "tells somebody who has left that they have",
    "/welcome/HL-7K3M/HL-7K3M/": "sets a password with a link that an administrator handed over; a wrong one says only that",
    "/telephony/voice/music/": "eight notes for whoever waits, the same for everybody: the gateway fetches them",
    "/r/HL-7K3M/": "who helped tells here how it went, by a link as above",
    "/o/HL-7K3M/": "who was asked answers here with a link of 128 random bits; guessed, late and used look alike and say nothing",
    "/accounts/2fa/webauthn/login/": "the challenge of a passkey, which says nothing",
}
SHUT = {302, 401, 403, 404, 405}
SAMPLES = {"int": "1", "pk": "1"}


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield every address of the product, with an example where it has a variable part."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            plain = simplify_regex(re.sub(r"<(\w+):\w+>", r"<\1>", route))
            yield re.sub(r"<(\w+)>", lambda name: SAMPLES.get(name[1], "HL-7K3M"), plain)


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(set(addresses()) - OPEN.keys()))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_turned_away(client: Client, address: str, method: str) -> None:
    answer = getattr(client, method)(address)
    assert answer.status_code in SHUT
    if answer.status_code == 302:
        assert answer["Location"].startswith("/accounts/login/")


def test_what_is_open_is_there() -> None:
    assert OPEN.keys() - set(addresses()) == set()
