"""The days in court of a case, and what is usually promised."""

from datetime import timedelta

from cases.models import Hearing
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("hearings", "hearing")
VERBS = {"promise_usual": {"usual": "day", "agreed": "yes"}}
REFS = {"<slug:hearing_ref>": lambda case: case.hearings.get().ref}


def make(case, person):
    names = ("court", "place", "matter", "what_for", "lawyer", "transport", "childcare", "outcome_note")
    words = {name: f"{STORY} {name}" for name in names}
    Hearing.objects.create(
        case=case, at=NIGHT + timedelta(days=3), added_by=person, created_at=NIGHT, changed_at=NIGHT,
        lawyer_number="+447700900121", **words,
    )  # fmt: skip
