"""The practice network beside a scripted application. Ruth rings the line; Nomsa and Sipho are on call."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.server import PracticeServer
from tests.telephony.practice.scripted_app import TOKEN, ScriptedApp, twiml

ACCOUNT = "AC" + "0" * 32
LINE = "+18885550100"
RUTH = "+447700900200"
NOMSA = "+447700900111"
SIPHO = "+447700900112"
TEN_PAST_TWO = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


@pytest.fixture
def app() -> Iterator[ScriptedApp]:
    app = ScriptedApp()
    app.start()
    app.answers["/telephony/voice/"] = twiml("<Say>Hello.</Say>")
    app.answers["/telephony/sms/"] = twiml()
    yield app
    app.stop()


def make_network(app: ScriptedApp, **options) -> PracticeNetwork:
    given = {"public_url": app.public_url or app.url, "lines": [LINE], "starts_at": TEN_PAST_TWO, **options}
    return PracticeNetwork(account_sid=ACCOUNT, auth_token=TOKEN, **given)


@pytest.fixture
def network(app: ScriptedApp) -> Iterator[PracticeNetwork]:
    with make_network(app) as network:
        yield network


@pytest.fixture
def server(app: ScriptedApp) -> Iterator[PracticeServer]:
    with PracticeServer(make_network(app)) as server:
        yield server


def dial(*nouns: str, timeout: int = 20, action: str = "/after", extra: str = f'callerId="{LINE}"') -> str:
    return f'<Dial timeout="{timeout}" action="{action}" {extra}>{"".join(nouns)}</Dial>'


def number(to: str, *, whisper: str = "/whisper") -> str:
    events = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'
    url = f'url="{whisper}"' if whisper else ""
    return f"<Number {url} {events}>{to}</Number>"


WHISPER = twiml('<Gather numDigits="1" timeout="8" action="/accept"><Say>Press 1.</Say></Gather>', "<Hangup/>")


def accepting_one(heard):
    return twiml() if heard.form.get("Digits") == "1" else twiml("<Hangup/>")
