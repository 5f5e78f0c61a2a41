"""A caller, a counsellor and a lawyer on the practice network, and the worker that moves their phones."""

import pytest

from cases.consenting import Receiver
from cases.services import consent_keeping
from telephony.gateway import twilio_gateway
from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.phones import Accepts, Caller
from telephony.gateway.practice.server import PracticeServer
from telephony.models import Call, Transfer
from telephony.services import calls_out, moving, transfers
from tests.factories import NIGHT, make_provider, make_shift
from tests.telephony.conformance.signing import CALLER, LINE, SIPHO
from tests.telephony.delivery.api_description import find_problems

LAWYER = "+447700900121"


class Floor:
    """What a test does and sees: time that passes with the worker at work, who hears whom, and what the counsellor asks for."""

    def __init__(self, network, gateway, by):
        self.network, self.gateway, self.by = network, gateway, by
        self.ruth = None

    def pass_time(self, seconds, *, worker=True):
        for _ in range(seconds):
            self.network.advance(1)
            self.network.settle()
            if worker:
                self.work()

    def work(self):
        calls_out.place_due(at=self.network.at, gateway=self.gateway)
        moving.move_due(at=self.network.at, gateway=self.gateway)
        self.network.settle()

    def ring(self, seconds=25):
        """Ruth rings the line, and Sipho takes it."""
        self.ruth = self.network.call(from_=CALLER, to=LINE, caller=Caller(talks=None))
        self.pass_time(seconds)
        return self.ruth

    @property
    def call(self):
        return Call.objects.get()

    @property
    def transfer(self):
        return Transfer.objects.order_by("-pk").first()

    def begin(self, person, seconds=4, **more):
        made = transfers.begin(
            case=self.call.case, person_ref=person.ref, by=self.by, at=self.network.at, said_yes_now=True, **more
        )
        self.pass_time(seconds)
        return made

    def ask(self, wish, seconds=4):
        transfers.ask(transfer=self.transfer, wish=wish, by=self.by, at=self.network.at)
        self.pass_time(seconds)

    def phone(self, number):
        return self.network.ringing_at(number)

    def together(self):
        """The numbers of those who hear each other in the room now."""
        rooms = [room for room in self.network.rooms.by_sid.values() if room.ended_at is None]
        return {each.leg.person for room in rooms for each in room.people.values() if not each.held}

    def state(self):
        return Transfer.objects.order_by("-pk").first().state


@pytest.fixture
def ayanda():
    """A trusted lawyer, with the number at which offers reach her."""
    return make_provider(number=LAWYER).people.get()


@pytest.fixture
def server(live_server, settings, clock):
    settings.PUBLIC_URL = live_server.url
    network = PracticeNetwork(
        account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKENS[0], public_url=live_server.url,
        lines=[LINE], starts_at=NIGHT, pace=Pace.HELD,
    )  # fmt: skip
    with PracticeServer(network) as server:
        clock.network = network
        settings.TWILIO_API_URL = server.url
        yield server
        network.settle()
        clock.network = None
    assert find_problems(server.rest.requests) == []


@pytest.fixture
def floor(server, line, sipho, ayanda):
    make_shift(line, sipho, 1)
    server.network.phones[SIPHO] = Accepts(after=4)
    server.network.phones[LAWYER] = Accepts(after=6)
    return Floor(server.network, twilio_gateway.connect(), sipho)


def agree(case, provider, by, at):
    """The caller says yes to sharing with a provider."""
    answer = consent_keeping.Answer("share", "given", Receiver(provider.kind, provider.name))
    consent_keeping.record(case=case, answers=[answer], by=by, at=at)
