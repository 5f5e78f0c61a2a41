"""A check-in is missed while nothing runs, and then she writes a word: through pages and webhooks, to real phones of practice."""

from datetime import timedelta

import pytest

from cases.models import CheckIn
from cases.services import check_in_steps
from telephony.services.delivery import deliver_due
from tests.cases.check_in_rows import DANGER, DUE, FRIEND, MOTHER, SAFE, make_rose
from tests.dashboard.conftest import text_of
from tests.telephony.delivery.conftest import LINE, NOMSA, ZANELE
from tests.telephony.delivery.conftest import gateway as gateway
from tests.telephony.delivery.conftest import network as network
from tests.telephony.delivery.conftest import sent_to as sent_to
from tests.telephony.delivery.conftest import server as server
from tests.walks.test_a_night_in_custody import sit_down as sit_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(network, gateway):
    """Let beat and worker run until so many minutes after it was due; between two calls of this nothing runs at all."""

    def until(minutes):
        end = DUE + timedelta(minutes=minutes)
        while network.at < end:
            network.advance(min(20, (end - network.at).total_seconds()))
            check_in_steps.sweep(at=network.at)
            deliver_due(at=network.at, gateway=gateway)
            network.settle()

    return until


def test_a_missed_check_in(line, on_call, thandi, nomsa, lerato, naledi, sit_down, network, run, sent_to):
    case = make_rose(line, thandi, number=ZANELE)
    mother, friend = case.caller.routes.order_by("position")
    desk = sit_down(thandi)

    # 02:10. She is on the phone: by half past three, else her mother, who may know nothing, then her friend.
    agreed = desk.post(
        f"/cases/{case.ref}/safety/check-ins/",
        {
            "by": "03:30", "grace_minutes": "10", "where": "above the bakery", "safe_word": SAFE, "danger_word": DANGER,
            "contact_1": mother.ref, "knows_1": "Rosie", "contact_2": friend.ref, "knows_2": "Lulu",
            "tell_2": "Lulu wanted to be home by half past three. Have you seen her?",
        },
        follow=True,
    )  # fmt: skip
    assert "Running." in text_of(agreed)
    assert "Check-in" in text_of(desk.get("/board/due/"))

    # 03:30 passes while every process is dead; they come back at 03:55. She is asked, and Nomsa is woken, at once.
    network.advance((DUE + timedelta(minutes=25) - network.at).total_seconds())
    run(26)
    assert sent_to(ZANELE) == ["Hi, are you there? Please write back."]
    assert len(sent_to(NOMSA)) == 1
    assert ZANELE[-4:] not in sent_to(NOMSA)[0]
    assert (sent_to(MOTHER), sent_to(FRIEND)) == ([], [])

    # Nomsa opens the desk: it is the first thing on the board. She says that she is on it and rings. Nobody answers.
    phone = sit_down(nomsa)
    board = text_of(phone.get("/board/due/"))
    assert "act now" in board
    assert case.ref in board
    check_in = CheckIn.objects.get()
    act = f"/cases/{case.ref}/safety/check-ins/{check_in.ref}/"
    phone.post(act, {"verb": "on_it"})
    shown = text_of(phone.post(f"/cases/{case.ref}/contact/numbers/{case.number.ref}/call/", follow=True))
    assert ZANELE in shown
    phone.post(act, {"verb": "no_answer"})
    run(27)
    assert sent_to(MOTHER) == ["Hello, could you please ask Rosie to ring? Thank you."]
    assert sent_to(FRIEND) == []

    # Her mother's time is up; her friend is told what she agreed to, and no more.
    run(38)
    assert sent_to(FRIEND) == ["Lulu wanted to be home by half past three. Have you seen her?"]

    # 04:10. A text comes from her phone: somebody stands beside her and wants it to end. She writes the other word.
    network.text(from_=ZANELE, to=LINE, body="ok sorry, thunder here, phone was off")
    network.settle()
    run(41)
    assert sent_to(ZANELE)[1:] == ["Thank you."]
    page = text_of(phone.get(f"/cases/{case.ref}/safety/"))
    assert "They gave their word for danger." in page
    assert "Never. The caller did not write that the police may be called." in page
    assert "Nothing is written to them now" in text_of(
        desk.post(f"/cases/{case.ref}/text/", {"body": "Where are you?", "key": "x"}, follow=True)
    )

    # An hour on: staff are told on and on, and neither her phone nor her people have heard another word.
    told = len(sent_to(NOMSA))
    run(100)
    assert len(sent_to(NOMSA)) > told
    assert [len(sent_to(number)) for number in (ZANELE, MOTHER, FRIEND)] == [2, 1, 1]

    # Naledi has gone there with two peers, and she is with them. Only then it ends, with how they know.
    lead = sit_down(naledi)
    ended = lead.post(act, {"verb": "stop", "reason": "She is in our car, two of us are with her."}, follow=True)
    assert "No check-in runs." in text_of(ended)
    run(110)
    assert [len(sent_to(number)) for number in (ZANELE, MOTHER, FRIEND)] == [2, 1, 1]
    assert CheckIn.objects.get().state == "stopped"
