"""What was written down may call for a clock: it is offered, filled in, and never started by itself."""

import re
from datetime import timedelta

import pytest

from cases.models import Clock, Detention, FollowUp
from cases.services import incidents
from cases.services.incident_facts import Facts, Held
from helpline.core import clock
from tests.cases.clocks.conftest import local
from tests.dashboard.conftest import sit_down, text_of  # noqa: F401
from tests.factories import make_case

pytestmark = pytest.mark.django_db
NOW = local("2026-11-25T20:00")


@pytest.fixture(autouse=True)
def it_is_wednesday_evening(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(sit_down, thandi):  # noqa: F811
    return sit_down(thandi)


@pytest.fixture
def record(case, thandi):
    def recorded(*acts, held=None, **more):
        facts = Facts(narrative="Her words.", acts=acts, held=held, **more)
        return incidents.record(case=case, by=thandi, at=NOW, facts=facts)

    return recorded


LAST_NIGHT = {"earliest_at": local("2026-11-24T22:00"), "latest_at": local("2026-11-25T02:00")}


def test_a_rape_offers_the_medicine_with_its_time_and_starts_nothing(desk, case, record):
    row = record("SEX_RAPE", **LAST_NIGHT)
    said = text_of(desk.get(f"/cases/{case.ref}/clocks/"))
    assert "Medicine against HIV and emergency contraception may help: do they want that?" in said
    assert not Clock.objects.exists()
    assert not FollowUp.objects.filter(kind="window").exists()
    filled = desk.get(f"/cases/{case.ref}/clocks/?from={row.ref}&n=1").content.decode()
    assert 'value="2026-11-24T22:00"' in filled
    assert 'value="2026-11-25T02:00"' in filled
    assert re.findall(r'value="(\w+)"[^>]* checked', filled) == ["PEP_HIV"]


def test_who_is_held_is_offered_with_the_station(desk, case, record):
    row = record(
        "EMO_DETAIN", held=Held(since_earliest=local("2026-11-25T18:00"), station="by the market", country="KE")
    )
    said = text_of(desk.get(f"/cases/{case.ref}/clocks/"))
    assert "Somebody is held: how long is lawful?" in said
    filled = desk.get(f"/cases/{case.ref}/clocks/?from={row.ref}&n=0").content.decode()
    assert 'value="by the market"' in filled
    assert re.findall(r'value="(\w+)"[^>]* checked', filled) == ["KE"]
    form = {"rules": ["KE"], "earliest_at": "2026-11-25T18:00", "key": f"inc-{row.ref}"}
    assert desk.post(f"/cases/{case.ref}/clocks/", form).status_code == 302


def test_what_was_started_from_an_offer_is_not_offered_again_and_twice_is_once(desk, case, record):
    row = record("SEX_RAPE", **LAST_NIGHT)
    form = {"rules": ["PEP_HIV", "EC_LNG"], "earliest_at": "2026-11-24T22:00", "key": f"inc-{row.ref}"}
    for _press in range(2):
        said = text_of(desk.post(f"/cases/{case.ref}/clocks/", form, follow=True))
    assert Clock.objects.count() == 2
    assert "do they want that?" not in said


def test_what_is_no_wound_of_time_offers_nothing(desk, case, record):
    record("EMO_HUMIL", "PHY_ROBBED", **LAST_NIGHT)
    assert "Fill it in below" not in text_of(desk.get(f"/cases/{case.ref}/clocks/"))


def test_who_is_out_is_not_offered_a_clock_of_custody(desk, case, record):
    record("EMO_DETAIN", held=Held(since_earliest=local("2026-11-25T18:00"), station="", country="ZA"))
    Detention.objects.update(released_at=NOW - timedelta(minutes=1))
    assert "Fill it in below" not in text_of(desk.get(f"/cases/{case.ref}/clocks/"))


def test_an_incident_of_another_case_fills_in_nothing(desk, record, line, thandi):
    row = record("SEX_RAPE", **LAST_NIGHT)
    other = make_case(line=line, owner=thandi, at=NOW)
    for ref in (row.ref, "A" * 18, "x" * 300):
        page = desk.get(f"/cases/{other.ref}/clocks/", {"from": ref, "n": "1"})
        assert page.status_code == 200
        assert "2026-11-24T22:00" not in page.content.decode()


def test_the_page_of_what_happened_leads_to_the_clocks(desk, case, record):
    row = record("SEX_RAPE", **LAST_NIGHT)
    assert "Look at the clocks, with them" in text_of(desk.get(f"/cases/{case.ref}/incidents/{row.ref}/"))
    row = record("EMO_HUMIL")
    assert "Look at the clocks" not in text_of(desk.get(f"/cases/{case.ref}/incidents/{row.ref}/"))
