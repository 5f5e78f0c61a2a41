"""Two people at one case: whose turn it is, who is writing, and nobody's words are lost."""

from datetime import timedelta

import pytest

from cases.models import Note
from cases.services import casework, handover, identity, presence, searching, turns
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.dashboard.live import tell
from tests.dashboard.conftest import text_of
from tests.factories import let_in, make_caller, make_case

STORY = "quokka"


@pytest.fixture
def case(line, thandi, at):
    return make_case(line=line, caller=make_caller(code_name="Rose", pronouns="she"), owner=thandi, at=at)


@pytest.fixture
def heard(monkeypatch):
    news = []
    monkeypatch.setattr("helpline.core.realtime.services.publish", lambda kind, ref: news.append((kind, ref)))
    return news


def test_it_is_our_turn_until_somebody_says_otherwise(case, thandi, sit_down, at):
    desk = sit_down(thandi)
    assert "ours" in text_of(desk.get(f"/cases/{case.ref}/"))
    desk.post(f"/cases/{case.ref}/turn/", {"turn": "lawyer"})
    case.refresh_from_db()
    assert (case.turn, case.turn_since) == ("lawyer", at)
    assert "the lawyer's" in text_of(desk.get(f"/cases/{case.ref}/")).replace("&#x27;", "'")
    assert Entry.objects.get(verb="case.turn").detail == {"turn": "lawyer"}


def test_the_same_turn_again_counts_from_when_it_began(case, thandi, at):
    turns.set_turn(case=case, turn="caller", by=thandi, at=at)
    now = turns.set_turn(case=case, turn="caller", by=thandi, at=at + timedelta(hours=1))
    assert now.turn_since == at


@pytest.mark.parametrize("word", ["", "nobody", "USA"])
def test_a_turn_of_nobody_is_refused(case, thandi, word, at):
    with pytest.raises(NotAllowed):
        turns.set_turn(case=case, turn=word, by=thandi, at=at)


def test_on_a_closed_case_nobody_has_to_act(case, thandi, at):
    casework.close(case=case, by=thandi, at=at)
    with pytest.raises(NotAllowed):
        turns.set_turn(case=case, turn="court", by=thandi, at=at)


def test_what_the_caller_does_makes_it_our_turn_and_nothing_of_a_court_s(case, thandi, at):
    for turn, after in (("caller", "us"), ("court", "court")):
        turns.set_turn(case=case, turn=turn, by=thandi, at=at)
        turns.back_to_us(case=case, at=at + timedelta(hours=1))
        case.refresh_from_db()
        assert case.turn == after


def test_the_list_shows_whose_turn_it_is_and_is_narrowed_by_it(case, line, thandi, sit_down, at):
    other = make_case(line=line, owner=thandi, at=at, turn="court", turn_since=at)
    desk = sit_down(thandi)
    page = text_of(desk.get("/cases/?turn=court"))
    assert other.ref in page
    assert case.ref not in page
    assert case.ref in text_of(desk.get("/cases/?turn=hostile'"))


def test_sipho_is_seen_to_write_and_not_what(case, sipho, thandi, sit_down, at):
    let_in(case, sipho)
    casework.save_draft(case=case, by=sipho, body=STORY, at=at)
    page = text_of(sit_down(thandi).get(f"/cases/{case.ref}/here/"))
    assert "Sipho is writing here" in page
    assert STORY not in page
    assert "writing here" not in text_of(sit_down(sipho).get(f"/cases/{case.ref}/here/"))
    assert presence.who_is_writing(case=case, besides=thandi, at=at + presence.STILL_WRITING) == []


def test_open_pages_are_told_by_a_reference_and_not_with_each_key(case, sipho, heard, at):
    let_in(case, sipho)
    for second in range(40):
        casework.save_draft(case=case, by=sipho, body=STORY * (second + 1), at=at + timedelta(seconds=second))
    assert 1 <= heard.count(("draft", case.ref)) <= 4
    assert tell("draft", case.ref).startswith("event: presence\n")


def test_drafts_of_two_never_touch_each_other(case, sipho, thandi, at):
    let_in(case, sipho)
    for person in (thandi, sipho, thandi):
        casework.save_draft(case=case, by=person, body=f"{person} writes", at=at)
    casework.finish_note(case=case, by=sipho, at=at)
    assert sorted(note.body for note in Note.objects.all()) == ["Sipho writes", "Thandi writes"]
    assert Note.objects.get(author=thandi).is_draft


def test_of_two_summaries_the_later_person_sees_both_and_decides(case, sipho, thandi, sit_down, at):
    let_in(case, sipho)
    casework.set_summary(case=case, by=sipho, summary="a raid", at=at)
    desk = sit_down(thandi)
    both = desk.post(f"/cases/{case.ref}/summary/", {"summary": "an eviction", "was": ""})
    assert both.status_code == 409
    assert "a raid" in text_of(both)
    assert 'value="an eviction"' in both.content.decode()
    case.refresh_from_db()
    assert case.summary == "a raid"
    done = desk.post(f"/cases/{case.ref}/summary/", {"summary": "an eviction", "was": "a raid", "keep_theirs": "1"})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.summary == "an eviction"
    assert "a raid" in Note.objects.get().body
    assert [one.where for one in searching.search(by=thandi, typed="raid", at=at)] == [("note",)]


def test_between_looking_and_deciding_it_may_change_again(case, sipho, thandi, sit_down, at):
    casework.set_summary(case=case, by=sipho, summary="a raid and a fine", at=at)
    again = sit_down(thandi).post(
        f"/cases/{case.ref}/summary/", {"summary": "an eviction", "was": "a raid", "keep_theirs": "1"}
    )
    assert again.status_code == 409
    assert "a raid and a fine" in text_of(again)


def test_the_same_words_by_two_are_no_quarrel(case, sipho, thandi, sit_down, at):
    casework.set_summary(case=case, by=sipho, summary="a raid", at=at)
    assert sit_down(thandi).post(f"/cases/{case.ref}/summary/", {"summary": "a raid", "was": ""}).status_code == 302


def test_of_two_code_names_the_later_person_sees_both_and_decides(case, sipho, thandi, sit_down, at):
    identity.describe(case=case, by=sipho, at=at, code_name="Marigold")
    desk = sit_down(thandi)
    said = {
        "caller-code_name": "Zinnia",
        "caller-pronouns": "she",
        "caller-was_code_name": "Rose",
        "caller-was_pronouns": "she",
    }
    both = desk.post(f"/cases/{case.ref}/caller/", said)
    assert both.status_code == 409
    assert "Somebody else wrote “Marigold” here meanwhile" in text_of(both)
    assert 'value="Zinnia"' in both.content.decode()
    case.caller.refresh_from_db()
    assert case.caller.code_name == "Marigold"
    assert desk.post(f"/cases/{case.ref}/caller/", {**said, "caller-was_code_name": "Marigold"}).status_code == 302
    case.caller.refresh_from_db()
    assert case.caller.code_name == "Zinnia"


def test_who_changes_another_field_disturbs_nobody(case, sipho, thandi, sit_down, at):
    identity.describe(case=case, by=sipho, at=at, pronouns="they")
    said = {
        "caller-code_name": "Zinnia",
        "caller-pronouns": "they",
        "caller-was_code_name": "Rose",
        "caller-was_pronouns": "she",
    }
    assert sit_down(thandi).post(f"/cases/{case.ref}/caller/", said).status_code == 302


def test_an_offer_that_came_back_says_why_to_who_made_it(case, thandi, sipho, nomsa, sit_down, at):
    offered = handover.offer(giver=thandi, taker=sipho, cases=[case], at=at)
    answer = sit_down(sipho).post(
        f"/board/hand-overs/{offered.ref}/", {"answer": "decline", "why": f"{STORY} at night"}
    )
    assert answer.status_code == 302
    assert f"{STORY} at night" in text_of(sit_down(thandi).get(f"/cases/{case.ref}/"))


def test_declining_without_a_reason_is_refused_in_words(case, thandi, sipho, sit_down, at):
    offered = handover.offer(giver=thandi, taker=sipho, cases=[case], at=at)
    answer = sit_down(sipho).post(f"/board/hand-overs/{offered.ref}/", {"answer": "decline", "why": " "}, follow=True)
    assert "Say why" in text_of(answer)
    offered.refresh_from_db()
    assert offered.state == "offered"
