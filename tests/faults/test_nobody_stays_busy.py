"""A row that nobody ever settled must not keep somebody from being rung, and a broken one must not silence a line."""

from datetime import timedelta

import pytest
from django.db import connection

from helpline.core.lines.models import Line
from helpline.core.staff.models import User
from telephony.models import Call, Leg
from telephony.services import inbound_calls, snapshot
from telephony.services.known import LONGEST_CALL, look_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(line, at):
    return Call.objects.create(sid="CA1", line=line, sent_from_kind="withheld", started_at=at, heard_at=at)


def busy(at, number=None):
    known = look_up(sid="", dialled="+18885550100", number=number, at=at)
    return {person.name: person.is_busy for person in known.on_duty}


def test_nomsa_is_busy_while_her_phone_rings_for_a_call(call, on_call, nomsa, at):
    Leg.objects.create(call=call, person=nomsa, step=0, rang_at=at)
    assert busy(at + timedelta(minutes=1)) == {"nomsa": True, "sipho": False}


def test_nomsa_is_free_once_the_call_has_ended_whatever_became_of_her_leg(call, on_call, nomsa, at):
    Leg.objects.create(call=call, person=nomsa, step=0, rang_at=at)
    Call.objects.update(state="ended")
    assert busy(at + timedelta(minutes=1))["nomsa"] is False


def test_nomsa_is_free_once_a_call_could_not_last_any_longer(call, on_call, nomsa, at):
    Leg.objects.create(call=call, person=nomsa, step=0, rang_at=at)
    assert busy(at + LONGEST_CALL - timedelta(seconds=1))["nomsa"] is True
    assert busy(at + LONGEST_CALL)["nomsa"] is False


@pytest.fixture
def spoil(at):
    """Overwrite a sealed value, as a damaged disk or a lost key would."""

    def spoilt(model, column, row):
        with connection.cursor() as cursor:
            sealed = b"\x01\x04lostabcdefghijklmnopqrstuvwxyz"
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [sealed, row.pk])

    return spoilt


def test_a_duty_number_that_does_not_open_leaves_the_others_to_be_rung(spoil, on_call, nomsa, at, caplog):
    spoil(User, "duty_phone", nomsa)
    known = look_up(sid="", dialled="+18885550100", number=None, at=at)
    assert {one.name: one.has_verified_number for one in known.on_duty} == {"nomsa": False, "sipho": True}
    assert "does not open" in caplog.text


def test_a_last_resort_that_does_not_open_leaves_the_people_on_call_to_be_rung(spoil, line, on_call, at):
    spoil(Line, "last_resort", line)
    known = look_up(sid="", dialled="+18885550100", number=None, at=at)
    assert known.line.last_resort is None
    assert all(one.has_verified_number for one in known.on_duty)


def test_the_snapshot_is_written_though_one_number_does_not_open(spoil, line, on_call, nomsa, at, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    spoil(User, "duty_phone", nomsa)
    spoil(Line, "last_resort", line)
    snapshot.write(at=at)
    assert snapshot.find_line(line.number).numbers_at(at) == ["+447700900112"]


def test_a_call_goes_through_though_no_number_of_staff_opens(spoil, line, on_call, nomsa, sipho, at, settings):
    """Then nobody can be rung: the caller leaves a message, and the rota is an alarm."""
    spoil(Line, "last_resort", line)
    for person in (nomsa, sipho):
        spoil(User, "duty_phone", person)
    said = {"CallSid": "CA2", "From": "+447700900200", "To": line.number, "CallStatus": "ringing"}
    assert "<Gather" in inbound_calls.receive(said, at=at)
    assert Call.objects.get(sid="CA2").case.follow_ups.get().because == "nobody_on_duty"
