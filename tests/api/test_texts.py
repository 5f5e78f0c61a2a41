"""Texts, as a program reads and writes them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from telephony.models import Text
from tests.api.rows import make_text
from tests.factories import NIGHT, make_case, make_safe_contact

TEXTS = "/api/v1/texts/"


@pytest.fixture
def may_text(rose, case, sipho):
    """Rose said that this is her own phone, and that texts are safe."""
    return make_safe_contact(rose, sipho, may_text=True)


def test_a_text_as_it_came_in_is_read_by_sipho_and_that_is_written_down(asking, sipho, case, rose, line):
    text = make_text(case, body="\u202eAre you there?\u202c 😀")
    assert asking(sipho).get(TEXTS).json()["results"] == [
        {
            "id": text.ref,
            "sid": text.sid,
            "direction": "inbound",
            "line": line.number,
            "caller": rose.ref,
            "case": case.ref,
            "body": "\u202eAre you there?\u202c 😀",
            "state": "received",
            "at": "2026-11-23T00:10:00Z",
        }
    ]
    assert [(deed.who, deed.verb, deed.about) for deed in Entry.objects.all()] == [(sipho, "case.read", case.ref)]


def test_a_text_that_came_with_nul_and_half_a_character_is_still_answered(asking, sipho, case):
    make_text(case, body="a\x00b\ud83dc")
    answer = asking(sipho).get(TEXTS)
    assert answer.status_code == 200
    assert answer.json()["results"][0]["body"] == "a\x00b\ud83dc"


def test_nomsa_sees_that_a_text_came_on_an_unowned_case_but_not_what_it_says(asking, nomsa, line):
    text = make_text(make_case(line=line), body="A narrative.")
    told = asking(nomsa).get(f"{TEXTS}{text.ref}/").json()
    assert (told["state"], told["body"]) == ("received", None)
    assert not Entry.objects.exists()


def test_a_text_of_siphos_case_is_to_nomsa_as_one_that_is_not_there(asking, nomsa, case):
    client = asking(nomsa)
    answers = [client.get(f"{TEXTS}{ref}/") for ref in (make_text(case).ref, "2" * 18)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    assert client.get(TEXTS).json()["results"] == []


def test_texts_are_narrowed_by_case_direction_and_sid(asking, thandi, case, line):
    first, second = make_text(case), make_text(make_case(line=line), direction="outbound")
    client = asking(thandi)

    def found(**asked):
        return [row["id"] for row in client.get(TEXTS, asked).json()["results"]]

    assert found() == [second.ref, first.ref]
    assert found(case=case.ref) == [first.ref]
    assert found(direction="outbound") == [second.ref]
    assert found(sid=first.sid) == [first.ref]


def test_thirty_texts_cost_as_many_statements_as_three(asking, sipho, line):
    client = asking(sipho)
    costs = []
    for more in (3, 27):
        for _ in range(more):
            make_text(make_case(line=line, owner=sipho))
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            rows = client.get(TEXTS).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] == costs[1][1] <= 8


def test_sipho_answers_rose_once_however_often_his_program_repeats_itself(asking, sipho, case, may_text):
    given = {"case": case.ref, "body": "We are on our way.", "key": "answer-1"}
    told = [asking(sipho).post(TEXTS, given, format="json") for _ in range(2)]
    assert [answer.status_code for answer in told] == [201, 201]
    assert told[0].json() == told[1].json()
    assert (told[0].json()["direction"], told[0].json()["sid"]) == ("outbound", None)
    assert (Text.objects.count(), Message.objects.count()) == (1, 1)


def test_the_same_key_of_another_person_or_on_another_case_is_another_text(asking, sipho, thandi, case, rose, may_text):
    other = make_case(line=case.line, caller=rose, number=case.number, owner=sipho)
    bodies = []
    for person, which in ((sipho, case), (thandi, case), (sipho, other)):
        given = {"case": which.ref, "body": f"{person} {which.ref}", "key": "1"}
        bodies.append(asking(person).post(TEXTS, given, format="json").json()["body"])
    assert len(set(bodies)) == 3


def test_nothing_is_sent_where_nobody_said_that_it_is_safe(asking, sipho, case):
    answer = asking(sipho).post(TEXTS, {"case": case.ref, "body": "Hello."}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["body"])
    assert not Message.objects.exists()


def test_nothing_is_sent_on_a_case_that_is_not_yours_and_the_refusal_tells_nothing(asking, nomsa, case, may_text):
    answers = [asking(nomsa).post(TEXTS, {"case": ref, "body": "Hi."}, format="json") for ref in (case.ref, "HL-ZZZZ")]
    assert {answer.status_code for answer in answers} == {400}
    assert answers[0].content == answers[1].content
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"body": ""}, "body"),
        ({"body": "   "}, "body"),
        ({"body": None}, "body"),
        ({"body": 5}, "body"),
        ({"body": "x" * 1601}, "body"),
        ({"body": "nul \x00"}, "body"),
        ({"key": "with a space"}, "key"),
        ({"key": "x" * 61}, "key"),
        ({"key": {"a": 1}}, "key"),
        ({"to": "+447700900211"}, "to"),
        ({"sid": "SM1"}, "sid"),
    ],
)
def test_a_text_that_is_not_right_is_refused_by_field(asking, sipho, case, may_text, given, wrong):
    answer = asking(sipho).post(TEXTS, {"case": case.ref, "body": "Hi.", **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert not Message.objects.exists()


def test_the_time_of_a_text_is_that_of_the_request(asking, sipho, case, may_text):
    answer = asking(sipho).post(TEXTS, {"case": case.ref, "body": "Hi."}, format="json")
    assert Text.objects.get(ref=answer.json()["id"]).at == NIGHT
