"""A no stops what was planned: texts that wait, promises to ring, and what rests on one yes. Real rows, nothing else of them."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.models import ContactRoute, FollowUp, FollowUpKind, Note
from cases.services import consent_keeping, followups, plans, safe_contact
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Message, Route
from telephony.models import Text
from telephony.services import sweeps, writing
from tests.factories import make_caller, make_case, make_follow_up, make_safe_contact

LAWYER, CLINIC = Receiver("lawyer", "Lawyer N."), Receiver("clinic")


@pytest.fixture
def rose(line, thandi):
    case = make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)
    make_safe_contact(case.caller, thandi, may_text=True, may_call=True)
    return case


def answer(case, by, at, purpose, said, receiver=None):
    (row,) = consent_keeping.record(case=case, answers=[Answer(purpose, said, receiver or Receiver())], by=by, at=at)
    return row


def put(key, case, *, route=Route.CALLER, to=None, at, **more):
    to = to or case.caller.numbers.get().ref
    return outbox.put(
        key=key, route=route, to=to, template="written", words={"body": "x"}, about=case.ref, at=at, **more
    )


def states():
    return {message.key: message.state for message in Message.objects.all()}


def test_texts_to_her_and_about_her_to_others_do_not_leave_and_everybody_elses_do(rose, line, thandi, at):
    sister = make_case(line=line, caller=make_caller(), owner=thandi)
    put("to-her", rose, at=at, not_before=at + timedelta(hours=5))
    put("to-her-peer", rose, route=Route.CONTACT, to="ABC", at=at)
    put("to-staff", rose, route=Route.STAFF, to="thandi", at=at)
    put("to-another", sister, at=at)
    answer(rose, thandi, at, "contact", "refused")
    assert states() == {
        "to-her": "canceled", "to-her-peer": "canceled", "to-staff": "waiting", "to-another": "waiting",
    }  # fmt: skip
    deed = Entry.objects.get(verb="consent.stopped")
    assert (deed.detail["messages"], deed.detail["purpose"]) == (2, "contact")
    assert "do not want to be contacted" in Message.objects.get(key="to-her").why


def test_a_text_from_her_other_case_is_stopped_too(rose, line, thandi, at):
    put("elsewhere", make_case(line=line, caller=rose.caller, owner=thandi), at=at)
    answer(rose, thandi, at, "contact", "given")
    assert states() == {"elsewhere": "waiting"}
    row = rose.consents.get()
    consent_keeping.withdraw(consent=row, by=thandi, at=at)
    assert states() == {"elsewhere": "canceled"}


def test_a_text_that_has_left_is_not_called_back_in_the_books(rose, thandi, at):
    put("sent", rose, at=at)
    Message.objects.update(state="sent")
    answer(rose, thandi, at, "contact", "refused")
    assert states() == {"sent": "sent"}


def test_the_thread_shows_that_the_text_was_taken_out_and_does_not_say_for_ever_that_it_waits(rose, thandi, at):
    text = writing.write_text(case=rose, by=thandi, body="See you", at=at)
    answer(rose, thandi, at, "contact", "refused")
    sweeps.show_what_was_taken_back(at=at)
    assert Text.objects.get(pk=text.pk).state == "canceled"


def test_promises_to_ring_her_are_let_go_with_the_reason_and_other_work_goes_on(rose, thandi, at):
    ask = make_follow_up(rose, kind=FollowUpKind.SAFETY, due_at=at + timedelta(days=1))
    ring = make_follow_up(rose, kind=FollowUpKind.CALL_BACK, due_at=at + timedelta(hours=1))
    work = make_follow_up(rose, kind=FollowUpKind.TASK, due_at=at + timedelta(hours=1))
    answer(rose, thandi, at, "contact", "refused")
    after = {row.pk: row.state for row in FollowUp.objects.all()}
    assert after == {ask.pk: "skipped", ring.pk: "skipped", work.pk: "due"}
    assert all("do not want to be contacted" in note.body for note in Note.objects.all())
    rose.refresh_from_db()
    assert rose.next_due_at == work.due_at


def test_nobody_promises_to_ring_her_afterwards_before_she_says_otherwise(rose, thandi, at):
    answer(rose, thandi, at, "contact", "refused")
    tomorrow = at + timedelta(days=1)
    with pytest.raises(NotAllowed, match="do not want to be contacted"):
        followups.add(case=rose, kind=FollowUpKind.SAFETY, due_at=tomorrow, by=thandi, at=at)
    followups.add(case=rose, kind=FollowUpKind.TASK, due_at=tomorrow, by=thandi, at=at)
    answer(rose, thandi, at + timedelta(minutes=1), "contact", "given")
    followups.add(case=rose, kind=FollowUpKind.SAFETY, due_at=tomorrow, by=thandi, at=at + timedelta(minutes=1))
    assert sorted(FollowUp.objects.values_list("kind", flat=True)) == ["safety", "task"]


def test_the_system_asks_her_nothing_the_day_after_and_the_call_is_written_up_all_the_same(rose, thandi, at):
    answer(rose, thandi, at, "contact", "not_now")
    write_up, ask = followups.add_after_call(case=rose, key="C1", owner=thandi, ended_at=at, at=at)
    assert (write_up.state, ask.state, ask.remind_at) == ("due", "skipped", None)
    assert not FollowUp.objects.to_remind(at + timedelta(days=3)).filter(pk=ask.pk).exists()


def test_a_call_back_that_she_asks_for_in_a_new_message_is_kept(rose, thandi, at):
    answer(rose, thandi, at, "contact", "refused")
    row = followups.promise_call_back(
        case=rose, due_at=at + timedelta(hours=6), because="morning", key="C2", urgent=False, at=at
    )
    assert row.state == "due"


def test_nobody_texts_or_rings_her_and_the_reason_says_what_to_do(rose, thandi, at):
    number = rose.caller.numbers.get()
    assert safe_contact.may_text(number=number, case=rose, at=at)
    answer(rose, thandi, at, "contact", "refused")
    for may in (safe_contact.may_text, safe_contact.may_call):
        decision = may(number=number, case=rose, at=at)
        assert (decision.is_allowed, decision.because) == (False, "no_contact")
    with pytest.raises(NotAllowed, match="do not want to be contacted"):
        writing.write_text(case=rose, by=thandi, body="Are you well?", at=at)


def test_what_goes_to_one_lawyer_is_stopped_with_the_yes_it_rests_on_and_nothing_else(rose, thandi, at):
    lawyer, clinic = (
        answer(rose, thandi, at, "share", "given", LAWYER),
        answer(rose, thandi, at, "share", "given", CLINIC),
    )
    for name, yes in (("lawyer", lawyer), ("clinic", clinic)):
        put(plans.key_on(yes, name), rose, route=Route.STAFF, to="thandi", at=at)
        followups.add(
            case=rose, kind="task", due_at=at + timedelta(days=1), by=thandi, at=at, key=plans.key_on(yes, "send")
        )
    consent_keeping.withdraw(consent=lawyer, by=thandi, at=at)
    assert states() == {plans.key_on(lawyer, "lawyer"): "canceled", plans.key_on(clinic, "clinic"): "waiting"}
    promised = {row.key: row.state for row in FollowUp.objects.all()}
    assert promised == {plans.key_on(lawyer, "send"): "skipped", plans.key_on(clinic, "send"): "due"}


def test_a_wide_no_to_lawyers_stops_what_rests_on_the_yes_to_one_of_them(rose, thandi, at):
    yes = answer(rose, thandi, at, "share", "given", LAWYER)
    put(plans.key_on(yes, "x"), rose, route=Route.STAFF, to="thandi", at=at)
    answer(rose, thandi, at + timedelta(minutes=1), "share", "refused", Receiver("lawyer"))
    assert states() == {plans.key_on(yes, "x"): "canceled"}


def test_a_no_to_statistics_stops_no_text(rose, thandi, at):
    put("to-her", rose, at=at)
    answer(rose, thandi, at, "statistics", "refused")
    assert states() == {"to-her": "waiting"}


def test_a_no_written_down_late_does_not_stop_what_she_said_yes_to_since(rose, thandi, at):
    put("to-her", rose, at=at)
    answer(rose, thandi, at, "contact", "given")
    consent_keeping.record(
        case=rose, answers=[Answer("contact", "refused")], by=thandi, at=at, said_at=at - timedelta(days=2)
    )
    assert states() == {"to-her": "waiting"}


def test_whoever_asked_to_be_rung_back_since_is_rung_and_nobody_near_her_is(rose, thandi, at):
    answer(rose, thandi, at, "contact", "refused")
    number = rose.caller.numbers.get()
    assert safe_contact.may_call_back(number=number, case=rose, at=at).because == "no_contact"
    followups.promise_call_back(
        case=rose, due_at=at + timedelta(hours=6), because="morning", key="call-C3", urgent=False, at=at
    )
    assert safe_contact.may_call_back(number=number, case=rose, at=at).is_allowed
    assert not safe_contact.may_text(number=number, case=rose, at=at)
    peer = ContactRoute.objects.create(
        caller=rose.caller, kind="peer", name="Lindiwe", number="+447700900299", whose="other", may_text=True,
        may_know="everything", confirmed_at=at, confirmed_by=thandi, created_at=at,
    )  # fmt: skip
    assert safe_contact.may_reach_route(route=peer, channel="text", case=rose, at=at).because == "no_contact"
