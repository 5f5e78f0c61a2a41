"""Somebody is asked for a caller: in turn, in time, and one of them gets it."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import Case, FollowUp
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer as Said
from helpline.core.alarms.models import Alarm
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.outbox.models import Message, MessageState
from referrals.models import Offer, Provider, ProviderPerson, Referral
from referrals.services import answering, asking, sweeping, telling
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


def as_it_is(referral):
    return Referral.objects.get(pk=referral.pk)


class TestSomebodyIsTrustedNoLonger:
    def test_their_question_is_taken_back_and_the_next_is_asked(self, ask, three, at):
        referral = ask()
        leave(at)
        Provider.objects.filter(pk=three[0].provider_id).update(vetting="suspended")
        sweeping.sweep(at=at + timedelta(seconds=5))
        assert states(referral) == ["withdrawn", "open"]
        assert Message.objects.filter(template="offer/over").count() == 1

    def test_their_yes_in_these_seconds_counts_no_more(self, ask, three, at):
        referral = ask()
        Provider.objects.filter(pk=three[0].provider_id).update(vetting="removed")
        assert answering.accept(offer=offer_to(three[0]), at=at, how="text").result == "withdrawn"
        assert states(referral) == ["withdrawn", "open"]

    def test_who_had_just_accepted_loses_it_and_the_next_is_asked(self, ask, three, at):
        referral = ask()
        answering.accept(offer=offer_to(three[0]), at=after(at, 3), how="text")
        Provider.objects.filter(pk=three[0].provider_id).update(vetting="suspended")
        sweeping.sweep(at=after(at, 4))
        assert (as_it_is(referral).state, states(referral)) == ("asking", ["withdrawn", "open"])
        assert FollowUp.objects.filter(because="referral_lost").count() == 1

    def test_a_day_later_a_person_judges_and_nobody_is_woken(self, ask, three, at):
        referral = ask()
        answering.accept(offer=offer_to(three[0]), at=after(at, 3), how="text")
        Provider.objects.filter(pk=three[0].provider_id).update(vetting="suspended")
        sweeping.sweep(at=at + timedelta(days=1))
        assert as_it_is(referral).state == "accepted"

    def test_somebody_who_has_left_is_asked_no_more(self, ask, three, at):
        referral = ask()
        ProviderPerson.objects.filter(pk=three[0].pk).update(left_at=at)
        sweeping.sweep(at=at + timedelta(seconds=5))
        assert states(referral) == ["withdrawn", "open"]


class TestAskingByHand:
    def test_only_whom_a_person_chose_is_asked(self, ask, three, at):
        referral = ask(persons=[three[2].ref])
        for minute in (0, 10, 20, 31):
            leave(at)
            sweeping.sweep(at=after(at, minute))
        assert [offer.person for offer in Offer.objects.filter(referral=referral)] == [three[2]]
        assert as_it_is(referral).state == "nobody"

    def test_whom_a_person_wants_first_and_then_the_others(self, ask, three, at):
        ask(persons=[three[2].ref], only_chosen=False)
        leave(at)
        sweeping.sweep(at=after(at, 10))
        assert [offer.person for offer in Offer.objects.order_by("place")] == [three[2], three[0]]

    def test_who_is_rung_by_a_person_gets_no_text(self, ask, three, nomsa, at):
        ask(way="by_hand", persons=[three[0].ref])
        assert not Message.objects.exists()
        assert answering.accept(offer=offer_to(three[0]), at=at, how="desk", by=nomsa).result == "accepted"
        assert not Message.objects.exists()

    @pytest.mark.parametrize("vetting", ["suspended", "removed", "proposed"])
    def test_nobody_who_is_not_trusted_even_by_hand(self, ask, three, vetting):
        Provider.objects.filter(pk=three[0].provider_id).update(vetting=vetting)
        with pytest.raises(NotAllowed):
            ask(persons=[three[0].ref])
        assert not Referral.objects.exists()

    def test_one_more_is_rung_beside_the_others(self, ask, three, nomsa, at):
        referral = ask()
        asking.ask_one(referral=referral, person_ref=three[2].ref, by=nomsa, at=after(at, 1), by_hand=True)
        assert states(referral) == ["open", "open"]
        assert Message.objects.filter(template="offer/ask").count() == 1


class TestOverAndAgain:
    def test_when_nobody_could_it_is_asked_again_and_the_silent_may_be_asked_anew(self, ask, three, nomsa, at):
        referral = ask()
        for minute in range(0, 50, 2):
            leave(at)
            sweeping.sweep(at=after(at, minute))
        asking.ask_again(referral=referral, by=nomsa, at=after(at, 60))
        now = as_it_is(referral)
        assert (now.state, now.round, now.promised_by) == ("asking", 2, after(at, 90))
        assert Offer.objects.filter(referral=referral, round=2, state="open").count() == 1

    def test_who_said_no_for_good_is_not_asked_in_the_next_round(self, ask, three, nomsa, at):
        referral = ask(persons=[three[0].ref])
        answering.decline(offer=offer_to(three[0]), at=at, how="text", because="not_mine")
        assert as_it_is(referral).state == "nobody"
        asking.ask_again(referral=referral, by=nomsa, at=after(at, 120))
        assert Offer.objects.get(referral=referral, state="open").person == three[1]

    def test_who_gives_it_back_is_not_asked_again_and_the_next_is(self, ask, three, at):
        referral = ask()
        answering.accept(offer=offer_to(three[0]), at=at, how="link")
        asking.give_back(offer=offer_to(three[0]), at=after(at, 5), why="given_back")
        assert Offer.objects.get(referral=referral, state="open").person == three[1]
        assert as_it_is(referral).person is None

    def test_ended_tells_whoever_still_has_the_question(self, ask, three, nomsa, at):
        referral = ask()
        leave(at)
        asking.end(referral=referral, by=nomsa, at=after(at, 2), outcome="already", words="Her sister sent one.")
        now = as_it_is(referral)
        assert (now.state, now.outcome, now.outcome_words) == ("ended", "already", "Her sister sent one.")
        assert Message.objects.filter(template="offer/over").count() == 1

    def test_ended_well_texts_nobody_who_had_it(self, ask, three, nomsa, at):
        referral = ask()
        leave(at)
        answering.accept(offer=offer_to(three[0]), at=at, how="text")
        asking.mark_reached(referral=referral, by=nomsa, at=after(at, 20))
        asking.end(referral=referral, by=nomsa, at=after(at, 90), outcome="received")
        assert not Message.objects.filter(template="offer/over").exists()

    @pytest.mark.parametrize("outcome", ["", "lost", "RECEIVED"])
    def test_no_outcome_that_there_is_not(self, ask, three, nomsa, at, outcome):
        with pytest.raises(NotAllowed):
            asking.end(referral=ask(), by=nomsa, at=at, outcome=outcome)

    def test_nobody_is_reached_who_has_not_accepted(self, ask, three, nomsa, at):
        with pytest.raises(NotAllowed):
            asking.mark_reached(referral=ask(), by=nomsa, at=at)

    def test_withdrawn_twice_is_once(self, ask, three, nomsa, at):
        referral = ask()
        for _ in range(2):
            asking.withdraw(referral=referral, by=nomsa, at=at, why="caller")
        assert as_it_is(referral).state == "withdrawn"


@pytest.mark.parametrize(
    "wrong",
    [{"need": "magic"}, {"matter": "magic"}, {"way": "magic"}, {"promised_minutes": 0}, {"promised_minutes": 10**6}],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_kept(ask, three, wrong):
    with pytest.raises(NotAllowed):
        ask(**wrong)
    assert not Referral.objects.exists()


def test_a_yes_of_another_case_is_no_yes_here(ask, three, line, nomsa, at):
    other = make_case(line=line, caller=make_caller())
    (yes,) = consent_keeping.record(case=other, answers=[Said("share", "given", Receiver("lawyer"))], by=nomsa, at=at)
    with pytest.raises(NotFound):
        ask(consent_ref=yes.ref, may_be_told="Rose")


def test_what_may_be_told_is_told_to_nobody_without_a_yes(ask, three, at):
    ask(may_be_told="Rose, cell 4")
    answering.accept(offer=offer_to(three[0]), at=at, how="link")
    assert telling.what_may_be_told(offer_to(three[0]), at=at) == ""


def test_a_yes_that_is_given_after_the_acceptance_opens_it(ask, three, case, nomsa, at):
    ask(may_be_told="Rose, cell 4")
    answering.accept(offer=offer_to(three[0]), at=at, how="link")
    consent_keeping.record(case=case, answers=[Said("share", "given", Receiver("lawyer"))], by=nomsa, at=after(at, 5))
    assert telling.what_may_be_told(offer_to(three[0]), at=after(at, 5)) == "Rose, cell 4"


def test_a_sweep_that_finds_one_broken_looks_at_the_others_and_tells(ask, three, line, nomsa, at, monkeypatch):
    first, second = ask(), ask(case=make_case(line=line, caller=make_caller(), owner=nomsa), persons=[three[1].ref])
    leave(at)
    looked = sweeping.advance

    def breaks(held, moment):
        if held.referral.pk == first.pk:
            raise RuntimeError("broken")
        looked(held, moment)

    monkeypatch.setattr(sweeping, "advance", breaks)
    sweeping.sweep(at=after(at, 10))
    assert as_it_is(second).state == "nobody"
    assert Alarm.objects.filter(kind="referral_broken").count() == 1


def test_a_case_that_was_closed_meanwhile_asks_nobody_any_more(ask, three, case, at):
    referral = ask()
    leave(at)
    Case.objects.filter(pk=case.pk).update(state="closed")
    sweeping.sweep(at=at + timedelta(seconds=5))
    assert (as_it_is(referral).state, states(referral)) == ("withdrawn", ["withdrawn"])


def test_a_yes_for_a_case_that_was_closed_hears_that_it_is_not_needed(ask, three, case, at):
    ask()
    Case.objects.filter(pk=case.pk).update(state="closed")
    assert answering.accept(offer=offer_to(three[0]), at=at, how="text").result == "withdrawn"
