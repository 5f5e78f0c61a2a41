"""People who call, as a program sees them: by reference, nameless until a case of theirs may be read."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.consenting import Receiver
from cases.services import consent_keeping
from helpline.core.audit.models import Entry
from tests.factories import let_in, make_caller, make_case, make_safe_contact

CALLERS = "/api/v1/callers/"


def test_sipho_reads_who_rose_is_with_her_number_masked_and_that_is_written_down(asking, sipho, case, rose):
    assert asking(sipho).get(f"{CALLERS}{rose.ref}/").json() == {
        "ref": rose.ref,
        "code_name": "Rose",
        "pronouns": "she",
        "language": "",
        "numbers": ["••• 211"],
        "ways": [],
    }
    assert [(deed.verb, deed.about) for deed in Entry.objects.all()] == [("caller.read", rose.ref)]


def test_a_whole_number_stands_in_no_answer(asking, naledi, case, rose):
    client = asking(naledi)
    for kind in ("callers", "cases", "calls", "texts", "follow-ups", "audit"):
        assert b"7700900211" not in client.get(f"/api/v1/{kind}/").content


def test_rose_stays_nameless_on_a_case_that_only_has_her_number(asking, nomsa, case, rose, line):
    from_her_phone = make_case(line=line, caller=rose, number=rose.numbers.get(), possibly_known=True)
    let_in(from_her_phone, nomsa)
    told = asking(nomsa).get(f"{CALLERS}{rose.ref}/").json()
    assert told == {
        "ref": rose.ref, "code_name": None, "pronouns": None, "language": None, "numbers": [], "ways": [],
    }  # fmt: skip
    assert not Entry.objects.exists()


def test_who_calls_on_a_case_that_is_not_yours_is_not_there(asking, nomsa, case, rose):
    client = asking(nomsa)
    answers = [client.get(f"{CALLERS}{ref}/") for ref in (rose.ref, "2" * 18)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    assert client.get(CALLERS).json()["results"] == []


def test_somebody_with_many_cases_is_listed_once(asking, thandi, case, rose, line):
    make_case(line=line, caller=rose)
    assert [row["ref"] for row in asking(thandi).get(CALLERS).json()["results"]] == [rose.ref]


def test_thirty_callers_cost_as_many_statements_as_three(asking, sipho, line):
    client = asking(sipho)
    costs = []
    for more in (3, 27):
        for _ in range(more):
            caller = make_caller(code_name="One")
            make_safe_contact(caller, sipho, may_text=True)
            make_case(line=line, caller=caller, owner=sipho)
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(CALLERS).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 11


def test_what_may_be_done_now_is_told_and_never_what_rose_said(asking, sipho, case, rose):
    hours = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(5)]
    make_safe_contact(
        rose, sipho, may_call=True, hours=hours, whose="shared", say="quokka", who_hears="quokka", stop_word="quokka"
    )
    answer = asking(sipho).get(f"{CALLERS}{rose.ref}/")
    assert b"quokka" not in answer.content
    (way,) = answer.json()["ways"]
    assert (way["number"], way["whose"]) == ("••• 211", "shared")
    assert way["text"] == {"now": False, "because": "said_no", "next_at": None, "until": None}
    assert way["call"] == {"now": False, "because": "not_now", "next_at": "2026-11-23T08:00:00Z", "until": None}


def test_a_no_to_being_contacted_is_told_too(asking, sipho, case, rose, at):
    make_safe_contact(rose, sipho, may_call=True)
    consent_keeping.record(
        case=case, answers=[consent_keeping.Answer("contact", "refused", Receiver())], by=sipho, at=at
    )
    (way,) = asking(sipho).get(f"{CALLERS}{rose.ref}/").json()["ways"]
    assert (way["call"]["now"], way["call"]["because"]) == (False, "no_contact")
