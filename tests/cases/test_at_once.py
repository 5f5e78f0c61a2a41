"""Two people, or two webhooks, at the same moment: one comes after the other, and nothing is lost between them."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from cases.models import Case, FollowUp, Note, Number, SafeContact, Source
from cases.services import casework, followups, intake, numbers, shift_change
from helpline.core.errors import Conflict
from tests.factories import make_caller, make_case, make_follow_up

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Do all of these at the same moment, each on a connection of its own, and return what each gave or raised."""
    start, came = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number, deed):
        try:
            connection.ensure_connection()
            start.wait()
            came[number] = deed()
        except Exception as error:  # noqa: BLE001  what each raised is what the tests look at
            came[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_eight_follow_ups_finished_at_once_none_stays_on_the_case(line, nomsa, at):
    case = make_case(line=line, owner=nomsa, at=at)
    rows = [make_follow_up(case, due_at=at + timedelta(minutes=number)) for number in range(8)]
    last = make_follow_up(case, due_at=at + timedelta(days=1))
    came = at_once(*(lambda row=row: followups.finish(follow_up=row, by=nomsa, at=at) for row in rows))
    assert came == rows
    assert Case.objects.get().next_due_at == last.due_at


def test_of_two_who_take_a_case_over_at_once_one_has_it_and_the_other_is_told(line, nomsa, sipho, at):
    case = make_case(line=line, at=at)
    came = at_once(*(lambda by=by: casework.take_over(case=case, by=by, at=at) for by in (nomsa, sipho)))
    assert sorted(type(each).__name__ for each in came) == ["Case", "Conflict"]
    assert isinstance(next(each for each in came if each != case), Conflict)
    assert Case.objects.get().owner in {nomsa, sipho}


def test_the_same_promise_made_twice_at_once_is_made_once(line, at):
    case = make_case(line=line, at=at)
    promise = {"case": case, "due_at": at, "because": "cap", "key": "call-X-call-back", "urgent": False, "at": at}
    came = at_once(*[lambda: followups.promise_call_back(**promise)] * 4)
    assert came == [FollowUp.objects.get()] * 4


def test_a_draft_saved_from_two_windows_at_once_is_one_draft(line, nomsa, at):
    case = make_case(line=line, owner=nomsa, at=at)
    words = ("from the desk", "from the telephone")
    came = at_once(*(lambda body=body: casework.save_draft(case=case, by=nomsa, body=body, at=at) for body in words))
    assert came == [Note.objects.get()] * 2
    assert Note.objects.get().body in words


def test_first_texts_of_one_number_at_once_make_one_caller_and_one_thread(line, at):
    number = "+447700900201"

    def text():
        for _ in range(5):  # as the webhook does: look up and run the whole transaction again
            try:
                with transaction.atomic():
                    known = intake.find_known(number)
                    return intake.open_for_text(line_id=line.pk, number=number, known=known, at=at).case
            except IntegrityError:
                continue
        raise AssertionError("five tries and still somebody else was faster")

    came = at_once(*[text] * 4)
    assert set(came) == {Case.objects.get()}
    assert Number.objects.count() == 1
    assert Case.objects.get().source == Source.TEXT


def while_held(hold, deed):
    """Do something on a connection of its own while another transaction holds what `hold` locks; it waits for nothing."""

    def do():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            return deed()

    with transaction.atomic():
        hold()
        (came,) = at_once(do)
    assert not isinstance(came, OperationalError), "it waited"
    return came


def test_a_call_and_a_card_of_a_number_do_not_wait_for_a_text_from_it(line, nomsa, at):
    """A text holds the number and may want the case; whoever writes a card holds the case: they must not wait for each other."""
    make_case(line=line, caller=make_caller(number="+447700900201"), at=at)
    number, other = Number.objects.get(), make_caller(number="")
    known = intake.find_known(number.number)

    def text():
        intake.open_for_text(line_id=line.pk, number=number.number, known=known, at=at)

    def call():
        return intake.open_for_number(
            line_id=line.pk, number=number.number, known=known, source=Source.CALL, at=at
        ).number_id

    def card():
        return SafeContact.objects.create(caller=other, number=number, whose="own", confirmed_at=at, confirmed_by=nomsa)

    assert while_held(text, call) == number.pk
    assert isinstance(while_held(text, card), SafeContact)


def test_a_call_does_not_wait_for_a_number_that_is_being_held(line, at):
    make_case(line=line, caller=make_caller(number="+447700900201"), at=at)
    number = Number.objects.get()
    known = intake.find_known(number.number)
    came = while_held(
        lambda: numbers.hold_number(number=number, because="impostor", at=at),
        lambda: (
            intake.open_for_number(
                line_id=line.pk, number=number.number, known=known, source=Source.CALL, at=at
            ).number_id
        ),
    )
    assert came == number.pk


def test_a_call_does_not_wait_for_a_hand_over_of_its_line(line, nomsa, sipho, at):
    came = while_held(
        lambda: shift_change.offer(line=line, giver=nomsa, taker=sipho, things=(), at=at),
        lambda: (
            intake.open_for_number(
                line_id=line.pk, number="+447700900202", known=None, source=Source.CALL, at=at
            ).is_new
        ),
    )
    assert came is True
