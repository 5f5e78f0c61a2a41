"""Texts over HTTP: posted to the running application as the gateway posts them, signed with the account's token."""

from itertools import count

import pytest
from twilio.request_validator import RequestValidator

from tests.factories import NIGHT

LINE = "+18885550100"
ZANELE = "+447700900200"
_sids = count(1)


@pytest.fixture
def now(monkeypatch):
    """The application's clock, which a test moves by setting `now["at"]`."""
    clock = {"at": NIGHT}
    monkeypatch.setattr("helpline.core.clock.now", lambda: clock["at"])
    return clock


@pytest.fixture
def post(client, settings, now):
    """Post a form to an address of the gateway's, signed; returns the answer."""

    def post(path, form):
        signature = RequestValidator(settings.TWILIO_AUTH_TOKENS[0]).compute_signature(
            f"{settings.PUBLIC_URL}{path}", form
        )
        return client.post(
            path, form, headers={"X-Twilio-Signature": signature}, SERVER_NAME="localhost", SERVER_PORT="8000"
        )

    return post


@pytest.fixture
def text_in(post, settings, line):
    """Somebody texts the line; names of parameters are the gateway's. Returns the answer."""

    def text_in(body, *, sid=None, leave_out=(), **more):
        sid = sid or f"SM{next(_sids):032x}"
        form = {
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "ApiVersion": "2010-04-01",
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "SmsStatus": "received",
            "From": ZANELE,
            "To": LINE,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "FromCountry": "GB",
            "FromCity": "",
            **more,
        }
        return post("/telephony/sms/", {name: value for name, value in form.items() if name not in leave_out})

    return text_in
