"""Somebody is asked for a caller: in turn, in time, and one of them gets it."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import Case, FollowUp
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer as Said
from helpline.core.alarms.models import Alarm
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message, MessageState
from referrals.models import Offer, Referral
from referrals.services import answering, asking, sweeping
from tests.factories import make_caller, make_case
from tests.referrals.asking_rows import make_district, make_lawyer, put_on_stand_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def woodstock(db):
    return make_district()


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def three(woodstock, nomsa):
    """Three lawyers on stand-by tonight, in this order."""
    people = [make_lawyer(name, area=woodstock) for name in ("Ayanda Law", "Botha Law", "Cele Law")]
    for position, person in enumerate(people, start=1):
        put_on_stand_by(person, position)
    return people


@pytest.fixture
def ask(case, nomsa, woodstock, at):
    def asked(**changes):
        ordinary = {
            "case": case,
            "by": nomsa,
            "at": at,
            "need": "legal",
            "matter": "arrest",
            "area": woodstock,
            "language": "zu",
        }
        return asking.ask(**{**ordinary, **changes})

    return asked


def after(at, minutes):
    return at + timedelta(minutes=minutes)


def leave(at):
    """What waits in the outbox leaves."""
    Message.objects.filter(state=MessageState.WAITING).update(state=MessageState.DELIVERED)


def states(referral):
    return list(Offer.objects.filter(referral=referral).order_by("place", "pk").values_list("state", flat=True))


def offer_to(person):
    return Offer.objects.select_related("referral__case").get(person=person)


def test_the_first_on_stand_by_is_asked_at_once(ask, three):
    ask()
    assert [offer.person for offer in Offer.objects.all()] == [three[0]]


def test_who_is_asked_has_ten_minutes_of_the_thirty(ask, three, at):
    ask()
    assert offer_to(three[0]).answer_by == after(at, 10)


def test_the_next_is_asked_when_the_first_was_silent_for_ten_minutes(ask, three, at):
    referral = ask()
    leave(at)
    sweeping.sweep(at=after(at, 10))
    assert states(referral) == ["silent", "open"]


def test_nobody_else_is_asked_before_that(ask, three, at):
    referral = ask()
    leave(at)
    sweeping.sweep(at=at + timedelta(minutes=9, seconds=59))
    assert states(referral) == ["open"]


def test_a_no_asks_the_next_at_once(ask, three, at):
    referral = ask()
    answering.decline(offer=offer_to(three[0]), at=after(at, 1), how="text", because="busy")
    assert states(referral) == ["declined", "open"]


def test_a_yes_gives_it_to_them(ask, three, at):
    referral = ask()
    assert answering.accept(offer=offer_to(three[0]), at=after(at, 3), how="text").result == "accepted"
    referral.refresh_from_db()
    assert (referral.state, referral.person, referral.provider.name) == ("accepted", three[0], "Ayanda Law")


def test_after_a_yes_whoever_has_the_case_tells_the_caller_now(ask, three, at):
    ask()
    answering.accept(offer=offer_to(three[0]), at=after(at, 3), how="text")
    assert FollowUp.objects.filter(because="lawyer_accepted", due_at=after(at, 3), is_urgent=True).exists()


def test_after_a_yes_it_is_the_lawyers_turn(ask, three, case, at):
    ask()
    answering.accept(offer=offer_to(three[0]), at=after(at, 3), how="text")
    assert Case.objects.get(pk=case.pk).turn == "lawyer"


def test_a_late_yes_counts_while_nobody_has_it(ask, three, at):
    referral = ask()
    leave(at)
    sweeping.sweep(at=after(at, 10))
    assert answering.accept(offer=offer_to(three[0]), at=after(at, 11), how="text").result == "accepted"
    assert states(referral) == ["accepted", "taken"]


def test_a_late_yes_hears_that_somebody_else_has_it(ask, three, at):
    ask()
    leave(at)
    sweeping.sweep(at=after(at, 10))
    answering.accept(offer=offer_to(three[1]), at=after(at, 11), how="text")
    assert answering.accept(offer=offer_to(three[0]), at=after(at, 12), how="text").result == "taken"


def test_after_thirty_minutes_coordinators_hear_of_it_once(ask, three, at):
    ask()
    leave(at)
    for minute in range(50):
        sweeping.sweep(at=after(at, minute))
        leave(at)
    assert Alarm.objects.filter(kind="referral_late").count() == 1


def test_when_everybody_was_silent_a_person_has_to_see_to_it(ask, three, at):
    referral = ask()
    for minute in range(50):
        leave(at)
        sweeping.sweep(at=after(at, minute))
    referral.refresh_from_db()
    assert (referral.state, states(referral)) == ("nobody", ["silent", "silent", "silent"])
    assert FollowUp.objects.filter(because="nobody_accepted").count() == 1


def test_the_last_ten_minutes_are_for_those_who_are_left_together(ask, three, woodstock, at):
    for name in ("Dlamini Law", "Els Law"):
        make_lawyer(name, area=woodstock)
    referral = ask()
    for minute in (10, 20):
        leave(at)
        sweeping.sweep(at=after(at, minute))
    assert states(referral) == ["silent", "silent", "open", "open", "open"]


def test_hours_in_which_nothing_ran_bring_no_burst_and_pass_nobody_over(ask, three, at):
    """The worker was dead from the start: not even the first text has left."""
    referral = ask()
    sweeping.sweep(at=after(at, 180))
    open_now = Offer.objects.filter(referral=referral, state="open")
    assert {offer.person for offer in open_now} == set(three)
    assert Message.objects.filter(template="offer/ask", state="waiting").count() == 3


def test_a_yes_that_is_taken_back_ends_it_within_a_sweep(ask, three, case, nomsa, at):
    referral = ask()
    leave(at)
    consent_keeping.record(case=case, answers=[Said("share", "refused", Receiver("lawyer"))], by=nomsa, at=after(at, 2))
    sweeping.sweep(at=after(at, 2))
    referral.refresh_from_db()
    assert (referral.state, states(referral)) == ("withdrawn", ["withdrawn"])
    assert Message.objects.filter(template="offer/over").count() == 1


def test_a_yes_that_comes_before_the_sweep_finds_it_withdrawn(ask, three, case, nomsa, at):
    ask()
    consent_keeping.record(case=case, answers=[Said("share", "refused", Receiver("lawyer"))], by=nomsa, at=after(at, 2))
    assert answering.accept(offer=offer_to(three[0]), at=after(at, 2), how="link").result == "withdrawn"


def test_nobody_is_asked_where_the_caller_said_no_to_lawyers(ask, three, case, nomsa, at):
    consent_keeping.record(case=case, answers=[Said("share", "refused", Receiver("lawyer"))], by=nomsa, at=at)
    with pytest.raises(NotAllowed):
        ask(at=after(at, 1))
    assert not Referral.objects.exists()


def test_the_same_form_twice_asks_once(ask, three):
    assert ask(key="form-1") == ask(key="form-1")
    assert Offer.objects.count() == 1
