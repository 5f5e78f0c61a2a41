"""What happened: its addresses below a case, and what belongs to no single case."""

from datetime import timedelta

from cases.services import incidents
from cases.services.incident_facts import Facts, Held, Who
from tests.factories import NIGHT
from tests.privacy.rules import STORY

STORIES = ("incidents", "incident")
VERBS = {
    "incident_new": {"narrative": "x"}, "incident_draft": {"narrative": "x"}, "incident_acts": {"narrative": "x"},
    "incident_edit": {"narrative": "x", "version": "1"}, "incident_edit_draft": {"narrative": "x"},
    "incident_released": {}, "incident_consult": {}, "incident_share": {"person_0": "x"},
    "incident_twin": {"body": "x", "version": "0"}, "incident_twin_remove": {}, "incident_kind": {},
}  # fmt: skip
NOT_OF_A_CASE = {
    "stations", "station_search", "station_new", "station", "station_edit", "station_officer", "station_officer_ended",
    "station_meeting", "station_promise", "law_cards", "law_card_new", "law_card",
}  # fmt: skip
REFS = {"<slug:incident_ref>": lambda case: case.incidents.get().ref}


def make(case, person):
    facts = Facts(
        narrative=f"{STORY} narrative", district=f"{STORY} district", place=f"{STORY} place", acts=("EMO_DETAIN",),
        perpetrators=(Who(code="POLICE", known=f"{STORY} known", station=f"{STORY} station", badge=f"{STORY} badge"),),
        held=Held(since_earliest=NIGHT - timedelta(hours=3), station=f"{STORY} cell"),
    )  # fmt: skip
    incidents.record(case=case, by=person, at=NIGHT, facts=facts)
