"""Pages: by key, newest first, whole, whatever comes or goes while somebody reads."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.rows import make_call
from tests.factories import make_case

CALLS = "/api/v1/calls/"


def read_on(client, address, direction="next"):
    """Return the ids of every page from an address on."""
    pages = []
    while address:
        told = client.get(address).json()
        pages.append([row["id"] for row in told["results"]])
        address = told[direction]
    return pages


def test_seven_calls_are_read_in_pages_of_three_there_and_back(asking, thandi, case):
    refs = [make_call(case).ref for _ in range(7)][::-1]
    client = asking(thandi)
    assert read_on(client, f"{CALLS}?page_size=3") == [refs[:3], refs[3:6], refs[6:]]
    second = client.get(client.get(f"{CALLS}?page_size=3").json()["next"]).json()
    last = client.get(second["next"]).json()
    assert last["next"] is None
    assert read_on(client, last["previous"], "previous") == [refs[3:6], refs[:3]]


def test_a_call_that_comes_in_while_somebody_reads_on_moves_nothing(asking, thandi, case):
    refs = [make_call(case).ref for _ in range(4)][::-1]
    client = asking(thandi)
    first = client.get(f"{CALLS}?page_size=2").json()
    newest = make_call(case)
    assert [row["id"] for row in client.get(first["next"]).json()["results"]] == refs[2:]
    back = client.get(client.get(first["next"]).json()["previous"]).json()
    assert [row["id"] for row in back["results"]] == refs[:2]
    assert read_on(client, back["previous"], "previous") == [[newest.ref]]


def test_a_link_keeps_the_filters_and_tells_nothing_else(asking, thandi, case):
    for _ in range(3):
        make_call(case, state="ended")
    link = asking(thandi).get(CALLS, {"page_size": 1, "state": "ended"}).json()["next"]
    asked = parse_qs(urlsplit(link).query)
    cursor = asked.pop("cursor")[0]
    assert asked == {"page_size": ["1"], "state": ["ended"]}
    assert re.fullmatch(r"[\w-]{30,200}", cursor)


def test_a_cursor_opens_its_own_list_alone_and_no_other(asking, thandi, case):
    for _ in range(3):
        make_call(case)
        make_case(line=case.line)
    cursor = parse_qs(urlsplit(asking(thandi).get(CALLS, {"page_size": 1}).json()["next"]).query)["cursor"][0]
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for address, given in ((f"{CALLS}", changed), ("/api/v1/cases/", cursor)):
        answer = asking(thandi).get(address, {"cursor": given})
        assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


@pytest.mark.parametrize("cursor", ["x", "é", "\x00", "AQ", "AQQ", "cD0x", "A" * 100, "A" * 5000, "%%%"])
def test_a_made_up_cursor_is_refused(asking, thandi, line, cursor):
    answer = asking(thandi).get(CALLS, {"cursor": cursor})
    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


@pytest.mark.parametrize("size", ["0", "-1", "many", "", "1e3", "٣", "9" * 40])
def test_a_size_that_is_none_is_refused(asking, thandi, line, size):
    answer = asking(thandi).get(CALLS, {"page_size": size})
    assert (answer.status_code, list(answer.json())) == (400, ["page_size"])


def test_a_page_has_two_hundred_rows_at_most(asking, thandi, case, monkeypatch):
    monkeypatch.setattr("helpline.api.paging.MOST_ROWS", 2)
    for _ in range(3):
        make_call(case)
    assert len(asking(thandi).get(CALLS, {"page_size": 1000}).json()["results"]) == 2
