"""What happened, as a program of somebody who may read the case sees and writes it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Incident
from cases.services import incidents
from cases.services.incident_facts import Facts, Held, Who
from helpline.core.audit.models import Entry
from tests.factories import NIGHT, let_in, make_case

INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def told(case, sipho):
    facts = Facts(
        narrative="They came at night.", earliest_at=NIGHT - timedelta(hours=3), acts=("EMO_DETAIN", "EMO_EXTORT"),
        primary_act="EMO_DETAIN", settings=("VEHICLE",), place="flat 4",
        perpetrators=(Who(code="POLICE", plate="ND 1", station="Hillbrow", badge="0774", unit="night"),),
        held=Held(since_earliest=NIGHT - timedelta(hours=2), station="Hillbrow"),
    )  # fmt: skip
    return incidents.record(case=case, by=sipho, at=NIGHT, facts=facts)


def test_sipho_reads_what_happened_in_his_case(asking, sipho, case, told):
    assert asking(sipho).get(f"{INCIDENTS}{told.ref}/").json() == {
        "id": told.ref,
        "case": case.ref,
        "event": told.event,
        "vocabulary": told.vocabulary,
        "version": 1,
        "recorded_at": "2026-11-23T00:10:00Z",
        "recorded_by": "sipho",
        "narrative": "They came at night.",
        "when_said": "told",
        "earliest_at": "2026-11-22T21:10:00Z",
        "latest_at": "2026-11-22T21:10:00Z",
        "part_of_day": "",
        "where_said": "told",
        "district": None,
        "place": "flat 4",
        "settings": ["VEHICLE"],
        "told_by": "",
        "told_elsewhere": "",
        "is_minor": "",
        "is_unwilling": "",
        "acts": ["EMO_DETAIN", "EMO_EXTORT"],
        "primary_act": "EMO_DETAIN",
        "perpetrators": [
            {"code": "POLICE", "is_primary": False, "how_many": None, "known": None, "vehicle": None, "plate": "ND1"}
        ],
        "held": {
            "since_earliest": "2026-11-22T22:10:00Z",
            "since_latest": "2026-11-22T22:10:00Z",
            "released_at": None,
            "country": "ZA",
        },
    }
    assert Entry.objects.filter(verb="case.read", who=sipho, about=case.ref).count() == 1


def test_neither_station_nor_officer_is_in_any_answer(asking, sipho, told):
    for address in (INCIDENTS, f"{INCIDENTS}{told.ref}/"):
        said = asking(sipho).get(address).content.decode()
        assert "Hillbrow" not in said
        assert "0774" not in said


def test_nomsa_who_knows_of_a_case_that_nobody_has_reads_nothing_of_what_happened_there(asking, nomsa, line, thandi):
    unowned = make_case(line=line)
    told = incidents.record(case=unowned, by=thandi, at=NIGHT, facts=Facts(narrative="Not for her yet."))
    assert asking(nomsa).get(INCIDENTS).json()["results"] == []
    assert asking(nomsa).get(f"{INCIDENTS}{told.ref}/").status_code == 403


@pytest.mark.parametrize("who", ["nomsa", "lerato", "pieter"])
def test_what_is_not_yours_is_the_same_answer_as_what_is_not_there(asking, told, who, request):
    client = asking(request.getfixturevalue(who))
    for ask in (client.get, client.patch):
        answers = [ask(f"{INCIDENTS}{ref}/") for ref in (told.ref, "A" * 18, "nothing like it")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
    assert client.get(INCIDENTS).json()["results"] == []


def test_sipho_writes_down_what_he_was_told(asking, sipho, case):
    given = {
        "case": case.ref, "narrative": "Robbed twice.", "earliest_at": "2026-11-22T20:00:00+02:00", "acts": ["PHY_ROBBED"],
        "perpetrators": [{"code": "CLIENT", "plate": "nd 9"}], "is_minor": "declined",
        "held": {"since_earliest": "2026-11-22T21:00:00+02:00"}, "key": "mine-1",
    }  # fmt: skip
    answers = [asking(sipho).post(INCIDENTS, given, format="json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    kept = Incident.objects.get()
    assert answers[0].json()["id"] == kept.ref
    assert (kept.narrative, kept.is_minor, kept.perpetrators.get().plate) == ("Robbed twice.", "declined", "ND9")
    assert answers[0].json()["held"]["country"] == "ZA"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("narrative", {"narrative": "  "}),
        ("narrative", {"narrative": "x" * 100_001}),
        ("narrative", {"narrative": 7}),
        ("acts", {"acts": ["ROB_OLD"]}),
        ("acts", {"acts": "PHY_BEAT"}),
        ("settings", {"settings": ["MOON"]}),
        ("perpetrators", {"perpetrators": [{"code": "NOBODY"}]}),
        ("perpetrators", {"perpetrators": [{"code": "POLICE", "station": "Hillbrow"}]}),
        ("earliest_at", {"earliest_at": "2026-11-24T20:00:00+02:00"}),
        ("latest_at", {"earliest_at": "2026-11-22T20:00:00Z", "latest_at": "2026-11-22T19:00:00Z"}),
        ("held", {"held": {"since_earliest": "2026-11-22T20:00:00Z", "released_at": "2026-11-22T19:00:00Z"}}),
        ("case", {"case": "HL-2222"}),
        ("is_minor", {"is_minor": "certainly"}),
        ("station", {"station": "Hillbrow"}),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_kept(asking, sipho, case, field, changes):
    answer = asking(sipho).post(INCIDENTS, {"case": case.ref, "narrative": "x", **changes}, format="json")
    assert answer.status_code == 400
    assert field in answer.json()
    assert not Incident.objects.exists()


def test_a_change_is_made_against_the_version_that_was_read_and_leaves_the_rest(asking, sipho, told):
    path = f"{INCIDENTS}{told.ref}/"
    client = asking(sipho)
    assert client.patch(path, {"narrative": "More."}, format="json").json().keys() == {"version"}
    kept = client.patch(
        path, {"version": 1, "narrative": "More.", "earliest_at": None, "latest_at": None}, format="json"
    )
    assert (kept.status_code, kept.json()["version"], kept.json()["narrative"]) == (200, 2, "More.")
    assert client.patch(path, {"version": 1, "narrative": "Late."}, format="json").status_code == 409
    row = Incident.objects.get()
    assert (row.narrative, row.perpetrators.get().badge, row.detention.station) == ("More.", "0774", "Hillbrow")
    assert [act.code for act in row.acts.all()] == ["EMO_DETAIN", "EMO_EXTORT"]


def test_incidents_are_narrowed_by_case_act_and_event(asking, thandi, told, line):
    other = make_case(line=line, owner=thandi)
    second = incidents.record(case=other, by=thandi, at=NIGHT, facts=Facts(narrative="x", acts=("PHY_BEAT",)))
    client = asking(thandi)

    def found(**asked):
        return [row["id"] for row in client.get(INCIDENTS, asked).json()["results"]]

    assert found() == [second.ref, told.ref]
    assert found(case=other.ref) == found(act="PHY_BEAT") == found(event=second.event) == [second.ref]
    assert found(case="HL-2222") == []


def test_thirty_incidents_cost_as_many_statements_as_three(asking, sipho, line):
    costs = []
    for more in (3, 27):
        for _ in range(more):
            case = make_case(line=line, owner=sipho)
            let_in(case, sipho)
            facts = Facts(
                narrative="x", acts=("PHY_BEAT", "EMO_HUMIL"), perpetrators=(Who(code="CLIENT"),),
                held=Held(since_earliest=NIGHT),
            )  # fmt: skip
            incidents.record(case=case, by=sipho, at=NIGHT, facts=facts)
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            rows = asking(sipho).get(INCIDENTS).json()["results"]
        costs.append((len(rows), len(asked)))
    assert [rows for rows, _ in costs] == [3, 30]
    assert costs[0][1] >= costs[1][1]
