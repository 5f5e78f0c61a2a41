"""The end of a case on its page, and the supervisor's list."""

from datetime import timedelta

import pytest

from cases.models import Case, Closing, Review, ReviewRule
from cases.services import plan, reviews
from helpline.core.audit.models import Entry
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_follow_up

SAID = {"reason": "done", "ticked": ["wants", "told_back", "safe_contact"], "may_resume": "yes", "say_then": "Welcome"}


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


@pytest.fixture
def looked_at(lerato, at):
    reviews.keep_rules(rules=[(None, "closing"), (None, "plan")], by=lerato, at=at)


def closing_of(case):
    return f"/cases/{case.ref}/closing/"


def state_of(case):
    return Case.objects.get(pk=case.pk).state


def test_the_menu_leads_to_the_end_and_the_end_to_the_case(desk, rose):
    assert f'href="{closing_of(rose)}"' in desk.get(f"/cases/{rose.ref}/").content.decode()
    answer = desk.post(closing_of(rose), SAID, follow=True)
    assert "Closed. It can be opened again." in text_of(answer)
    assert "When they come back: Welcome" in text_of(answer)
    assert state_of(rose) == "closed"


def test_what_is_still_open_is_shown_and_the_button_waits(desk, rose, at):
    make_follow_up(rose, kind="court", due_at=at + timedelta(days=1))
    page = desk.get(closing_of(rose)).content.decode()
    assert "Hearing ahead" in page
    assert 'btn-do" disabled>' in page
    answer = desk.post(closing_of(rose), SAID)
    assert answer.status_code == 422
    assert "1 promise is still open" in text_of(answer)
    assert (state_of(rose), Closing.objects.count()) == ("open", 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "This field is required"),
        ({"reason": "bored"}, "Select a valid choice"),
        ({"ticked": []}, "Before it ends: I asked what they want now"),
        ({"ticked": ["all"]}, "Select a valid choice"),
        ({"may_resume": ""}, "This field is required"),
        ({"may_resume": "no", "say_then": ""}, "write what we say when they come back"),
        ({"say_then": "x" * 1001}, "at most 1000"),
    ],
)
def test_an_end_that_cannot_be_is_said_in_words_with_what_was_typed(desk, rose, change, sentence):
    answer = desk.post(closing_of(rose), {**SAID, "wants": "to rest", **change})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "to rest" in text_of(answer)
    assert state_of(rose) == "open"


def test_thandi_asks_naledi_approves_and_what_thandi_wrote_is_still_there(desk, sit_down, rose, naledi, looked_at, at):
    assert "Ask a supervisor to look at it" in text_of(desk.get(closing_of(rose)))
    desk.post(closing_of(rose), {**SAID, "wants": "to rest", "note": "all is done"})
    assert state_of(rose) == "open"
    assert "waits for a supervisor" in text_of(desk.get(f"/cases/{rose.ref}/"))
    supervisor = sit_down(naledi)
    assert "1 request waits for you" in text_of(supervisor.get("/board/tonight/"))
    listed = text_of(supervisor.get("/reviews/"))
    assert "all is done" in listed
    review = Review.objects.get()
    supervisor.post(f"/cases/{rose.ref}/reviews/{review.ref}/", {"verb": "approve"})
    page = text_of(desk.get(closing_of(rose)))
    assert "Approved by Naledi" in page
    assert "to rest" in page
    desk.post(closing_of(rose), SAID)
    assert state_of(rose) == "closed"
    assert "Nothing waits for you." in text_of(supervisor.get("/reviews/"))


def test_given_back_with_a_note_it_says_so_on_the_case(desk, sit_down, rose, naledi, looked_at):
    desk.post(closing_of(rose), SAID)
    supervisor = sit_down(naledi)
    review = Review.objects.get()
    path = f"/cases/{rose.ref}/reviews/{review.ref}/"
    assert "Say what is missing" in text_of(supervisor.post(path, {"verb": "return", "note": ""}, follow=True))
    supervisor.post(path, {"verb": "return", "note": "Ask about the children."})
    assert "Ask about the children." in text_of(desk.get(f"/cases/{rose.ref}/"))


def test_a_plan_is_looked_at_and_nothing_of_it_waits(desk, sit_down, rose, thandi, naledi, looked_at, at):
    goal = plan.set_goal(case=rose, words="my papers back", by=thandi, at=at)
    plan.add_step(goal=goal, words="ring", owner=thandi, due_at=at + timedelta(days=1), by=thandi, at=at)
    assert "Nothing waits for it" in text_of(desk.get(f"/cases/{rose.ref}/plan/"))
    desk.post(f"/cases/{rose.ref}/reviews/", {"step": "plan"})
    review = Review.objects.get()
    sit_down(naledi).post(f"/cases/{rose.ref}/reviews/{review.ref}/", {"verb": "approve"})
    assert "Approved: Naledi" in text_of(desk.get(f"/cases/{rose.ref}/plan/"))
    assert rose.follow_ups.get().state == "due"


def test_thandi_does_not_answer_for_naledi(desk, rose, naledi, at):
    review = reviews.ask(case=rose, step="plan", by=naledi, at=at)
    desk.post(f"/cases/{rose.ref}/reviews/{review.ref}/", {"verb": "approve"})
    assert Review.objects.get().state == "waiting"


@pytest.mark.parametrize("said", [{"step": "closing"}, {"step": "breathing"}, {}, {"step": "plan", "about": "ABC"}])
def test_strange_requests_are_not_kept(desk, rose, said):
    desk.post(f"/cases/{rose.ref}/reviews/", said)
    assert not Review.objects.exists()


@pytest.mark.parametrize("who", ["thandi", "nomsa", "lerato", "pieter"])
def test_the_list_of_reviews_is_the_supervisors_alone(sit_down, who, request, rose, naledi, at):
    reviews.ask(case=rose, step="plan", by=naledi, at=at)
    desk = sit_down(request.getfixturevalue(who))
    assert desk.get("/reviews/").status_code == 404
    assert "waits for you" not in text_of(desk.get("/board/tonight/"))


def test_reading_the_list_is_written_down(sit_down, rose, thandi, naledi, at):
    reviews.ask(case=rose, step="plan", by=thandi, at=at)
    sit_down(naledi).get("/reviews/")
    assert Entry.objects.get(verb="case.read", about=rose.ref).who == naledi


@pytest.mark.parametrize("who", ["thandi", "nomsa", "naledi", "pieter"])
def test_the_rules_are_the_coordinators_alone(sit_down, who, request):
    desk = sit_down(request.getfixturevalue(who))
    assert desk.get("/reviews/rules/").status_code == 404
    assert desk.post("/reviews/rules/", {"rule": "all-closing"}).status_code == 404
    assert not ReviewRule.objects.exists()


def test_lerato_says_where_a_supervisor_looks_first(sit_down, lerato, line):
    desk = sit_down(lerato)
    desk.post("/reviews/rules/", {"rule": ["all-closing", f"{line.ref}-plan", "moon-closing", "all-breathing"]})
    kept = set(ReviewRule.objects.values_list("line__ref", "step"))
    assert kept == {(None, "closing"), (line.ref, "plan")}
    page = desk.get("/reviews/rules/").content.decode()
    assert page.count(" checked") == 2
    desk.post("/reviews/rules/", {})
    assert not ReviewRule.objects.exists()
