"""What callers agree to, as a program sees it, writes it down and takes it back."""

import pytest

from cases.consenting import Receiver
from cases.models import Consent
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from tests.factories import NIGHT, make_case

CONSENTS = "/api/v1/consents/"


@pytest.fixture
def yes(case, sipho):
    (row,) = consent_keeping.record(
        case=case,
        answers=[Answer("share", "given", Receiver("lawyer", "Lawyer N."))],
        by=sipho,
        at=NIGHT,
        limits="not the child",
        witness="her sister",
    )
    return row


def test_sipho_reads_what_was_said_and_it_is_written_down(asking, sipho, case, yes):
    assert asking(sipho).get(f"{CONSENTS}{yes.ref}/").json() == {
        "id": yes.ref,
        "case": case.ref,
        "purpose": "share",
        "receiver_kind": "lawyer",
        "receiver": "Lawyer N.",
        "answer": "given",
        "how": "spoken",
        "said_at": "2026-11-23T00:10:00Z",
        "until": None,
        "language": "en",
        "wording_version": 1,
        "limits": "not the child",
        "witness": "her sister",
        "recorded_by": "sipho",
        "holds": True,
    }
    assert Entry.objects.get(verb="case.read").about == case.ref


@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter"])
def test_whoever_may_not_read_the_case_finds_nothing(asking, yes, who, request):
    client = asking(request.getfixturevalue(who))
    assert client.get(CONSENTS).json()["results"] == []
    absent = client.get(f"{CONSENTS}{'A' * 18}/")
    there = client.get(f"{CONSENTS}{yes.ref}/")
    assert (there.status_code, there.content) == (404, absent.content)
    assert client.patch(f"{CONSENTS}{yes.ref}/", {"answer": "withdrawn"}, format="json").status_code == 404


def test_nomsa_who_only_knows_of_a_case_reads_no_consent_in_it(asking, nomsa, thandi, line):
    unowned = make_case(line=line)
    consent_keeping.record(case=unowned, answers=[Answer("police", "refused")], by=thandi, at=NIGHT)
    assert asking(nomsa).get(CONSENTS).json()["results"] == []


def test_an_answer_is_written_down_and_taken_back(asking, sipho, case):
    client = asking(sipho)
    said = {"case": case.ref, "purpose": "share", "answer": "given", "receiver_kind": "clinic", "how": "written"}
    made = client.post(CONSENTS, said, format="json")
    assert (made.status_code, made.json()["holds"], made.json()["receiver"]) == (201, True, None)
    back = client.patch(f"{CONSENTS}{made.json()['id']}/", {"answer": "withdrawn"}, format="json").json()
    assert (back["answer"], back["holds"]) == ("withdrawn", False)
    listed = client.get(f"{CONSENTS}?case={case.ref}&purpose=share").json()["results"]
    assert [(row["answer"], row["holds"]) for row in listed] == [("withdrawn", False), ("given", False)]
    assert client.get(f"{CONSENTS}?answer=refused").json()["results"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "everything"}, "purpose"),
        ({"answer": "withdrawn"}, "answer"),
        ({"purpose": "share"}, "answer"),
        ({"receiver_kind": "lawyer"}, "answer"),
        ({"until": "2026-11-22T00:00:00Z"}, "answer"),
        ({"said_at": "2027-01-01T00:00:00Z"}, "answer"),
        ({"language": "not a language"}, "language"),
        ({"case": "HL-ZZZZ"}, "case"),
        ({"colour": "red"}, "colour"),
        ({"witness": "x" * 200}, "witness"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_kept(asking, sipho, case, change, field):
    said = {"case": case.ref, "purpose": "story", "answer": "given", **change}
    answer = asking(sipho).post(CONSENTS, said, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Consent.objects.exists()


def test_a_no_is_not_taken_back_as_if_it_were_a_yes(asking, sipho, case):
    (row,) = consent_keeping.record(case=case, answers=[Answer("police", "refused")], by=sipho, at=NIGHT)
    answer = asking(sipho).patch(f"{CONSENTS}{row.ref}/", {"answer": "withdrawn"}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["answer"])
