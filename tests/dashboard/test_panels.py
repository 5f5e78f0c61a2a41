"""What stands beside a story is in one order, whoever lists it, and what is empty is one verb."""

import pytest

from helpline.dashboard import panels
from helpline.dashboard.panels import Area, read_beside
from tests.factories import make_case


def area(name, content, **changes):
    words = {"begin": f"Add {name}", "icon": "note", "page": "dashboard:case", **changes}
    return Area(name=name, read=lambda _case, _user, _at: content, **words)


@pytest.fixture
def beside(monkeypatch, line, thandi, at):
    def read(*areas):
        monkeypatch.setattr(panels, "AREAS", areas)
        return read_beside(make_case(line=line, owner=thandi), thandi, at)

    return read


def test_clocks_come_before_promises_and_plans_after_safety(beside):
    column = beside(area("plan", {"n": 1}), area("safety", {"n": 2}), area("clocks", {"n": 3}))
    assert [panel.area.name for panel in column.first] == ["clocks"]
    assert [panel.area.name for panel in column.panels] == ["safety", "plan"]


def test_an_area_that_nobody_has_placed_comes_last(beside):
    column = beside(area("something new", {"n": 1}), area("plan", {"n": 2}))
    assert [panel.area.name for panel in column.panels] == ["plan", "something new"]


def test_what_is_empty_is_a_verb_and_what_begins_elsewhere_is_not(beside):
    column = beside(area("plan", None), area("files", None, begin=""))
    assert [one.name for one in column.to_begin] == ["plan"]
    assert column.panels == ()
