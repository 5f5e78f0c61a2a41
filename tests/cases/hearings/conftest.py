"""A day in court, made through the service, as people do it."""

import pytest

from cases.models import ContactRoute
from cases.services import hearings
from tests.cases.clocks.conftest import local
from tests.factories import make_caller, make_case, make_safe_contact

NOW = local("2026-11-25T20:00")  # a Wednesday evening
DAY = local("2026-12-01T09:00")  # the Tuesday after


@pytest.fixture
def rose():
    return make_caller(number="+447700900231", code_name="Rose", at=NOW)


@pytest.fixture
def case(line, thandi, rose):
    """Rose's case, which Thandi has. Texts to her are safe."""
    make_safe_contact(rose, thandi, may_text=True, at=NOW)
    return make_case(line=line, caller=rose, owner=thandi, at=NOW)


@pytest.fixture
def friend(rose, thandi):
    """Rose's friend, who goes along and may be texted."""
    return ContactRoute.objects.create(
        caller=rose, kind="companion", name="her friend", number="+447700900232", whose="other", may_text=True,
        confirmed_at=NOW, confirmed_by=thandi, created_at=NOW,
    )  # fmt: skip


@pytest.fixture
def add(case, thandi):
    """Write down a day in court on Rose's case."""

    def added(day_at=DAY, *, at=NOW, **given):
        return hearings.add(case=case, by=thandi, at=at, day_at=day_at, **given)

    return added
