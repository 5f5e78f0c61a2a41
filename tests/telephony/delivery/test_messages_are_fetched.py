"""A message that a caller left: fetched when it can be had, kept sealed, deleted at the gateway, heard with audit."""

from datetime import timedelta

import pytest
from django.db import connection

from cases.models import FollowUp
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from telephony.gateway.errors import Refused, Unreachable
from telephony.gateway.practice import legs
from telephony.gateway.protocol import Sound
from telephony.models import Call, Recording
from telephony.services.recordings import fetch_waiting, listen
from tests.factories import NIGHT, let_in, make_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(case):
    return Call.objects.create(
        sid="CA" + "1" * 32, line=case.line, case=case, caller=case.caller, sent_from_kind="number",
        started_at=NIGHT, heard_at=NIGHT,
    )  # fmt: skip


def leave(server, call, sid="RE" + "1" * 32):
    """Zanele has left a message: it lies at the gateway, and we were told."""
    at_gateway = legs.Recording(sid, call.sid, "RecordVerb", NIGHT, seconds=5, status="completed")
    server.network.shelf.recordings[sid] = at_gateway
    url = server.network.webhooks.recording_url(at_gateway)
    return Recording.objects.create(
        call=call, sid=sid, url=url, seconds=5, made_at=NIGHT, next_try_at=NIGHT
    ), at_gateway


def test_case_54_a_message_is_not_there_at_first_and_is_then_copied_and_deleted_at_the_gateway(server, gateway, call):
    server.rest.recording_missing_times = 2
    recording, at_gateway = leave(server, call)
    assert fetch_waiting(at=NIGHT, gateway=gateway) == 0
    recording.refresh_from_db()
    assert (recording.state, recording.next_try_at) == ("waiting", NIGHT + timedelta(seconds=5))
    assert fetch_waiting(at=NIGHT + timedelta(seconds=4), gateway=gateway) == 0
    assert fetch_waiting(at=NIGHT + timedelta(seconds=5), gateway=gateway) == 0
    recording.refresh_from_db()
    assert recording.next_try_at == NIGHT + timedelta(seconds=15)
    assert fetch_waiting(at=NIGHT + timedelta(seconds=15), gateway=gateway) == 1
    recording.refresh_from_db()
    assert (recording.state, recording.mime) == ("kept", "audio/x-wav")
    assert recording.sound.startswith(b"RIFF")
    assert recording.deleted_at_provider_at == NIGHT + timedelta(seconds=15)
    assert at_gateway.deleted
    asked = len(server.rest.requests)
    fetch_waiting(at=NIGHT + timedelta(days=1), gateway=gateway)
    assert len(server.rest.requests) == asked


def test_the_sound_lies_sealed_in_the_database(server, gateway, call):
    leave(server, call)
    fetch_waiting(at=NIGHT, gateway=gateway)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sound FROM telephony_recording")
        assert b"RIFF" not in bytes(cursor.fetchone()[0])


class Faulty:
    """The gateway, with some of its answers replaced."""

    def __init__(self, gateway=None, **answers):
        self.gateway, self.answers, self.asked = gateway, answers, []

    def __getattr__(self, name):
        def ask(*words, **more):
            self.asked.append(name)
            answer = self.answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return answer if name in self.answers else getattr(self.gateway, name)(*words, **more)

        return ask


def test_case_54_a_deletion_that_fails_is_tried_again_and_alarms(server, gateway, call):
    recording, at_gateway = leave(server, call)
    faulty = Faulty(gateway, delete_recording=Unreachable("away"))
    at = NIGHT
    for _ in range(5):
        assert not Alarm.objects.exists()
        fetch_waiting(at=at, gateway=faulty)
        recording.refresh_from_db()
        at = recording.next_try_at
    assert (Alarm.objects.get().kind, Alarm.objects.get().about) == ("recording_not_deleted", call.case.ref)
    assert recording.state == "kept"
    fetch_waiting(at=at, gateway=gateway)
    recording.refresh_from_db()
    assert at_gateway.deleted
    assert recording.deleted_at_provider_at == at


def sweep_for(recording, gateway, *, most=60):
    at = NIGHT
    for _ in range(most):
        fetch_waiting(at=at, gateway=gateway)
        recording.refresh_from_db()
        if recording.state != "waiting":
            break
        at = recording.next_try_at
    return at


def test_case_54_a_message_that_never_comes_is_lost_aloud(server, gateway, call, thandi):
    server.rest.recording_missing_times = 1000
    recording, _ = leave(server, call)
    given_up_at = sweep_for(recording, gateway)
    assert recording.state == "lost"
    assert timedelta(minutes=20) < given_up_at - NIGHT < timedelta(hours=2)
    assert Alarm.objects.get().kind == "recording_lost"
    follow_up = FollowUp.objects.get()
    assert (follow_up.because, follow_up.owner, follow_up.case) == ("recording_lost", thandi, call.case)


def test_an_outage_of_an_evening_loses_no_message(server, gateway, call):
    recording, _ = leave(server, call)
    away = Faulty(fetch_recording=Unreachable("away"))
    at = NIGHT
    while at < NIGHT + timedelta(hours=6):
        fetch_waiting(at=at, gateway=away)
        recording.refresh_from_db()
        at = recording.next_try_at
    assert len(away.asked) > 30
    assert fetch_waiting(at=at, gateway=gateway) == 1


@pytest.mark.parametrize("answer", [Sound("text/html", b"<html>"), Refused(400)])
def test_what_is_no_sound_is_not_kept_and_not_deleted_at_the_gateway(server, call, answer):
    recording, _ = leave(server, call)
    faulty = Faulty(fetch_recording=answer)
    fetch_waiting(at=NIGHT, gateway=faulty)
    recording.refresh_from_db()
    assert (recording.state, recording.sound) == ("lost", None)
    fetch_waiting(at=NIGHT + timedelta(days=1), gateway=faulty)
    assert faulty.asked == ["fetch_recording"]


def test_a_sound_of_eleven_million_bytes_is_not_kept(server, gateway, call, monkeypatch):
    recording, at_gateway = leave(server, call)
    at_gateway.seconds = 11_000_000 // 16_000 + 1
    monkeypatch.setattr("telephony.gateway.practice.rest.tone", lambda seconds: b"R" * int(seconds * 16_000))
    fetch_waiting(at=NIGHT, gateway=gateway)
    recording.refresh_from_db()
    assert recording.state == "lost"


def test_two_workers_fetch_a_message_once(server, gateway, call):
    leave(server, call)

    class Nested(Faulty):
        def fetch_recording(self, *words, **more):
            assert fetch_waiting(at=NIGHT, gateway=gateway) == 0  # another worker, meanwhile
            return gateway.fetch_recording(*words, **more)

    assert fetch_waiting(at=NIGHT, gateway=Nested(gateway)) == 1


# Listening


@pytest.fixture
def kept(server, gateway, call):
    recording, _ = leave(server, call)
    fetch_waiting(at=NIGHT, gateway=gateway)
    return recording


def test_thandi_hears_it_and_that_is_written_down_and_the_first_to_hear_it_stays(kept, thandi, naledi):
    sound = listen(user=thandi, ref=kept.ref, at=NIGHT + timedelta(minutes=1))
    listen(user=naledi, ref=kept.ref, at=NIGHT + timedelta(minutes=2))
    assert (sound.mime, sound.content[:4]) == ("audio/x-wav", b"RIFF")
    kept.refresh_from_db()
    assert (kept.heard_by, kept.heard_at) == (thandi, NIGHT + timedelta(minutes=1))
    heard = Entry.objects.filter(verb="recording.heard", about=kept.call.case.ref).order_by("pk")
    assert [entry.who for entry in heard] == [thandi, naledi]
    assert heard[0].detail == {"recording": kept.ref}


def test_who_may_not_know_of_the_case_finds_no_message(kept, nomsa, lerato, pieter, zola):
    for person in (nomsa, lerato, pieter, zola):
        with pytest.raises(NotFound):
            listen(user=person, ref=kept.ref, at=NIGHT)
    with pytest.raises(NotFound):
        listen(user=nomsa, ref="2" * 18, at=NIGHT)
    assert not Entry.objects.filter(verb="recording.heard").exists()
    kept.refresh_from_db()
    assert kept.heard_at is None


def test_a_paralegal_hears_a_message_of_a_case_that_is_nobodys_only_once_she_has_taken_it(kept, line, nomsa):
    case = make_case(line=line)
    Call.objects.filter(pk=kept.call_id).update(case=case)
    with pytest.raises(NotAllowed):
        listen(user=nomsa, ref=kept.ref, at=NIGHT)
    assert Entry.objects.filter(verb="recording.denied", who=nomsa).exists()
    let_in(case, nomsa)
    assert listen(user=nomsa, ref=kept.ref, at=NIGHT).content
