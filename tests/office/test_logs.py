"""The logs of calls and texts: theirs to see, masked, a page at a time."""

from datetime import timedelta

import pytest

from telephony.models import Call, Text
from tests.factories import NIGHT, make_caller, make_case


def make_call(case, number=None, *, minute=0, **changes):
    at = NIGHT - timedelta(minutes=minute)
    return Call.objects.create(
        sid=f"CA{Call.objects.count():032}", case=case, number=number, caller=number.caller if number else None,
        sent_from_kind="number", started_at=at, heard_at=at, state="ended", outcome="answered", **changes,
    )  # fmt: skip


@pytest.fixture
def case(line):
    return make_case(line=line, caller=make_caller(number="+447700900233"))


def test_thandi_sees_that_somebody_called_and_not_from_which_number(desk_of, thandi, case):
    make_call(case, case.caller.numbers.get())
    page = desk_of(thandi).get("/calls/").content.decode()
    assert case.ref in page
    assert "••• 233" in page
    assert "900233" not in page


def test_lerato_sees_no_call_of_a_case_that_is_not_hers_to_know(desk_of, lerato, case):
    make_call(case)
    assert case.ref not in desk_of(lerato).get("/calls/").content.decode()


def test_fifty_calls_to_a_page_and_none_is_lost_or_shown_twice(desk_of, thandi, case):
    refs = [make_call(case, minute=number // 3).ref for number in range(120)]
    client, seen, address = desk_of(thandi), [], "/calls/"
    for _page in range(3):
        rows = client.get(address).context["rows"]
        seen += [call.ref for call in rows]
        address = f"/calls/?before={seen[-1]}"
    assert sorted(seen) == sorted(refs)


def test_a_page_costs_the_same_however_many_calls_there_are(desk_of, thandi, case, django_assert_max_num_queries):
    for _number in range(60):
        make_call(case, case.caller.numbers.get())
    client = desk_of(thandi)
    client.get("/calls/")
    with django_assert_max_num_queries(8):
        client.get("/calls/")


def test_a_page_after_a_call_that_is_not_yours_is_not_there(desk_of, lerato, thandi, case):
    call = make_call(case)
    assert desk_of(lerato).get(f"/calls/?before={call.ref}").status_code == 404
    assert desk_of(thandi).get("/calls/?before=nothing").status_code == 404


def test_what_was_texted_stands_on_no_list(desk_of, thandi, case):
    number = case.caller.numbers.get()
    Text.objects.create(direction="inbound", case=case, number=number, body="they took my sister", at=NIGHT, sid="SM1")
    page = desk_of(thandi).get("/texts/").content.decode()
    assert case.ref in page
    assert "sister" not in page
