"""Who the client is, where a proxy stands in front: limits of sign-in must not count the proxy."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from helpline.core.http.middleware import RealClient


@pytest.fixture
def seen_as(settings):
    """Return a function that says whose address the limits count, for a connection and what it passed on."""
    settings.TRUSTED_PROXIES = frozenset({"127.0.0.1", "10.0.0.9"})

    def look(connects_from, passed_on=None):
        headers = {"X-Forwarded-For": passed_on} if passed_on is not None else {}
        request = RequestFactory().get("/", REMOTE_ADDR=connects_from, headers=headers)
        RealClient(lambda _: HttpResponse())(request)
        return request.META["REMOTE_ADDR"]

    return look


@pytest.mark.parametrize(
    ("connects_from", "passed_on", "counts_as", "why"),
    [
        ("203.0.113.5", None, "203.0.113.5", "no proxy"),
        ("127.0.0.1", "203.0.113.5", "203.0.113.5", "our proxy passed it on"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5", "what the client wrote itself does not count"),
        ("127.0.0.1", "203.0.113.5, 10.0.0.9", "203.0.113.5", "two proxies of ours"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5", "a stranger cannot say who it is"),
        ("127.0.0.1", "nonsense", "127.0.0.1", "not an address"),
        ("127.0.0.1", "", "127.0.0.1", "nothing passed on"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7", "the newer kind of address"),
    ],
)
def test_the_address_that_counts(seen_as, connects_from, passed_on, counts_as, why):
    assert seen_as(connects_from, passed_on) == counts_as, why
