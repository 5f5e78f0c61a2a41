"""Sending over real HTTP: our gateway on one side, the practice network's REST side and callbacks on the other."""

import pytest

from telephony.gateway import twilio_gateway
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.server import PracticeServer
from telephony.gateway.twilio_gateway import TwilioGateway
from tests.factories import NIGHT, make_caller, make_case, make_safe_contact
from tests.telephony.delivery.api_description import find_problems

LINE = "+18885550100"
ZANELE = "+447700900200"
NOMSA = "+447700900111"


@pytest.fixture
def server(live_server, settings, monkeypatch):
    """The telephone network. Whatever a test sends there is held against Twilio's description at the end."""
    settings.PUBLIC_URL = live_server.url
    network = PracticeNetwork(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKENS[0],
        public_url=live_server.url,
        lines=[LINE],
        starts_at=NIGHT,
    )
    with PracticeServer(network) as server:
        monkeypatch.setattr("helpline.core.clock.now", lambda: network.at)
        settings.TWILIO_API_URL = server.url
        yield server
        # What is still on its way arrives while the tables are there.
        network.settle()
    assert find_problems(server.rest.requests) == []


@pytest.fixture
def network(server):
    return server.network


@pytest.fixture
def gateway(server, settings, monkeypatch):
    """Our gateway, with little patience: two seconds to connect, one for an answer."""
    monkeypatch.setattr(twilio_gateway, "TIMEOUT_SECONDS", (2.0, 1.0))
    return TwilioGateway(
        account_sid=settings.TWILIO_ACCOUNT_SID, tokens=settings.TWILIO_AUTH_TOKENS, api_url=server.url
    )


@pytest.fixture
def zanele(line, thandi):
    """A caller who said that her own phone may be texted."""
    caller = make_caller(number=ZANELE)
    make_safe_contact(caller, thandi, may_text=True)
    return caller


@pytest.fixture
def case(line, zanele, thandi):
    """Zanele's case, which Thandi has."""
    return make_case(line=line, caller=zanele, owner=thandi)


@pytest.fixture
def sent_to(network):
    """The bodies that a phone has received."""
    return lambda number: [text.body for text in network.texts.received_by(number)]
