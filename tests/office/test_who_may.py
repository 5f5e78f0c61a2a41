"""Each page of the office by each role. What is not yours answers like what does not exist."""

import pytest
from django.urls import URLPattern

from cases.models import Complaint, ErasureWish
from helpline.core.rota.models import Override
from helpline.core.staff.models import Leaving
from helpline.office.urls import urlpatterns
from tests.factories import NIGHT, make_case, make_person, make_shift

ROLES = ["counsellor", "paralegal", "coordinator", "supervisor", "administrator"]
ALL = set(ROLES)
NOBODY_SPECIAL = {"none"}

# Name of the address, method, who may. Forms are sent empty: 200, 302 or 400 all mean that the door is open.
RULES = [
    ("here", "get", ALL | NOBODY_SPECIAL),
    ("me", "get", ALL | NOBODY_SPECIAL),
    ("my_number", "get", ALL | NOBODY_SPECIAL),
    ("my_code", "post", ALL | NOBODY_SPECIAL),
    ("theme", "post", ALL | NOBODY_SPECIAL),
    ("staff", "get", {"coordinator", "supervisor", "administrator"}),
    ("account_new", "get", {"administrator"}),
    ("account_new", "post", {"administrator"}),
    ("person", "get", {"coordinator", "supervisor", "administrator"}),
    ("person_roles", "post", {"administrator"}),
    ("person_link", "post", {"administrator"}),
    ("person_second_factor", "post", {"administrator"}),
    ("person_leaves", "post", {"administrator"}),
    ("person_returns", "post", {"administrator"}),
    ("complaints", "get", {"coordinator", "supervisor", "administrator"}),
    ("complaint_new", "get", ALL),
    ("complaint_new", "post", ALL),
    ("complaint", "get", {"coordinator", "supervisor", "administrator"}),
    ("complaint", "post", {"coordinator", "supervisor", "administrator"}),
    ("retention", "get", {"coordinator", "supervisor", "administrator"}),
    ("retention", "post", {"coordinator"}),
    ("erasures", "get", {"coordinator", "supervisor"}),
    ("erasure", "get", {"coordinator", "supervisor"}),
    ("erasure", "post", {"coordinator", "supervisor"}),
    ("leaving", "get", {"coordinator", "supervisor", "administrator"}),
    ("leaving_done", "post", {"coordinator", "supervisor", "administrator"}),
    ("person_number", "post", {"coordinator"}),
    ("rota", "get", ALL | NOBODY_SPECIAL),
    ("shift_new", "get", {"coordinator", "supervisor"}),
    ("shift_new", "post", {"coordinator", "supervisor"}),
    ("shift", "get", {"coordinator", "supervisor"}),
    ("shift", "post", {"coordinator", "supervisor"}),
    ("shift_remove", "post", {"coordinator", "supervisor"}),
    ("override_new", "get", {"coordinator", "supervisor"}),
    ("override_new", "post", {"coordinator", "supervisor"}),
    ("override_remove", "post", {"coordinator", "supervisor"}),
    ("take_over", "post", ALL | NOBODY_SPECIAL),
    ("lines", "get", {"coordinator", "supervisor", "administrator"}),
    ("line_new", "get", {"coordinator", "administrator"}),
    ("line_new", "post", {"coordinator", "administrator"}),
    ("line", "get", {"coordinator", "administrator"}),
    ("line", "post", {"coordinator", "administrator"}),
    ("line_last_resort", "post", {"coordinator", "administrator"}),
    ("calls", "get", ALL | NOBODY_SPECIAL),
    ("texts", "get", ALL | NOBODY_SPECIAL),
]
WITHOUT_SIGN_IN = {"welcome", "healthz", "readyz"}


def address_of(name, line, nomsa, zola):
    """Return an address of that name that exists."""
    (pattern,) = [one for one in urlpatterns if one.name == name]
    shift = make_shift(line, nomsa)
    change = Override.objects.create(line=line, replaces=nomsa, starts_at=shift.starts_at, ends_at=shift.ends_at)
    person = zola if name == "person_returns" else nomsa
    said = Complaint.objects.create(
        came="call", said="x", received_by=nomsa, received_at=NIGHT, acknowledge_by=NIGHT, answer_by=NIGHT
    )
    wish = ErasureWish.objects.create(
        case_ref=make_case(line=line).ref, scope="case", how="voice", asked_by=nomsa, asked_at=NIGHT
    )
    left = Leaving.objects.create(person=zola, pressed_by=nomsa, at=NIGHT)
    ref = {"shift": shift, "override": change, "line": line, "leaving": left, "erasure": wish, "complaint": said}.get(
        name.split("_", maxsplit=1)[0], person
    ).ref
    return "/" + str(pattern.pattern).replace("<slug:line_ref>", line.ref).replace("<slug:ref>", ref)


@pytest.mark.parametrize("role", [*ROLES, "none"])
@pytest.mark.parametrize(("name", "method", "may"), RULES, ids=[f"{method} {name}" for name, method, _ in RULES])
def test_the_door_is_open_for_those_and_for_nobody_else(name, method, may, role, desk_of, line, nomsa, zola):
    somebody = make_person("somebody", *([] if role == "none" else [role]))
    answer = getattr(desk_of(somebody), method)(address_of(name, line, nomsa, zola))
    assert (answer.status_code in {200, 204, 302, 400, 422}) is (role in may), answer.status_code
    assert role in may or answer.status_code == 404


def test_no_address_is_without_a_rule():
    names = {one.name for one in urlpatterns if isinstance(one, URLPattern)}
    assert names == {name for name, _, _ in RULES} | WITHOUT_SIGN_IN


@pytest.mark.parametrize("name", ["person", "person_roles", "shift", "shift_remove", "line", "override_remove"])
def test_what_is_not_there_looks_like_what_is_not_yours(name, desk_of, line, nomsa, pieter, zola):
    method = "post" if name.endswith(("roles", "remove")) else "get"
    there = address_of(name, line, nomsa, zola)
    refs = [part for part in there.split("/") if len(part) == 18]
    client = desk_of(nomsa)
    denied = getattr(client, method)(there)
    absent = getattr(client, method)(there.replace(refs[-1], "A" * 18))
    assert (denied.status_code, absent.status_code) == (404, 404)
    assert denied.content == absent.content


def test_who_loses_a_role_loses_its_pages_with_the_next_request(desk_of, lerato, line):
    client = desk_of(lerato)
    assert client.get("/staff/").status_code == 200
    lerato.held_roles.all().delete()
    assert client.get("/staff/").status_code == 404


def test_a_shift_seen_by_everybody_can_be_changed_by_few(desk_of, line, nomsa, on_call, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    page = desk_of(nomsa).get("/rota/").content.decode()
    assert "Sipho" in page
    assert on_call[0].ref not in page
    assert "Add a shift" not in page
