"""The talk before a legal step and the plan, on the pages."""

from datetime import timedelta

import pytest

from cases.models import ChoicePoint, ChoiceTalk, FollowUp, Goal, PlanStep
from cases.services import choices, plan
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def begin(desk, case, step="police_report", **said):
    answer = desk.post(f"/cases/{case.ref}/choices/", {"step": step, "language": "en", **said})
    return answer.headers.get("Location", "")


def test_one_point_after_the_other_is_shown_and_noted(desk, rose):
    page = begin(desk, rose, companion="her sister")
    for number in range(1, 13):
        shown = text_of(desk.get(page))
        assert f"Point {number} of 12" in shown
        assert f"{number - 1} of 12" in shown
        answer = desk.post(page, {"number": str(number), "state": "skipped" if number == 7 else "said"})
        assert answer.headers["Location"] == f"{page}#point"
    shown = text_of(desk.get(page))
    assert "All points were gone through." in shown
    assert ChoicePoint.objects.filter(state="skipped").get().number == 7
    desk.post(f"{page}decide/", {"result": "yes", "how": "spoken", "words": "I want it"})
    assert "They chose: yes" in text_of(desk.get(page))
    beside = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "a report to the police</span>" in beside


def test_a_point_is_gone_back_to_and_a_strange_one_is_the_next_open_one(desk, rose):
    page = begin(desk, rose)
    desk.post(page, {"number": "1", "state": "said"})
    assert "Point 1 of 12" in text_of(desk.get(f"{page}?point=1"))
    for strange in ("99", "-1", "²", "one", "9" * 400, ""):
        assert "Point 2 of 12" in text_of(desk.get(page, {"point": strange}))


def test_they_stop_half_way_and_that_is_a_result(desk, rose, at):
    page = begin(desk, rose)
    desk.post(page, {"number": "1", "state": "said"})
    later = (at + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    desk.post(f"{page}decide/", {"result": "not_now", "how": "spoken", "ask_again_at": later})
    assert ChoiceTalk.objects.get().result == "not_now"
    assert FollowUp.objects.get().because == "choice_again"
    assert "not now" in text_of(desk.get(f"/cases/{rose.ref}/choices/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"result": "yes", "how": "spoken"}, "A yes comes after all twelve points; 12 are left"),
        ({"how": "spoken"}, "This field is required"),
        ({"result": "no", "how": "spoken", "ask_again_at": "2020-01-01T10:00"}, "say a time that lies ahead"),
        ({"result": "no", "how": "spoken", "words": "a\x00b"}, "Null characters"),
    ],
)
def test_a_choice_that_cannot_be_is_said_in_words_and_nothing_is_kept(desk, rose, typed, sentence):
    page = begin(desk, rose)
    answer = desk.post(f"{page}decide/", typed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert ChoiceTalk.objects.get().result == ""


def test_a_step_that_there_is_not_begins_no_talk(desk, rose):
    assert desk.post(f"/cases/{rose.ref}/choices/", {"step": "revenge", "language": "en"}).status_code == 422
    assert desk.post(f"/cases/{rose.ref}/choices/", {"step": "civil", "language": "klingon"}).status_code == 422
    assert not ChoiceTalk.objects.exists()


def test_a_talk_of_another_case_is_not_there(desk, rose, line, thandi, at):
    other = make_case(line=line, caller=make_caller(), owner=thandi)
    talk = choices.begin(case=other, step="civil", by=thandi, at=at, language="en")
    assert desk.get(f"/cases/{rose.ref}/choices/{talk.ref}/").status_code == 404
    assert desk.post(f"/cases/{rose.ref}/choices/{talk.ref}/decide/", {"result": "no"}).status_code == 404


def test_a_goal_and_its_steps_are_planned_done_dropped_and_changed(desk, rose, at):
    page = f"/cases/{rose.ref}/plan/"
    desk.post(page, {"goal-words": "my papers back"})
    goal = Goal.objects.get()
    later = (at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for words in ("ring the station", "go there", "write to them"):
        desk.post(f"{page}goals/{goal.ref}/", {"words": words, "owner": "thandi", "due_at": later})
    first, second, third = PlanStep.objects.order_by("pk")
    beside = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "my papers back" in beside
    assert "ring the station" in beside
    desk.post(f"{page}steps/{first.ref}/", {"verb": "done"})
    desk.post(f"{page}steps/{second.ref}/", {"verb": "drop"})
    desk.post(f"{page}steps/{third.ref}/", {"verb": "change", "words": "write together", "who": "she and her sister"})
    states = [(step.words, step.state) for step in PlanStep.objects.order_by("pk")]
    assert states == [
        ("ring the station", "done"), ("go there", "dropped"), ("write to them", "changed"), ("write together", "planned"),
    ]  # fmt: skip
    shown = text_of(desk.get(page))
    assert "dropped by the caller" in shown
    assert "she and her sister" in shown
    desk.post(f"{page}goals/{goal.ref}/", {"state": "reached"})
    assert "No goal is open." in text_of(desk.get(f"/cases/{rose.ref}/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"words": "x"}, "Say who does it."),
        ({"words": "", "owner": "thandi"}, "This field is required."),
        ({"words": "x", "owner": "zola"}, "Select a valid choice"),
        ({"words": "x", "owner": "thandi", "due_at": "2020-01-01T10:00"}, "This time has already passed."),
        ({"words": "x", "owner": "thandi", "due_at": "never"}, "Enter a valid date"),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_what_was_typed(desk, rose, thandi, zola, at, typed, sentence):
    goal = plan.set_goal(case=rose, words="my papers back", by=thandi, at=at)
    answer = desk.post(f"/cases/{rose.ref}/plan/goals/{goal.ref}/", {"who": "", **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not PlanStep.objects.exists()


def test_strange_verbs_and_states_change_nothing(desk, rose, thandi, at):
    goal = plan.set_goal(case=rose, words="my papers back", by=thandi, at=at)
    step = plan.add_step(goal=goal, words="x", owner=thandi, by=thandi, at=at)
    desk.post(f"/cases/{rose.ref}/plan/steps/{step.ref}/", {"verb": "explode"})
    desk.post(f"/cases/{rose.ref}/plan/goals/{goal.ref}/", {"state": "open"})
    assert (PlanStep.objects.get().state, Goal.objects.get().state) == ("planned", "open")


def test_hostile_words_are_shown_as_text(desk, rose, thandi, at):
    plan.set_goal(case=rose, words="<script>alert(1)</script>\u202egnp", by=thandi, at=at)
    for path in ("plan/", ""):
        page = desk.get(f"/cases/{rose.ref}/{path}").content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
