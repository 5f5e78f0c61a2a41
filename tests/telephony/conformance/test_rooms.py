"""Rooms and warm transfer: cases 60 and 61. Whatever dies, is late or told twice, the caller is never alone in silence."""

import pytest

from cases.models import Consent
from helpline.core.errors import Conflict, NotAllowed
from telephony.gateway.practice.phones import Accepts, Busy, Declines, HangsUpInWhisper, InTurn, Mailbox, RingsOut
from telephony.gateway.practice.quirks import Quirks
from telephony.models import OutCall
from telephony.services import transfers
from tests.factories import make_shift
from tests.telephony.conformance.signing import CALLER, NOMSA, SIPHO
from tests.telephony.conformance.transferring import LAWYER, agree
from tests.telephony.conformance.transferring import ayanda as ayanda
from tests.telephony.conformance.transferring import floor as floor
from tests.telephony.conformance.transferring import server as server

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST_SILENCE = 4.0  # seconds


def never_left_in_silence(floor):
    return floor.network.silent_seconds(floor.ruth) <= LONGEST_SILENCE


def test_a_caller_is_introduced_and_left_to_talk(floor, ayanda):
    floor.ring()
    floor.begin(ayanda, seconds=5)
    assert floor.state() == "ringing"
    assert "You are not forgotten. We are ringing somebody for you. Please stay on the line." in floor.ruth.heard
    floor.pass_time(15)
    assert floor.state() == "introducing"
    assert floor.together() == {SIPHO, LAWYER}
    floor.ask("bring_in")
    assert (floor.state(), floor.together()) == ("together", {SIPHO, LAWYER, CALLER})
    floor.ask("leave")
    assert (floor.state(), floor.together()) == ("talking", {LAWYER, CALLER})
    assert floor.phone(SIPHO) is None
    floor.pass_time(20)
    floor.network.hang_up(floor.ruth)
    floor.pass_time(5)
    assert floor.state() == "over"
    assert floor.call.outcome == "answered"
    assert floor.phone(LAWYER) is None
    assert never_left_in_silence(floor)
    assert floor.network.transcript.problems() == []


def test_the_lawyer_sees_our_number_and_hears_nothing_of_the_caller_before_the_key(floor, ayanda):
    floor.ring()
    floor.network.phones[LAWYER] = Mailbox(after=3)
    floor.begin(ayanda, seconds=16)
    phone = floor.phone(LAWYER)
    assert phone.from_ == floor.call.line.number
    ask, keys = (
        "This is the helpline. We would like to connect you with somebody now.",
        "Press 1 to speak with us, or 2 if you cannot.",
    )
    assert phone.heard[:2] == [ask, keys]
    assert set(phone.heard) == {ask, keys}


@pytest.mark.parametrize("phone", [RingsOut(), Busy(), Declines(after=3), Mailbox(after=5), HangsUpInWhisper(after=4)])
def test_case_61_a_lawyer_who_does_not_come_gives_the_caller_back_at_once(floor, ayanda, phone):
    floor.network.phones[LAWYER] = phone
    floor.ring()
    floor.begin(ayanda, seconds=50)
    assert floor.state() == "returned"
    assert floor.together() == {SIPHO, CALLER}
    assert floor.transfer.out_call.result != "accepted"
    assert never_left_in_silence(floor)


def test_case_61_after_one_who_did_not_come_another_is_tried_in_the_same_room(floor, ayanda):
    floor.network.phones[LAWYER] = InTurn((Busy(), Accepts(after=3)))
    floor.ring()
    floor.begin(ayanda, seconds=6)
    assert floor.state() == "returned"
    floor.begin(ayanda, seconds=14)
    assert floor.state() == "introducing"
    assert OutCall.objects.count() == 2


def test_case_61_the_counsellors_phone_dies_while_the_caller_hears_music(floor, ayanda, line, nomsa):
    make_shift(line, nomsa, 1)
    floor.network.phones[NOMSA] = InTurn((RingsOut(), Accepts(after=2)))
    floor.network.phones[LAWYER] = RingsOut()
    floor.ring(seconds=40)
    floor.begin(ayanda, seconds=6)
    assert floor.transfer.held
    floor.network.phones[SIPHO] = Busy()
    floor.network.hang_up(floor.phone(SIPHO))
    floor.pass_time(25)
    assert floor.state() == "given_back"
    assert floor.call.answered_by.username == "nomsa"
    assert floor.call.state == "connected"
    assert floor.phone(LAWYER) is None or floor.phone(LAWYER).is_over
    assert never_left_in_silence(floor)


def test_case_61_the_caller_comes_back_also_while_no_worker_is_there(floor, ayanda):
    """The room ends with the counsellor's phone, so that the caller goes on by themselves."""
    floor.network.phones[LAWYER] = RingsOut()
    floor.ring()
    floor.begin(ayanda, seconds=6)
    floor.network.hang_up(floor.phone(SIPHO))
    floor.pass_time(25, worker=False)
    assert floor.call.state == "connected"
    assert "You are not alone. Stay on the line, and we ring somebody for you." in floor.ruth.heard
    assert never_left_in_silence(floor)


def test_case_60_the_lawyer_hangs_up_after_the_counsellor_has_left(floor, ayanda):
    floor.ring()
    floor.begin(ayanda, seconds=20)
    floor.ask("bring_in")
    floor.ask("leave")
    floor.network.hang_up(floor.phone(LAWYER))
    floor.pass_time(25)
    assert "They have hung up. If you want to speak with us again, stay on the line." in floor.ruth.heard
    assert floor.call.state == "connected"
    assert never_left_in_silence(floor)


def test_a_counsellor_who_hangs_up_while_all_three_talk_leaves_the_two_to_talk(floor, ayanda):
    floor.ring()
    floor.begin(ayanda, seconds=20)
    floor.ask("bring_in")
    floor.network.hang_up(floor.phone(SIPHO))
    floor.pass_time(4)
    assert (floor.state(), floor.together()) == ("talking", {LAWYER, CALLER})


def test_a_caller_who_hangs_up_while_it_rings_rings_nobody_any_more(floor, ayanda):
    floor.network.phones[LAWYER] = RingsOut()
    floor.ring()
    floor.begin(ayanda, seconds=6)
    floor.network.hang_up(floor.ruth)
    floor.pass_time(5)
    assert floor.state() == "over"
    assert floor.phone(LAWYER) is None
    assert floor.transfer.out_call.result == "canceled"


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(room_joins_late_by=3.0), Quirks(room_joins_twice=True), Quirks(room_ends_before_leaving=True),
        Quirks(repeated=1.0), Quirks(late=0.7, late_by=3.0),
    ],
)  # fmt: skip
def test_case_60_what_is_told_late_twice_or_in_another_order_changes_nothing(floor, ayanda, quirks):
    floor.network.quirks = quirks
    floor.ring(seconds=30)
    floor.begin(ayanda, seconds=24)
    floor.ask("bring_in", seconds=8)
    floor.ask("leave", seconds=12)
    assert floor.together() == {LAWYER, CALLER}
    floor.network.hang_up(floor.ruth)
    floor.pass_time(12)
    assert floor.state() == "over"
    assert OutCall.objects.count() == 1
    assert never_left_in_silence(floor)


def test_case_60_with_no_word_told_of_the_room_the_caller_still_has_somebody(floor, ayanda):
    floor.ring()
    floor.network.quirks = Quirks(lost=1.0)
    floor.begin(ayanda, seconds=40)
    assert floor.together() == {SIPHO, LAWYER}
    floor.ask("bring_in")
    assert floor.together() == {SIPHO, LAWYER, CALLER}


def test_nobody_is_connected_without_the_callers_yes(floor, ayanda):
    floor.ring()
    with pytest.raises(NotAllowed):
        transfers.begin(case=floor.call.case, person_ref=ayanda.ref, by=floor.by, at=floor.network.at)
    assert not OutCall.objects.exists()
    agree(floor.call.case, ayanda.provider, floor.by, floor.network.at)
    transfers.begin(case=floor.call.case, person_ref=ayanda.ref, by=floor.by, at=floor.network.at)


def test_a_yes_said_just_now_is_written_down(floor, ayanda):
    floor.ring()
    floor.begin(ayanda)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.answer, consent.receiver_name) == ("share", "given", ayanda.provider.name)


def test_only_who_speaks_with_the_caller_connects_them(floor, ayanda, nomsa):
    floor.ring()
    with pytest.raises(NotAllowed):
        transfers.begin(case=floor.call.case, person_ref=ayanda.ref, by=nomsa, at=floor.network.at, said_yes_now=True)


def test_a_suspended_lawyer_is_not_rung(floor, ayanda):
    floor.ring()
    ayanda.provider.vetting = "suspended"
    ayanda.provider.save()
    with pytest.raises(Conflict):
        floor.begin(ayanda)


def test_two_presses_ring_once(floor, ayanda):
    floor.ring()
    floor.begin(ayanda, seconds=3)
    with pytest.raises(Conflict):
        floor.begin(ayanda)
    floor.pass_time(4)
    assert OutCall.objects.count() == 1


def test_what_makes_no_sense_now_is_refused(floor, ayanda):
    floor.ring()
    floor.begin(ayanda, seconds=3)
    with pytest.raises(Conflict):
        floor.ask("leave")


def test_a_counsellor_calls_it_off_and_has_the_caller_back(floor, ayanda):
    floor.network.phones[LAWYER] = RingsOut()
    floor.ring()
    floor.begin(ayanda, seconds=5)
    floor.ask("call_off")
    assert (floor.state(), floor.together()) == ("returned", {SIPHO, CALLER})
    assert floor.phone(LAWYER) is None
