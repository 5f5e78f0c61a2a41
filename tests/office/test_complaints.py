"""Rose complains about Naledi, who supervises. Lerato handles it; for Naledi there is nothing, anywhere, to the letter."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from cases.models import Case, CheckIn, Complaint
from cases.services import complaints, safe_contact
from cases.services.erasing import ask, carry_out
from helpline.api.tokens import issue_token
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.forgetting.purge import purge
from helpline.core.outbox.models import Message
from helpline.office.leaving import let_go
from tests.factories import make_caller, make_case, make_person

pytestmark = pytest.mark.django_db
SAID = "quokka: she laughed when I said where I was"


@pytest.fixture(autouse=True)
def now(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


@pytest.fixture
def case(line, naledi, at):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=naledi, at=at)


@pytest.fixture
def complaint(case, thandi, naledi, lerato, pieter, at):
    return complaints.receive(by=thandi, came="call", said=SAID, named=[naledi], case=case, at=at)


def without_keys(answer):
    import re

    return re.sub(rb'[A-Z0-9]{18}|[A-Za-z0-9]{64}|nonce="[^"]*"', b"", answer.content)


def test_who_is_named_gets_the_answer_of_what_is_not_there(complaint, desk_of, naledi):
    desk = desk_of(naledi)
    there, absent = desk.get(f"/complaints/{complaint.ref}/"), desk.get(f"/complaints/{'A' * 18}/")
    assert (there.status_code, absent.status_code) == (404, 404)
    assert without_keys(there) == without_keys(absent)
    for verb in ("take", "acknowledge", "note", "answer", "told", "withdraw", "number", "name"):
        answer = desk.post(
            f"/complaints/{complaint.ref}/", {"verb": verb, "body": "x", "outcome": "right", "words": "x"}
        )
        assert answer.status_code == 404, verb
    complaint.refresh_from_db()
    assert (complaint.state, complaint.handler) == ("received", None)


def test_her_list_and_her_pages_are_as_if_nobody_had_complained(case, thandi, naledi, lerato, desk_of, at):
    desk = desk_of(naledi)
    pages = [
        "/",
        "/complaints/",
        "/board/tonight/",
        f"/cases/{case.ref}/",
        f"/cases/{case.ref}/story/",
        "/staff/",
        "/retention/",
    ]
    pages += [f"/cases/{case.ref}/keeping/", "/cases/"]
    before = {path: without_keys(desk.get(path)) for path in pages}
    complaints.receive(by=thandi, came="call", said=SAID, named=[naledi], case=case, at=at)
    complaints.remind_due(at=at)
    after = {path: without_keys(desk.get(path)) for path in pages}
    assert [path for path in pages if before[path] != after[path]] == []


def test_she_reads_nothing_of_it_in_the_audit_and_pieter_does(complaint, naledi, pieter, at):
    def verbs(person):
        program = APIClient(HTTP_AUTHORIZATION=f"Token {issue_token(username=person.username, at=at)}")
        return {row["verb"] for row in program.get("/api/v1/audit/").json()["results"]}

    assert "complaint.received" in verbs(pieter)
    assert not [verb for verb in verbs(naledi) if verb.startswith("complaint")]


def test_nothing_of_it_names_the_case_or_is_told_to_open_pages(
    complaint, case, monkeypatch, thandi, naledi, lerato, at
):
    told = []
    monkeypatch.setattr("helpline.core.realtime.services._send", lambda *news: told.append(news))
    complaints.take(complaint=complaint, by=lerato, at=at)
    assert told == []
    assert not Entry.objects.filter(what="complaint", about=case.ref).exists()
    assert not [
        one
        for one in Entry.objects.filter(what="complaint")
        if "naledi" in str(one.detail) or case.ref in str(one.detail)
    ]
    assert not Message.objects.filter(about=case.ref).exists()


def test_thandi_who_took_it_sees_it_no_more(complaint, desk_of, thandi):
    assert desk_of(thandi).get(f"/complaints/{complaint.ref}/").status_code == 404
    assert desk_of(thandi).get("/complaints/").status_code == 404


def test_lerato_finds_it_with_its_days(complaint, desk_of, lerato, at):
    desk = desk_of(lerato)
    assert complaint.ref in desk.get("/complaints/").content.decode()
    page = desk.get(f"/complaints/{complaint.ref}/").content.decode()
    assert SAID in page
    assert "Naledi" in page
    assert (complaint.acknowledge_by, complaint.answer_by) == (at + timedelta(days=3), at + timedelta(days=30))
    assert Entry.objects.filter(verb="complaint.read", about=complaint.ref, who=lerato).count() == 1


def test_who_could_handle_it_is_texted_once_and_naledi_is_not(complaint, lerato, at):
    assert complaints.remind_due(at=at) == 1
    assert complaints.remind_due(at=at) == 0
    (text,) = Message.objects.filter(key__startswith="complaint-")
    assert (text.to_ref, text.template, text.about, text.words) == ("lerato", "staff/follow_up_due", "", {})


def test_before_the_third_day_it_is_told_again_and_then_every_day(complaint, lerato, at):
    complaints.take(complaint=complaint, by=lerato, at=at)
    told = [hours for hours in range(24 * 6) if complaints.remind_due(at=at + timedelta(hours=hours))]
    assert told == [48, 72, 96, 120]


def test_the_way_of_one_complaint(complaint, case, lerato, at, monkeypatch):
    complaints.take(complaint=complaint, by=lerato, at=at)
    assert complaints.acknowledge(complaint=complaint, by=lerato, at=at).state == "acknowledged"
    complaints.write_note(complaint=complaint, by=lerato, body="quokka: asked both", at=at)
    done = complaints.answer(complaint=complaint, by=lerato, outcome="right", words="We are sorry.", at=at)
    assert (done.state, done.outcome) == ("answered", "right")
    monkeypatch.setattr(safe_contact, "may_call", lambda **_asked: YES)
    told = complaints.note_told(complaint=complaint, by=lerato, how="call", at=at)
    assert (told.state, told.told_how, told.remind_at) == ("told", "call", None)


class YES:
    is_allowed, sentence = True, "They said that this is safe."


def test_she_is_not_rung_with_the_outcome_where_nobody_asked_what_is_safe(complaint, desk_of, lerato, at):
    complaints.answer(complaint=complaint, by=lerato, outcome="partly", words="We are sorry.", at=at)
    with pytest.raises(NotAllowed):
        complaints.note_told(complaint=complaint, by=lerato, how="call", at=at)
    with pytest.raises(NotAllowed):
        complaints.show_number(complaint=complaint, by=lerato, at=at)
    page = desk_of(lerato).post(f"/complaints/{complaint.ref}/", {"verb": "number"}, follow=True).content.decode()
    assert complaint.case.number.number not in page
    assert "They are not to be rung now" in page
    assert complaints.note_told(complaint=complaint, by=lerato, how="in_person", at=at).state == "told"


def test_nobody_rings_with_the_outcome_while_she_may_be_in_danger(complaint, desk_of, thandi, lerato, at, monkeypatch):
    """Nor do they who may not read the case learn why: the sentence says nothing of a check-in."""
    monkeypatch.setattr(safe_contact, "may_call", lambda **_asked: YES)
    CheckIn.objects.create(
        case=complaint.case,
        caller=complaint.case.caller,
        due_at=at,
        state="missed",
        danger_at=at,
        set_by=thandi,
        set_at=at,
    )
    complaints.answer(complaint=complaint, by=lerato, outcome="partly", words="We are sorry.", at=at)
    with pytest.raises(NotAllowed):
        complaints.note_told(complaint=complaint, by=lerato, how="call", at=at)
    page = desk_of(lerato).post(f"/complaints/{complaint.ref}/", {"verb": "number"}, follow=True).content.decode()
    assert complaint.case.number.number not in page
    assert "danger" not in page.lower()


def test_two_who_handle_it_at_once(complaint, lerato, pieter, at):
    complaints.acknowledge(complaint=complaint, by=lerato, at=at)
    with pytest.raises(Conflict):
        complaints.acknowledge(complaint=complaint, by=pieter, at=at)


def test_somebody_named_later_loses_it_at_once_and_the_others_are_told(complaint, desk_of, lerato, pieter, at):
    complaints.take(complaint=complaint, by=lerato, at=at)
    complaints.name_also(complaint=complaint, person=lerato, by=pieter, at=at)
    complaint.refresh_from_db()
    assert (complaint.handler, complaint.remind_at) == (None, at)
    with pytest.raises(NotFound):
        complaints.get_complaint(lerato, complaint.ref, at=at)
    with pytest.raises(NotFound):
        complaints.take(complaint=complaint, by=lerato, at=at)
    assert desk_of(lerato).get(f"/complaints/{complaint.ref}/").status_code == 404


def test_where_everybody_who_could_handle_it_is_named_it_goes_to_paper(case, thandi, naledi, lerato, pieter, at):
    with pytest.raises(NotAllowed, match="board"):
        complaints.receive(by=thandi, came="call", said=SAID, named=[naledi, lerato, pieter], case=case, at=at)
    assert not Complaint.objects.exists()


def test_when_lerato_leaves_pieter_s_report_says_nothing_of_it_and_it_is_told_anew(complaint, lerato, pieter, at):
    complaints.take(complaint=complaint, by=lerato, at=at)
    report = let_go(user=lerato, by=pieter, at=at)
    complaint.refresh_from_db()
    assert (complaint.handler, complaint.remind_at) == (None, at)
    assert not [one for one in report.moved if "complaint" in one["what"]]


def test_it_outlives_the_case_that_naledi_would_rather_see_erased(complaint, case, thandi, naledi, lerato, at):
    wish = ask(case=case, scope="person", how="voice", by=naledi, at=at)
    carry_out(wish=wish, by=lerato, at=at)
    assert not Case.objects.exists()
    complaint.refresh_from_db()
    assert (complaint.case, complaint.said) == (None, SAID)


def test_a_settled_one_goes_by_its_own_time_and_an_open_one_never(complaint, case, lerato, thandi, at):
    other = complaints.receive(by=thandi, came="letter", said=SAID, at=at)
    complaints.withdraw(complaint=complaint, by=lerato, at=at)
    purge(at=at + timedelta(days=1100))
    assert list(Complaint.objects.all()) == [other]


def test_thandi_takes_it_from_the_case_s_page(case, desk_of, thandi, naledi, lerato, at):
    desk = desk_of(thandi)
    assert f"/complaints/new/?case={case.ref}" in desk.get(f"/cases/{case.ref}/keeping/").content.decode()
    answer = desk.post("/complaints/new/", {"came": "call", "said": SAID, "named": [naledi.ref], "case": case.ref})
    assert answer.status_code == 302
    row = Complaint.objects.get()
    assert (row.case, list(row.named.all()), row.received_by) == (case, [naledi], thandi)


@pytest.mark.parametrize(
    "wrong",
    [
        {"said": ""},
        {"said": "  "},
        {"came": "pigeon"},
        {"case": "HL-2222"},
        {"named": ["A" * 18]},
        {"said": "x" * 20_001},
    ],
)
def test_bad_input_is_told_by_the_field_and_nothing_is_kept(desk_of, thandi, lerato, wrong):
    answer = desk_of(thandi).post("/complaints/new/", {"came": "call", "said": SAID, **wrong})
    assert answer.status_code == 422
    assert not Complaint.objects.exists()


def test_a_case_that_is_not_his_is_answered_like_one_that_is_not_there(case, desk_of, sipho, lerato):
    desk = desk_of(sipho)
    answers = [
        desk.post("/complaints/new/", {"came": "call", "said": "x", "case": ref}) for ref in (case.ref, "HL-2222")
    ]
    pages = [without_keys(answer).replace(case.ref.encode(), b"").replace(b"HL-2222", b"") for answer in answers]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert pages[0] == pages[1]


def test_who_has_no_role_takes_none(desk_of, lerato):
    assert desk_of(make_person("nobody")).get("/complaints/new/").status_code == 404


def test_hostile_words_are_shown_as_they_are_and_break_nothing(case, desk_of, thandi, lerato, at):
    said = "<script>alert(1)</script> \u202egnp.exe \x00"
    row = complaints.receive(by=thandi, came="text", said=said, case=case, at=at)
    page = desk_of(lerato).get(f"/complaints/{row.ref}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
