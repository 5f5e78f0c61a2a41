"""A plan: what she wants in her words, steps with who and by when, and a promise for each that has a time."""

from datetime import timedelta

import pytest

from cases.models import Case, FollowUp, Goal, PlanStep
from cases.services import casework, followups, plan
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller, make_case


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def goal(rose, thandi, at):
    return plan.set_goal(case=rose, words="my papers back", by=thandi, at=at)


@pytest.fixture
def add(goal, thandi, at):
    def added(words="ring the station", **more):
        return plan.add_step(goal=goal, words=words, by=thandi, at=at, **{"owner": thandi, **more})

    return added


def test_a_step_with_a_time_is_promised_to_whoever_does_it(add, sipho, at):
    step = add(owner=sipho, due_at=at + timedelta(days=2))
    promised = FollowUp.objects.get()
    assert (promised.owner, promised.because, promised.key) == (sipho, "plan_step", f"plan-{step.ref}")
    assert promised.due_at == at + timedelta(days=2)


def test_a_step_without_a_time_or_of_her_own_is_no_promise_of_ours(add):
    add()
    add(owner=None, who="her sister")
    assert not FollowUp.objects.exists()


def test_a_step_of_hers_with_a_time_reminds_who_planned_it(add, thandi, at):
    add(owner=None, who="she herself", due_at=at + timedelta(days=1))
    assert FollowUp.objects.get().owner == thandi


def test_step_and_promise_end_together(add, thandi, at):
    done, dropped = add(due_at=at + timedelta(days=1)), add(due_at=at + timedelta(days=1))
    plan.finish_step(step=done, by=thandi, at=at)
    plan.drop_step(step=dropped, by=thandi, at=at, why="too far away")
    assert [row.state for row in FollowUp.objects.order_by("pk")] == ["done", "skipped"]
    assert PlanStep.objects.get(pk=dropped.pk).why == "too far away"


def test_a_promise_that_was_kept_on_the_board_is_a_step_done(add, thandi, at):
    step = add(due_at=at + timedelta(days=1))
    followups.finish(follow_up=step.follow_up, by=thandi, at=at)
    kept = PlanStep.objects.select_related("follow_up").get(pk=step.pk)
    assert kept.is_done
    assert not kept.is_ahead


def test_what_is_planned_otherwise_stays_to_be_read(add, thandi, at):
    old = add(due_at=at + timedelta(days=1))
    new = plan.change_step(
        step=old, words="go there together", owner=thandi, due_at=at + timedelta(days=3), by=thandi, at=at
    )
    old.refresh_from_db()
    assert (old.state, old.words, new.replaces_id) == ("changed", "ring the station", old.pk)
    assert [(row.state, row.due_at) for row in FollowUp.objects.order_by("pk")] == [
        ("skipped", at + timedelta(days=1)), ("due", at + timedelta(days=3)),
    ]  # fmt: skip


def test_a_change_that_cannot_be_leaves_the_old_step_as_it_was(add, thandi, at):
    old = add(due_at=at + timedelta(days=1))
    with pytest.raises(NotAllowed):
        plan.change_step(step=old, words="", owner=thandi, by=thandi, at=at)
    old.refresh_from_db()
    assert (old.state, FollowUp.objects.get().state) == ("planned", "due")


def test_a_goal_that_she_drops_drops_its_steps(goal, add, thandi, at):
    add(due_at=at + timedelta(days=1))
    plan.end_goal(goal=goal, state="dropped", by=thandi, at=at)
    assert (PlanStep.objects.get().state, FollowUp.objects.get().state) == ("dropped", "skipped")
    with pytest.raises(NotAllowed, match="not open any more"):
        add()


def test_pressing_twice_is_pressing_once(add, goal, thandi, at):
    step = add()
    for _press in range(2):
        plan.finish_step(step=step, by=thandi, at=at)
        plan.end_goal(goal=goal, state="reached", by=thandi, at=at)
    assert Entry.objects.filter(verb="plan_step.done").count() == 1
    assert Entry.objects.filter(verb="goal.reached").count() == 1
    with pytest.raises(NotAllowed, match="not planned any more"):
        plan.drop_step(step=step, by=thandi, at=at)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"words": " "}, "in their words"),
        ({"words": "x" * 1001}, "too long"),
        ({"owner": None}, "who does it"),
        ({"due_at": timedelta(days=-1)}, "already passed"),
    ],
)
def test_a_step_that_cannot_be_is_refused_and_nothing_is_half_kept(add, at, said, sentence):
    said = {name: at + value if isinstance(value, timedelta) else value for name, value in said.items()}
    with pytest.raises(NotAllowed, match=sentence):
        add(**said)
    assert not PlanStep.objects.exists()


def test_her_words_are_sealed_and_in_no_audit(goal):
    stored = Goal.objects.filter(pk=goal.pk).values_list("words", flat=True).get()
    assert b"papers" not in stored.blob
    assert "papers" not in str([entry.detail for entry in Entry.objects.all()])


def test_nothing_is_planned_on_a_case_that_has_ended(rose, thandi, at):
    casework.close(case=rose, by=thandi, at=at)
    with pytest.raises(NotAllowed, match="not open"):
        plan.set_goal(case=Case.objects.get(pk=rose.pk), words="x", by=thandi, at=at)
