"""The sheet at the end of a shift, as Nomsa gives it and Sipho has it."""

import re
from datetime import timedelta

import pytest

from cases.models import CheckIn, Clock, HandOver, Hearing, ShiftHandOver
from cases.services import shift_change
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from helpline.dashboard import sheet
from helpline.dashboard.tasks import watch_hand_overs
from telephony.models import Recording
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_follow_up, make_line, make_shift

STORY = "quokka"


@pytest.fixture
def shifts(line, nomsa, sipho, at):
    """Nomsa has been on until now; from now on it is Sipho."""
    return [
        make_shift(line, nomsa, since=at - timedelta(hours=8), until=at),
        make_shift(line, sipho, since=at, until=at + timedelta(hours=8)),
    ]


@pytest.fixture
def night(line, nomsa, thandi, at, ring):
    """One of everything that can be open, on cases that Nomsa has."""
    caller = make_caller(code_name=f"{STORY} name")
    made = {
        name: make_case(line=line, caller=caller, owner=nomsa, at=at, summary=f"{STORY} summary")
        for name in ("custody", "call_back", "court", "promise", "message", "transfer", "check_in")
    }
    custody = made["custody"]
    custody.urgency = "danger"
    custody.save()
    Clock.objects.create(
        case=custody, rule="custody", earliest_at=at, ends_at=at + timedelta(hours=40), started_by=nomsa, started_at=at
    )
    make_follow_up(made["call_back"], kind="call_back", owner=nomsa, due_at=at + timedelta(days=2), why=f"{STORY} why")
    Hearing.objects.create(
        case=made["court"], at=at + timedelta(hours=6), added_by=nomsa, created_at=at, changed_at=at
    )  # fmt: skip
    make_follow_up(made["promise"], owner=nomsa, because="write_up", due_at=at + timedelta(hours=1))
    make_follow_up(made["promise"], owner=nomsa, due_at=at + timedelta(days=3))
    call = ring(made["message"], state="ended", outcome="voicemail")
    Recording.objects.create(call=call, sid="RE1", state="kept", sound=b"x", made_at=at)
    offered = HandOver.objects.create(giver=nomsa, taker=thandi, offered_at=at, note=f"{STORY} offer")
    offered.cases.add(made["transfer"])
    CheckIn.objects.create(
        case=made["check_in"], caller=caller, due_at=at + timedelta(hours=1), set_by=nomsa, set_at=at, next_at=at,
        where=f"{STORY} where",
    )  # fmt: skip
    return made


def test_everything_that_is_open_is_gathered_under_its_kind(night, line, shifts, nomsa, at):
    found = {
        group.kind: [row.case for row in group.rows] for group in sheet.group(sheet.gather(line, at, seen_by=nomsa))
    }
    assert found == {name: [case] for name, case in night.items()}


def test_whoever_is_in_custody_is_shown_with_the_clock_that_ends_first(night, line, nomsa, at):
    Clock.objects.create(
        case=night["custody"],
        rule="x",
        earliest_at=at,
        ends_at=at + timedelta(hours=9),
        started_by=nomsa,
        started_at=at,
    )
    (custody,) = sheet.read_custody(line, at, at)
    assert custody.due_at == at + timedelta(hours=9)


def test_another_line_s_cases_are_not_on_it(night, at, nomsa):
    other = make_line(number="+18885550199", name="Other")
    assert sheet.gather(other, at, seen_by=nomsa) == []


def test_nomsa_sees_only_what_she_may_know_of(night, line, sipho, thandi, nomsa, at):
    theirs = make_case(line=line, owner=thandi, at=at, urgency="danger")
    assert theirs not in [one.case for one in sheet.gather(line, at, seen_by=nomsa)]
    assert theirs in [one.case for one in sheet.gather(line, at, seen_by=thandi)]
    assert sheet.gather(line, at, seen_by=sipho) == []


def test_nomsa_hands_over_and_sipho_has_it_item_by_item(night, line, shifts, sit_down, nomsa, sipho, at):
    hers, his = sit_down(nomsa), sit_down(sipho)
    page = text_of(hers.get("/hand-over/"))
    for case in night.values():
        assert case.ref in page
    assert '<option value="sipho" selected>' in hers.get("/hand-over/").content.decode()
    done = hers.post(
        "/hand-over/", {"line": line.ref, "sheet-taker": "sipho", "sheet-note": f"{STORY} ring first"}, follow=True
    )
    assert "Sipho has not accepted yet" in text_of(done)
    waits = ShiftHandOver.objects.get()
    page = text_of(his.get("/hand-over/"))
    assert "Nomsa hands this over to you" in page
    assert f"{STORY} ring first" in page
    for one in waits.items.all():
        assert one.case.ref in page
        his.post(f"/hand-over/{waits.ref}/", {"item": one.ref})
    waits.refresh_from_db()
    assert (waits.state, waits.answered_by) == ("accepted", sipho)
    assert "Nomsa → Sipho, accepted" in text_of(his.get("/hand-over/"))
    assert his.get(f"/cases/{night['custody'].ref}/").status_code == 200


def test_the_sheet_shows_references_and_nothing_of_a_story(night, line, shifts, sit_down, nomsa, sipho, thandi, at):
    shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, at), note=f"{STORY} note", at=at)
    for person, is_told in ((sipho, True), (nomsa, True), (thandi, False)):
        page = sit_down(person).get("/hand-over/").content.decode()
        assert page.count(STORY) == (1 if is_told else 0)


def test_the_headings_say_nothing_of_custody_or_court_to_who_passes_and_the_note_is_not_printed(
    night, line, shifts, sit_down, nomsa, sipho, at
):
    shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, at), note=STORY, at=at)
    page = sit_down(sipho).get("/hand-over/").content.decode()
    assert '<section class="sheet-note no-print"' in page
    assert {"First", "Checks", "Appointments"} <= set(re.findall(r'<h2 id="kind-\w+">(\w+) <span', page))
    assert "custody" not in re.sub(r"<[^>]+>", "", page).lower()


def test_the_board_says_that_it_is_not_yet_accepted(night, line, sit_down, nomsa, sipho, lerato, at):
    waits = shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, at), at=at)
    board = sit_down(lerato)
    assert "hand-over not yet accepted" in text_of(board.get("/board/tonight/"))
    shift_change.take(hand_over=waits, by=sipho, at=at)
    assert "hand-over not yet accepted" not in text_of(board.get("/board/tonight/"))


@pytest.mark.parametrize("who", ["lerato", "pieter"])
def test_who_answers_no_callers_has_no_such_page(night, line, sit_down, request, nomsa, sipho, who, at):
    waits = shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, at), at=at)
    browser = sit_down(request.getfixturevalue(who))
    assert browser.get("/hand-over/").status_code == 404
    assert browser.post("/hand-over/", {"line": line.ref, "sheet-taker": "sipho"}).status_code == 404
    assert browser.post(f"/hand-over/{waits.ref}/").status_code == 404


def test_what_is_not_yours_answers_like_what_is_not_there(night, line, sit_down, nomsa, sipho, thandi, at):
    waits = shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, at), at=at)
    browser = sit_down(thandi)
    theirs, absent = (browser.post(f"/hand-over/{ref}/") for ref in (waits.ref, "A" * 18))
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert theirs.content.replace(waits.ref.encode(), b"") == absent.content.replace(b"A" * 18, b"")
    assert Entry.objects.filter(verb="hand_over.denied", who=thandi).count() == 2


@pytest.mark.parametrize("said", [{}, {"sheet-taker": "nobody"}, {"sheet-taker": "pieter"}, {"sheet-taker": "nomsa"}])
def test_a_hand_over_to_nobody_is_said_by_its_field_and_keeps_what_was_typed(
    night, line, sit_down, nomsa, pieter, said
):
    answer = sit_down(nomsa).post("/hand-over/", {"line": line.ref, "sheet-note": "ring first", **said})
    assert answer.status_code == 422
    assert "ring first" in text_of(answer)
    assert not ShiftHandOver.objects.exists()


def test_a_second_hand_over_of_a_line_is_refused_in_words(night, line, sit_down, nomsa, sipho, thandi, at):
    shift_change.offer(line=line, giver=nomsa, taker=sipho, things=[], at=at)
    answer = sit_down(thandi).post("/hand-over/", {"line": line.ref, "sheet-taker": "sipho"})
    assert answer.status_code == 409


def test_the_end_of_a_shift_opens_it_where_nobody_pressed(night, line, shifts, nomsa, sipho, at, monkeypatch):
    for minutes in (-1, 0, 1, 1, 20):
        monkeypatch.setattr("helpline.core.clock.now", lambda: at + timedelta(minutes=minutes))  # noqa: B023
        watch_hand_overs()
    opened = ShiftHandOver.objects.get()
    assert (opened.giver, opened.taker, opened.state, opened.items.count()) == (nomsa, sipho, "offered", 7)
    assert [one.to_ref for one in Message.objects.filter(template="staff/hand_over").order_by("pk")] == [
        "sipho",
        "sipho",
    ]


def test_what_nomsa_has_handed_over_before_the_end_is_not_opened_again(
    night, line, shifts, nomsa, sipho, at, monkeypatch
):
    before = at - timedelta(minutes=10)
    waits = shift_change.offer(line=line, giver=nomsa, taker=sipho, things=sheet.gather(line, before), at=before)
    shift_change.take(hand_over=waits, by=sipho, at=before)
    watch_hand_overs()
    assert ShiftHandOver.objects.count() == 1


def test_where_nothing_is_open_no_hand_over_is_opened(line, shifts, at):
    watch_hand_overs()
    assert not ShiftHandOver.objects.exists()


def test_nomsa_after_nomsa_is_no_change(night, line, nomsa, at):
    make_shift(line, nomsa, since=at - timedelta(hours=8), until=at)
    make_shift(line, nomsa, since=at, until=at + timedelta(hours=8))
    assert sheet.last_change(line, at) is None


def test_without_a_rota_the_page_asks_to_whom(night, line, sit_down, thandi):
    assert "selected" not in sit_down(thandi).get("/hand-over/").content.decode().split("sheet-taker")[1][:200]


def test_a_sheet_asks_as_often_for_much_as_for_little(
    line, shifts, nomsa, thandi, sit_down, at, django_assert_max_num_queries
):
    for _ in range(12):
        case = make_case(line=line, owner=nomsa, at=at, urgency="danger")
        make_follow_up(case, kind="call_back", owner=nomsa)
    browser = sit_down(nomsa)
    with django_assert_max_num_queries(36):
        browser.get("/hand-over/")
