"""What every test stands on: no way out to the network, no cache left from the test before."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

pytest_plugins = ["tests.people", "tests.live", "tests.twiml"]

_connect = socket.socket.connect


class NetworkRefused(AssertionError):
    """A test tried to reach an address that is not on this machine."""


def connect_here_only(self: socket.socket, address: Any) -> None:
    if self.family in {socket.AF_INET, socket.AF_INET6} and not is_here(str(address[0])):
        raise NetworkRefused("a test may reach this machine alone")
    _connect(self, address)


def is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def no_way_out() -> Iterator[None]:
    """Let connections go to this machine only: a forgotten call to a gateway fails instead of costing money."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here_only)
        yield


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    """Empty the cache after each test: rate limits and lock-outs belong to the test that caused them."""
    yield
    cache.clear()
