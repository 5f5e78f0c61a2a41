"""A webhook meets a row that somebody holds: this one is answered from the disk, and the line goes on as ever."""

import pytest

from cases.models import Number
from helpline.core.postgresql import patience
from telephony.models import Call, Text
from telephony.services import snapshot, spool, sweeps
from tests.factories import make_caller, make_case
from tests.locked import held
from tests.telephony.conformance.signing import CALLER, read

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 3.0  # seconds; the product's own (0.6) would measure how busy the machine is that runs the tests


@pytest.fixture
def text(gateway):
    def sent(sender, number):
        said = gateway.said(
            CallSid=None, MessageSid=f"SM{number:032x}", Body="Are you there?", From=sender, NumMedia="0"
        )
        return gateway.post("/telephony/sms/", said)

    return sent


def test_the_text_is_kept_and_the_next_caller_is_answered_from_the_database(
    gateway, text, on_call, line, clock, settings, monkeypatch, may_fail
):
    settings.WEBHOOK_PATIENCE = PATIENCE
    monkeypatch.setattr(patience._watcher, "_doubts_until", 0.0)
    make_case(line=line, caller=make_caller(number=CALLER))
    snapshot.write(at=clock.at)
    with held(Number.objects.get()):
        assert text(CALLER, 1).status_code == 200
        assert spool.count_kept() == 1
        assert spool._away_until == 0.0
        assert patience._watcher._doubts_until == 0.0
        assert "Gather" in read(gateway.ring(From="+447700900299")).verbs
        assert Call.objects.count() == 1
        assert spool.count_kept() == 1, "only the one that met the row"
    assert sweeps.read_spool() == 1
    assert Text.objects.get().case.number.number == CALLER


def test_whoever_may_take_their_time_waits_for_a_lock_as_long_as_it_takes(line):
    """What a webhook sets ends with its transaction: a worker on the same connection knows nothing of it."""
    from django.db import connection, transaction

    def ask():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()[0]

    with patience.wait_at_most(0.6, connection):
        inside = ask()
        with patience.wait_at_most(0.2, connection):
            doubting = ask()
    assert (inside, doubting, ask()) == ("400ms", "133ms", "0")
