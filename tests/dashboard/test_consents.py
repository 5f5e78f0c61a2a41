"""What callers agree to, on the pages: asked, answered, taken back; the words are Lerato's to keep."""

import re

import pytest

from cases.consenting import Receiver
from cases.models import Consent, ConsentWording
from cases.services import consent_keeping, consents
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from helpline.dashboard.panels import AREAS
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_safe_contact

ASKED_IN_THIS_ORDER = (
    "notes", "contact", "statistics", "share", "warning", "story", "complaint", "police_anonymous", "police",
)  # fmt: skip


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def page_of(case):
    return f"/cases/{case.ref}/consents/"


def test_the_words_are_there_to_be_read_out_and_nothing_is_answered_beforehand(desk, rose):
    page = text_of(desk.get(page_of(rose)))
    assert "May we count what happened to you" in page
    assert "help does not depend on any of this" in page
    chosen = re.findall(r'<input type="radio" name="(\w+)" value="(\w*)"[^>]* checked', page)
    assert chosen == [(f"answer_{purpose}", "") for purpose in ASKED_IN_THIS_ORDER]


def test_what_she_said_is_kept_and_stands_beside_the_story(desk, rose, at):
    answer = desk.post(
        page_of(rose),
        {
            "answer_statistics": "given", "answer_police": "refused", "answer_share": "given", "receiver_kind": "lawyer",
            "receiver_name": "Lawyer N.", "how": "spoken", "witness": "her sister", "withdraw_by": "ring us",
        },
        follow=True,
    )  # fmt: skip
    assert "Kept. It counts from now on." in text_of(answer)
    assert consents.holds(rose, "share", Receiver("lawyer", "Lawyer N."), at=at)
    beside = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert 'Lawyer N.</span> <svg class="icon " aria-hidden="true"><use href="#i-done">' in beside
    assert 'contact with police</span> <svg class="icon " aria-hidden="true"><use href="#i-missed">' in beside
    assert '<span class="visually-hidden">no</span>' in beside


def test_no_area_stands_twice_beside_the_story():
    names = [area.name for area in AREAS]
    assert sorted(names) == sorted(set(names))


def test_two_answers_to_one_question_in_one_form_are_refused_by_the_question(desk, rose):
    answer = desk.post(
        page_of(rose), "answer_story=given&answer_story=refused&how=spoken", "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert "Two different answers at once" in text_of(answer)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"answer_share": "given"}, "Say with whom it may be shared"),
        ({"receiver_kind": "lawyer"}, "A receiver is named"),
        ({"answer_story": "perhaps"}, "Nothing is kept yet"),
        ({"answer_story": "given", "said_at": "2026-11-24T10:00"}, "Nobody can have said it in the future"),
        ({"answer_story": "given", "until": "2026-11-22T10:00"}, "It would have run out already"),
        ({"answer_story": "given", "how": "sung"}, "Nothing is kept yet"),
        ({"answer_share": "given", "receiver_kind": "lawyer", "receiver_name": "a\x00b"}, "Null characters"),
        ({"answer_share": "given", "receiver_kind": "lawyer", "receiver_name": "x" * 121}, "at most 120"),
        ({}, "Nothing was answered yet"),
    ],
)
def test_bad_input_is_said_in_words_with_what_was_typed_and_nothing_is_kept(desk, rose, typed, sentence):
    answer = desk.post(page_of(rose), {"how": "spoken", "witness": "her sister", **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "her sister" in text_of(answer)
    assert not Consent.objects.exists()


def test_hostile_names_are_shown_as_text(desk, rose, thandi, at):
    name = "<script>alert(1)</script>\u202egnp.exe"
    consent_keeping.record(case=rose, answers=[Answer("share", "given", Receiver("lawyer", name))], by=thandi, at=at)
    for path in (page_of(rose), f"/cases/{rose.ref}/"):
        page = desk.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


def test_one_press_takes_a_yes_back(desk, rose, thandi, at):
    (row,) = consent_keeping.record(case=rose, answers=[Answer("story", "given")], by=thandi, at=at)
    assert "Take back" in text_of(desk.get(page_of(rose)))
    answer = desk.post(f"{page_of(rose)}{row.ref}/back/", follow=True)
    assert "What was planned on it is stopped" in text_of(answer)
    assert "taken back" in text_of(answer)
    assert not consents.holds(rose, "story", at=at)


def test_a_yes_of_another_case_is_not_taken_back_through_this_one(desk, rose, line, thandi, at):
    other = make_case(line=line, caller=make_caller(), owner=thandi)
    (row,) = consent_keeping.record(case=other, answers=[Answer("story", "given")], by=thandi, at=at)
    assert desk.post(f"{page_of(rose)}{row.ref}/back/").status_code == 404
    assert consents.holds(other, "story", at=at)


def test_her_language_is_asked_in_where_there_are_words_for_it(desk, rose, lerato, at):
    ConsentWording.objects.create(
        about="story", language="zu", version=1, body="Singakuxoxa?", changed_at=at, published_at=at, by=lerato
    )
    page = text_of(desk.get(page_of(rose) + "?language=zu"))
    assert 'lang="zu" dir="auto">Singakuxoxa?' in page
    desk.post(page_of(rose), {"language": "zu", "answer_story": "given", "how": "spoken"})
    assert Consent.objects.get().wording.language == "zu"
    assert "Singakuxoxa" not in text_of(desk.get(page_of(rose) + "?language=xx"))


def test_lerato_writes_the_words_and_nobody_else_finds_the_page(sit_down, lerato, thandi, naledi, pieter, nomsa):
    for person in (thandi, naledi, pieter, nomsa):
        for path in ("/words/", "/words/story/"):
            assert sit_down(person).get(path).status_code == 404
        assert sit_down(person).post("/words/story/", {"language": "en", "body": "x"}).status_code == 404
    desk = sit_down(lerato)
    assert "May we tell your story" in text_of(desk.get("/words/story/"))
    desk.post("/words/story/", {"language": "en", "body": "Better words?"})
    assert "a draft waits" in text_of(desk.get("/words/"))
    assert "Better words?" in text_of(desk.get("/words/story/"))
    desk.post("/words/story/", {"language": "en", "body": "Better words?", "publish": "1"})
    assert "Better words?" in text_of(desk.get("/words/"))
    assert Entry.objects.filter(verb="wording.published", who=lerato).count() == 1


def test_words_that_are_none_are_refused_by_the_field(sit_down, lerato):
    desk = sit_down(lerato)
    for typed in (
        {"language": "en", "body": ""},
        {"language": "english!", "body": "x"},
        {"language": "en", "body": "\x00"},
    ):
        assert desk.post("/words/story/", typed).status_code == 422
    assert desk.get("/words/nothing/").status_code == 404
    assert not ConsentWording.objects.exists()


def test_the_head_of_a_case_says_that_she_does_not_want_to_be_contacted(desk, rose, thandi, at):
    make_safe_contact(rose.caller, thandi, may_text=True, may_call=True)
    assert "do not want to be contacted" not in text_of(desk.get(f"/cases/{rose.ref}/"))
    consent_keeping.record(case=rose, answers=[Answer("contact", "refused")], by=thandi, at=at)
    assert "They do not want to be contacted" in text_of(desk.get(f"/cases/{rose.ref}/"))
