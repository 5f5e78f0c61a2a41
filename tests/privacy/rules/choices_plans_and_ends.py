"""The talk before a legal step, the plan, the end of a case, and what a supervisor looks at."""

from datetime import timedelta

from cases.models import Closing
from cases.services import choices, plan, reviews
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("choices", "choice", "plan", "closing")
VERBS = {
    "choice_decide": {"result": "no", "how": "spoken"},
    "plan_goal": {"state": "reached"},
    "plan_step": {"verb": "done"},
    "review_ask": {"step": "plan"},
    "review_answer": {"verb": "approve"},
}
NOT_OF_A_CASE = {"reviews", "review_rules"}
REFS = {
    "<slug:talk_ref>": lambda case: case.choice_talks.get().ref,
    "<slug:goal_ref>": lambda case: case.goals.get().ref,
    "<slug:step_ref>": lambda case: case.goals.get().steps.get().ref,
    "<slug:review_ref>": lambda case: case.reviews.first().ref,
}


def make(case, person):
    talk = choices.begin(
        case=case, step="testify", by=person, at=NIGHT, language="en", interpreter=f"{STORY} interpreter",
        companion=f"{STORY} companion",
    )  # fmt: skip
    choices.say_point(talk=talk, number=1, state="asked", note=f"{STORY} question", by=person, at=NIGHT)
    goal = plan.set_goal(case=case, words=f"{STORY} goal", by=person, at=NIGHT)
    plan.add_step(goal=goal, words=f"{STORY} step", who=f"{STORY} sister", by=person, at=NIGHT)
    reviews.ask(
        case=case, step="closing", by=person, at=NIGHT, note=f"{STORY} review", proposal={"wants": f"{STORY} wants"}
    )
    Closing.objects.create(
        case=case, reason="chose", may_resume=True, say_then=f"{STORY} then", by=person,
        closed_at=NIGHT - timedelta(days=1),
    )  # fmt: skip
