"""How many statements one incoming call costs, without BEGIN and COMMIT, and at which size of the tables."""

import os
import secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from twilio.request_validator import RequestValidator  # noqa: E402

from cases.models import Number  # noqa: E402
from telephony.models import Call, Leg  # noqa: E402

LINE = "+18885550100"


def ring(number: str, *, token: str | None = None) -> int:
    """Let somebody ring, and return how many statements that took."""
    said = {
        "CallSid": f"CA{secrets.token_hex(16)}", "AccountSid": settings.TWILIO_ACCOUNT_SID, "From": number, "To": LINE,
        "CallStatus": "ringing", "Direction": "inbound",
    }  # fmt: skip
    address = f"{settings.PUBLIC_URL}/telephony/voice/"
    Leg.objects.live().update(result="canceled")  # everybody on call is free again, so that somebody is rung
    signature = RequestValidator(token or settings.TWILIO_AUTH_TOKENS[0]).compute_signature(address, said)
    with CaptureQueriesContext(connection) as asked:
        Client().post("/telephony/voice/", said, headers={"X-Twilio-Signature": signature, "Host": "localhost"})
    return sum(1 for query in asked.captured_queries if query["sql"] not in {"BEGIN", "COMMIT"})


def main() -> None:
    ring("+27820000001")  # the first in a process also learns how many cases there are
    print(f"statements for one call, with {Call.objects.count()} calls and {Number.objects.count()} numbers stored:")
    for name, number, token in (
        ("new number", f"+2783{secrets.randbelow(10**7):07d}", None),
        ("known number", "+27820000001", None),
        ("withheld", "anonymous", None),
        ("forged", "+27820000001", "forged"),
    ):
        print(f"  {name:13} {ring(number, token=token)}")


if __name__ == "__main__":
    main()
