"""Workers race, die and lose answers; every message leaves once, or a person is asked. Never twice."""

import contextlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from telephony.gateway.errors import NotKnown, Unreachable
from telephony.gateway.practice.quirks import Quirks
from telephony.gateway.practice.texting import NeverAnswers
from telephony.models import Text
from telephony.services.delivery import LEASE, deliver_due
from telephony.services.unknown_sends import resolve_unknown_sends
from telephony.services.writing import write_text
from tests.factories import NIGHT
from tests.telephony.delivery.conftest import NOMSA, ZANELE

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[3]
PATIENCE = 120  # seconds, on a machine that does other things too


@pytest.fixture
def start_worker(server, settings, tmp_path):
    """Start a sweep in a process of its own, on this test's database and network."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    told = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PRACTICE_NOW": NIGHT.isoformat(),
        "VAR_DIR": str(tmp_path),
        "PUBLIC_URL": settings.PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKENS[0],
        "TWILIO_API_URL": server.url,
    }
    server.network.quirks = Quirks(lost=1.0)  # no status comes to help
    with contextlib.ExitStack() as stack:

        def start():
            command = [sys.executable, "-m", "tests.telephony.delivery.sweeper"]
            worker = subprocess.Popen(
                command, cwd=ROOT, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(worker.communicate)
            stack.callback(worker.kill)
            assert worker.stdout.readline() == "ready\n"
            return worker

        yield start


def begin(*workers):
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()


def test_two_workers_send_a_thousand_messages_a_thousand_times(start_worker, network, line, nomsa):
    for number in range(1000):
        outbox.put(key=f"m{number}", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    workers = [start_worker(), start_worker()]
    begin(*workers)
    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    sent = {text.sid for text in network.texts.received_by(NOMSA)}
    assert len(sent) == 1000
    assert set(Message.objects.filter(state="sent").values_list("sid", flat=True)) == sent
    assert set(Message.objects.values_list("tries", flat=True)) == {1}


@pytest.mark.parametrize("accepts", [True, False], ids=["after the gateway had it", "before the gateway had it"])
def test_a_worker_killed_while_it_sends_leaves_one_message_and_never_two(
    start_worker, server, gateway, line, nomsa, accepts
):
    server.network.texting[NOMSA] = NeverAnswers(accepts=accepts, times=1)
    outbox.put(key="m", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    worker = start_worker()
    begin(worker)
    server.network.wait_for("REST POST", within=PATIENCE)
    if accepts:
        server.network.wait_for("is texted", within=PATIENCE)
    worker.kill()
    assert worker.wait(PATIENCE) == -9
    message = Message.objects.get()
    assert message.state == "sending"
    at = message.claimed_until
    assert resolve_unknown_sends(at=at - timedelta(seconds=1), gateway=gateway) == 0
    assert deliver_due(at=at, gateway=gateway) == 0
    assert resolve_unknown_sends(at=at, gateway=gateway) == 1
    deliver_due(at=at, gateway=gateway)
    resolve_unknown_sends(at=at + timedelta(minutes=5), gateway=gateway)
    deliver_due(at=at + timedelta(minutes=5), gateway=gateway)
    (text,) = server.network.texts.received_by(NOMSA)
    message.refresh_from_db()
    assert (message.state, message.sid) == ("sent", text.sid)


def lose_answers(server, number, times=1, *, accepts=True):
    server.network.quirks = Quirks(lost=1.0)
    server.network.texting[number] = NeverAnswers(accepts=accepts, times=times)


def test_two_equal_reminders_whose_answers_were_lost_are_not_taken_for_one(gateway, server, line, nomsa):
    lose_answers(server, NOMSA, times=2)
    for key in ("first", "second"):
        outbox.put(key=key, route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    resolve_unknown_sends(at=NIGHT + timedelta(seconds=90), gateway=gateway)
    texts = server.network.texts.received_by(NOMSA)
    assert len(texts) == 2
    assert list(Message.objects.order_by("pk").values_list("sid", flat=True)) == [text.sid for text in texts]


def test_an_older_text_with_the_same_words_is_not_taken_for_the_lost_one(gateway, server, line, nomsa):
    outbox.put(key="before", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    lose_answers(server, NOMSA, times=2, accepts=False)
    lost = outbox.put(key="lost", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    resolve_unknown_sends(at=NIGHT + timedelta(seconds=90), gateway=gateway)
    lost.refresh_from_db()
    assert (lost.state, lost.sid) == ("waiting", None)


def test_what_is_lost_a_second_time_is_not_sent_again_and_a_person_is_asked(gateway, server, case, thandi, lerato):
    lose_answers(server, ZANELE, times=2, accepts=False)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    at = NIGHT
    for _ in range(5):
        deliver_due(at=at, gateway=gateway)
        at += timedelta(seconds=61)
        resolve_unknown_sends(at=at, gateway=gateway)
    assert server.network.texts.received_by(ZANELE) == []
    posts = [request for request in server.rest.requests if request.get("To") == ZANELE and request.method == "POST"]
    assert len(posts) == 2
    text.refresh_from_db()
    assert (text.state, text.message.state, text.message.claimed_until) == ("unknown", "unknown", None)
    assert (FollowUp.objects.get().because, FollowUp.objects.get().owner) == ("text_perhaps_sent", thandi)
    assert (Alarm.objects.get().kind, Alarm.objects.get().about) == ("text_perhaps_sent", case.ref)


def test_where_looking_fails_for_ten_minutes_a_person_is_asked(monkeypatch, gateway, server, case, thandi):
    lose_answers(server, ZANELE)
    write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)

    def away(self, **_):
        raise Unreachable("away")

    monkeypatch.setattr(type(gateway), "find_texts", away)
    for minute in range(1, 10):
        resolve_unknown_sends(at=NIGHT + timedelta(minutes=minute, seconds=minute), gateway=gateway)
        assert not Alarm.objects.exists()
    resolve_unknown_sends(at=NIGHT + timedelta(minutes=11), gateway=gateway)
    assert Alarm.objects.get().kind == "text_perhaps_sent"
    assert Message.objects.get().state == "unknown"
    assert resolve_unknown_sends(at=NIGHT + timedelta(hours=1), gateway=gateway) == 0
    assert len(server.network.texts.received_by(ZANELE)) == 1


def test_a_late_status_still_settles_what_a_person_was_asked_about(client, gateway, server, case, thandi):
    lose_answers(server, ZANELE)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    Message.objects.update(claimed_until=None)
    server.network.quirks = Quirks()
    sent = server.network.texts.received_by(ZANELE)[0]
    sent.status = "sent"
    server.network.texts.carry_now(sent)
    text.refresh_from_db()
    assert (text.state, text.sid, text.message.state) == ("delivered", sent.sid, "delivered")


def test_a_machine_that_stood_still_after_its_claim_does_not_send_any_more(monkeypatch, gateway, server, line, nomsa):
    message = outbox.put(key="m", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    moments = iter([0.0, 0.0, 0.0, 30.0])  # the sweep begins, looks, claims; then it is half a minute later
    monkeypatch.setattr("telephony.services.delivery.time.monotonic", lambda: next(moments, 30.0))
    deliver_due(at=NIGHT, gateway=gateway)
    assert server.rest.requests == []
    message.refresh_from_db()
    assert message.state == "waiting"


def test_what_comes_back_late_from_a_sender_is_believed(gateway, server, line, nomsa):
    """A sender that was given up for dead, and has sent after all, writes down what it knows."""
    message = outbox.put(key="m", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)

    class Slow:
        def send_text(self, **words):
            resolve_unknown_sends(at=NIGHT + LEASE, gateway=gateway)  # finds nothing: it is to be sent again
            return gateway.send_text(**words)

    server.network.quirks = Quirks(lost=1.0)
    deliver_due(at=NIGHT, gateway=Slow())
    deliver_due(at=NIGHT + LEASE, gateway=gateway)
    (text,) = server.network.texts.received_by(NOMSA)
    message.refresh_from_db()
    assert (message.state, message.sid) == ("sent", text.sid)


def test_one_message_that_cannot_be_written_does_not_hold_up_the_others(gateway, line, nomsa, sipho, lerato, sent_to):
    outbox.put(key="bad", route="staff", to="nomsa", template="no_such_message", at=NIGHT)
    outbox.put(key="worse", route="staff", to="nomsa", template="../../settings", at=NIGHT)
    outbox.put(key="good", route="staff", to="sipho", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    assert len(sent_to("+447700900112")) == 1
    assert set(Message.objects.filter(to_ref="nomsa").values_list("state", flat=True)) == {"failed"}
    assert set(Alarm.objects.values_list("kind", flat=True)) == {"text_not_written"}


class Deaf:
    """A gateway that answers every text in the same way."""

    def __init__(self, error):
        self.error, self.asked = error, 0

    def send_text(self, **_):
        self.asked += 1
        raise self.error


def test_while_the_gateway_is_away_messages_wait_and_one_of_them_tries(line, nomsa):
    away = Deaf(Unreachable("away"))
    for number in range(5):
        outbox.put(key=f"m{number}", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=away)
    assert away.asked == 1
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}


def test_an_answer_that_was_lost_holds_up_nobody_else(line, nomsa):
    lost = Deaf(NotKnown("lost"))
    for number in range(3):
        outbox.put(key=f"m{number}", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=lost)
    assert lost.asked == 3


def test_where_something_breaks_while_it_is_handed_over_it_is_looked_up_and_not_called_failed(
    gateway, line, nomsa, sent_to
):
    message = outbox.put(key="m", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=Deaf(RuntimeError("a slip in a library")))
    message.refresh_from_db()
    assert message.state == "sending"
    assert resolve_unknown_sends(at=NIGHT + LEASE + timedelta(seconds=1), gateway=gateway) == 1
    deliver_due(at=NIGHT + timedelta(minutes=2), gateway=gateway)
    assert len(sent_to(NOMSA)) == 1


def test_no_number_and_no_word_of_a_message_lies_in_the_database_in_clear(gateway, server, case, thandi):
    lose_answers(server, ZANELE)
    write_text(case=case, by=thandi, body="canary words", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    assert Message.objects.get().attempt["body"] == "canary words"
    with connection.cursor() as cursor:
        for model in (Message, Text, FollowUp):
            cursor.execute(f'SELECT CAST(t.* AS text) FROM "{model._meta.db_table}" t')
            rows = str(cursor.fetchall())
            assert "canary" not in rows
            assert ZANELE[1:] not in rows
