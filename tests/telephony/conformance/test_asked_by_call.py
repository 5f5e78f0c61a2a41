"""A lawyer who wants to be asked by a call: rung, told what is needed, and a key decides. A mailbox never has it."""

from datetime import timedelta

import pytest

from referrals.models import Offer, Referral
from referrals.services import asking
from telephony.gateway.practice.phones import Accepts, Declines, Mailbox, RingsOut
from telephony.models import OutCall
from telephony.services import asking_by_call
from tests.factories import make_area, make_case, make_provider
from tests.telephony.conformance.transferring import LAWYER
from tests.telephony.conformance.transferring import ayanda as ayanda
from tests.telephony.conformance.transferring import floor as floor
from tests.telephony.conformance.transferring import server as server

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "+447700900122"


@pytest.fixture
def asked(floor, ayanda, sipho, line):
    """Two lawyers in Woodstock who want calls and no texts; Ayanda is asked first."""
    woodstock = make_area()
    ayanda.provider.areas.add(woodstock)
    other = make_provider("Busi Legal", areas=[woodstock], number=OTHER, vetting="probation").people.get()
    for person in (ayanda, other):
        person.by_text, person.by_call = False, True
        person.save()
    case = make_case(line=line, owner=sipho, at=floor.network.at)
    return asking.ask(
        case=case, by=sipho, at=floor.network.at, need="legal", matter="arrest", area=woodstock, language=""
    )


def pass_time(floor, seconds):
    for _ in range(seconds):
        floor.network.advance(1)
        floor.network.settle()
        asking_by_call.put_due(at=floor.network.at)
        asking_by_call.stop_unwanted(at=floor.network.at, gateway=floor.gateway)
        floor.work()


def heard_by(floor, number):
    return [words for leg in floor.network.shelf.legs.values() if leg.to == number for words in leg.heard]


def test_one_is_rung_hears_what_is_needed_and_has_it_by_a_key(floor, asked):
    floor.network.phones[LAWYER] = Accepts(after=4)
    pass_time(floor, 25)
    asked.refresh_from_db()
    assert (asked.state, asked.provider.name) == ("accepted", "Ayanda Law")
    assert Offer.objects.get(state="accepted").answered_how == "key"
    heard = " ".join(heard_by(floor, LAWYER))
    assert "A lawyer is needed: arrest, Woodstock." in heard
    assert "You have it" in heard
    assert asked.case.ref not in heard
    assert OutCall.objects.count() == 1


def test_a_mailbox_that_picks_up_has_nothing(floor, asked):
    floor.network.phones[LAWYER] = Mailbox()
    pass_time(floor, 100)
    asked.refresh_from_db()
    assert asked.state == "asking"
    assert OutCall.objects.get().result == "machine"


def test_who_presses_two_makes_room_for_the_next_who_is_rung_too(floor, asked):
    floor.network.phones[LAWYER] = Declines(after=3)
    floor.network.phones[OTHER] = Accepts(after=3)
    pass_time(floor, 45)
    asked.refresh_from_db()
    states = dict(Offer.objects.values_list("person__provider__name", "state"))
    assert states["Ayanda Law"] in {"declined", "open"}
    if states["Ayanda Law"] == "declined":
        assert (asked.state, asked.provider.name) == ("accepted", "Busi Legal")


def test_a_phone_that_still_rings_is_stopped_when_it_is_not_needed_any_more(floor, asked, sipho):
    floor.network.phones[LAWYER] = RingsOut()
    pass_time(floor, 5)
    asking.withdraw(referral=Referral.objects.get(), by=sipho, at=floor.network.at, why="caller_wants_not")
    pass_time(floor, 5)
    call = OutCall.objects.get()
    assert (call.state, call.result) == ("over", "canceled")


def test_after_five_minutes_in_which_nothing_ran_nobody_is_rung_out_of_the_blue(floor, asked):
    assert asking_by_call.put_due(at=floor.network.at + timedelta(minutes=6)) == 0
    assert not OutCall.objects.exists()


def test_two_workers_ring_once(floor, asked):
    assert [asking_by_call.put_due(at=floor.network.at) for _ in range(2)] == [1, 0]
    assert OutCall.objects.count() == 1
