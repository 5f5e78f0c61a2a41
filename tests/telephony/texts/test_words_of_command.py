"""STOP, START and words that mean danger. Whatever was meant, a counsellor sees the text."""

from datetime import timedelta

import pytest

from cases.models import Case, FollowUp, Number
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from telephony.models import Text
from tests.factories import NIGHT, make_caller, make_case
from tests.telephony.texts.conftest import ZANELE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "opts_out"),
    [
        ("STOP", True), (" stop ", True), ("Stop.", True), ("ARRET", True), ("стоп", True), ("UNSUBSCRIBE", True),
        ("cancel my lawyer", False), ("please stop him", False), ("don't stop", False), ("stop stop stop", False),
    ],
)  # fmt: skip
def test_case_70_only_the_word_alone_opts_out_and_a_counsellor_sees_every_text(text_in, body, opts_out):
    text_in(body)
    text = Text.objects.get()
    assert (text.number.opted_out_at == NIGHT) is opts_out
    assert (text.body, text.word_meant) == (body, "stop" if opts_out else "")
    assert FollowUp.objects.get().because == "text_came"


def test_case_70_the_gateways_own_verdict_wins(text_in):
    text_in("Enough of this", OptOutType="STOP")
    assert Text.objects.get().word_meant == "stop"
    assert Number.objects.get().opted_out_at == NIGHT
    text_in("stop", OptOutType="HELP")
    assert Text.objects.order_by("-pk").first().word_meant == "help"


def test_case_70_an_opt_out_is_in_the_audit_once_without_the_number(text_in):
    text_in("STOP")
    text_in("STOP")
    entry = Entry.objects.get(verb="number.opted_out")
    assert entry.about == Number.objects.get().ref
    assert ZANELE not in str(entry.detail)


def test_case_72_start_opts_in_again_and_is_in_the_audit(text_in, now):
    text_in("STOP")
    now["at"] = NIGHT + timedelta(hours=1)
    text_in("Start")
    assert Number.objects.get().opted_out_at is None
    assert Entry.objects.filter(verb="number.opted_in", about=Number.objects.get().ref).count() == 1


def test_case_72_a_yes_opts_nobody_in(text_in):
    text_in("STOP")
    text_in("yes")
    assert Number.objects.get().opted_out_at == NIGHT


def test_a_short_code_that_writes_stop_stops_nobody(text_in):
    make_caller(number=ZANELE)
    text_in("STOP", From="31245")
    assert Number.objects.get().opted_out_at is None
    assert Text.objects.get().word_meant == "stop"


@pytest.mark.parametrize(
    "body", ["The police are here", "ngiboshiwe, ngisize", "Поліція!", "me han DETENIDO? no: detenida"]
)
def test_case_73_danger_rings_the_alarm_and_asks_for_a_call_back_at_once(text_in, line, lerato, nomsa, body):
    text_in(body)
    case = Case.objects.get()
    assert case.urgency == "danger"
    assert Text.objects.get().is_urgent
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.is_urgent, follow_up.due_at, follow_up.because) == (
        "call_back",
        True,
        NIGHT,
        "urgent_text",
    )
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.about) == ("urgent_text", case.ref)


def test_case_73_the_alarm_says_nothing_of_what_was_written(text_in, line, lerato):
    text_in("police have Zanele at the canary station")
    message = Message.objects.get(template="staff/alarm")
    assert (message.to_ref, message.is_urgent) == ("lerato", True)
    assert message.words == {"kind": "urgent_text"}


def test_case_73_many_short_texts_in_fear_ring_one_alarm_and_ask_for_one_call_back(text_in, now, line, lerato):
    for minute in range(4):
        now["at"] = NIGHT + timedelta(minutes=minute)
        text_in("help me")
    assert Alarm.objects.count() == 1
    assert FollowUp.objects.count() == 1
    assert Text.objects.count() == 4
    now["at"] = NIGHT + timedelta(minutes=20)
    text_in("help me")
    assert Alarm.objects.count() == 2


def test_case_73_danger_makes_an_older_case_urgent_too(text_in, line):
    case = make_case(line=line, caller=make_caller(number=ZANELE))
    text_in("I am arrested")
    case.refresh_from_db()
    assert case.urgency == "danger"
