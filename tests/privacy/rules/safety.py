"""Safety plan and check-ins of a case: one plan with STORY in every part, one running check-in with STORY in it."""

from datetime import timedelta

from cases.models import CheckIn, CheckInStep, ContactRoute, SafetyPlan
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("safety", "safety_now", "safety_plan", "safety_paper", "check_in_new")
VERBS = {
    "safety_plan_keep": {"warning_signs": "x", "readers": "team", "version": "1"},
    "safety_plan_confirm": {},
    "check_in_set": {"by": "23:30", "grace_minutes": "10"},
    "check_in_ring": {},
    "check_in_word": {"word": "x"},
    "check_in": {"verb": "stop", "reason": "x"},
}
REFS = {
    "<slug:check_in_ref>": lambda case: case.check_ins.get().ref,
    "<slug:contact_ref>": lambda case: case.check_ins.get().contacts.get().ref,
}


def make(case, person):
    parts = {name: f"{STORY} {name}" for name in SafetyPlan.SECTIONS}
    SafetyPlan.objects.create(
        caller=case.caller, wants_paper=True, reviewed_at=NIGHT, reviewed_by=person, created_at=NIGHT, **parts
    )
    check_in = CheckIn.objects.create(
        case=case, caller=case.caller, due_at=NIGHT + timedelta(hours=1), where=f"{STORY} place", safe_word=f"{STORY} safe",
        danger_word=f"{STORY} danger", police_yes=f"{STORY} police", police_yes_at=NIGHT, set_by=person, set_at=NIGHT,
        next_at=NIGHT + timedelta(hours=1),
    )  # fmt: skip
    route = ContactRoute.objects.create(
        caller=case.caller, kind="peer", name=f"{STORY} person", number="+447700900249", whose="other", may_call=True,
        confirmed_at=NIGHT, confirmed_by=person, created_at=NIGHT,
    )  # fmt: skip
    check_in.contacts.create(route=route, position=1, knows_her_as=f"{STORY} name with them")
    CheckInStep.objects.create(check_in=check_in, round=1, kind="set", by=person, at=NIGHT, note=f"{STORY} step")
