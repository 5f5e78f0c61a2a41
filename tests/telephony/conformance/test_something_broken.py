"""Something is broken: cases 12 and 22 to 24. The caller still reaches a person or a recording, and somebody is told."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError

from cases.models import FollowUp
from cases.services import reminders
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from helpline.core.realtime import counters
from helpline.core.realtime import services as realtime
from telephony.gateway.practice.phones import Accepts, Caller, RingsOut
from telephony.gateway.practice.transcript import Kind
from telephony.gateway.practice.transport import Limits
from telephony.models import Call, Recording
from telephony.services import inbound_calls, refusals, snapshot, spool, sweeps
from tests.servers import free_port
from tests.telephony.conformance.signing import CALLER, FALLBACK, LERATO, LINE, NOMSA, SIPHO, VOICE, read


@pytest.mark.django_db
def test_case_12_a_storm_of_refusals_is_an_alarm_that_pages_the_coordinator(gateway, on_call, lerato, naledi, clock):
    """A proxy was set up wrongly: every webhook of the gateway is refused, and that is a lost line."""
    for _ in range(refusals.STORM - 1):
        assert gateway.post(VOICE, gateway.said(), signature="wrong").status_code == 403
    sweeps.watch_the_line(at=clock.at)
    assert not Alarm.objects.exists()
    gateway.post(VOICE, gateway.said(), signature="wrong")
    sweeps.watch_the_line(at=clock.at)
    sweeps.watch_the_line(at=clock.at)
    assert Alarm.objects.get().kind == "refused_webhooks"
    assert set(Message.objects.values_list("to_ref", "is_urgent")) == {("lerato", True), ("naledi", True)}


def gateway_part(client):
    """What /readyz tells an alarm of the gateway, and with which status."""
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["parts"]["gateway"]["state"]


@pytest.mark.django_db
def test_case_12_the_health_check_turns_red_in_a_storm_and_is_well_again_after_it(gateway, on_call, client, clock):
    for _ in range(refusals.STORM - 1):
        gateway.post(VOICE, gateway.said(), signature="wrong")
    assert gateway_part(client)[1] == "well"
    gateway.post(VOICE, gateway.said(), signature="wrong")
    assert gateway_part(client) == (503, "wrong")
    clock.move(minutes=10)
    assert gateway_part(client)[1] == "well"


@pytest.mark.django_db
def test_case_11_the_health_check_turns_red_where_another_account_signs(gateway, on_call, client):
    gateway.ring(AccountSid="AC" + "f" * 32)
    assert gateway_part(client) == (503, "wrong")


@pytest.mark.django_db
def test_case_12_refusals_of_long_ago_are_no_storm(gateway, on_call, clock):
    for _ in range(refusals.STORM):
        gateway.post(VOICE, gateway.said(), signature="wrong")
    clock.move(minutes=10)
    sweeps.watch_the_line(at=clock.at)
    assert not Alarm.objects.exists()


@pytest.mark.django_db
def test_case_12_refusals_are_counted_also_while_the_broker_is_away(gateway, on_call, clock, no_broker, monkeypatch):
    for _ in range(refusals.STORM):
        assert gateway.post(VOICE, gateway.said(), signature="wrong").status_code == 403
    no_broker.come_back()
    monkeypatch.setattr(counters, "_quiet_until", 0.0)
    gateway.post(VOICE, gateway.said(), signature="wrong")
    assert refusals.count_lately(at=clock.at) == refusals.STORM + 1


@pytest.fixture
def no_broker(settings, monkeypatch):
    """Redis is away: nothing listens where it should be."""

    class Broker:
        address = settings.REDIS_URL

        def go(self):
            self._use(f"redis://127.0.0.1:{free_port()}/0")

        def come_back(self):
            self._use(self.address)

        def _use(self, address):
            settings.REDIS_URL = address
            monkeypatch.setattr(realtime, "_publisher", None)
            monkeypatch.setattr(counters, "_client", None)

    broker = Broker()
    broker.go()
    yield broker
    broker.come_back()


def keep_three(gateway, clock):
    """A call that began, was recorded and ended while nothing could be stored."""
    recorded = gateway.said(RecordingSid="RE1", RecordingDuration="9", CallStatus="completed")
    ended = gateway.said(CallStatus="completed", CallDuration="40")
    for kind, said in (("voice", gateway.said()), ("recorded", recorded), ("status", ended)):
        assert spool.keep(kind=kind, parameters=said, path={}, at=clock.at)
        clock.move(seconds=20)


@pytest.mark.django_db(transaction=True)
def test_case_21_what_was_kept_is_read_in_by_one_process_at_a_time_in_the_order_in_which_it_came(
    gateway, on_call, clock, monkeypatch
):
    """Every process looks into the folder: a second one must not read the end of a call before its beginning."""
    keep_three(gateway, clock)
    receive, reads, meanwhile = inbound_calls.receive, [], []

    def read_slowly(*args, **kwargs):
        other = threading.Thread(target=lambda: meanwhile.append(sweeps.read_spool()))
        other.start()
        other.join(timeout=30)
        reads.append("voice")
        return receive(*args, **kwargs)

    monkeypatch.setattr(inbound_calls, "receive", read_slowly)
    assert sweeps.read_spool() == 3
    assert (reads, meanwhile) == (["voice"], [0])
    call = Call.objects.get()
    assert (call.state, call.outcome, call.number.number) == ("ended", "voicemail", CALLER)
    assert call.anomalies == ["answered from the snapshot"]
    assert not Alarm.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [OperationalError, InterfaceError])
def test_case_21_a_database_that_goes_away_again_while_reading_in_loses_nothing(
    broken, gateway, on_call, clock, monkeypatch, may_fail
):
    keep_three(gateway, clock)
    receive = inbound_calls.receive

    def break_off(*args, **kwargs):
        raise broken

    monkeypatch.setattr(inbound_calls, "receive", break_off)
    assert sweeps.read_spool() == 0
    assert spool.count_kept() == 3
    monkeypatch.setattr(inbound_calls, "receive", receive)
    assert sweeps.read_spool() == 3
    assert spool.count_kept() == 0
    assert Call.objects.get().outcome == "voicemail"


@pytest.mark.django_db
def test_case_21_what_nobody_can_read_is_put_aside_and_the_rest_is_read_in(gateway, on_call, clock, may_fail):
    keep_three(gateway, clock)
    first = min((settings.VAR_DIR / "spool").iterdir())
    first.write_bytes(b"not ours")
    assert sweeps.read_spool() == 2
    assert [path.suffix for path in (settings.VAR_DIR / "spool").iterdir() if not path.name.startswith(".")] == [".bad"]
    assert Call.objects.get().outcome == "voicemail"


@pytest.mark.django_db(transaction=True)
def test_case_22_without_redis_a_call_goes_its_way_and_reminders_are_sent_later(network, on_call, no_broker):
    network.phones[NOMSA] = RingsOut()
    network.phones[SIPHO] = Accepts()
    network.call(from_=CALLER, to=LINE, caller=Caller(talks=60))
    network.settle()
    assert not network.transcript.problems()
    call = Call.objects.get()
    assert (call.outcome, call.answered_by.username) == ("answered", "sipho")
    asked = network.transcript.of(Kind.ASKED, Kind.TOLD)
    assert asked
    assert all(event.details["real_seconds"] < 1 for event in asked)
    no_broker.come_back()
    due = FollowUp.objects.earliest("due_at")
    reminders.remind_due(at=due.due_at + timedelta(minutes=1))
    assert Message.objects.filter(to_ref="sipho").exists()


@pytest.mark.django_db(transaction=True)
def test_case_23_a_view_that_sleeps_leads_to_the_fallback_and_both_requests_to_one_record(
    make_network, on_call, monkeypatch
):
    """The first request waits for something and is answered only after the gateway has given up on it."""
    woken, asleep = threading.Event(), threading.Event()
    receive = inbound_calls.receive

    def sleep(*args, **kwargs):
        asleep.set()
        assert woken.wait(timeout=30)
        return receive(*args, **kwargs)

    monkeypatch.setattr("telephony.webhooks.voice.inbound_calls.receive", sleep)
    finished = watch(monkeypatch)
    network = make_network(limits=Limits(connect=0.5, whole=0.5))
    network.phones[NOMSA] = Accepts()
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(talks=30))
    network.settle()
    assert asleep.is_set()
    woken.set()
    assert finished.wait(timeout=30)
    fallback = next(event for event in network.transcript.of(Kind.ASKED) if event.details["url"].endswith(FALLBACK))
    assert fallback.details["form"]["ErrorCode"] == "11205"
    assert any("talks with" in line for line in network.transcript.lines())
    call = Call.objects.get()
    assert call.sid == leg.sid
    assert "fallback 11205" in call.anomalies
    assert call.events.filter(kind="fallback", word="11205").count() == 1
    assert call.state == "ended"
    assert call.legs.count() == 0, "nobody is rung for an answer that nobody heard"


@pytest.mark.django_db
def test_case_23_a_first_request_that_comes_after_its_fallback_makes_nobody_look_busy(gateway, on_call):
    """The slow view finishes while the fallback rings: its answer is heard by nobody, so it must not claim anybody."""
    broken(gateway)
    document = read(gateway.ring())
    assert "Gather" in document.verbs
    assert document.verbs[-1] in {"Redirect", "Dial", "Record"}, "should it be played after all, it leads to somebody"
    assert Call.objects.get().legs.count() == 0
    assert Call.objects.get().stage == "fallback"


def watch(monkeypatch):
    """An event that is set once the door has let a first request out again."""
    finished = threading.Event()
    served = inbound_calls.answer_again

    def serve(*args, **kwargs):
        try:
            return served(*args, **kwargs)
        finally:
            finished.set()

    monkeypatch.setattr(inbound_calls, "answer_again", serve)
    return finished


def broken(gateway, path=VOICE, **more):
    """The gateway could not use an answer of ours, and asks the fallback."""
    return gateway.post(FALLBACK, gateway.said(ErrorCode="11200", ErrorUrl=gateway.public_url + path, **more))


@pytest.mark.django_db
def test_case_24_the_fallback_rings_people_then_records_raises_an_alarm_and_does_not_loop(gateway, on_call, lerato):
    document = read(broken(gateway))
    assert document.numbers == [NOMSA, SIPHO, LERATO]
    assert document.verbs.index("Dial") < document.verbs.index("Record")
    assert gateway.public_url + VOICE not in {
        value for element in document.root.iter() for value in [*element.attrib.values(), element.text]
    }
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.about) == ("fallback", Call.objects.get().case.ref)
    assert Message.objects.get().to_ref == "lerato"


@pytest.mark.django_db
def test_case_24_asked_twice_it_answers_twice_and_alarms_once(gateway, on_call, lerato):
    first, second = broken(gateway), broken(gateway)
    assert first.content == second.content
    assert Call.objects.count() == Alarm.objects.count() == 1


@pytest.mark.django_db
def test_case_24_when_the_end_of_a_recording_failed_the_message_is_kept_and_nobody_is_recorded_twice(gateway, on_call):
    gateway.ring()
    said = {"RecordingSid": "RE" + "1" * 32, "RecordingUrl": "https://api.twilio.com/x", "RecordingDuration": "9"}
    document = read(broken(gateway, "/telephony/voice/recorded/", CallStatus="in-progress", **said))
    assert document.verbs == ["Hangup"]
    assert Recording.objects.get().seconds == 9
    gateway.status("completed", CallDuration="30")
    assert Call.objects.get().outcome == "voicemail"


@pytest.mark.django_db
def test_case_24_with_nobody_to_ring_the_fallback_records(gateway, line):
    line.last_resort = None
    line.save()
    document = read(broken(gateway))
    assert "Record" in document.verbs
    assert "Dial" not in document.verbs


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("accepts", [True, False], ids=["somebody picks up", "nobody picks up"])
def test_case_24_a_view_that_breaks_does_not_lose_the_call(accepts, network, on_call, monkeypatch, may_fail):
    """Our answer is broken at the first request: the line answers from the disk, and the call is read in afterwards."""
    receive = inbound_calls.receive
    monkeypatch.setattr("telephony.webhooks.voice.inbound_calls.receive", lambda *args, **kwargs: 1 / 0)
    snapshot.write(at=network.at)
    if accepts:
        network.phones[NOMSA] = Accepts()
    leg = network.call(from_=CALLER, to=LINE, caller=Caller(talks=30, message=12))
    network.settle()
    assert not network.transcript.problems()
    assert any("talks with" in line for line in network.transcript.lines()) is accepts
    monkeypatch.setattr("telephony.webhooks.voice.inbound_calls.receive", receive)
    sweeps.read_spool()
    call = Call.objects.get()
    assert (call.sid, call.state) == (leg.sid, "ended")
    assert call.sent_from == CALLER
    assert Recording.objects.count() == (0 if accepts else 1)
