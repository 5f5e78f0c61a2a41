"""The board: what rings, what is due, who is on call; and what it keeps to itself."""

from datetime import timedelta

import pytest

from cases.models import FollowUpKind, HandOver
from helpline.core.alarms.models import Alarm
from helpline.dashboard.board import read_due, read_now, read_tonight
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_follow_up, make_shift


@pytest.fixture
def rose(line):
    return make_case(line=line, caller=make_caller(code_name="Rose"))


def test_a_ringing_call_comes_first_with_whom_it_rings_and_its_case(line, rose, thandi, nomsa, ring, at):
    ring(make_case(line=line), state="connected", answered_by=thandi, started_at=at - timedelta(minutes=12))
    ring(rose, nomsa)
    first, second = read_now(thandi, at).calls
    assert (first.state, first.people, first.case_ref, first.may_take) == ("ringing", ["Nomsa"], rose.ref, True)
    assert (second.state, second.people) == ("connected", ["Thandi"])


def test_a_possibly_known_caller_is_asked_for_the_code_word(line, thandi, sit_down, ring):
    ring(make_case(line=line, caller=make_caller(code_name="Rose"), possibly_known=True))
    page = text_of(sit_down(thandi).get("/board/now/"))
    assert "possibly known, ask for the code word" in page
    assert "Rose" not in page


def test_lerato_sees_that_somebody_calls_and_nothing_of_the_case(rose, lerato, nomsa, sit_down, ring):
    ring(rose, nomsa)
    page = text_of(sit_down(lerato).get("/"))
    assert "Ringing" in page
    assert "Nomsa" in page
    assert rose.ref not in page


def test_the_board_gives_no_number_name_or_narrative_away(rose, thandi, sit_down, ring, at):
    ring(rose)
    make_follow_up(rose, kind=FollowUpKind.COURT, due_at=at + timedelta(hours=1), why="bail at the magistrate")
    page = text_of(sit_down(thandi).get("/"))
    assert "<title>Desk</title>" in page
    for secret in (rose.number.number, rose.number.number[-4:], "Rose", "bail", "court"):
        assert secret not in page


def test_an_empty_board_says_so_kindly(line, thandi, sit_down):
    page = text_of(sit_down(thandi).get("/"))
    assert "Nobody is calling." in page
    assert "Nothing is due." in page


def test_what_is_due_is_grouped_by_how_soon(rose, thandi, at):
    for minutes in (-64, 8, 60, 600):
        make_follow_up(rose, due_at=at + timedelta(minutes=minutes))
    assert [group.name for group in read_due(thandi, at).groups] == ["overdue", "now", "soon", "today"]


def test_the_edges_of_the_groups_lie_where_the_words_say(rose, thandi, at):
    for seconds, name in ((-1, "overdue"), (0, "now"), (900, "now"), (901, "soon"), (7200, "soon"), (7201, "today")):
        row = make_follow_up(rose, due_at=at + timedelta(seconds=seconds))
        assert [group.name for group in read_due(thandi, at).groups] == [name], seconds
        row.delete()


def test_what_is_done_or_a_week_away_is_not_on_the_board(rose, thandi, at):
    make_follow_up(rose, due_at=at - timedelta(hours=1), state="done")
    make_follow_up(rose, due_at=at + timedelta(days=7))
    due = read_due(thandi, at)
    assert due.groups == []
    assert due.next_due_at == at + timedelta(days=7)


def test_nomsa_is_not_told_what_is_due_on_cases_of_others(line, thandi, nomsa, at):
    make_follow_up(make_case(line=line, owner=thandi), due_at=at)
    assert read_due(nomsa, at).count == 0


def test_tonight_says_who_is_on_call_and_where_nobody_is(line, nomsa, thandi, at):
    make_shift(line, nomsa, until=at + timedelta(hours=2))
    make_shift(line, thandi, since=at + timedelta(hours=3), until=at + timedelta(hours=14))
    duty = read_tonight(thandi, at).duties[0]
    assert (duty.now, duty.until, duty.then) == (["Nomsa"], at + timedelta(hours=2), [])
    assert [(gap.starts_at, gap.ends_at) for gap in duty.night.gaps] == [
        (at + timedelta(hours=2), at + timedelta(hours=3))
    ]


def test_sipho_accepts_what_nomsa_hands_over_and_goes_on_to_the_case(line, nomsa, sipho, sit_down, at):
    case = make_case(line=line, owner=nomsa)
    offered = HandOver.objects.create(giver=nomsa, taker=sipho, offered_at=at)
    offered.cases.add(case)
    desk = sit_down(sipho)
    assert "Nomsa hands you" in text_of(desk.get("/board/tonight/"))
    answer = desk.post(f"/board/hand-overs/{offered.ref}/", {"answer": "accept"})
    assert answer.url == f"/cases/{case.ref}/"
    case.refresh_from_db()
    assert case.owner == sipho


def test_thandi_cannot_answer_a_hand_over_between_two_others(line, nomsa, sipho, thandi, sit_down, at):
    offered = HandOver.objects.create(giver=nomsa, taker=sipho, offered_at=at)
    assert sit_down(thandi).post(f"/board/hand-overs/{offered.ref}/", {"answer": "accept"}).status_code == 404


def test_only_who_runs_the_line_sees_and_takes_an_alarm(lerato, nomsa, line, sit_down, at):
    alarm = Alarm.objects.create(key="gap", kind="rota_gap", raised_at=at)
    assert "I have it" not in text_of(sit_down(nomsa).get("/board/tonight/"))
    assert sit_down(nomsa).post(f"/board/alarms/{alarm.ref}/").status_code == 404
    assert "I have it" in text_of(sit_down(lerato).get("/board/tonight/"))
    assert sit_down(lerato).post(f"/board/alarms/{alarm.ref}/").status_code == 302
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == lerato


@pytest.mark.parametrize("address", ["/", "/board/now/", "/board/due/", "/board/tonight/", "/live/", "/cases/"])
def test_a_stranger_is_sent_to_the_sign_in_and_nothing_is_kept(client, db, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_parts_cost_the_same_however_many_calls_there_are(
    line, thandi, nomsa, ring, at, django_assert_max_num_queries
):
    def calls_and_promises():
        for _each in range(5):
            case = make_case(line=line, caller=make_caller())
            ring(case, nomsa)
            make_follow_up(case, due_at=at)

    calls_and_promises()
    assert thandi.roles
    with django_assert_max_num_queries(7):
        read_now(thandi, at)
    with django_assert_max_num_queries(4):
        read_due(thandi, at)
    calls_and_promises()
    with django_assert_max_num_queries(7):
        read_now(thandi, at)
    with django_assert_max_num_queries(4):
        read_due(thandi, at)


@pytest.mark.parametrize("name", ["thandi", "lerato", "pieter"])
def test_everybody_finds_their_own_page_from_a_narrow_screen(line, sit_down, request, name):
    page = text_of(sit_down(request.getfixturevalue(name)).get("/"))
    tabs = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    assert '<a href="/me/">' in tabs
