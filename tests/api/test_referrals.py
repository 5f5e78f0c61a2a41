"""What is asked for a case, as a program sees it, asks it and ends it."""

from datetime import timedelta

import pytest

from cases.consenting import Receiver
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from helpline.core.audit.models import Entry
from referrals.models import Offer, Referral
from referrals.services import answering
from tests.factories import NIGHT, make_case
from tests.referrals.asking_rows import ask_for_lawyer, make_three

pytestmark = pytest.mark.django_db
REFERRALS = "/api/v1/referrals/"


@pytest.fixture
def lawyers(sipho):
    return make_three()


@pytest.fixture
def asked(case, sipho, lawyers):
    return ask_for_lawyer(case, sipho)


def test_sipho_reads_who_is_asked_and_it_is_written_down(asking, sipho, case, asked, lawyers):
    assert asking(sipho).get(f"{REFERRALS}{asked.ref}/").json() == {
        "id": asked.ref,
        "case": case.ref,
        "need": "legal",
        "provider": lawyers[0].provider.ref,
        "service": None,
        "state": "asking",
        "asked_at": "2026-11-23T00:10:00Z",
        "promised_by": "2026-11-23T00:40:00Z",
        "offered_at": "2026-11-23T00:10:00Z",
        "answer_by": "2026-11-23T00:20:00Z",
        "accepted_at": None,
        "outcome": None,
        "declined_because": None,
    }
    assert Entry.objects.filter(verb="case.read", about=case.ref, who=sipho).exists()


def test_who_declined_and_who_accepted_is_told(asking, sipho, asked, lawyers):
    first = Offer.objects.select_related("referral__case").get(state="open")
    answering.decline(offer=first, at=NIGHT + timedelta(minutes=2), how="text", because="busy")
    second = Offer.objects.select_related("referral__case").get(state="open")
    answering.accept(offer=second, at=NIGHT + timedelta(minutes=5), how="text")
    told = asking(sipho).get(f"{REFERRALS}{asked.ref}/").json()
    assert (told["state"], told["declined_because"]) == ("accepted", "busy")
    assert told["provider"] == lawyers[1].provider.ref
    assert told["service"] == lawyers[1].provider.services.get().ref
    assert told["accepted_at"] == "2026-11-23T00:15:00Z"


@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter"])
def test_whoever_may_not_read_the_case_finds_nothing(asking, asked, who, request):
    client = asking(request.getfixturevalue(who))
    assert client.get(REFERRALS).json()["results"] == []
    absent = client.get(f"{REFERRALS}{'A' * 18}/")
    there = client.get(f"{REFERRALS}{asked.ref}/")
    assert (there.status_code, there.content) == (404, absent.content)
    assert client.patch(f"{REFERRALS}{asked.ref}/", {"outcome": "received"}, format="json").status_code in {403, 404}
    assert Referral.objects.get().state == "asking"


def test_filters_find_by_case_and_state(asking, sipho, case, asked, line):
    ask_for_lawyer(make_case(line=line, owner=sipho), sipho)
    client = asking(sipho)
    assert [row["id"] for row in client.get(REFERRALS, {"case": case.ref}).json()["results"]] == [asked.ref]
    assert len(client.get(REFERRALS, {"state": "asking"}).json()["results"]) == 2
    assert client.get(REFERRALS, {"state": "ended"}).json()["results"] == []


def test_a_program_asks_once_though_it_asks_twice(asking, sipho, case, lawyers):
    said = {
        "case": case.ref, "need": "legal", "matter": "arrest", "area": "woodstock", "language": "zu", "key": "one"
    }  # fmt: skip
    first, second = (asking(sipho).post(REFERRALS, said, format="json") for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, second.json()["id"])
    assert Offer.objects.get().person == lawyers[0]
    assert Referral.objects.get().area.code == "woodstock"


def test_what_may_be_told_needs_a_yes(asking, sipho, case, lawyers):
    said = {"case": case.ref, "may_be_told": "Rose, at the station"}
    answer = asking(sipho).post(REFERRALS, said, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["consent"])
    (yes,) = consent_keeping.record(
        case=case, answers=[Answer("share", "given", Receiver("lawyer"))], by=sipho, at=NIGHT
    )
    assert asking(sipho).post(REFERRALS, {**said, "consent": yes.ref}, format="json").status_code == 201
    assert Referral.objects.get().consent == yes


def test_a_no_of_the_caller_stands(asking, sipho, case, lawyers):
    consent_keeping.record(case=case, answers=[Answer("share", "refused", Receiver("lawyer"))], by=sipho, at=NIGHT)
    answer = asking(sipho).post(REFERRALS, {"case": case.ref}, format="json")
    assert (answer.status_code, Referral.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("case", "HL-2222"), ("case", "\x00"), ("need", "bail"), ("matter", 7), ("area", "A" * 18), ("consent", "B" * 18),
     ("way", "by_hand"), ("promised_minutes", 0), ("promised_minutes", "soon"), ("provider", "A" * 18)],
)  # fmt: skip
def test_bad_input_is_blamed_on_its_field_and_asks_nobody(field, wrong, asking, sipho, case, lawyers):
    answer = asking(sipho).post(REFERRALS, {"case": case.ref, field: wrong}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Referral.objects.exists()


def test_an_outcome_ends_it(asking, sipho, asked):
    answer = asking(sipho).patch(f"{REFERRALS}{asked.ref}/", {"outcome": "by_us", "words": "we went"}, format="json")
    assert (answer.json()["state"], answer.json()["outcome"]) == ("ended", "by_us")
    assert Referral.objects.get().outcome_words == "we went"


def test_what_is_over_is_not_ended_again(asking, sipho, asked):
    client = asking(sipho)
    client.patch(f"{REFERRALS}{asked.ref}/", {"outcome": "by_us"}, format="json")
    again = client.patch(f"{REFERRALS}{asked.ref}/", {"outcome": "received"}, format="json")
    assert (again.status_code, list(again.json())) == (400, ["outcome"])
