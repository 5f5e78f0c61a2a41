"""People who call, as a program sees them: by reference, nameless until a case of theirs may be read."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpline.core.audit.models import Entry
from tests.factories import let_in, make_caller, make_case

CALLERS = "/api/v1/callers/"


def test_sipho_reads_who_rose_is_with_her_number_masked_and_that_is_written_down(asking, sipho, case, rose):
    assert asking(sipho).get(f"{CALLERS}{rose.ref}/").json() == {
        "ref": rose.ref,
        "code_name": "Rose",
        "pronouns": "she",
        "numbers": ["••• 211"],
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
    assert told == {"ref": rose.ref, "code_name": None, "pronouns": None, "numbers": []}
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
            make_case(line=line, caller=make_caller(code_name="One"), owner=sipho)
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(CALLERS).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 9
