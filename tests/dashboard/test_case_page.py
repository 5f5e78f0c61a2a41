"""The case page: who may see what, what is kept as it is typed, and what the buttons do."""

import pytest

from cases.models import FollowUp, Note
from helpline.core.audit.models import Entry
from telephony.models import Recording
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_follow_up, make_note, make_safe_contact


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose", code_word="lemon tree"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def page_of(case) -> str:
    return f"/cases/{case.ref}/"


def test_the_title_says_desk_and_the_number_is_masked(desk, rose):
    answer = desk.get(page_of(rose))
    page = text_of(answer)
    assert "<title>Desk</title>" in page
    assert "“Rose”" in page
    assert rose.number.number not in page
    assert f"••• {rose.number.number[-3:]}" in page
    assert "no-store" in answer.headers["Cache-Control"]


def test_pieter_cannot_tell_a_case_that_is_not_his_from_one_that_is_not_there(sit_down, pieter, rose):
    desk = sit_down(pieter)
    not_his, not_there = desk.get(page_of(rose)), desk.get("/cases/HL-2222/")
    assert not_his.status_code == not_there.status_code == 404
    assert not_his.content.replace(rose.ref.encode(), b"") == not_there.content.replace(b"HL-2222", b"")


@pytest.mark.parametrize(
    "part", ["story/", "promises/", "take/", "note/", "draft/", "text/", "known/", "close/", "follow-ups/"]
)
def test_no_part_of_a_case_is_open_to_who_may_not_know_of_it(sit_down, pieter, rose, part):
    desk = sit_down(pieter)
    method = desk.get if part in {"story/", "promises/"} else desk.post
    assert method(page_of(rose) + part).status_code == 404


def test_nomsa_knows_of_an_unowned_case_and_reads_it_once_she_has_taken_it(sit_down, nomsa, thandi, line):
    case = make_case(line=line, caller=make_caller(code_name="Rose"))
    make_note(case, thandi, "four women, one van")
    desk = sit_down(nomsa)
    before = text_of(desk.get(page_of(case)))
    assert "four women" not in before
    assert "Rose" not in before
    assert "shut until you take this case" in before
    assert desk.post(page_of(case) + "take/").status_code == 302
    after = text_of(desk.get(page_of(case)))
    assert "four women, one van" in after
    assert "Rose" in after


def test_unknown_means_no_and_the_page_says_it_in_words(desk, rose):
    page = text_of(desk.get(page_of(rose)))
    assert "text: no, call: only as promised" in page
    assert "Nobody has recorded yet what may be sent to this number." in page


def test_what_she_said_is_safe_stands_on_top(desk, rose, thandi):
    make_safe_contact(rose.caller, thandi, may_call=True, whose="shared")
    page = text_of(desk.get(page_of(rose)))
    assert "a shared phone" in page
    assert "call: yes" in page
    assert "text: no" in page


def test_of_a_caller_who_is_only_possibly_known_nothing_from_before_is_shown(desk, line, thandi):
    caller = make_caller(code_name="Rose")
    make_safe_contact(caller, thandi, may_text=True)
    case = make_case(line=line, caller=caller, possibly_known=True)
    page = text_of(desk.get(page_of(case)))
    assert "Possibly known." in page
    assert "Rose" not in page
    assert "text: yes" not in page


def test_the_code_word_opens_what_was_before_and_a_wrong_one_does_not(desk, line, rose):
    case = make_case(line=line, caller=rose.caller, possibly_known=True)
    wrong = desk.post(page_of(case) + "known/", {"answer": "code_word", "word": "apple"}, follow=True)
    assert "That is not a code word" in text_of(wrong)
    assert rose.ref not in text_of(wrong)
    right = desk.post(page_of(case) + "known/", {"answer": "code_word", "word": "Lemon Tree"}, follow=True)
    assert rose.ref in text_of(right)
    assert "lemon tree" not in text_of(right)


def test_what_is_typed_is_kept_for_its_author_and_comes_back(desk, sit_down, naledi, rose):
    assert desk.post(page_of(rose) + "draft/", {"body": "she says the"}).status_code == 204
    assert "she says the" in text_of(desk.get(page_of(rose)))
    assert "she says the" not in text_of(sit_down(naledi).get(page_of(rose)))


def test_a_note_goes_into_the_story_and_leaves_the_field_empty(desk, rose):
    desk.post(page_of(rose) + "draft/", {"body": "she says the"})
    answer = desk.post(page_of(rose) + "note/", {"body": "she says they took four"}, headers={"HX-Request": "true"})
    assert "she says" not in text_of(answer)
    assert answer.headers["HX-Trigger"] == "desk:poll"
    assert "she says they took four" in text_of(desk.get(page_of(rose) + "story/"))
    assert Note.objects.filter(case=rose, is_draft=True).count() == 0


def test_words_that_look_like_markup_stay_words(desk, rose, thandi):
    make_note(rose, thandi, "<script>alert(1)</script>")
    page = text_of(desk.get(page_of(rose)))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_number_is_shown_for_a_reason_and_that_is_written_down(desk, rose, thandi):
    address = f"{page_of(rose)}numbers/{rose.number.ref}/"
    assert desk.post(address, {"reason": ""}, headers={"HX-Request": "true"}).status_code == 403
    assert rose.number.number in text_of(desk.post(address, {"reason": "check"}, headers={"HX-Request": "true"}))
    assert Entry.objects.filter(verb="number.revealed", about=rose.ref, who=thandi).count() == 1


def test_a_number_of_another_case_is_not_shown_through_this_one(desk, rose, line):
    other = make_caller().numbers.get()
    assert desk.post(f"{page_of(rose)}numbers/{other.ref}/", {"reason": "call_back"}).status_code == 404


def test_a_promise_that_is_done_can_be_taken_back(desk, rose, thandi, at):
    row = make_follow_up(rose, due_at=at, owner=thandi)
    address = f"{page_of(rose)}follow-ups/{row.ref}/"
    done = text_of(desk.post(address, {"verb": "finish"}, headers={"HX-Request": "true"}))
    assert "Nothing is promised" in done
    assert "Undo" in done
    desk.post(address, {"verb": "reopen"}, headers={"HX-Request": "true"})
    row.refresh_from_db()
    assert row.state == "due"
    assert row.due_at > at


def test_stopping_without_a_reason_is_refused_in_words_and_changes_nothing(desk, rose, thandi, at):
    row = make_follow_up(rose, due_at=at, owner=thandi, state="tried", tries=1)
    answer = desk.post(f"{page_of(rose)}follow-ups/{row.ref}/", {"verb": "give_up"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["X-Refused"] == "1"
    assert "Say why" in text_of(answer)
    row.refresh_from_db()
    assert row.state == "tried"


def test_a_promise_without_a_time_keeps_what_was_typed_and_says_what_is_missing(desk, rose):
    said = {"promise-kind": "task", "promise-soon": "at", "promise-due_at": "", "promise-why": "ring her sister"}
    answer = desk.post(page_of(rose) + "follow-ups/", said)
    assert answer.status_code == 422
    assert "Say by when." in text_of(answer)
    assert "ring her sister" in text_of(answer)
    assert not FollowUp.objects.filter(case=rose).exists()


def test_a_text_leaves_only_where_that_was_called_safe(desk, rose, thandi):
    refused = desk.post(page_of(rose) + "text/", {"body": "We ring at nine."}, follow=True)
    assert "Nobody has recorded yet what may be sent" in text_of(refused)
    assert rose.texts.count() == 0
    make_safe_contact(rose.caller, thandi, may_text=True)
    for _twice in range(2):
        desk.post(page_of(rose) + "text/", {"body": "We ring at nine.", "number": rose.number.ref, "key": "K2"})
    assert [text.body for text in rose.texts.all()] == ["We ring at nine."]


def test_a_search_leaves_nothing_in_an_address(desk, rose, line):
    other = make_case(line=line, caller=rose.caller)
    by_number = desk.post("/cases/search/", {"q": rose.number.number})
    assert rose.ref in text_of(by_number)
    assert other.ref in text_of(by_number)
    one = desk.post("/cases/search/", {"q": rose.ref.lower()})
    assert one.url == page_of(rose)
    assert desk.get("/cases/search/").status_code == 405


def test_a_case_without_a_call_belongs_to_who_opened_it(desk, thandi, line):
    opened = desk.post(
        "/cases/new/", {"source": "walk_in", "urgency": "normal", "code_name": "Blue", "note": "came in"}
    )
    page = text_of(desk.get(opened.url))
    assert "“Blue”" in page
    assert "came in" in page
    assert "yours" in page


def test_the_list_goes_on_by_reference_and_shows_each_case_once(desk, thandi, line, monkeypatch):
    monkeypatch.setattr("helpline.dashboard.caselist.PAGE", 3)
    refs = {make_case(line=line, owner=thandi).ref for _each in range(7)}
    seen, address = [], "/cases/?show=mine"
    while address:
        page = desk.get(address).context["page"]
        seen += [row.case.ref for row in page.rows]
        address = f"/cases/?show=mine&after={page.after}" if page.after else ""
    assert len(seen) == 7
    assert set(seen) == refs


@pytest.fixture
def message(rose, ring, at):
    """A message that Rose left, 1,000 bytes of sound, not heard by anybody."""
    call = ring(rose, state="ended", outcome="voicemail")
    return Recording.objects.create(
        call=call, sid="RE1", state="kept", mime="audio/mpeg", sound=bytes(range(250)) * 4, made_at=at, seconds=42
    )


def test_a_message_is_played_in_the_page_and_who_listened_is_written_down(desk, thandi, rose, message):
    assert f"/messages/{message.ref}/" in text_of(desk.get(page_of(rose)))
    whole = desk.get(f"/messages/{message.ref}/")
    assert whole.content == message.sound
    assert "no-store" in whole.headers["Cache-Control"]
    message.refresh_from_db()
    assert message.heard_by == thandi
    assert Entry.objects.filter(verb="recording.heard", about=rose.ref, who=thandi).exists()


def test_a_player_that_asks_for_a_part_gets_that_part(desk, message):
    part = desk.get(f"/messages/{message.ref}/", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == message.sound[10:20]
    assert part.headers["Content-Range"] == "bytes 10-19/1000"


@pytest.mark.parametrize("asked", ["bytes=5000-", "bytes=9-3", "bytes=-5", "lines=1-2", "bytes=0-1,4-5"])
def test_a_part_that_makes_no_sense_gets_the_whole(desk, message, asked):
    answer = desk.get(f"/messages/{message.ref}/", headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, 1000)


def test_pieter_cannot_tell_a_message_from_one_that_is_not_there(sit_down, pieter, message):
    desk = sit_down(pieter)
    assert desk.get(f"/messages/{message.ref}/").status_code == desk.get("/messages/22222/").status_code == 404
    message.refresh_from_db()
    assert message.heard_at is None
