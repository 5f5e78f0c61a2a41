"""A raid at night: four women in custody, one of them rings. One call, four people, two forms, and none of it seen by strangers."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.models import Case, Detention, Incident
from helpline.core.audit.models import Entry
from helpline.core.http.words import here as zone_here
from telephony.gateway.practice.clock import Pace
from telephony.gateway.practice.phones import Accepts, Caller, RingsOut
from telephony.models import Call
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case
from tests.telephony.conformance.signing import LINE, NOMSA, SIPHO

ROSE = "+447700900200"
WORDS = (
    "Police came at eleven in a white van, plate ND 123-456. They arrested four of us and took money. Dlamini hit Lily."
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sit_down(settings):
    """A browser in which somebody has signed in."""
    settings.REQUIRE_MFA = False

    def signed_in(person):
        desk = Client()
        desk.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return desk

    return signed_in


def test_four_women_in_custody(make_network, line, on_call, thandi, sipho, nomsa, lerato, sit_down, clock):
    # 02:10. Rose rings from the cell and presses 9; Sipho picks up.
    network = make_network(pace=Pace.HELD)
    network.phones[NOMSA] = RingsOut()
    network.phones[SIPHO] = Accepts(after=6)
    network.call(from_=ROSE, to=LINE, caller=Caller(talks=240).pressing("9", after=9))
    network.advance(60)
    network.settle()
    case = Call.objects.get().case
    desk, here = sit_down(sipho), f"/cases/{case.ref}/incidents/"

    # While she talks he types, and what he types is kept without a press.
    assert f"{here}new/" in text_of(desk.get(f"/cases/{case.ref}/"))
    form = desk.get(f"{here}new/")
    assert desk.post(f"{here}new/draft/", {"narrative": WORDS[:60]}).status_code == 204
    assert WORDS[:60] in text_of(desk.get(f"{here}new/"))

    # The words suggest what was done; he ticks two, says since when they are held and by whom. That is the first form.
    offered = text_of(desk.post(f"{here}new/acts/", {"narrative": WORDS}))
    assert offered.index("“arrested”") < offered.index("“took money”")
    begins = (network.at - timedelta(hours=3)).strftime("%Y-%m-%d")
    told = {
        "narrative": WORDS, "key": form.context["form"].initial["key"], "acts": ["EMO_DETAIN", "EMO_EXTORT"],
        "primary_act": "EMO_DETAIN", "is_held": "on", "since_earliest": f"{begins}T23:00", "held_station": "Hillbrow",
        "who-TOTAL_FORMS": "1", "who-INITIAL_FORMS": "0", "who-0-code": "POLICE", "who-0-how_many": "6",
        "who-0-plate": "nd 123-456", "who-0-badge": "Dlamini", "who-0-deeds": ["ARRESTED", "TOOK_MONEY"],
        "saying": "last_night",
    }  # fmt: skip
    page = desk.post(f"{here}new/", told, follow=True)
    assert "Held since" in text_of(page)
    first = Incident.objects.get()

    # The second form: three code names, one tick. Three cases are open, hers, with the clock's beginning and without the words.
    others = {
        "person_0": "Lily",
        "person_1": "Iris",
        "person_2": "Ivy",
        "acts": ["EMO_DETAIN"],
        "is_held": "on",
        "key": "K",
    }
    page = desk.post(f"{here}{first.ref}/others/", others, follow=True)
    assert "Written down for 3 more." in text_of(page)
    assert Detention.objects.filter(since_earliest=first.detention.since_earliest, country="ZA").count() == 4
    assert {incident.case.urgency for incident in Incident.objects.all()} == {"danger"}
    assert [incident.narrative for incident in Incident.objects.order_by("pk")] == [WORDS, None, None, None]
    lily = Case.objects.get(pk=Incident.objects.order_by("pk")[1].case_id)
    assert (lily.concerns.code_name, lily.owner, lily.number) == ("Lily", sipho, case.number)
    shown = text_of(desk.get(f"/cases/{lily.ref}/"))
    assert "held since" in shown
    assert "Dlamini" not in shown

    # In the morning Lily is out, says so herself, and tells her own words; her case is hers alone.
    network.advance(6 * 3600)
    hers = lily.incidents.get()
    desk.post(f"/cases/{lily.ref}/incidents/{hers.ref}/released/")
    assert Detention.objects.filter(released_at=None).count() == 3
    edit = {"narrative": "I was hit in the face.", "version": "1", "acts": ["EMO_DETAIN", "PHY_BEAT"], "is_held": "on",
            "since_earliest": f"{begins}T23:00", "released_at": network.at.astimezone(zone_here()).strftime("%Y-%m-%dT%H:%M")}  # fmt: skip
    assert desk.post(f"/cases/{lily.ref}/incidents/{hers.ref}/edit/", edit).status_code == 302
    hers.refresh_from_db()
    assert (hers.narrative, hers.is_copied, hers.perpetrators.get().plate) == (
        "I was hit in the face.",
        False,
        "ND123456",
    )

    # Nomsa, who is on call with Sipho, and Lerato, who keeps the rota, read none of it.
    for person in (nomsa, lerato):
        assert sit_down(person).get(f"{here}{first.ref}/").status_code == 404
    assert Entry.objects.filter(verb="incident.shared").count() == 3


def test_two_cases_that_are_there_share_one_event(line, sipho, sit_down):
    rose, iris = (make_case(line=line, caller=make_caller(), owner=sipho, at=NIGHT) for _ in range(2))
    desk = sit_down(sipho)
    desk.post(f"/cases/{rose.ref}/incidents/new/", {"narrative": "A raid."})
    told = Incident.objects.get()
    desk.post(f"/cases/{rose.ref}/incidents/{told.ref}/others/", {"refs": iris.ref, "key": "K"})
    assert iris.incidents.get().event == told.event
    assert iris.ref in text_of(desk.get(f"/cases/{rose.ref}/incidents/{told.ref}/"))
