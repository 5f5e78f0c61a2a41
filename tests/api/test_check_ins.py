"""Check-ins, as a program sees, sets up and ends them."""

import pytest

from cases.models import CheckIn
from cases.services import check_in_steps
from cases.services.check_in_answers import hear_on_phone
from helpline.core.audit.models import Entry
from tests.cases.check_in_rows import ACTS, DANGER, DUE, FRIEND, MOTHER, SAFE, make_rose, make_route, start
from tests.factories import NIGHT, make_case

CHECK_INS = "/api/v1/check-ins/"


@pytest.fixture
def case(line, sipho, on_call, lerato):
    """Rose's case, which is Sipho's, with two people whom we may tell."""
    return make_rose(line, sipho)


def given(case, /, **changes):
    routes = list(case.caller.routes.order_by("position"))
    return {
        "case": case.ref, "due_at": "2026-11-23T03:30:00+02:00", "where": "above the bakery", "safe_word": SAFE,
        "danger_word": DANGER, "contacts": [{"route": route.ref, "knows_her_as": "Rosie"} for route in routes], **changes,
    }  # fmt: skip


def ask(client, row, **changes):
    return client.patch(f"{CHECK_INS}{row.ref}/", changes, format="json")


def test_sipho_sets_one_up_and_her_words_are_never_answered(asking, sipho, case):
    answer = asking(sipho).post(CHECK_INS, given(case), format="json")
    row = CheckIn.objects.get()
    told = answer.json()
    assert answer.status_code == 201
    assert (row.due_at, row.next_at, row.safe_word) == (DUE, ACTS, SAFE)
    assert {name: told[name] for name in ("id", "case", "state", "due_at", "grace_minutes", "set_by", "danger", "where")} == {
        "id": row.ref, "case": case.ref, "state": "running", "due_at": "2026-11-23T01:30:00Z", "grace_minutes": 10,
        "set_by": "sipho", "danger": False, "where": "above the bakery",
    }  # fmt: skip
    assert [contact["position"] for contact in told["contacts"]] == [1, 2]
    assert [step["kind"] for step in told["steps"]] == ["set"]
    for word in (SAFE, DANGER, MOTHER, FRIEND):
        assert word not in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contacts": []}, "contacts"),
        ({"due_at": "2026-11-23T01:30:00+02:00"}, "due_at"),
        ({"due_at": "later"}, "due_at"),
        ({"due_at": "2026-11-23T03:30:00"}, "due_at"),
        ({"grace_minutes": -1}, "grace_minutes"),
        ({"grace_minutes": True}, "grace_minutes"),
        ({"danger_word": "STOP"}, "danger_word"),
        ({"every_minutes": 30}, "ends_at"),
        ({"case": "HL-2222"}, "case"),
        ({"wher": "x"}, "wher"),
        ({"set_by": "naledi"}, "set_by"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(asking, sipho, case, changes, field):
    answer = asking(sipho).post(CHECK_INS, given(case, **changes), format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not CheckIn.objects.exists()


def test_danger_is_told_to_who_may_read_the_case_and_to_nobody_else(asking, sipho, nomsa, thandi, line):
    """Nomsa knows of a case that nobody has; what she sees is the same whether she was missed or is in danger."""
    seen = []
    for number, word in (("+447700900286", DANGER), ("+447700900287", None)):
        case = make_rose(line, sipho, number=number)
        row = start(case, sipho)
        if word:
            hear_on_phone(check_in=row, by=sipho, said=word, at=NIGHT)
        else:
            CheckIn.objects.update(due_at=NIGHT, next_at=NIGHT, grace_minutes=0)
            check_in_steps.sweep(at=NIGHT)
            CheckIn.objects.filter(pk=row.pk).update(due_at=DUE, grace_minutes=10)
        case.owner = None
        case.save()
        case.let_in.all().delete()
        read = asking(thandi).get(f"{CHECK_INS}{row.ref}/").json()
        assert read["danger"] is bool(word)
        told = asking(nomsa).get(f"{CHECK_INS}{row.ref}/").json()
        seen.append({name: value for name, value in told.items() if name not in {"id", "case"}})
    assert seen[0] == seen[1]
    assert seen[0] | {"where": None, "danger": None, "police_yes": None, "contacts": None, "steps": None} == seen[0]


def test_what_people_do(asking, sipho, case):
    row, program = start(case, sipho), asking(sipho)
    assert ask(program, row, more_minutes=90).json()["due_at"] == "2026-11-23T01:40:00Z"
    assert ask(program, row, acknowledged=True).status_code == 400
    assert ask(program, row, state="missed").json()["state"] == "missed"
    assert ask(program, row, acknowledged=True).json()["acknowledged_by"] == "sipho"
    assert ask(program, row, state="safe", word="rose").json() == {
        "word": ["That is not their word. It goes on as if nothing had been said."]
    }
    assert row.steps.filter(kind="wrong_word").exists(), "and it is written down"
    assert ask(program, row, state="stopped").status_code == 400
    assert ask(program, row, state="safe", word=SAFE).json()["state"] == "safe"
    assert ask(program, row, state="missed").status_code == 400


@pytest.mark.parametrize("word", [SAFE, DANGER])
def test_either_word_is_answered_with_200(asking, sipho, case, word):
    assert ask(asking(sipho), start(case, sipho), state="safe", word=word).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{}, {"acknowledged": True, "state": "missed"}, {"acknowledged": False}, {"more_minutes": 0}, {"state": "running"}],
)
def test_what_is_no_one_thing_is_refused(asking, sipho, case, changes):
    row = start(case, sipho)
    assert ask(asking(sipho), row, **changes).status_code == 400
    assert CheckIn.objects.get().turn == row.turn


def test_what_is_not_yours_is_not_there(asking, nomsa, lerato, pieter, case, sipho):
    row = start(case, sipho)
    for person in (nomsa, lerato, pieter):
        program = asking(person)
        assert program.get(CHECK_INS).json()["results"] == []
        for method in (program.get, program.patch):
            assert method(f"{CHECK_INS}{row.ref}/").content == method(f"{CHECK_INS}{'2' * 18}/").content
        assert program.post(CHECK_INS, given(case), format="json").status_code == 400


def test_narrowed_by_case_and_state_and_the_reading_is_written_down(asking, thandi, case, sipho, line):
    start(case, sipho)
    other = make_case(line=line)
    program = asking(thandi)
    assert len(program.get(CHECK_INS, {"case": case.ref, "state": "running"}).json()["results"]) == 1
    assert program.get(CHECK_INS, {"case": other.ref}).json()["results"] == []
    assert program.get(CHECK_INS, {"owner": "thandi"}).status_code == 400
    assert Entry.objects.filter(verb="case.read", about=case.ref, who=thandi).exists()


def test_a_route_of_somebody_else_is_no_contact(asking, sipho, case, line):
    other = make_rose(line, sipho, number="+447700900288")
    stranger = make_route(other.caller, sipho, "+447700900289")
    people = [
        {"route": stranger.ref, "knows_her_as": "x"},
        {"route": case.caller.routes.first().ref, "knows_her_as": "x"},
    ]
    answer = asking(sipho).post(CHECK_INS, given(case, contacts=people), format="json")
    assert list(answer.json()) == ["contacts"]
