"""Days in court, as a program sees, adds and ends them."""

from datetime import timedelta

import pytest

from cases.models import ContactRoute, FollowUp, Hearing
from cases.services import hearings
from helpline.core.audit.models import Entry
from tests.factories import NIGHT, make_caller, make_case

HEARINGS = "/api/v1/hearings/"
DAY = NIGHT + timedelta(days=3)


@pytest.fixture
def day(case, sipho):
    return hearings.add(
        case=case,
        by=sipho,
        at=NIGHT,
        day_at=DAY,
        court="the magistrate",
        lawyer_number="+447700900121",
        matter="A 1/26",
    )


def change(client, row, **given):
    return client.patch(f"{HEARINGS}{row.ref}/", given, format="json")


def test_sipho_sees_the_day_and_the_reading_is_written_down(asking, sipho, day, case):
    told = asking(sipho).get(f"{HEARINGS}{day.ref}/").json()
    assert told == {
        "id": day.ref, "case": case.ref, "at": "2026-11-26T00:10:00Z", "state": "planned", "reason": None,
        "court": "the magistrate", "place": None, "matter": "A 1/26", "what_for": None, "goes_along": None, "lawyer": None,
        "lawyer_number": "••• 121", "transport": None, "childcare": None, "tell_caller": True, "tell_companion": False,
        "tell_lawyer": False, "outcome_note": None, "moved_to": None,
    }  # fmt: skip
    assert Entry.objects.filter(verb="case.read", who=sipho, about=case.ref).exists()


def test_nomsa_sees_that_there_is_a_day_on_a_case_that_nobody_has_and_no_more(asking, nomsa, line, sipho):
    case = make_case(line=line)
    row = hearings.add(case=case, by=sipho, at=NIGHT, day_at=DAY, court="the magistrate", transport="Sipho drives")
    (told,) = asking(nomsa).get(HEARINGS).json()["results"]
    assert (told["id"], told["at"], told["state"]) == (row.ref, "2026-11-26T00:10:00Z", "planned")
    assert "magistrate" not in str(told)
    assert "drives" not in str(told)


def test_a_day_that_is_not_hers_and_one_that_is_not_there_are_the_same_answer_to_nomsa(asking, nomsa, day):
    client = asking(nomsa)
    for ask in (client.get, client.patch):
        answers = [ask(f"{HEARINGS}{ref}/") for ref in (day.ref, "2" * 18, "x\u202ey")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1


def test_days_are_narrowed_by_every_filter(asking, thandi, day, line, sipho):
    held = hearings.hold(
        hearing=hearings.add(case=make_case(line=line), by=sipho, at=NIGHT, day_at=DAY + timedelta(days=5)),
        by=sipho, at=NIGHT,
    )  # fmt: skip
    client = asking(thandi)

    def found(**asked):
        return [row["id"] for row in client.get(HEARINGS, asked).json()["results"]]

    assert found(case=day.case.ref) == found(state="planned") == found(until="2026-11-26T00:10:00Z") == [day.ref]
    assert found(state="held") == found(since="2026-11-27T00:00:00Z") == [held.ref]


def test_sipho_adds_a_day_with_who_goes_along(asking, sipho, case, rose):
    friend = ContactRoute.objects.create(
        caller=rose, kind="companion", name="her friend", whose="other", confirmed_at=NIGHT, confirmed_by=sipho,
        created_at=NIGHT,
    )  # fmt: skip
    given = {"case": case.ref, "at": "2026-12-01T09:00:00+02:00", "goes_along": friend.ref, "childcare": "her sister"}
    answer = asking(sipho).post(HEARINGS, given, format="json")
    assert answer.status_code == 201
    assert (answer.json()["goes_along"], answer.json()["at"]) == (friend.ref, "2026-12-01T07:00:00Z")
    assert FollowUp.objects.filter(because="hearing_before").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "at"),
        ({"at": "2026-12-01T09:00:00"}, "at"),
        ({"at": "2020-12-01T09:00:00Z"}, "at"),
        ({"at": "2026-12-01T09:00:00Z", "court": "x" * 201}, "court"),
        ({"at": "2026-12-01T09:00:00Z", "no_shows": 3}, "no_shows"),
        ({"at": "2026-12-01T09:00:00Z", "case": "HL-2222"}, "case"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(asking, sipho, case, given, field):
    answer = asking(sipho).post(HEARINGS, {"case": case.ref, **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Hearing.objects.exists()


def test_somebody_near_another_caller_is_refused_like_nobody(asking, sipho, case):
    stranger = ContactRoute.objects.create(
        caller=make_caller(), kind="companion", name="x", whose="other", confirmed_at=NIGHT, confirmed_by=sipho,
        created_at=NIGHT,
    )  # fmt: skip
    given = {"case": case.ref, "at": "2026-12-01T09:00:00Z"}
    answers = [
        asking(sipho).post(HEARINGS, {**given, "goes_along": ref}, format="json") for ref in (stranger.ref, "2" * 18)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content


def test_a_day_is_changed_held_and_taken_back(asking, sipho, day):
    client = asking(sipho)
    assert (
        change(client, day, transport="Sipho drives", at="2026-11-27T07:00:00Z").json()["transport"] == "Sipho drives"
    )
    assert change(client, day, state="held", outcome_note="the judge was kind").json()["state"] == "held"
    told = change(client, day, state="planned").json()
    assert (told["state"], told["outcome_note"], told["at"]) == ("planned", None, "2026-11-27T07:00:00Z")


def test_they_could_not_come_needs_a_reason(asking, sipho, day):
    client = asking(sipho)
    assert list(change(client, day, state="could_not_come").json()) == ["reason"]
    assert change(client, day, state="could_not_come", reason="fear").json()["reason"] == "fear"
    assert FollowUp.objects.filter(because="hearing_offer").count() == 1


def test_a_day_that_is_moved_leads_to_the_other(asking, sipho, day):
    client = asking(sipho)
    assert list(change(client, day, state="postponed").json()) == ["at"]
    told = change(client, day, state="postponed", at="2026-12-09T07:00:00Z").json()
    other = Hearing.objects.get(ref=told["moved_to"])
    assert (told["state"], told["at"], other.court) == ("postponed", "2026-11-26T00:10:00Z", "the magistrate")


def test_what_became_of_it_is_not_said_twice(asking, sipho, day):
    client = asking(sipho)
    change(client, day, state="held")
    assert list(change(client, day, state="called_off").json()) == ["state"]
    assert list(change(client, day, outcome_note="x").json()) == ["state"]


def test_somebody_who_knows_of_a_case_and_may_not_read_it_changes_nothing(asking, nomsa, line, sipho):
    row = hearings.add(case=make_case(line=line), by=sipho, at=NIGHT, day_at=DAY)
    assert change(asking(nomsa), row, state="held").status_code == 403
    assert Hearing.objects.get().state == "planned"
