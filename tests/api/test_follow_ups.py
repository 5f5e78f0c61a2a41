"""What is promised, as a program sees, adds and keeps it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, FollowUp, Note
from tests.factories import NIGHT, make_case, make_follow_up

DUE = "/api/v1/follow-ups/"
MORNING = "2026-11-23T08:00:00+02:00"


@pytest.fixture
def promise(case, sipho):
    """Sipho calls Rose back at six in the morning, UTC."""
    due_at = NIGHT + timedelta(hours=6)
    return make_follow_up(case, kind="call_back", due_at=due_at, owner=sipho, why="She asked about her papers.")


def change(client, promise, **given):
    return client.patch(f"{DUE}{promise.ref}/", given, format="json")


def test_sipho_sees_what_he_promised(asking, sipho, promise, case):
    told = asking(sipho).get(f"{DUE}{promise.ref}/").json()
    assert told == {
        "id": promise.ref,
        "case": case.ref,
        "kind": "call_back",
        "due_at": "2026-11-23T06:10:00Z",
        "state": "due",
        "owner": "sipho",
        "tries": 0,
        "why": "She asked about her papers.",
    }


def test_nomsa_sees_what_is_due_on_a_case_that_nobody_owns_but_not_why(asking, nomsa, line, promise):
    unowned = make_follow_up(make_case(line=line), why="A narrative.")
    rows = asking(nomsa).get(DUE).json()["results"]
    assert [(row["id"], row["why"]) for row in rows] == [(unowned.ref, None)]


def test_siphos_promise_and_one_that_is_not_there_are_the_same_answer_to_nomsa(asking, nomsa, promise):
    client = asking(nomsa)
    for ask in (client.get, client.patch):
        answers = [ask(f"{DUE}{ref}/") for ref in (promise.ref, "2" * 18, "x\u202ey")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_promises_are_narrowed_by_every_filter(asking, thandi, promise, case, line, sipho):
    task = make_follow_up(make_case(line=line), state="done")
    client = asking(thandi)

    def found(**asked):
        return [row["id"] for row in client.get(DUE, asked).json()["results"]]

    assert found() == [task.ref, promise.ref]
    assert found(case=case.ref) == [promise.ref]
    assert found(state="done") == [task.ref]
    assert found(kind="call_back") == [promise.ref]
    assert found(owner="sipho") == [promise.ref]
    assert found(due_before="2026-11-23T02:10:00.000001+02:00") == [task.ref]
    assert found(due_before="2026-11-23T02:10:00+02:00") == []


def test_thirty_promises_cost_as_many_statements_as_three(asking, sipho, line):
    client = asking(sipho)
    costs = []
    for more in (3, 27):
        for _ in range(more):
            make_follow_up(make_case(line=line, owner=sipho), owner=sipho, why="Words.")
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(DUE).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 8


def test_sipho_promises_to_ask_in_the_morning(asking, sipho, case):
    given = {"case": case.ref, "kind": "safety", "due_at": MORNING, "why": "Is she home?"}
    answer = asking(sipho).post(DUE, given, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert told["due_at"] == "2026-11-23T06:00:00Z"
    assert (told["case"], told["kind"], told["owner"], told["state"]) == (case.ref, "safety", "sipho", "due")
    case.refresh_from_db()
    assert case.next_due_at.isoformat() == "2026-11-23T06:00:00+00:00"


def test_nothing_is_promised_on_a_case_that_is_not_yours_and_the_refusal_tells_nothing(asking, nomsa, case):
    heard = []
    for ref in (case.ref, "HL-ZZZZ"):
        answer = asking(nomsa).post(DUE, {"case": ref, "due_at": MORNING}, format="json")
        heard.append((answer.status_code, answer.content))
    assert heard[0] == heard[1]
    assert heard[0][0] == 400
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"due_at": "2026-11-23T08:00:00"}, "due_at"),
        ({"due_at": "2026-11-23"}, "due_at"),
        ({"due_at": "2026-11-22T08:00:00Z"}, "due_at"),
        ({"due_at": "0001-01-01T00:00:00+14:00"}, "due_at"),
        ({"due_at": "9999-12-31T23:59:59-14:00"}, "due_at"),
        ({"due_at": 1_700_000_000}, "due_at"),
        ({"due_at": None}, "due_at"),
        ({"kind": "party"}, "kind"),
        ({"kind": ["task"]}, "kind"),
        ({"owner": "lerato"}, "case"),
        ({"case": "x" * 10_000}, "case"),
        ({"case": {"ref": "HL-2222"}}, "case"),
        ({"why": "x" * 2_001}, "why"),
        ({"tries": 3}, "tries"),
        ({"state": "done"}, "state"),
    ],
)
def test_a_promise_that_is_not_right_is_refused_by_field(asking, sipho, lerato, case, given, wrong):
    whole = {"case": case.ref, "kind": "task", "due_at": MORNING, **given}
    answer = asking(sipho).post(DUE, whole, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [wrong]
    assert not FollowUp.objects.exists()


def test_tried_and_not_reached_is_due_again_in_half_an_hour(asking, sipho, promise):
    told = change(asking(sipho), promise, state="tried").json()
    assert (told["state"], told["tries"], told["due_at"]) == ("tried", 1, "2026-11-23T00:40:00Z")
    told = change(asking(sipho), promise, state="tried", due_at=MORNING).json()
    assert (told["tries"], told["due_at"]) == (2, "2026-11-23T06:00:00Z")


def test_a_promise_is_kept_and_what_was_said_becomes_a_note(asking, sipho, promise):
    told = change(asking(sipho), promise, state="done", why="She is home.").json()
    assert (told["state"], told["why"]) == ("done", "She asked about her papers.")
    assert Note.objects.get().body == "She is home."
    assert Case.objects.get().next_due_at is None


@pytest.mark.parametrize("state", ["given_up", "skipped"])
def test_letting_go_needs_a_reason(asking, sipho, promise, state):
    FollowUp.objects.update(state="tried", tries=1)
    answer = change(asking(sipho), promise, state=state)
    assert (answer.status_code, list(answer.json())) == (400, ["why"])
    assert change(asking(sipho), promise, state=state, why="The number is dead.").json()["state"] == state


def test_what_was_never_tried_is_not_given_up(asking, sipho, promise):
    answer = change(asking(sipho), promise, state="given_up", why="No.")
    assert (answer.status_code, list(answer.json())) == (400, ["state"])


def test_a_promise_is_put_off_only_with_a_reason(asking, sipho, promise):
    assert list(change(asking(sipho), promise, due_at=MORNING).json()) == ["why"]
    told = change(asking(sipho), promise, due_at=MORNING, why="She sleeps.").json()
    assert (told["state"], told["due_at"]) == ("due", "2026-11-23T06:00:00Z")


def test_a_promise_finished_by_mistake_is_due_again_at_a_time_that_is_named(asking, sipho, promise):
    FollowUp.objects.update(state="done")
    assert list(change(asking(sipho), promise, state="due").json()) == ["due_at"]
    assert change(asking(sipho), promise, state="due", due_at=MORNING).json()["state"] == "due"


def test_a_promise_is_given_to_nomsa_who_may_then_read_why(asking, sipho, nomsa, promise):
    assert change(asking(sipho), promise, owner="nomsa").json()["owner"] == "nomsa"
    assert asking(nomsa).get(f"{DUE}{promise.ref}/").json()["why"] == "She asked about her papers."


def test_two_changes_in_one_request_are_both_made_or_neither(asking, sipho, nomsa, promise):
    answer = change(asking(sipho), promise, owner="nomsa", state="given_up", why="Never tried.")
    assert (answer.status_code, list(answer.json())) == (400, ["state"])
    promise.refresh_from_db()
    assert promise.owner == sipho


def test_a_reason_without_a_change_is_not_swallowed(asking, sipho, promise):
    for given in ({"why": "Only words."}, {"why": "Only words.", "owner": "sipho"}, {"why": "Words.", "state": "due"}):
        answer = change(asking(sipho), promise, **given)
        assert (answer.status_code, list(answer.json())) == (400, ["why"])


def test_a_promise_is_not_moved_to_another_case(asking, sipho, promise, line):
    other = make_case(line=line, owner=sipho)
    answer = change(asking(sipho), promise, case=other.ref)
    assert (answer.status_code, list(answer.json())) == (400, ["case"])


def test_nomsa_who_may_not_read_a_case_changes_nothing_on_it(asking, nomsa, line):
    unowned = make_follow_up(make_case(line=line))
    assert change(asking(nomsa), unowned, state="done").status_code == 403
    unowned.refresh_from_db()
    assert unowned.state == "due"
