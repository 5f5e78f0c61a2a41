"""Calls over real HTTP: the running application on one side, the practice network on the other."""

import pytest

from telephony.gateway.practice.network import PracticeNetwork
from tests.factories import NIGHT

LINE = "+18885550100"
CALLER = "+447700900200"
NOMSA, SIPHO, LERATO = "+447700900111", "+447700900112", "+447700900113"


@pytest.fixture
def night(monkeypatch):
    """The application believes the practice network's clock."""
    clock = {"network": None}
    monkeypatch.setattr("helpline.core.clock.now", lambda: clock["network"].at if clock["network"] else NIGHT)
    return clock


@pytest.fixture
def network(live_server, settings, night):
    """The telephone network, with our line in it."""
    settings.PUBLIC_URL = live_server.url
    with PracticeNetwork(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKENS[0],
        public_url=live_server.url,
        lines=[LINE],
        starts_at=NIGHT,
    ) as network:
        night["network"] = network
        yield network
        night["network"] = None
