"""The clocks of a case, and the rules behind them."""

from datetime import timedelta

from cases.models import Clock
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("clocks", "clock")
NOT_OF_A_CASE = {"clock_rules", "clock_rule"}
REFS = {"<slug:clock_ref>": lambda case: case.clocks.get().ref}


def make(case, person):
    ends_at = NIGHT + timedelta(days=2)
    Clock.objects.create(
        case=case, rule="ZA", earliest_at=NIGHT, act_by=NIGHT, ends_at=ends_at, whom=f"{STORY} whom",
        station=f"{STORY} station", started_by=person, started_at=NIGHT,
    )  # fmt: skip
