"""There is one way out to callers, and it asks what is safe. Whoever builds another one meets this test."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("cases", "helpline", "referrals", "telephony")


def calls_of(*names):
    """The files of the product in which something of this name is called."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" in path.parts or "practice" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    if called in names:
                        found.setdefault(called, set()).add(str(path.relative_to(ROOT)))
    return found


def test_only_delivery_hands_a_text_to_the_gateway():
    assert calls_of("send_text") == {"send_text": {"telephony/services/delivery.py"}}


def test_delivery_asks_what_is_safe_for_callers_and_for_people_near_them():
    source = (ROOT / "telephony/services/addressing.py").read_text(encoding="utf-8")
    assert "safe_contact.may_text(" in source
    assert "safe_contact.may_reach_route(" in source


def test_a_whole_number_is_shown_by_two_doors_one_of_which_asks_whether_it_may_be_rung():
    assert calls_of("reveal_number") == {
        "reveal_number": {"cases/services/calling_back.py", "helpline/dashboard/case_verbs.py"}
    }


def test_calls_are_begun_in_one_place_which_asks_whom_it_rings():
    begun = calls_of("place_call", "add_participant")
    assert set().union(*begun.values()) <= {"telephony/services/calls_out.py"}
    assert "add_participant" not in begun  # whoever picks up would be in the room, a mailbox too


def test_the_gateway_begins_calls_by_no_other_method():
    source = (ROOT / "telephony/gateway/protocol.py").read_text(encoding="utf-8")
    methods = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    begins_none = {"cancel_call", "end_call", "find_calls", "get_call", "move_call"}
    assert {name for name in methods if "call" in name} == {*begins_none, "place_call"}
