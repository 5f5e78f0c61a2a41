"""What runs on a case: made through the services, as people do it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cases.services import clocks
from tests.factories import make_caller, make_case

JOHANNESBURG = ZoneInfo("Africa/Johannesburg")


def local(words):
    """A time on a clock in Johannesburg."""
    return datetime.fromisoformat(words).replace(tzinfo=JOHANNESBURG)


@pytest.fixture
def case(line, thandi, at):
    """Rose's case, which Thandi has."""
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi, at=at)


@pytest.fixture
def start(case, thandi):
    """Start a clock on Rose's case."""

    def started(rule, earliest, *, at, latest=None, **more):
        (clock,) = clocks.start(
            case=case, rules=[rule], by=thandi, at=at, earliest_at=local(earliest),
            latest_at=local(latest) if latest else None, **more,
        )  # fmt: skip
        return clock

    return started
