"""Caller, companion and lawyer are told again: once each, where it is safe, never after the day has begun."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cases.consenting import Receiver
from cases.models import Case, ContactRoute, FollowUp, Hearing, SafeContact
from cases.services import consent_keeping, hearing_reminders, hearings
from cases.services.hearing_reminders import tell_due
from cases.tasks import tell_of_hearings
from helpline.core import clock
from helpline.core.outbox.models import Message
from telephony.services.addressing import NotToBeSent, write_letter
from tests.cases.clocks.conftest import local
from tests.cases.hearings.conftest import DAY, NOW

pytestmark = pytest.mark.django_db
EVE, MORNING = local("2026-11-30T10:00"), local("2026-12-01T07:00")


def told():
    rows = Message.objects.order_by("pk")
    return [(row.route, row.template, row.words["time"], row.expires_at) for row in rows if row.state == "waiting"]


def tasks():
    return list(FollowUp.objects.filter(kind="task").values_list("because", flat=True).order_by("pk"))


TOMORROW = ("caller", "caller/tomorrow", "09:00", local("2026-12-01T00:00"))
TODAY = ("caller", "caller/today", "09:00", DAY)


def test_rose_is_told_the_day_before_and_on_the_morning_once_each(add):
    add()
    for at in (
        NOW,
        EVE - timedelta(seconds=1),
        EVE,
        EVE,
        EVE + timedelta(hours=1),
        MORNING,
        MORNING,
        DAY,
        DAY + timedelta(days=1),
    ):
        tell_due(at=at)
    assert told() == [TOMORROW, TODAY]
    assert Hearing.objects.get().remind_at is None


def test_what_she_reads_is_one_neutral_fact(add):
    add(court="the magistrate", place="Main Street")
    tell_due(at=EVE)
    letter = write_letter(Message.objects.get(), at=EVE)
    assert (letter.to, letter.body) == ("+447700900231", "Reminder: tomorrow at 09:00.")


def test_a_day_that_was_fixed_late_is_told_at_once(add):
    add(at=local("2026-11-30T18:00"))
    assert tell_due(at=local("2026-11-30T18:00")) == 1
    assert told() == [TOMORROW]


def test_a_sweep_that_was_away_over_night_does_not_say_tomorrow(add):
    add()
    tell_due(at=local("2026-12-01T03:00"))
    tell_due(at=local("2026-12-01T08:30"))
    assert told() == [TODAY]


def test_a_sweep_that_was_away_until_after_court_tells_nothing(add):
    add()
    assert tell_due(at=DAY + timedelta(minutes=1)) == 0
    assert (told(), tasks()) == ([], [])


@pytest.mark.parametrize(
    "said",
    [{"may_text": False}, {"confirmed_at": NOW - timedelta(days=100)}, {"ended_at": NOW}],
    ids=["not safe", "too old", "not hers any more"],
)
def test_where_a_text_is_not_safe_a_person_is_told_why(add, case, said):
    SafeContact.objects.update(**said)
    add()
    tell_due(at=EVE)
    assert (told(), tasks()) == ([], ["hearing_caller"])
    assert FollowUp.objects.get(kind="task").why


def test_while_she_is_only_possibly_known_she_is_not_texted(add):
    add()
    Case.objects.update(possibly_known=True)
    tell_due(at=EVE)
    assert (told(), tasks()) == ([], ["hearing_caller"])


def test_a_text_waits_for_her_safe_hours_where_they_come_in_time(add):
    card = SafeContact.objects.get()
    card.hours = [{"day": 0, "from": "15:00", "to": "17:00"}]  # Monday, the day before
    card.save()
    add()
    tell_due(at=EVE)
    assert Message.objects.get().not_before == local("2026-11-30T15:00")
    tell_due(at=MORNING)
    assert (len(told()), tasks()) == (1, ["hearing_caller"])


def test_who_goes_along_and_the_lawyer_are_told_where_that_was_ticked(add, friend):
    add(goes_along=friend, lawyer_number="+447700900121", tell_companion=True, tell_lawyer=True)
    tell_due(at=EVE)
    assert [row[0] for row in told()] == ["caller", "contact", "lawyer"]
    letters = [write_letter(message, at=EVE).to for message in Message.objects.order_by("pk")]
    assert letters == ["+447700900231", "+447700900232", "+447700900121"]


def say_no_to_lawyers(case, thandi, at, *, named=""):
    answer = consent_keeping.Answer("share", "refused", Receiver("lawyer", named))
    consent_keeping.record(case=case, answers=[answer], by=thandi, at=at)


@pytest.mark.parametrize("named", ["", "Lawyer N."])
def test_a_lawyer_is_not_told_where_the_caller_said_no_and_a_person_hears_why(add, case, thandi, named):
    add(lawyer="Lawyer N.", lawyer_number="+447700900121", tell_caller=False, tell_lawyer=True)
    say_no_to_lawyers(case, thandi, NOW, named=named)
    tell_due(at=EVE)
    assert (told(), tasks()) == ([], ["hearing_lawyer"])


def test_a_no_that_comes_while_the_text_to_the_lawyer_waits_is_obeyed(add, case, thandi):
    add(lawyer_number="+447700900121", tell_caller=False, tell_lawyer=True)
    tell_due(at=EVE)
    say_no_to_lawyers(case, thandi, EVE)
    with pytest.raises(NotToBeSent):
        write_letter(Message.objects.get(), at=EVE)


def test_nobody_is_told_where_it_was_not_ticked(add, friend):
    add(goes_along=friend, lawyer_number="+447700900121", tell_caller=False)
    tell_due(at=EVE)
    assert (told(), tasks()) == ([], [])


def test_a_companion_who_may_not_be_texted_and_a_lawyer_without_a_number_become_tasks(add, friend):
    ContactRoute.objects.update(may_text=False)
    add(goes_along=friend, tell_companion=True, tell_lawyer=True)
    tell_due(at=EVE)
    assert [row[0] for row in told()] == ["caller"]
    assert tasks() == ["hearing_companion", "hearing_lawyer"]


@pytest.mark.parametrize("end", ["hold", "call_off", "could_not_come", "postpone"])
def test_what_has_not_left_is_taken_back_when_the_day_is_over_or_moved(add, thandi, end):
    row = add()
    tell_due(at=EVE)
    how = {"could_not_come": {"reason": "ill"}, "postpone": {"day_at": DAY + timedelta(days=9)}}.get(end, {})
    getattr(hearings, end)(hearing=row, by=thandi, at=EVE, **how)
    assert told() == []
    tell_due(at=MORNING)
    assert told() == []


def test_a_day_that_is_moved_after_she_was_told_is_told_anew(add, thandi):
    row = add()
    tell_due(at=EVE)
    hearings.change(hearing=row, by=thandi, at=EVE, day_at=local("2026-12-01T11:00"))
    tell_due(at=EVE)
    assert told() == [("caller", "caller/tomorrow", "11:00", local("2026-12-01T00:00"))]


def test_a_lawyer_is_not_texted_for_a_day_that_has_begun_or_is_called_off(add, thandi):
    row = add(lawyer_number="+447700900121", tell_caller=False, tell_lawyer=True)
    tell_due(at=MORNING)
    message = Message.objects.get()
    with pytest.raises(NotToBeSent):
        write_letter(message, at=DAY)
    Hearing.objects.filter(pk=row.pk).update(state="called_off")
    with pytest.raises(NotToBeSent):
        write_letter(message, at=MORNING)


def test_the_task_tells_by_the_clock(add, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVE)
    add()
    tell_of_hearings()
    assert told() == [TOMORROW]


def test_a_day_that_cannot_be_told_does_not_keep_the_others_waiting(add, monkeypatch):
    broken, whole = add(), add(key="another")
    tell_one = hearing_reminders._tell_one

    def told_one(row, at):
        if row.pk == broken.pk:
            raise ValueError
        return tell_one(row, at)

    monkeypatch.setattr(hearing_reminders, "_tell_one", told_one)
    assert tell_due(at=EVE) == 1
    assert whole.ref in Message.objects.get().key


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_tell_each_once(add):
    for _ in range(20):
        add()
    start, broken = threading.Barrier(4), []

    def sweep():
        try:
            start.wait()
            while tell_due(at=EVE, limit=5) or Hearing.objects.to_remind(EVE).exists():
                pass
        except Exception as error:
            broken.append(error)
            raise
        finally:
            connection.close()

    sweepers = [threading.Thread(target=sweep) for _ in range(4)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()
    assert not broken
    assert Message.objects.count() == 20
