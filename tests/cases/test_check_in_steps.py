"""Rose said that she writes by half past three. She does not: what is done, to whom, when, and once."""

from datetime import timedelta

import pytest

from cases.models import CheckIn, CheckInStep, FollowUp, LetIn, SafeContact
from cases.services import check_in_people, check_in_steps
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from tests.cases.check_in_rows import (
    ACTS,
    DUE,
    FRIEND,
    MOTHER,
    make_rose,
    messages,
    minutes,
    start,
    steps_of,
    sweep_until,
)  # fmt: skip
from tests.cases.test_at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, thandi, on_call, lerato, naledi):
    return make_rose(line, thandi)


@pytest.fixture
def check_in(case, thandi):
    return start(case, thandi)


def now(check_in):
    return CheckIn.objects.get(pk=check_in.pk)


def test_nothing_is_done_before_the_moment_that_was_agreed(check_in):
    sweep_until(ACTS - timedelta(seconds=1), since=DUE - minutes(5))
    assert steps_of(check_in) == [("set", 0, -80, "done")]
    assert Message.objects.count() == 0
    assert now(check_in).state == "running"


def test_it_goes_down_her_list_with_the_waits_that_were_agreed(check_in):
    sweep_until(ACTS + minutes(18), since=ACTS)
    assert [step for step in steps_of(check_in) if step[0] != "staff"][1:] == [
        ("text_her", 0, 10, "waiting"),
        ("call_her", 0, 12, "waiting"),
        ("contact", 1, 17, "waiting"),
        ("contact", 2, 22, "waiting"),
        ("team", 0, 27, "waiting"),
    ]


def test_the_line_of_staff_is_told_one_after_the_other_until_somebody_is_on_it(check_in):
    sweep_until(ACTS + minutes(13), since=ACTS)
    told = CheckInStep.objects.filter(check_in=check_in, kind="staff").order_by("pk")
    assert [(str(step.person), (step.at - DUE) / minutes(1)) for step in told] == [
        ("Nomsa", 12),
        ("Sipho", 15),
        ("Lerato", 18),
        ("Naledi", 21),
    ]


def test_a_person_who_is_told_gets_at_the_case(check_in, case, nomsa):
    sweep_until(ACTS + minutes(2), since=ACTS)
    assert LetIn.objects.get(case=case, user=nomsa).why == "check_in"


def test_who_says_that_they_are_on_it_keeps_the_others_asleep_and_her_people_out_for_a_while(check_in, nomsa):
    sweep_until(ACTS + minutes(3), since=ACTS)
    check_in_people.acknowledge(check_in=check_in, by=nomsa, at=ACTS + minutes(3))
    sweep_until(ACTS + minutes(12), since=ACTS + minutes(3))
    assert [step[0] for step in steps_of(check_in)] == ["set", "text_her", "call_her", "staff", "acknowledged"]
    sweep_until(ACTS + minutes(13), since=ACTS + minutes(12))
    assert steps_of(check_in)[-1] == ("contact", 1, 23, "waiting")


def test_a_person_who_said_so_and_fell_asleep_is_not_waited_for(check_in, nomsa):
    sweep_until(ACTS + minutes(3), since=ACTS)
    check_in_people.acknowledge(check_in=check_in, by=nomsa, at=ACTS + minutes(3))
    sweep_until(ACTS + minutes(18), since=ACTS + minutes(3))
    assert CheckInStep.objects.filter(check_in=check_in, kind="staff").count() == 2


def test_the_urgent_task_becomes_hers_who_is_on_it_and_the_alarm_is_seen(check_in, nomsa):
    sweep_until(ACTS + minutes(2), since=ACTS)
    check_in_people.acknowledge(check_in=check_in, by=nomsa, at=ACTS + minutes(3))
    task = FollowUp.objects.get(because="check_in")
    assert (task.owner, task.is_urgent, task.due_at, task.remind_at) == (nomsa, True, ACTS + minutes(2), None)
    assert Alarm.objects.get(kind="check_in_missed").acknowledged_by == nomsa


def test_nobody_answered_and_said_so_the_next_step_is_at_once(check_in, nomsa):
    sweep_until(ACTS + minutes(3), since=ACTS)
    check_in_people.note_no_answer(check_in=check_in, by=nomsa, at=ACTS + minutes(3))
    check_in_steps.sweep(at=ACTS + minutes(3))
    assert ("contact", 1, 13, "waiting") in steps_of(check_in)


def test_where_she_must_not_be_texted_a_person_rings_at_once_and_the_reason_is_written_down(check_in):
    SafeContact.objects.update(may_text=False)
    check_in_steps.sweep(at=ACTS)
    assert steps_of(check_in)[1:3] == [
        ("text_her", 0, 10, "refused"),
        ("call_her", 0, 10, "waiting"),
    ]
    assert CheckInStep.objects.get(kind="text_her").because == "said_no"
    assert not Message.objects.filter(route="caller").exists()


def test_where_she_must_not_be_rung_either_her_people_are_not_kept_waiting_and_somebody_of_us_is_told(check_in):
    SafeContact.objects.update(may_text=False, may_call=False)
    check_in_steps.sweep(at=ACTS)
    check_in_steps.sweep(at=ACTS)
    check_in_steps.sweep(at=ACTS)
    taken = [(kind, result) for kind, _place, _when, result in steps_of(check_in)]
    assert ("call_her", "refused") in taken
    assert ("contact", "waiting") in taken
    assert "staff" in [kind for kind, _result in taken]


def test_a_text_that_is_refused_on_its_way_is_followed_by_the_next_step_within_seconds(check_in):
    check_in_steps.sweep(at=ACTS)
    Message.objects.filter(template="caller/check_in_ask").update(state="refused")
    sweep_until(ACTS + timedelta(seconds=15), since=ACTS, every=5)
    assert ("call_her", 0, 10.17, "waiting") in steps_of(check_in)
    assert CheckInStep.objects.get(kind="text_her").because == "message_refused"


def test_a_message_that_would_wait_for_a_better_hour_is_taken_back_and_the_next_is_told(check_in):
    sweep_until(ACTS + minutes(7), since=ACTS)
    Message.objects.filter(template="contact/check_in_ask").update(not_before=ACTS + timedelta(hours=4))
    sweep_until(ACTS + minutes(7) + timedelta(seconds=20), since=ACTS + minutes(7))
    assert [(step[0], step[1], step[3]) for step in steps_of(check_in) if step[0] == "contact"] == [
        ("contact", 1, "refused"),
        ("contact", 2, "waiting"),
    ]
    assert Message.objects.filter(template="contact/check_in_ask").order_by("pk").first().state == "canceled"


def test_contacts_are_told_what_their_card_says_and_her_mother_only_to_let_her_ring(case, thandi):
    check_in = start(case, thandi)
    friend = check_in.contacts.get(position=2)
    friend.tell = "Rosie wanted to be home by now."
    friend.save()
    sweep_until(ACTS + minutes(12), since=ACTS)
    mother, lindiwe = case.caller.routes.order_by("position")
    assert messages(route="contact") == [
        (mother.ref, "contact/check_in_ask", {"name": "Rosie", "tell": ""}),
        (lindiwe.ref, "contact/check_in_ask", {"name": "Rosie", "tell": "Rosie wanted to be home by now."}),
    ]


def test_a_card_that_says_less_since_it_was_set_up_is_obeyed(case, thandi):
    check_in = start(case, thandi)
    for contact in check_in.contacts.all():
        contact.tell = "a secret"
        contact.save()
    lindiwe = case.caller.routes.get(position=2)
    lindiwe.may_know = None
    lindiwe.save()
    sweep_until(ACTS + minutes(12), since=ACTS)
    assert [words["tell"] for _to, _template, words in messages(route="contact")] == ["", ""]


def test_both_contacts_off_the_team_is_told_at_once_and_each_refusal_is_written_down(check_in, case):
    case.caller.routes.update(may_text=False)
    sweep_until(ACTS + minutes(7), since=ACTS)
    assert [step for step in steps_of(check_in) if step[0] in {"contact", "team"}] == [
        ("contact", 1, 17, "refused"),
        ("contact", 2, 17, "refused"),
        ("team", 0, 17, "waiting"),
    ]
    assert {step.because for step in CheckInStep.objects.filter(kind="contact")} == {"said_no"}
    assert not Message.objects.filter(route="contact").exists()


def test_a_contact_who_may_only_be_rung_becomes_an_urgent_task_for_a_person(check_in, case):
    case.caller.routes.filter(position=1).update(may_text=False, may_call=True)
    sweep_until(ACTS + minutes(7), since=ACTS)
    assert FollowUp.objects.get(because="check_in_contact").is_urgent
    assert CheckInStep.objects.get(kind="contact").because == "to_be_rung"


def test_the_whole_team_is_told_by_a_text_that_says_nothing(check_in):
    sweep_until(ACTS + minutes(17), since=ACTS)
    assert Alarm.objects.get(kind="check_in_team").about == check_in.case.ref
    told = {to for to, template, _words in messages(route="staff") if template == "staff/alarm"}
    assert told == {"lerato", "naledi"}


def test_after_three_hours_of_nothing_there_is_no_burst(check_in):
    """Decision 0024: she is asked and staff are told in the same moment; her people come one after the other as always."""
    back = ACTS + timedelta(hours=3)
    check_in_steps.sweep(at=back)
    assert [step[:2] for step in steps_of(check_in)][1:] == [("text_her", 0), ("call_her", 0), ("staff", 1)]
    sweep_until(back + minutes(5) - timedelta(seconds=1), since=back)
    assert not Message.objects.filter(route="contact").exists()
    sweep_until(back + minutes(5), since=back + minutes(5))
    assert Message.objects.filter(route="contact").count() == 1


def test_a_broken_one_does_not_keep_the_next_waiting_and_is_told(check_in, line, thandi, monkeypatch):
    other = start(make_rose(line, thandi, number="+447700900290"), thandi)
    whole = check_in_steps.about_her
    monkeypatch.setattr(check_in_steps, "about_her", lambda row, at: 1 / 0 if row.pk == check_in.pk else whole(row, at))
    check_in_steps.sweep(at=ACTS)
    assert now(other).state == "missed"
    assert Alarm.objects.get(kind="check_in_team").about == check_in.case.ref


def test_nothing_of_hers_stands_in_audit_alarms_or_keys(check_in):
    sweep_until(ACTS + minutes(18), since=ACTS)
    told = [str(entry.detail) for entry in Entry.objects.all()] + [row.key for row in Message.objects.all()]
    for secret in ("sunflower", "thunder", "bakery", "Rosie", MOTHER[3:], FRIEND[3:]):
        assert not [one for one in told if secret in one]


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_the_same_moment_take_each_step_once(check_in):
    for at in (ACTS, ACTS + minutes(2), ACTS + minutes(7)):
        at_once(*[lambda at=at: check_in_steps.sweep(at=at)] * 4)
    assert [step[:2] for step in steps_of(check_in)][1:] == [
        ("text_her", 0), ("call_her", 0), ("staff", 1), ("contact", 1), ("staff", 2),
    ]  # fmt: skip
    assert Message.objects.count() == 4
