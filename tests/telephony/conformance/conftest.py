"""One request at a time, or whole calls over real HTTP; and nothing may fail unseen behind an answer that looks well."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from helpline.core.realtime import counters
from helpline.core.realtime import services as realtime
from telephony.gateway.practice.network import PracticeNetwork
from telephony.services import spool
from tests.factories import NIGHT
from tests.telephony.conformance.signing import LINE, Gateway, Wire


@dataclass
class Clock:
    """The time that the application believes in."""

    at: datetime = NIGHT
    network: PracticeNetwork | None = None

    def now(self):
        return self.network.at if self.network else self.at

    def move(self, **by):
        self.at += timedelta(**by)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("helpline.core.clock.now", clock.now)
    return clock


@pytest.fixture
def may_fail():
    """For tests in which the database or a view breaks on purpose: a list of what was kept on disk instead."""
    return []


@pytest.fixture(autouse=True)
def nothing_fails_unseen(request, settings, tmp_path, monkeypatch):
    """The door answers well whatever breaks behind it, and keeps the request on disk: here that fails the test."""
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(spool, "_away_until", 0.0)
    monkeypatch.setattr(realtime, "_quiet_until", 0.0)
    monkeypatch.setattr(counters, "_quiet_until", 0.0)
    yield
    if "may_fail" not in request.fixturenames:
        assert spool.count_kept() == 0, "a webhook broke, and was kept on disk"


@pytest.fixture
def gateway(client, settings, clock):
    """The gateway, sending one request at a time."""
    return Gateway(client, settings.PUBLIC_URL, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0])


@pytest.fixture
def make_network(live_server, settings, clock):
    """Make the telephone network with our line in it, at any hour and with any quirks; the clock follows the newest."""
    made = []

    def make(*, starts_at=NIGHT, public_url=None, **options):
        settings.PUBLIC_URL = public_url or live_server.url
        network = PracticeNetwork(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKENS[0],
            public_url=settings.PUBLIC_URL,
            deliver_to=live_server.url if public_url else None,
            lines=[LINE],
            starts_at=starts_at,
            **options,
        ).start()
        made.append(network)
        clock.network = network
        return network

    yield make
    clock.network = None
    for network in made:
        network.stop()


@pytest.fixture
def network(make_network):
    """The telephone network at 02:10 in Johannesburg."""
    return make_network()


@pytest.fixture
def at_once(live_server, settings, clock):
    """Let several requests reach the running server at the same moment, each on a connection of its own."""
    settings.PUBLIC_URL = live_server.url
    account, token = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0]

    def send(*asks):
        return all_at_once(*asks, make_gateway=lambda: Gateway(Wire(live_server.url), live_server.url, account, token))

    return send


def all_at_once(*asks, make_gateway):
    """Ask from as many threads, which begin at the same moment, and return the answers in the order of the asks."""
    starting, answers = threading.Barrier(len(asks)), {}

    def one(place):
        gateway = make_gateway()
        starting.wait()
        answers[place] = asks[place](gateway)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [answers[place] for place in range(len(asks))]
