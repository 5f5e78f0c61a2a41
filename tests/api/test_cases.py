"""Cases, as a program sees, opens, changes and finds them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from helpline.core.audit.models import Entry
from tests.factories import NIGHT, let_in, make_caller, make_case, make_follow_up

CASES = "/api/v1/cases/"


def test_sipho_reads_his_case(asking, sipho, case, rose, line):
    make_follow_up(case, due_at=NIGHT + timedelta(hours=5))
    Case.objects.filter(pk=case.pk).update(next_due_at=NIGHT + timedelta(hours=5))
    assert asking(sipho).get(f"{CASES}{case.ref}/").json() == {
        "ref": case.ref,
        "state": "open",
        "source": "call",
        "opened_at": "2026-11-23T00:10:00Z",
        "owner": "sipho",
        "line": line.number,
        "caller": rose.ref,
        "possibly_known": False,
        "urgency": "normal",
        "next_due_at": "2026-11-23T05:10:00Z",
        "summary": "Held at the station since noon.",
    }
    assert Entry.objects.get(verb="case.read").who == sipho


def test_nomsa_knows_of_a_case_that_nobody_owns_but_does_not_read_its_summary(asking, nomsa, line):
    unowned = make_case(line=line, summary="Not for her yet.")
    told = asking(nomsa).get(f"{CASES}{unowned.ref}/").json()
    assert (told["ref"], told["owner"], told["summary"]) == (unowned.ref, None, None)
    listed = asking(nomsa).get(CASES).json()["results"]
    assert [(row["ref"], row["summary"]) for row in listed] == [(unowned.ref, None)]


@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter"])
def test_a_case_that_is_not_yours_is_the_same_answer_as_one_that_is_not_there(asking, case, who, request):
    client = asking(request.getfixturevalue(who))
    for ask in (client.get, client.patch):
        answers = [ask(f"{CASES}{ref}/") for ref in (case.ref, "HL-ZZZZ", "nothing like it")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert client.get(CASES).json()["results"] == []


def test_reading_a_list_of_summaries_is_written_down_once_for_each_case(asking, thandi, case, line):
    make_case(line=line)  # without a summary nothing was read
    for _ in range(2):
        asking(thandi).get(CASES)
    assert [(deed.verb, deed.about, deed.who) for deed in Entry.objects.all()] == [("case.read", case.ref, thandi)]


def test_cases_are_narrowed_by_state_and_owner(asking, thandi, case, nomsa, line):
    hers = make_case(line=line, owner=nomsa, state="closed")
    client = asking(thandi)

    def found(**asked):
        return [row["ref"] for row in client.get(CASES, asked).json()["results"]]

    assert found() == [hers.ref, case.ref]
    assert found(state="closed") == [hers.ref]
    assert found(owner="sipho") == [case.ref]
    assert found(owner="sipho", state="closed") == []


def test_thirty_cases_cost_as_many_statements_as_three(asking, sipho, line):
    client = asking(sipho)
    costs = []
    for more in (3, 27):
        for number in range(more):
            case = make_case(line=line, caller=make_caller(), owner=sipho if number % 2 else None, summary="Words.")
            let_in(case, sipho)
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(CASES).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 8


def test_thandi_opens_a_case_for_somebody_who_came_in(asking, thandi, line):
    given = {"source": "walk_in", "line": line.number, "summary": "Evicted today.", "code_name": "Rose"}
    answer = asking(thandi).post(CASES, given, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["owner"], told["line"], told["summary"]) == ("thandi", line.number, "Evicted today.")
    kept = Case.objects.get(ref=told["ref"])
    assert (kept.source, kept.caller.code_name, kept.opened_at) == ("walk_in", "Rose", NIGHT)


def test_a_case_can_be_opened_with_nothing_but_the_wish(asking, nomsa):
    told = asking(nomsa).post(CASES, {}, format="json").json()
    assert (told["owner"], told["source"], told["state"]) == ("nomsa", "elsewhere", "open")


def test_a_case_that_cannot_be_given_is_not_opened_either(asking, thandi, pieter):
    answer = asking(thandi).post(CASES, {"owner": "pieter", "summary": "Words."}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["owner"])
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["lerato", "pieter"])
def test_whoever_answers_no_callers_opens_no_case(asking, who, request):
    answer = asking(request.getfixturevalue(who)).post(CASES, {}, format="json")
    assert answer.status_code == 403
    assert not Case.objects.exists()


def test_nomsa_takes_a_case_over_and_only_then_reads_it(asking, nomsa, line):
    unowned = make_case(line=line, summary="Held since noon.")
    answer = asking(nomsa).patch(f"{CASES}{unowned.ref}/", {"owner": "nomsa"}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["owner"], answer.json()["summary"]) == ("nomsa", "Held since noon.")
    assert Entry.objects.filter(verb="case.taken", about=unowned.ref, who=nomsa).count() == 1


def test_nomsa_cannot_write_into_a_case_before_she_took_it_over(asking, nomsa, line):
    unowned = make_case(line=line)
    answer = asking(nomsa).patch(f"{CASES}{unowned.ref}/", {"summary": "Mine."}, format="json")
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])
    assert Case.objects.get(pk=unowned.pk).summary is None


def test_sipho_gives_his_case_and_its_promises_to_nomsa_and_keeps_reading_it(asking, sipho, nomsa, case):
    promise = make_follow_up(case, owner=sipho)
    answer = asking(sipho).patch(f"{CASES}{case.ref}/", {"owner": "nomsa"}, format="json")
    assert answer.json()["owner"] == "nomsa"
    promise.refresh_from_db()
    assert promise.owner == nomsa
    assert asking(sipho).get(f"{CASES}{case.ref}/").json()["summary"] == case.summary
    assert Entry.objects.get(verb="case.given").detail == {"person": "nomsa"}


def test_several_things_are_changed_at_once_or_none_of_them(asking, sipho, case):
    make_follow_up(case)  # still promised: the case cannot be closed
    client = asking(sipho)
    wanted = {"summary": "Released.", "urgency": "danger", "state": "closed"}
    answer = client.patch(f"{CASES}{case.ref}/", wanted, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["state"])
    kept = Case.objects.get(pk=case.pk)
    assert (kept.state, kept.urgency, kept.summary) == ("open", "normal", case.summary)
    kept.follow_ups.all().delete()
    told = client.patch(f"{CASES}{case.ref}/", wanted, format="json").json()
    assert {name: told[name] for name in wanted} == wanted


def test_a_closed_case_is_reopened_and_taken_over_in_one_request(asking, thandi, case):
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=NIGHT)
    told = asking(thandi).patch(f"{CASES}{case.ref}/", {"state": "open", "owner": "thandi"}, format="json").json()
    assert (told["state"], told["owner"]) == ("open", "thandi")


def test_the_summary_is_taken_away_by_null(asking, sipho, case):
    told = asking(sipho).patch(f"{CASES}{case.ref}/", {"summary": None}, format="json").json()
    assert told["summary"] is None


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"state": "joined"}, "state"),
        ({"state": "exploded"}, "state"),
        ({"urgency": None}, "urgency"),
        ({"owner": None}, "owner"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": 7}, "owner"),
        ({"owner": "pieter"}, "owner"),
        ({"summary": 7}, "summary"),
        ({"summary": "nul \x00"}, "summary"),
        ({"summary": "half \ud800"}, "summary"),
        ({"summary": "x" * 20_001}, "summary"),
        ({"ref": "HL-2222"}, "ref"),
        ({"opened_at": "2026-11-23T00:00:00Z"}, "opened_at"),
        ({"colour": "red"}, "colour"),
        ({"\ud800" * 100: "red"}, "?" * 60),
    ],
)
def test_what_is_wrong_is_said_of_its_field_and_nothing_is_kept(asking, sipho, pieter, case, given, wrong):
    answer = asking(sipho).patch(f"{CASES}{case.ref}/", {"urgency": "danger", **given}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [wrong]
    assert Case.objects.get(pk=case.pk).urgency == "normal"


def test_every_wrong_field_is_named_at_once(asking, thandi):
    answer = asking(thandi).post(
        CASES, {"colour": "red", "line": "+1", "urgency": "x", "source": "call"}, format="json"
    )
    assert set(answer.json()) == {"colour", "line", "urgency", "source"}


def search(client, q):
    answer = client.post(f"{CASES}search/", {"q": q}, format="json")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    return [row["ref"] for row in answer.json()["results"]]


def test_a_case_is_found_by_its_reference_however_it_is_written(asking, nomsa, line):
    case = make_case(line=line, ref="HL-7K3M")
    assert [search(asking(nomsa), q) for q in ("HL-7K3M", " hl-7k3m ", "7K3M", "hl 7k3m", "HL-7K3N", "7K3")] == [
        [case.ref], [case.ref], [case.ref], [case.ref], [], []
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["+447700900211", "+44 7700 900 211", "0044 7700 900211"])
def test_a_case_is_found_by_the_number_that_called(asking, thandi, case, typed, settings):
    settings.PHONENUMBER_DEFAULT_REGION = "GB"
    assert search(asking(thandi), typed) == [case.ref]


def test_a_part_of_a_number_or_a_name_finds_nothing(asking, thandi, case):
    assert [search(asking(thandi), q) for q in ("+44770090021", "900211", "Rose", "station", "\u202erose", "%")] == [
        []
    ] * 6


def test_a_number_finds_only_the_cases_whose_story_one_may_read(asking, nomsa, line, rose):
    number = rose.numbers.get()
    unowned = make_case(line=line, caller=rose, number=number, possibly_known=True)
    assert search(asking(nomsa), "+447700900211") == []
    assert search(asking(nomsa), unowned.ref) == [unowned.ref]


def test_a_search_by_number_is_written_down_without_the_number(asking, thandi, case, rose):
    search(asking(thandi), "+447700900211")
    search(asking(thandi), "+447700900219")
    deeds = Entry.objects.filter(verb="number.searched").order_by("pk")
    assert [(deed.who, deed.about, deed.detail) for deed in deeds] == [
        (thandi, rose.numbers.get().ref, {"found": 1}),
        (thandi, "", {"found": 0}),
    ]
    assert "9002" not in str(list(Entry.objects.values_list("about", "detail")))


def test_what_is_sought_never_stands_in_an_address(asking, thandi, case):
    assert asking(thandi).get(f"{CASES}search/", {"q": "+447700900211"}).status_code in {404, 405}


@pytest.mark.parametrize("q", [None, "", "  ", 7, ["x"], "x" * 201, "\x00"])
def test_a_search_for_nothing_is_refused(asking, thandi, q):
    answer = asking(thandi).post(f"{CASES}search/", {"q": q}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["q"])
