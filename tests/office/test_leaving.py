"""The leaver's button: Sipho leaves, and from that moment nothing lets him in and nothing rings him; nothing is lost."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from rest_framework.test import APIClient

from cases.models import Case, CheckIn, FollowUp, HandOver, IncidentDraft, LetIn
from cases.services import reminders
from helpline.api.tokens import issue_token
from helpline.core.alarms.models import Alarm
from helpline.core.alarms.services import raise_alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from helpline.core.rota import services as rota
from helpline.core.rota.models import Override, Shift
from helpline.core.staff.belongings import all_belongings
from helpline.core.staff.models import Leaving, NumberCheck, User
from helpline.office.leaving import let_go, tick, to_do
from telephony.models import Call, Leg
from telephony.services import legs, snapshot
from telephony.services.known import look_up
from tests.factories import let_in, make_caller, make_case, make_follow_up, make_note, make_person, make_shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def leave(sipho, pieter, at):
    def pressed(**how):
        return let_go(user=User.objects.get(pk=sipho.pk), by=pieter, at=at, **how)

    return pressed


def test_his_sign_ins_his_token_his_passkey_and_his_password_are_dead_at_once(desk_of, leave, sipho, at):
    sipho.set_password("umbrellas in the rain")
    sipho.save()
    desk, other = desk_of(sipho), desk_of(sipho)
    program = APIClient(HTTP_AUTHORIZATION=f"Token {issue_token(username='sipho', at=at)}")
    Authenticator.objects.create(user=sipho, type="webauthn", data={})
    assert desk.get("/").status_code == program.get("/api/v1/lines/").status_code == 200
    leave()
    assert {client.get("/").status_code for client in (desk, other)} == {302}
    assert program.get("/api/v1/lines/").status_code == 401
    assert not Authenticator.objects.filter(user=sipho).exists()
    assert not User.objects.get(pk=sipho.pk).check_password("umbrellas in the rain")
    assert not Session.objects.exists()


def test_nothing_rings_or_texts_him_any_more(leave, line, sipho, nomsa, on_call, at):
    snapshot.write(at=at)
    assert "sipho" in look_up(sid="CA0", dialled=line.number, number=None, at=at).people
    leave()
    assert "sipho" not in look_up(sid="CA0", dialled=line.number, number=None, at=at).people
    gone = User.objects.get(pk=sipho.pk)
    assert (gone.duty_phone, gone.has_verified_phone, gone.duty_phone_index) == (None, False, None)
    assert not Shift.objects.filter(person=sipho, ends_at__gt=at).exists()


def test_the_plan_on_disk_is_written_anew_as_soon_as_it_is_committed(
    leave, line, on_call, at, django_capture_on_commit_callbacks
):
    snapshot.write(at=at)
    assert "+447700900112" in snapshot.find_line(line.number).numbers_at(at)
    with django_capture_on_commit_callbacks(execute=True):
        leave()
    assert "+447700900112" not in snapshot.find_line(line.number).numbers_at(at)


def test_a_call_that_rings_his_phone_now_is_not_joined_to_him(leave, line, sipho, on_call, at):
    case = make_case(line=line, caller=make_caller())
    call = Call.objects.create(
        sid="CA1", line=line, case=case, sent_from_kind="number", started_at=at, heard_at=at, step=0, stage="ringing"
    )
    leg = Leg.objects.create(call=call, person=sipho, step=0, rang_at=at, sid="CA2")
    moved = {one["what"]: one["number"] for one in leave().moved}
    assert moved["ringing"] == 1
    assert "Hangup" in legs.accept({"Digits": "1", "CallSid": "CA2"}, leg_ref=leg.ref, at=at)
    call.refresh_from_db()
    assert (call.answered_by, call.state) == (None, "ringing")


def test_nomsa_who_was_to_stand_in_for_him_still_comes_in_his_place_of_the_order(leave, line, sipho, nomsa, lerato, at):
    make_shift(line, sipho, 2, since=at + timedelta(hours=10), until=at + timedelta(hours=20))
    rota.override(
        line=line, person=nomsa, replaces=sipho, starts_at=at + timedelta(hours=10), ends_at=at + timedelta(hours=20),
        by=lerato, at=at,
    )  # fmt: skip
    leave()
    (on,) = rota.who_is_on(line, at + timedelta(hours=12))
    assert (on.person, on.position) == (nomsa, 2)


def test_what_he_was_to_stand_in_for_falls_away(leave, line, sipho, nomsa, lerato, at):
    make_shift(line, nomsa, 1, since=at + timedelta(hours=10), until=at + timedelta(hours=20))
    rota.override(
        line=line, person=sipho, replaces=nomsa, starts_at=at + timedelta(hours=10), ends_at=at + timedelta(hours=20),
        by=lerato, at=at,
    )  # fmt: skip
    leave()
    assert not Override.objects.exists()
    assert [one.person for one in rota.who_is_on(line, at + timedelta(hours=12))] == [nomsa]


def test_thandi_gets_his_open_cases_with_their_promises_and_he_keeps_none(leave, line, sipho, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=sipho)
    promise = make_follow_up(case, owner=sipho)
    closed = make_case(line=line, caller=make_caller(), owner=sipho, state="closed", closed_at=at)
    leave(to=thandi)
    case.refresh_from_db()
    promise.refresh_from_db()
    closed.refresh_from_db()
    assert (case.owner, promise.owner) == (thandi, thandi)
    assert closed.owner == sipho, "what he did stays on record"
    assert not LetIn.objects.filter(user=sipho).exists()


def test_where_nobody_takes_them_the_board_says_so_and_the_coordinator_is_told(leave, line, sipho, thandi, lerato, at):
    case = make_case(line=line, caller=make_caller(), owner=sipho)
    make_follow_up(case, owner=sipho, due_at=at + timedelta(days=2))
    report = leave()
    case.refresh_from_db()
    assert case.owner is None
    assert set(FollowUp.objects.unfinished().filter(case=case).values_list("owner", flat=True)) == {None}
    assert FollowUp.objects.filter(case=case, because="left", due_at=at).exists()
    assert Alarm.objects.get().kind == "work_left"
    assert Message.objects.filter(to_ref="lerato", template="staff/alarm").exists()
    (cases,) = [one for one in report.moved if one["what"] == "cases"]
    assert (cases["to"], cases["refs"]) == ("", [case.ref])


def test_a_promise_on_thandi_s_case_goes_back_to_her(leave, line, sipho, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    promise = make_follow_up(case, owner=sipho)
    leave()
    promise.refresh_from_db()
    assert promise.owner == thandi


def test_what_he_was_reminded_of_is_told_to_thandi_now(leave, line, sipho, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=sipho)
    make_follow_up(case, owner=sipho, due_at=at)
    reminders.remind_due(at=at)
    waiting = Message.objects.get(to_ref="sipho")
    leave(to=thandi)
    waiting.refresh_from_db()
    assert waiting.state == "canceled"
    reminders.remind_due(at=at)
    assert Message.objects.filter(to_ref="thandi", state="waiting", template="staff/follow_up_due").count() == 1


def test_an_alarm_that_only_he_was_told_of_is_told_to_who_came_since(pieter, at):
    naledi = make_person("naledi", "supervisor", duty_phone="+447700900114")
    alarm = raise_alarm(kind="gap", key="gap-1", at=at)
    later = make_person("tumi", "coordinator", duty_phone="+447700900150")
    let_go(user=naledi, by=pieter, at=at)
    assert Message.objects.get(to_ref="naledi").state == "canceled"
    assert Message.objects.get(to_ref="tumi").key == f"alarm-{alarm.ref}-{later.username}"


def test_hand_overs_that_waited_are_taken_back_and_their_texts_too(leave, line, sipho, thandi, nomsa, at):
    mine = HandOver.objects.create(giver=sipho, taker=thandi, offered_at=at)
    his = HandOver.objects.create(giver=nomsa, taker=sipho, offered_at=at)
    leave(to=thandi)
    assert [HandOver.objects.get(pk=one.pk).state for one in (mine, his)] == ["withdrawn", "declined"]


def test_a_check_in_that_he_was_on_is_looked_at_at_once(leave, line, sipho, thandi, at):
    caller = make_caller()
    case = make_case(line=line, caller=caller, owner=thandi)
    check_in = CheckIn.objects.create(
        case=case, caller=caller, state="missed", due_at=at, set_by=thandi, set_at=at, acknowledged_by=sipho,
        acknowledged_at=at, next_at=at + timedelta(minutes=15),
    )  # fmt: skip
    leave()
    assert list(CheckIn.objects.to_look_at(at)) == [check_in]


def test_the_note_that_he_had_begun_is_in_the_story(leave, line, sipho, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=sipho)
    draft = make_note(case, sipho, "she said the", is_draft=True)
    leave(to=thandi)
    draft.refresh_from_db()
    assert (draft.is_draft, draft.body, draft.author) == (False, "she said the", sipho)


def test_what_he_was_writing_about_an_incident_becomes_a_note(leave, line, sipho, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=sipho)
    IncidentDraft.objects.create(case=case, author=sipho, body="two men in a white car", changed_at=at)
    leave(to=thandi)
    assert (case.notes.get().body, case.notes.get().author) == ("two men in a white car", sipho)
    assert not IncidentDraft.objects.exists()


def test_a_last_resort_that_was_his_phone_becomes_lerato_s(leave, line, sipho, lerato):
    line.last_resort = sipho.duty_phone
    line.save()
    report = leave()
    line.refresh_from_db()
    assert line.last_resort == lerato.duty_phone
    assert {"what": "last_resort", "number": 1, "to": "lerato", "refs": [line.name]} in report.moved


def test_a_code_that_was_sent_to_a_number_of_his_verifies_nothing_any_more(leave, sipho, at):
    check = NumberCheck.objects.create(
        user=sipho, number="+447700900177", code="123456", sent_at=at, expires_at=at + timedelta(minutes=10)
    )
    leave()
    check.refresh_from_db()
    assert not check.is_open(at)


def test_who_has_the_same_duty_phone_is_named_because_it_still_rings(leave, sipho, nomsa):
    nomsa.duty_phone = sipho.duty_phone
    nomsa.save()
    report = leave()
    assert {"what": "shared_phone", "number": 1, "to": "", "refs": ["nomsa"]} in report.moved
    assert "shared_phone" in {item.code for item in to_do(report)}


def test_in_anger_the_report_tells_what_he_opened_and_asks_for_more(leave, sipho, at):
    for verb in ("case.read", "case.read", "number.revealed", "note.written"):
        Entry.objects.create(at=at - timedelta(days=3), who=sipho, verb=verb, what="case", about="HL-2345")
    Entry.objects.create(at=at - timedelta(days=40), who=sipho, verb="case.read", what="case", about="HL-2345")
    report = leave(is_hostile=True)
    assert report.told == {"case.read": 2, "number.revealed": 1}
    assert {"door", "keys", "gateway", "devices"} <= {item.code for item in to_do(report)}


def test_in_peace_nobody_is_asked_to_change_the_door_code(leave):
    assert {"door", "keys"} & {item.code for item in to_do(leave())} == set()


def test_it_is_all_or_nothing(leave, line, sipho, desk_of, monkeypatch, at):
    desk = desk_of(sipho)
    make_case(line=line, caller=make_caller(), owner=sipho)

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("helpline.core.rota.services.take_off_rota", broken)
    with pytest.raises(RuntimeError):
        leave()
    assert desk.get("/").status_code == 200
    assert Case.objects.get().owner == sipho


@pytest.mark.parametrize("who", ["sipho", "zola"])
def test_work_goes_neither_to_himself_nor_to_somebody_who_has_left(leave, sipho, zola, who):
    with pytest.raises(NotAllowed):
        leave(to=User.objects.get(username=who))
    assert User.objects.get(pk=sipho.pk).is_active


def test_one_press_and_the_report_is_there_with_names_and_no_number(
    desk_of, pieter, sipho, thandi, line, on_call, monkeypatch, at
):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    case = make_case(line=line, caller=make_caller(code_name="Rose"), owner=sipho)
    desk = desk_of(pieter)
    answer = desk.post(f"/staff/{sipho.ref}/leaves/", {"to": thandi.ref, "hostile": "on"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/leavings/{Leaving.objects.get().ref}/"
    assert "Sipho has left" in page
    assert case.ref in page
    assert "Thandi" in page
    assert "+4477" not in page
    assert "Rose" not in page


def test_what_people_have_done_is_ticked_with_their_name_and_once(leave, desk_of, lerato, naledi, monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    report = leave()
    desk_of(lerato).post(f"/leavings/{report.ref}/done/", {"item": "devices"})
    desk_of(naledi).post(f"/leavings/{report.ref}/done/", {"item": "devices"})
    report.refresh_from_db()
    assert report.done == {"devices": {"by": "lerato", "at": at.isoformat()}}
    assert Entry.objects.filter(verb="staff.leaving_done").count() == 1


def test_what_is_not_on_the_list_cannot_be_ticked(leave, lerato, at):
    with pytest.raises(NotAllowed):
        tick(leaving=leave(), code="door", by=lerato, at=at)


def test_the_report_holds_codes_and_references_and_no_word_of_a_caller(leave, line, sipho, thandi):
    case = make_case(line=line, caller=make_caller(code_name="quokka"), owner=sipho, summary="quokka")
    make_note(case, sipho, "quokka", is_draft=True)
    report = leave(to=thandi)
    assert "quokka" not in json.dumps([report.moved, report.told, report.done])
    assert not Entry.objects.filter(detail__icontains="quokka").exists()


# A foreign key to a member of staff that only says who did something, or was there: nothing is in that person's hands. So do
# all that end in "by", unless an app names them among its belongings.
DEEDS = {
    "audit.Entry.who", "cases.CheckInStep.person", "cases.Consultation.colleague", "cases.ComplaintNote.author",
    "cases.ChoiceTalk.decided_with", "staff.HeldRole.user", "staff.NumberCheck.user", "staff.Leaving.person",
    "staff.Leaving.heir",
}  # fmt: skip
OURS = {
    "alarms",
    "audit",
    "cases",
    "forgetting",
    "lines",
    "outbox",
    "referrals",
    "rota",
    "staff",
    "telephony",
    "office",
    "reports",
}


def test_every_column_that_puts_something_into_somebody_s_hands_is_handed_on():
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.fields
        if field.related_model is User
    }
    named = {column for part in all_belongings() for column in part.fields}
    deeds = DEEDS | {column for column in columns if column.endswith(("_by", ".by"))}
    assert sorted(columns - named - deeds) == []
    assert sorted((named | DEEDS) - columns) == []
    assert [f"{type(one).__module__}.{type(one).__name__}" for one in all_belongings()] == settings.BELONGINGS


def test_let_in_and_then_left_reads_nothing(leave, line, sipho, thandi, desk_of, at):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    let_in(case, sipho)
    leave()
    assert not LetIn.objects.filter(user=sipho).exists()
