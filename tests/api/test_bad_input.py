"""Whatever is thrown at the API, it answers as somebody who was asked something strange, never as something broken."""

import json
import random
from datetime import timedelta

import pytest

from cases.services import consent_keeping, hearings
from cases.services.consent_keeping import Answer
from tests.api.rows import make_call, make_text
from tests.factories import NIGHT, make_follow_up, make_safe_contact, make_shift

STRANGE = [
    "", "\x00", "a\x00b", "\u202eABC", "\ud800", "x" * 30_000, "../..", "'; DROP TABLE cases_case; --", "9" * 400,
    "2026-02-30T00:00:00Z", "2026-11-23T02:10:00", "0001-01-01T00:00:00+14:00", "+447700900211", "HL-7K3M",
    None, True, -1, 10**40, 1e308, [], [[None]], {"a": {"b": []}}, [{"day": {}, "from": [], "to": 1}],
]  # fmt: skip
FILTERS = {
    "calls": ["sid", "case", "state", "outcome", "since", "until"],
    "texts": ["sid", "case", "direction", "since", "until"],
    "cases": ["state", "owner"],
    "follow-ups": ["case", "state", "kind", "owner", "due_before"],
    "shifts": ["line", "person", "since", "until"],
    "consents": ["case", "purpose", "answer"],
    "hearings": ["case", "state", "since", "until"],
    "audit": ["about", "who", "verb", "since", "until"],
}
FIELDS = {
    "lines": [
        *("number", "name", "time_zone", "languages", "hours", "holidays", "last_resort", "court_hours", "country"),
        *("ring_seconds", "longest_wait_seconds", "call_back_within_minutes", "court_lead_minutes", "is_active"),
    ],
    "staff": ["username", "display_name", "roles", "duty_phone"],
    "shifts": ["line", "person", "position", "starts_at", "ends_at"],
    "texts": ["case", "body", "key"],
    "cases": ["source", "line", "owner", "urgency", "summary", "code_name", "pronouns", "state"],
    "follow-ups": ["case", "kind", "due_at", "owner", "why", "state"],
    "consents": [
        *(
            "case",
            "purpose",
            "answer",
            "receiver_kind",
            "receiver",
            "how",
            "said_at",
            "until",
            "language",
            "limits",
            "witness",
        ),
    ],
    "hearings": [
        *("case", "at", "court", "place", "matter", "what_for", "goes_along", "lawyer", "lawyer_number", "transport"),
        *("childcare", "tell_caller", "tell_companion", "tell_lawyer", "state", "reason", "outcome_note"),
    ],
    "cases/search": ["q"],
}
RIGHT = {
    "lines": {"number": "+18885550101", "name": "Second", "time_zone": "UTC", "languages": ["en"]},
    "staff": {"username": "ayanda", "roles": []},
    "shifts": {"person": "sipho", "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-01T08:00:00Z"},
    "texts": {"body": "Hi."},
    "cases": {},
    "follow-ups": {"due_at": "2026-12-01T00:00:00Z"},
    "consents": {"purpose": "story", "answer": "given"},
    "hearings": {"at": "2026-12-01T07:00:00Z"},
    "cases/search": {},
}


@pytest.fixture
def everything(asking, case, line, sipho, lerato, naledi, pieter):
    """A client of somebody with every role, and one record of each kind."""
    for role in ("coordinator", "administrator", "counsellor"):
        naledi.held_roles.create(role=role)
    client = asking(naledi)
    client.raise_request_exception = False
    records = {
        "lines": line.number,
        "staff": "sipho",
        "shifts": make_shift(line, sipho).ref,
        "calls": make_call(case).ref,
        "texts": make_text(case).ref,
        "callers": case.caller.ref,
        "cases": case.ref,
        "follow-ups": make_follow_up(case).ref,
        "consents": consent_keeping.record(case=case, answers=[Answer("story", "given")], by=sipho, at=NIGHT)[0].ref,
        "hearings": hearings.add(case=case, by=sipho, at=NIGHT, day_at=NIGHT + timedelta(days=3)).ref,
    }
    make_safe_contact(case.caller, sipho, may_text=True)
    return client, records


def right(kind, records):
    """Return a request that would be taken."""
    named = {"shifts": {"line": records["lines"]}}
    named |= {kind: {"case": records["cases"]} for kind in ("texts", "follow-ups", "consents", "hearings")}
    return {**RIGHT[kind], **named.get(kind, {})}


def some_of(strange, kind, name):
    """Return a dozen, always the same for one field: over all fields everything comes by many times."""
    return random.Random(f"{kind} {name}").sample(strange, 12)


def is_calm(answer):
    return answer.status_code in {200, 201, 204, 400, 403, 404, 405} and (
        answer.status_code != 400 or isinstance(answer.json(), dict)
    )


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in FILTERS.items() for name in names])
def test_a_strange_filter_is_refused_or_finds_nothing(everything, kind, name):
    client, _ = everything
    for strange in some_of(STRANGE, kind, name):
        if isinstance(strange, str) and strange != "\ud800":  # which no address can carry
            answer = client.get(f"/api/v1/{kind}/", {name: strange[:4000]})
            assert answer.status_code in {200, 400}, (strange[:50], answer.status_code)
            assert answer.status_code == 200 or list(answer.json()) == [name]


@pytest.mark.parametrize("kind", [*FILTERS, "lines", "staff", "callers"])
def test_a_filter_that_there_is_not_is_refused_and_so_is_one_given_twice(everything, kind):
    client, _ = everything
    assert client.get(f"/api/v1/{kind}/", {"stat": "open"}).json() == {"stat": ["There is no such filter."]}
    assert client.get(f"/api/v1/{kind}/?page_size=2&page_size=3").status_code == 400


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_right_is_taken(everything, kind):
    client, records = everything
    given = {**right(kind, records), **({"q": "HL-7K3M"} if kind == "cases/search" else {})}
    answer = client.post(f"/api/v1/{kind}/", given, format="json")
    assert answer.status_code in {200, 201}, answer.json()


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in FIELDS.items() for name in names])
def test_a_strange_value_is_a_bad_request_at_worst(everything, kind, name):
    client, records = everything
    for strange in some_of(STRANGE, kind, name):
        given = {**right(kind, records), name: strange}
        assert is_calm(client.post(f"/api/v1/{kind}/", given, format="json")), strange
        if kind in records:
            assert is_calm(client.patch(f"/api/v1/{kind}/{records[kind]}/", {name: strange}, format="json")), strange


@pytest.mark.parametrize(
    "kind", ["lines", "staff", "shifts", "calls", "texts", "callers", "cases", "follow-ups", "audit"]
)
def test_a_strange_address_is_not_there(everything, kind):
    client, _ = everything
    for strange in ("%00", "%E2%80%AEX", "%ED%A0%80", "x" * 3000, "..", "%2e%2e", "-1", "1", "HL-", "'", "a%0Ab"):
        assert client.get(f"/api/v1/{kind}/{strange}/").status_code == 404, strange


@pytest.mark.parametrize("kind", [kind for kind in FIELDS if kind != "cases/search"])
def test_random_whole_requests_are_answered(everything, kind):
    client, records = everything
    chance = random.Random(kind)
    for _ in range(15):
        given = {name: chance.choice(STRANGE) for name in FIELDS[kind] if chance.random() < 0.7}
        assert is_calm(client.post(f"/api/v1/{kind}/", given, format="json"))
        assert is_calm(client.patch(f"/api/v1/{kind}/{records[kind]}/", given, format="json"))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"x"', b"7", b"\xff\xfe", b'{"q": NaN}', b'{"q": 1e999}', b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000, b'{"q":' * 50_000, b'{"q": "\\ud800"}', b'{"\\u0000": 1}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(everything, body):
    client, _ = everything
    for address in ("cases/search/", "follow-ups/", "lines/"):
        answer = client.post(f"/api/v1/{address}", body, content_type="application/json")
        assert answer.status_code == 400, address


def test_a_form_is_not_what_the_api_reads(everything):
    client, _ = everything
    assert client.post("/api/v1/cases/", "source=walk_in", content_type="text/plain").status_code == 415


def test_an_answer_is_json_whatever_was_said(everything):
    client, _ = everything
    answer = client.post("/api/v1/cases/", {"state": "\u202e\ud800"}, format="json")
    assert json.loads(answer.content.decode("ascii"))
