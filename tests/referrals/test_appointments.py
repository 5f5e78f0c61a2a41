"""An appointment: reminded only where that is safe, asked after, and no mark against whoever could not come."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.models import FollowUp, ReceiverKind
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.outbox.models import Message
from referrals.models import Appointment, Feedback, Provider, Referral
from referrals.services import appointments, feedback
from tests.factories import make_caller, make_case, make_safe_contact

pytestmark = pytest.mark.django_db
TOMORROW_NINE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # 09:00 in Johannesburg; the night of NIGHT is the 23rd
TEN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 10:00 the day before


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, owner=thandi, caller=make_caller(), at=at)


@pytest.fixture
def asked(rose, thandi, at):
    clinic = Provider.objects.create(
        kind=ReceiverKind.CLINIC, name="Clinic", vetting="approved", vetting_since=at, created_at=at, changed_at=at
    )
    return Referral.objects.create(
        case=rose, need="health", provider=clinic, asked_at=at, asked_by=thandi, state="accepted"
    )


@pytest.fixture
def visit(asked, thandi, at):
    return appointments.add(
        referral=asked, day_at=TOMORROW_NINE, where="Third door", tell_caller=True, by=thandi, at=at, key="one"
    )


def test_the_form_that_is_sent_twice_is_one_appointment(visit, asked, thandi, at):
    again = appointments.add(
        referral=asked, day_at=TOMORROW_NINE, where="Third door", tell_caller=True, by=thandi, at=at, key="one"
    )
    assert again == visit
    assert Appointment.objects.count() == 1


def test_where_a_text_is_safe_they_are_told_the_time_and_nothing_else(visit, rose, thandi):
    make_safe_contact(rose.caller, thandi, may_text=True)
    assert appointments.tell_due(at=TEN) == 1
    told = Message.objects.get()
    assert (told.route, told.words) == ("caller", {"time": "09:00"})
    assert told.expires_at < TOMORROW_NINE


def test_where_a_text_is_not_safe_it_is_a_task_with_the_reason(visit, rose, thandi):
    make_safe_contact(rose.caller, thandi, may_text=False)
    appointments.tell_due(at=TEN)
    assert not Message.objects.exists()
    assert FollowUp.objects.get(because="appointment_caller").why


def test_two_workers_at_once_tell_it_once(visit, rose, thandi):
    make_safe_contact(rose.caller, thandi, may_text=True)
    assert [appointments.tell_due(at=TEN) for _ in range(2)] == [1, 0]
    assert Message.objects.count() == 1


def test_after_a_day_in_which_nothing_ran_what_is_no_longer_true_is_not_told(visit, rose, thandi):
    make_safe_contact(rose.caller, thandi, may_text=True)
    appointments.tell_due(at=TOMORROW_NINE + timedelta(hours=1))
    assert not Message.objects.exists()


def test_one_that_breaks_does_not_keep_the_next_waiting(visit, asked, rose, thandi, at, monkeypatch):
    make_safe_contact(rose.caller, thandi, may_text=True)
    other = appointments.add(
        referral=asked, day_at=TOMORROW_NINE + timedelta(hours=1), where="", tell_caller=True, by=thandi, at=at
    )
    first = appointments._tell_one

    def breaks_once(row, now):
        if row.pk == visit.pk:
            raise ZeroDivisionError
        return first(row, now)

    monkeypatch.setattr(appointments, "_tell_one", breaks_once)
    assert appointments.tell_due(at=TEN + timedelta(minutes=5)) == 1
    assert other.ref in Message.objects.get().key


def test_moved_it_is_told_for_the_new_day_and_the_old_telling_is_taken_back(visit, rose, thandi, at):
    make_safe_contact(rose.caller, thandi, may_text=True)
    appointments.tell_due(at=TEN)
    later = appointments.move(appointment=visit, day_at=TOMORROW_NINE + timedelta(days=7), by=thandi, at=TEN)
    assert Message.objects.get().state == "canceled"
    assert (later.where, later.follows) == ("Third door", visit)
    assert FollowUp.objects.unfinished().get(because="appointment_after").due_at > later.at


def test_whoever_could_not_come_is_asked_what_would_help(visit, thandi, at):
    appointments.end(appointment=visit, verb="miss", why="transport", by=thandi, at=TOMORROW_NINE)
    assert FollowUp.objects.unfinished().get().because == "appointment_offer"


@pytest.mark.parametrize(("verb", "why"), [("miss", ""), ("miss", "lazy"), ("forget", "")])
def test_what_there_is_no_word_for_is_refused(visit, thandi, verb, why):
    with pytest.raises(NotAllowed):
        appointments.end(appointment=visit, verb=verb, why=why, by=thandi, at=TOMORROW_NINE)
    assert Appointment.objects.get().state == "planned"


def test_what_is_over_is_over(visit, thandi):
    appointments.end(appointment=visit, verb="keep", by=thandi, at=TOMORROW_NINE)
    with pytest.raises(Conflict):
        appointments.end(appointment=visit, verb="call_off", by=thandi, at=TOMORROW_NINE)


@pytest.mark.parametrize("days", [-1, 800])
def test_a_day_that_cannot_be_meant_is_refused(asked, thandi, at, days):
    with pytest.raises(NotAllowed):
        appointments.add(
            referral=asked, day_at=at + timedelta(days=days), where="", tell_caller=False, by=thandi, at=at
        )


def test_a_withdrawn_referral_takes_its_appointments_with_it(visit, asked, rose, thandi, at):
    assert appointments.cancel_all(asked, at=at) == 1
    assert appointments.tell_due(at=TEN) == 0
    assert not FollowUp.objects.unfinished().exists()


def test_how_it_was_is_kept_once_and_may_be_told_anew(asked, thandi, at):
    for answer in (True, False):
        feedback.tell(referral=asked, answers={"respectful": answer}, words="", by=thandi, at=at)
    told = Feedback.objects.get()
    assert (told.respectful, told.safe, told.provider) == (False, None, asked.provider)


def test_nothing_told_is_nothing_kept(asked, thandi, at):
    with pytest.raises(NotAllowed):
        feedback.tell(referral=asked, answers={}, words=" ", by=thandi, at=at)


def test_the_follow_up_to_ask_goes_when_it_was_told(asked, thandi, at):
    feedback.ask_later(asked, at=at)
    assert FollowUp.objects.unfinished().get().because == "referral_how"
    feedback.tell(referral=asked, answers={"reached": True}, words="", by=thandi, at=at)
    assert not FollowUp.objects.unfinished().exists()


def test_from_the_page(asked, rose, desk_of, thandi):
    desk, address = desk_of(thandi), f"/cases/{rose.ref}/referrals/{asked.ref}/following/"
    assert desk.post(address, {"day_at": "", "where": "x"}).status_code == 422
    desk.post(address, {"day_at": "2027-01-04T09:00", "where": "Third door", "tell_caller": "on", "key": "a"})
    row = Appointment.objects.get()
    assert row.tell_caller
    desk.post(f"/cases/{rose.ref}/referrals/{asked.ref}/appointments/{row.ref}/", {"verb": "miss", "why": "childcare"})
    desk.post(address, {"verb": "told", "respectful": "no", "safe": "", "words": "rude"})
    page = desk.get(address).content.decode()
    assert "could not come" in page
    assert "rude" in page
    row.refresh_from_db()
    assert (row.state, row.why, Feedback.objects.get().respectful) == ("could_not_come", "childcare", False)


def test_a_referral_of_another_case_is_not_there(asked, line, thandi, desk_of):
    other = make_case(line=line, owner=thandi)
    assert desk_of(thandi).get(f"/cases/{other.ref}/referrals/{asked.ref}/following/").status_code == 404
