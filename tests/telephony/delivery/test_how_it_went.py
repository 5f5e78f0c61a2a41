"""What the gateway tells of a text of ours: in any order, twice, too early, and what follows when it did not arrive."""

from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from django.db import connection
from twilio.request_validator import RequestValidator

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message
from telephony.gateway.practice.texting import Delivers, Fails, Refuses, Undelivered
from telephony.models import Text, TextEvent
from telephony.services import outcomes
from telephony.services.delivery import deliver_due
from telephony.services.writing import write_text
from tests.factories import NIGHT
from tests.telephony.delivery.conftest import NOMSA, ZANELE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tell(client, settings):
    """The gateway tells a status, signed, at the address that stands in the contract."""

    def tell(sid, word, code="", path="/telephony/sms/status/"):
        form = {"AccountSid": settings.TWILIO_ACCOUNT_SID, "MessageSid": sid, "MessageStatus": word, "To": ZANELE}
        if code:
            form["ErrorCode"] = code
        signature = RequestValidator(settings.TWILIO_AUTH_TOKENS[0]).compute_signature(
            f"{settings.PUBLIC_URL}{path}", form
        )
        answer = client.post(path, form, headers={"X-Twilio-Signature": signature})
        assert (answer.status_code, answer.content) == (204, b"")

    return tell


@pytest.fixture
def out(case, thandi):
    """A text to Zanele that the gateway has taken, and has told nothing about."""
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    Message.objects.update(state="sent", sid="SMknown", tries=1)
    Text.objects.update(state="queued", sid="SMknown")
    return text


def states(text):
    text.refresh_from_db()
    return text.state, Message.objects.get(pk=text.message_id).state


def test_case_74_delivered_then_sent_then_queued_and_all_twice_is_delivered(out, tell):
    for word in ("delivered", "sent", "queued", "delivered", "sent", "queued"):
        tell("SMknown", word)
    assert states(out) == ("delivered", "delivered")
    assert TextEvent.objects.count() == 3


def test_case_74_failed_after_delivered_stays_delivered_and_is_kept(out, tell):
    tell("SMknown", "delivered")
    tell("SMknown", "failed", "30008")
    assert states(out) == ("delivered", "delivered")
    assert TextEvent.objects.filter(word="failed", error_code="30008").exists()
    assert not FollowUp.objects.exists()


def test_case_74_over_the_network_backwards_and_twice(gateway, network, case, thandi):
    network.texting[ZANELE] = Delivers(backwards=True, twice=True)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    network.settle()
    assert states(text) == ("delivered", "delivered")


def test_case_74_a_word_that_nobody_knows_is_kept_and_changes_nothing(out, tell):
    tell("SMknown", "sent")
    tell("SMknown", "teleported")
    tell("SMknown", "x" * 5000)
    assert states(out) == ("sent", "sent")
    assert TextEvent.objects.count() == 3


def test_case_75_a_status_before_its_answer_is_read_when_the_id_arrives(gateway, network, case, thandi):
    network.texting[ZANELE] = Delivers(before_answer=True)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    assert deliver_due(at=NIGHT, gateway=gateway) == 1
    network.settle()
    assert states(text) == ("delivered", "delivered")
    text.refresh_from_db()
    assert text.sid == text.message.sid == network.texts.received_by(ZANELE)[0].sid


def test_case_75_a_status_at_the_plain_address_before_its_answer_is_kept_for_the_id(
    monkeypatch, gateway, case, thandi, tell
):
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    hand_over = type(gateway).send_text

    def told_before_answered(self, **words):
        sent = hand_over(self, **words)
        tell(sent.sid, "delivered")
        assert Message.objects.get().sid is None
        return sent

    monkeypatch.setattr(type(gateway), "send_text", told_before_answered)
    monkeypatch.setattr("telephony.services.addresses.text_status", lambda ref: "http://localhost/nowhere/")
    deliver_due(at=NIGHT, gateway=gateway)
    assert states(text) == ("delivered", "delivered")


def test_a_status_that_nobody_signed_is_refused(client, out):
    before = states(out)
    answer = client.post("/telephony/sms/status/", {"MessageSid": "SMknown", "MessageStatus": "delivered"})
    assert answer.status_code == 403
    assert states(out) == before
    assert not TextEvent.objects.exists()


def test_a_status_of_another_text_does_not_settle_a_message_that_its_address_names(out, tell):
    """The address names a message that has its id already: what comes under another id is kept and not believed."""
    tell("SMother", "failed", "30005", path=f"/telephony/sms/status/{out.message.ref}/")
    assert states(out)[1] == "sent"
    assert TextEvent.objects.filter(sid="SMother").exists()


def test_case_77_a_phone_that_is_off_is_tried_again_and_gets_the_text_once(gateway, network, case, thandi, sent_to):
    network.texting[ZANELE] = Undelivered(code=30003, times=1)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    network.settle()
    assert states(text) == ("waiting", "waiting")
    message = Message.objects.get()
    assert message.not_before > NIGHT
    assert message.why == "The phone is off or has no signal."
    deliver_due(at=message.not_before, gateway=gateway)
    network.settle()
    assert states(text) == ("delivered", "delivered")
    first, second = network.texts.received_by(ZANELE)
    assert (first.status, second.status) == ("undelivered", "delivered")
    text.refresh_from_db()
    assert text.sid == second.sid
    assert not FollowUp.objects.exists()


def test_case_77_a_phone_that_stays_off_is_given_up_within_the_validity_and_thandi_knows(
    gateway, network, case, thandi
):
    network.texting[ZANELE] = Undelivered(code=30003)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    at = NIGHT
    for _ in range(20):
        deliver_due(at=at, gateway=gateway)
        network.settle()
        message = Message.objects.get()
        if message.state != "waiting":
            break
        at = message.not_before
    assert states(text) == ("undelivered", "failed")
    assert at < NIGHT + timedelta(hours=12)
    assert FollowUp.objects.get().because == "text_not_delivered"


@pytest.mark.parametrize("code", [30004, 30005, 30006, 30007])
def test_case_77_what_cannot_be_delivered_is_final_and_thandi_knows(gateway, network, case, thandi, code):
    network.texting[ZANELE] = Undelivered(code=code)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    network.settle()
    deliver_due(at=NIGHT + timedelta(hours=4), gateway=gateway)
    assert states(text) == ("undelivered", "failed")
    assert text.error_code == str(code)
    assert len(network.texts.received_by(ZANELE)) == 1
    follow_up = FollowUp.objects.get()
    assert (follow_up.because, follow_up.owner) == ("text_not_delivered", thandi)
    assert follow_up.why == Message.objects.get().why


@pytest.mark.parametrize("code", [21614, 21211])
def test_case_77_what_the_gateway_refuses_for_good_is_final_and_thandi_knows(gateway, server, case, thandi, code):
    server.network.texting[ZANELE] = Refuses(code=code)
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    deliver_due(at=NIGHT + timedelta(hours=4), gateway=gateway)
    assert states(text) == ("failed", "failed")
    assert len(server.rest.requests) == 1
    assert FollowUp.objects.get().owner == thandi


def test_a_reminder_that_nomsas_phone_does_not_take_alarms_the_coordinator_once_a_day(
    gateway, network, line, nomsa, lerato, sent_to
):
    network.texting[NOMSA] = Fails(code=30005)
    for number in range(3):
        outbox.put(key=f"r{number}", route="staff", to="nomsa", template="staff/follow_up_due", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    network.settle()
    assert Alarm.objects.get().kind == "text_not_delivered"
    deliver_due(at=NIGHT + timedelta(minutes=1), gateway=gateway)
    assert len(sent_to("+447700900113")) == 1


def test_a_fault_of_our_own_account_alarms_a_coordinator_as_well(gateway, server, case, thandi, lerato):
    server.network.texting[ZANELE] = Refuses(code=21606)
    write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    deliver_due(at=NIGHT, gateway=gateway)
    assert FollowUp.objects.get().owner == thandi
    assert Alarm.objects.get().kind == "text_not_delivered"


@pytest.mark.parametrize(
    ("body", "segments"), [("a" * 1600, 11), ("ж" * 1599 + "x", 24), ("🌂" * 800, 25), ("{" * 80, 1)]
)
def test_case_78_the_longest_text_is_taken_and_its_segments_are_counted(case, thandi, body, segments):

    write_text(case=case, by=thandi, body=body, at=NIGHT)
    assert Entry.objects.get(verb="text.written").detail["segments"] == segments


@pytest.mark.parametrize("body", ["a" * 1601, "🌂" * 801, "", "   \n"])
def test_case_78_a_longer_or_an_empty_one_is_refused_with_a_sentence(case, thandi, body):

    with pytest.raises(NotAllowed, match=r"1600 can be sent|nothing in this text"):
        write_text(case=case, by=thandi, body=body, at=NIGHT)
    assert not Message.objects.exists()
    assert not Text.objects.exists()


def test_case_75_a_status_that_comes_between_the_answer_and_our_note_of_it_is_not_lost(
    monkeypatch, gateway, case, thandi, tell
):
    """The status is stored while the sender holds the message: the two wait for each other and neither is forgotten."""
    text = write_text(case=case, by=thandi, body="Hello", at=NIGHT)
    mark_sent, arrives = outcomes.mark_sent, []

    def told_meanwhile(message, *, sid, **words):
        mark_sent(message, sid=sid, **words)  # not committed yet
        path = f"/telephony/sms/status/{message.ref}/"
        arrives.append(Thread(target=lambda: (tell(sid, "delivered", path=path), connection.close())))
        arrives[0].start()
        wait_until_kept(sid)

    def wait_until_kept(sid):
        # Through a connection of its own, as another process would see it.
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            count = "SELECT count(*) FROM telephony_textevent WHERE sid = %s"
            while other.execute(count, [sid]).fetchone()[0] == 0:
                assert arrives[0].is_alive()

    monkeypatch.setattr(outcomes, "mark_sent", told_meanwhile)
    deliver_due(at=NIGHT, gateway=gateway)
    arrives[0].join()
    assert states(text) == ("delivered", "delivered")


def test_a_status_that_was_kept_but_never_taken_in_is_taken_in_when_it_is_told_again(out, tell):
    TextEvent.objects.create(key="SMknown:delivered:", sid="SMknown", word="delivered", received_at=NIGHT)
    assert states(out)[1] == "sent"
    tell("SMknown", "delivered")
    assert states(out) == ("delivered", "delivered")
