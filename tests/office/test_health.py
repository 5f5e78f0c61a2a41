"""Whether everything is there for a call, said to alarms and to whoever keeps the line up."""

import json
import time
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError

from helpline.core.alarms.services import raise_alarm
from helpline.core.realtime import heartbeats
from helpline.dashboard.tasks import note_beat, note_sending
from helpline.office.health import look_at_everything
from telephony.services import snapshot
from tests.factories import NIGHT, make_shift


@pytest.fixture(autouse=True)
def tonight(monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)


@pytest.fixture
def alive():
    """Beat has sent and the worker has run."""
    note_sending()
    note_beat()


def readyz(client):
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)["parts"]


def wrong(parts):
    return {name for name, part in parts.items() if part["state"] == "wrong"}


def test_healthz_answers_without_asking_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"up\n")


def test_while_all_is_well_readyz_says_so_part_by_part(client, line, on_call, alive):
    status, parts = readyz(client)
    assert status == 200
    assert set(parts) == {"database", "broker", "worker", "beat", "gateway", "rota"}
    assert all(set(part) == {"state", "age", "sentence"} for part in parts.values())


def test_a_dead_worker_and_a_dead_beat_are_told_apart(client, line, on_call):
    note_sending()
    assert wrong(readyz(client)[1]) == {"worker"}
    cache.clear()
    note_beat()
    assert wrong(readyz(client)[1]) == {"beat"}


def test_a_sign_of_life_that_is_older_than_a_minute_is_none(client, line, on_call, alive):
    with mock.patch.object(heartbeats.time, "time", return_value=time.time() + 61):
        status, parts = readyz(client)
    assert (status, wrong(parts)) == (503, {"worker", "beat"})
    assert parts["beat"]["age"] >= 61


def test_a_gap_in_the_rota_is_told_without_saying_when_or_where(client, line, alive):
    status, parts = readyz(client)
    assert (status, wrong(parts)) == (503, {"rota"})
    assert line.name not in json.dumps(parts)


def test_somebody_without_a_number_covers_nothing(client, line, nomsa, sipho, on_call, alive):
    for person in (nomsa, sipho):
        person.duty_phone_verified_at = None
        person.save()
    assert wrong(readyz(client)[1]) == {"rota"}


def test_a_gateway_that_refuses_us_is_told_until_it_takes_something_again(line, on_call, alive, settings):
    settings.IS_PRACTICE = False
    raise_alarm(kind="gateway_refuses_us", key="gateway-shut-now", at=NIGHT, text=False)
    assert [part.name for part in look_at_everything(NIGHT) if not part.is_well] == ["gateway"]


def test_without_a_database_readyz_still_answers(client, db, alive):
    with (
        mock.patch("helpline.office.health.connection.cursor", side_effect=DatabaseError),
        mock.patch("helpline.office.health.Line.objects.active", side_effect=DatabaseError),
    ):
        status, parts = readyz(client)
    assert (status, wrong(parts)) == (503, {"database", "rota"})


def test_a_stranger_reads_no_number_and_no_name(client, line, on_call, alive):
    said = client.get("/readyz").content.decode()
    for secret in ("Nomsa", "nomsa", "7700", "8885550100", "Umbrella"):
        assert secret not in said


def check_line():
    out = StringIO()
    try:
        call_command("check_line", stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def cover_a_day(line, person):
    make_shift(line, person, since=NIGHT - timedelta(hours=1), until=NIGHT + timedelta(hours=25))


def test_check_line_is_content_where_nothing_would_stop_a_call(line, nomsa, alive):
    cover_a_day(line, nomsa)
    snapshot.write(at=NIGHT)
    status, said = check_line()
    assert (status, said.count("WRONG")) == (0, 0), said


def test_check_line_names_everything_that_would_stop_a_call(line, nomsa, sipho):
    cover_a_day(line, nomsa)
    nomsa.duty_phone_verified_at = None
    nomsa.save()
    line.last_resort = None
    line.time_zone = "Africa/Jozi"
    line.save()
    snapshot._path().unlink(missing_ok=True)
    status, said = check_line()
    assert status == 1
    for sentence in (
        "worker",
        "beat",
        "Nomsa is on the rota without a verified number",
        "no last resort",
        "no snapshot",
        "not known",
    ):
        assert sentence in said, sentence


def test_check_line_says_when_nobody_is_on(line, on_call, alive):
    snapshot.write(at=NIGHT)
    status, said = check_line()
    assert status == 1
    assert "Nobody from 08:10 on Monday 23 November to 02:10 on Tuesday 24 November." in said


def test_an_old_snapshot_is_told(line, nomsa, alive):
    cover_a_day(line, nomsa)
    snapshot.write(at=NIGHT - timedelta(minutes=11))
    status, said = check_line()
    assert status == 1
    assert "11 minutes old" in said
