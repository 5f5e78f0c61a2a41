"""Calls, as a program sees them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.rows import make_call, make_leg
from tests.factories import NIGHT, make_case, make_line

CALLS = "/api/v1/calls/"


@pytest.fixture
def call(case, nomsa, sipho):
    """Rang out at Nomsa's, was accepted by Sipho."""
    call = make_call(
        case, state="ended", outcome="answered", answered_by=sipho, answered_at=NIGHT + timedelta(seconds=31),
        ended_at=NIGHT + timedelta(minutes=4), anomalies=["late_status"],
    )  # fmt: skip
    make_leg(call, nomsa, step=0, result="no-answer", seconds=0)
    make_leg(call, sipho, step=1, at=NIGHT + timedelta(seconds=21), result="accepted", seconds=209)
    return call


def test_a_call_that_rang_out_at_nomsas_and_was_accepted_by_sipho(asking, sipho, call, case, rose, line):
    answer = asking(sipho).get(CALLS)
    assert answer.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": call.ref,
                "sid": call.sid,
                "direction": "inbound",
                "line": line.number,
                "caller": rose.ref,
                "case": case.ref,
                "state": "ended",
                "outcome": "answered",
                "kind": "",
                "answered_by": "sipho",
                "started_at": "2026-11-23T00:10:00Z",
                "answered_at": "2026-11-23T00:10:31Z",
                "ended_at": "2026-11-23T00:14:00Z",
                "legs": [
                    {
                        "to_staff": "nomsa", "to_provider": None, "is_last_resort": False, "result": "no-answer",
                        "rang_at": "2026-11-23T00:10:00Z", "seconds": 0,
                    },
                    {
                        "to_staff": "sipho", "to_provider": None, "is_last_resort": False, "result": "accepted",
                        "rang_at": "2026-11-23T00:10:21Z", "seconds": 209,
                    },
                ],
                "anomalies": ["late_status"],
            }
        ],
    }  # fmt: skip
    assert asking(sipho).get(f"{CALLS}{call.ref}/").json() == answer.json()["results"][0]


def test_a_withheld_call_that_is_ringing_has_no_caller_no_outcome_and_no_end(asking, thandi, line, nomsa):
    call = make_call(make_case(line=line), sent_from_kind="withheld")
    make_leg(call, nomsa)
    told = asking(thandi).get(f"{CALLS}{call.ref}/").json()
    empty = ("caller", "outcome", "answered_by", "answered_at", "ended_at")
    assert [told[name] for name in empty] == [None] * 5
    assert told["state"] == "ringing"
    assert [told["legs"][0][name] for name in ("result", "seconds")] == [None, None]


def test_the_last_resort_phone_is_named_as_nobodys(asking, thandi, case):
    call = make_call(case)
    make_leg(call, None, is_last_resort=True, result="accepted")
    leg = asking(thandi).get(f"{CALLS}{call.ref}/").json()["legs"][0]
    assert (leg["to_staff"], leg["is_last_resort"]) == (None, True)


@pytest.fixture
def three(case, line):
    """Three calls, an hour apart: answered, abandoned, and one that is connected."""
    other = make_case(line=line)
    return {
        "first": make_call(case, state="ended", outcome="answered"),
        "second": make_call(other, state="ended", outcome="abandoned", at=NIGHT + timedelta(hours=1)),
        "third": make_call(case, state="connected", at=NIGHT + timedelta(hours=2)),
    }


def found(client, three, **asked):
    names = {call.ref: name for name, call in three.items()}
    answer = client.get(CALLS, asked)
    assert answer.status_code == 200, answer.json()
    return [names[row["id"]] for row in answer.json()["results"]]


def test_calls_come_newest_first_and_are_narrowed_by_every_filter(asking, thandi, three, case):
    client = asking(thandi)
    assert found(client, three) == ["third", "second", "first"]
    assert found(client, three, sid=three["second"].sid) == ["second"]
    assert found(client, three, sid="CAnothing") == []
    assert found(client, three, case=case.ref) == ["third", "first"]
    assert found(client, three, case=case.ref.lower(), state="ended") == ["first"]
    assert found(client, three, outcome="abandoned") == ["second"]


def test_since_and_until_include_the_moment_that_is_named_in_any_offset(asking, thandi, three):
    client = asking(thandi)
    assert found(client, three, since="2026-11-23T03:10:00+02:00") == ["third", "second"]
    assert found(client, three, until="2026-11-23T01:10:00Z") == ["second", "first"]
    assert found(client, three, since="2026-11-23T01:10:00Z", until="2026-11-23T01:10:00Z") == ["second"]


def test_a_plus_that_was_not_escaped_still_means_plus(asking, thandi, three):
    answer = asking(thandi).get(f"{CALLS}?since=2026-11-23T03:10:00+02:00")
    assert len(answer.json()["results"]) == 2


def test_nomsa_sees_no_call_of_siphos_case_and_cannot_tell_it_from_one_that_is_not_there(asking, nomsa, call):
    client = asking(nomsa)
    assert client.get(CALLS).json()["results"] == []
    assert client.get(CALLS, {"case": call.case.ref}).json()["results"] == []
    not_hers, not_there = (client.get(f"{CALLS}{ref}/") for ref in (call.ref, "2" * 18))
    assert not_hers.status_code == not_there.status_code == 404
    assert not_hers.content == not_there.content
    assert dict(not_hers.headers) == dict(not_there.headers)


def test_calls_are_changed_by_nobody(asking, naledi, call):
    client = asking(naledi)
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{CALLS}{call.ref}/", {}, format="json").status_code == 405


def test_a_page_of_thirty_calls_costs_as_many_statements_as_one_of_three(asking, thandi, nomsa, sipho, case):
    client = asking(thandi)
    costs = []
    for more in (3, 27):
        for _ in range(more):
            call = make_call(case, answered_by=sipho)
            make_leg(call, nomsa)
            make_leg(call, sipho, step=1)
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(CALLS).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 5


def test_the_line_of_a_call_is_an_address(asking, thandi, call):
    client = asking(thandi)
    number = client.get(f"{CALLS}{call.ref}/").json()["line"]
    assert client.get(f"/api/v1/lines/{number}/").json()["name"] == "Umbrella Line"


def test_calls_of_another_line_are_told_apart(asking, thandi, case):
    silent = make_line(number="+18885550101", name="Silent line")
    call = make_call(make_case(line=silent))
    assert asking(thandi).get(f"{CALLS}{call.ref}/").json()["line"] == "+18885550101"
