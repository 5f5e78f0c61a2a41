"""A line with some months behind it."""

from datetime import timedelta

import pytest

from cases.models import Need
from telephony.models import Call
from tests.factories import make_caller, make_case


@pytest.fixture
def count_up(line, thandi, at):
    """Return a function that makes so many calls, cases and needs, some days ago."""

    def make(many, *, days_ago=0, outcome="answered", need=None, need_outcome="open"):
        for number in range(many):
            when = at - timedelta(days=days_ago, minutes=number)
            case = make_case(line=line, caller=make_caller(), owner=thandi, at=when)
            Call.objects.create(
                sid=f"CA{case.ref}", line=line, case=case, started_at=when, heard_at=when, ended_at=when, state="ended",
                outcome=outcome, sent_from_kind="number",
            )  # fmt: skip
            if need:
                Need.objects.create(
                    case=case, kind=need, outcome=need_outcome, noted_by=thandi, noted_at=when, changed_at=when
                )

    return make


@pytest.fixture(autouse=True)
def tonight(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
