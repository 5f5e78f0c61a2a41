"""A night on the line, as one story: somebody is arrested, somebody else is not reached, and in the morning both are there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from cases.models import FollowUp
from cases.services import reminders
from helpline.core.outbox.models import Message
from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.phones import Accepts, Caller, InTurn, Mailbox, RingsOut
from telephony.models import Call, Recording
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case
from tests.telephony.conformance.signing import LINE, NOMSA, SIPHO

ROSE, STRANGER = "+447700900200", "+447700900201"
MORNING = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)  # 08:05 in Johannesburg

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sit_down(settings):
    """A browser in which somebody has signed in."""
    settings.REQUIRE_MFA = False

    def signed_in(person):
        desk = Client()
        desk.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return desk

    return signed_in


def test_a_night_in_custody(make_network, line, on_call, thandi, sipho, naledi, sit_down, clock):
    # Rose has called before: her number is known, and so are the word that only she knows and her old case.
    rose = make_caller(number=ROSE, code_name="Rose", at=NIGHT - timedelta(days=90))
    earlier = make_case(line=line, caller=rose, state="closed", at=NIGHT - timedelta(days=90))
    desk = sit_down(thandi)
    network = make_network(pace=Pace.HELD)
    network.phones[NOMSA] = RingsOut()
    network.phones[SIPHO] = InTurn((Accepts(after=6), Mailbox(after=8)))

    # 02:10. A call from custody; she presses 9. Nomsa is asleep, and her phone rings.
    her_leg = network.call(from_=ROSE, to=LINE, caller=Caller(talks=240).pressing("9", after=9))
    network.advance(20)
    network.settle()
    board = text_of(desk.get("/board/now/"))
    assert "Ringing" in board
    assert "Nomsa" in board
    assert "possibly known" in board

    # Nomsa's phone rings out; Sipho's rings, he picks up and presses 1: it is really he, and not his mailbox.
    network.advance(25)
    network.settle()
    call = Call.objects.get()
    assert (call.state, call.answered_by, call.in_danger) == ("connected", sipho, True)
    board = text_of(desk.get("/board/now/"))
    assert "Sipho" in board
    assert "Ringing" not in board
    assert not any("leave a message" in words for words in her_leg.heard)

    # They talk for four minutes, and she has to hang up.
    network.advance(300)
    network.settle()
    call.refresh_from_db()
    assert (call.state, call.outcome, call.seconds > 240) == ("ended", "answered", True)
    assert [(str(leg.person), leg.result) for leg in call.legs.all()] == [("Nomsa", "no-answer"), ("Sipho", "accepted")]
    custody = call.case
    assert (custody.owner, custody.possibly_known, custody.urgency, custody.caller) == (sipho, True, "danger", rose)
    assert custody != earlier
    assert list(custody.follow_ups.values_list("because", "owner__username")) == [
        ("write_up", "sipho"),
        ("day_after", "sipho"),
    ]
    assert custody.next_due_at == call.ended_at + timedelta(minutes=15)

    # Sipho's desk: the case is his, with the call on its timeline; the old case stays shut until she says the word.
    page = text_of(sit_down(sipho).get(f"/cases/{custody.ref}/"))
    assert "Possibly known." in page
    assert "ask for the code word" in page
    assert "answered" in page.lower()
    assert "Rose" not in page
    assert earlier.ref not in page

    # A quarter of an hour later he is reminded to write it up, in words that tell a stranger nothing.
    reminders.remind_due(at=custody.next_due_at + timedelta(seconds=5))
    reminder = Message.objects.get()
    assert (reminder.to_ref, reminder.about) == ("sipho", custody.ref)

    # 03:05. Somebody else calls. Nomsa still sleeps, Sipho's phone goes to his mailbox: nobody comes.
    network.advance((NIGHT + timedelta(minutes=55) - network.at).total_seconds())
    network.settle()
    leg = network.call(from_=STRANGER, to=LINE, caller=Caller(message=30))
    network.advance(300)
    network.settle()
    assert not network.transcript.problems()
    missed = Call.objects.latest("pk")
    assert [(str(leg.person), leg.result) for leg in missed.legs.all()] == [
        ("Nomsa", "no-answer"),
        ("Sipho", "machine"),
    ]
    assert (missed.state, missed.outcome) == ("ended", "voicemail")
    assert Recording.objects.get(call=missed).seconds == 30

    # The caller was told by when, and that is what is kept.
    (promise,) = [words for words in leg.heard if "We will call you back" in words]
    assert promise == "We will call you back before 8 in the morning."
    assert missed.promise_due_at == datetime(2026, 11, 23, 6, tzinfo=UTC)
    call_back = FollowUp.objects.get(case=missed.case)
    assert (call_back.kind, call_back.due_at, call_back.owner) == ("call_back", missed.promise_due_at, None)

    # 08:05. Thandi comes in. Without a reload the board has it all: a call-back that is due, Sipho's case, the message.
    network.advance((MORNING - network.at).total_seconds())
    network.settle()
    due = text_of(desk.get("/board/due/"))
    assert "Overdue" in due
    assert missed.case.ref in due
    assert "Call back" in due
    assert custody.ref in due
    tonight = text_of(desk.get("/board/tonight/"))
    assert missed.case.ref in tonight
    whole = text_of(desk.get("/"))
    assert missed.case.ref in whole
    assert custody.ref in whole
    for secret in (ROSE, STRANGER, ROSE[-4:], "Rose"):
        assert secret not in whole

    # She takes the case, sees the call with its message on the timeline, and keeps the promise.
    taken = desk.post(f"/cases/{missed.case.ref}/take/", follow=True)
    page = text_of(taken)
    assert "Call back" in page
    assert "message" in page.lower()
    missed.case.refresh_from_db()
    assert missed.case.owner == thandi
    desk.post(f"/cases/{missed.case.ref}/follow-ups/{call_back.ref}/", {"verb": "finish", "note": "Spoke with them."})
    call_back.refresh_from_db()
    assert call_back.state == "done"
    assert missed.case.ref not in text_of(desk.get("/board/due/"))
