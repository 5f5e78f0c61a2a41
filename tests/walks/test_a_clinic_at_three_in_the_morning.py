"""Lerato writes a clinic down by day; at three in the morning Thandi, who never heard of it, sends somebody there."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import expect

from helpline.core import clock
from helpline.core.audit.models import Entry
from referrals.models import Area, Place, Provider
from tests.browser.conftest import NARROW, WIDE, give_password, sign_in
from tests.browser.conftest import windows as windows  # a fixture

DAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # Tuesday, 10:00 in Johannesburg
NIGHT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # Wednesday, 03:00
PRIVATE = "+447700900121"


@pytest.fixture
def clinic(line, lerato, settings, monkeypatch):
    """Written down by Lerato, page by page, from nothing; vetted by people on a page of its own."""
    settings.REQUIRE_MFA = False
    monkeypatch.setattr(clock, "now", lambda: DAY)
    desk = Client()
    desk.force_login(lerato, backend="allauth.account.auth_backends.AuthenticationBackend")

    def fill(path, **form):
        answer = desk.post(path, form)
        assert answer.status_code == 302, path

    fill("/network/areas/", code="cpt", name="Cape Town")
    town = Area.objects.get()
    fill("/network/areas/", code="wds", name="Woodstock", parent=town.ref)
    district = Area.objects.get(code="wds")
    fill("/network/new/", name="Salt River Clinic", kind="clinic", languages="en, xh", areas=[district.ref])
    fill("/network/new/", name="Day Clinic", kind="clinic", areas=[town.ref])
    clinic, day = Provider.objects.order_by("-name")
    at = f"/network/{clinic.ref}"
    fill(f"{at}/place/new/", kind="physical", name="Main gate", address="12 Albert Road", area=district.ref)
    fill(f"{at}/place/new/", kind="physical", name="Night house", address="3 Bromwell Street", is_hidden="on")
    place = Place.objects.get(name="Main gate")
    fill(
        f"{at}/service/new/",
        name="PEP, no questions",
        kind="pep_ec",
        status="active",
        is_free="true",
        places=[place.ref],
    )
    fill(f"{at}/hours/new/", days=[0, 1, 2, 3, 4], opens_at="20:00", closes_at="06:00", words="ring twice")
    fill(f"{at}/phone/new/", number="+44 7700 900 180", is_after_hours="on")
    fill(f"{at}/person/new/", name="Sister Dudu", title="nurse", number=PRIVATE, by_text="on")
    fill(f"{at}/checked/")
    other = f"/network/{day.ref}"
    fill(f"{other}/service/new/", name="PEP by day", kind="pep_ec", status="active", is_free="unknown")
    fill(f"{other}/hours/new/", days=[0, 1, 2, 3, 4], opens_at="08:00", closes_at="17:00")
    assert {one.vetting for one in Provider.objects.all()} == {"proposed"}
    Provider.objects.update(vetting="approved")
    return clinic


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["desk", "telephone"])
def test_thandi_finds_it_in_three_presses_and_reads_what_she_may_say(
    live_server, windows, clinic, thandi, monkeypatch, size
):
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    give_password(thandi)
    window = windows(live_server.url, size=size, scheme="dark")
    sign_in(window, "thandi")
    page = window.open("/network/")
    # 1, 2: what for, and who is there at this hour. 3: the only one who is.
    page.get_by_label("What for").select_option("pep_ec")
    expect(page.locator("#found")).to_contain_text("2 found")
    page.get_by_label("Open now").check()
    expect(page.locator("#found")).to_contain_text("1 found")
    page.locator("#found").get_by_role("link", name="Salt River Clinic").click()
    said = page.locator("main")
    for words in (
        "open now",
        "Mon to Fri 20:00–06:00",
        "ring twice",
        "+44 7700 900 180",
        "12 Albert Road",
        "isiXhosa",
        "free",
    ):
        expect(said).to_contain_text(words)
    expect(said).not_to_contain_text("Bromwell")
    expect(said).not_to_contain_text(PRIVATE)
    # What is told by voice only is shown when she asks, and that she asked is written down.
    page.get_by_role("button", name="Show it, to tell it by voice").click()
    expect(page.locator("main")).to_contain_text("3 Bromwell Street")
    assert Entry.objects.filter(verb="place.shown", who=thandi, about=clinic.ref).count() == 1


@pytest.mark.django_db
def test_the_sheet_and_the_map_tell_of_the_clinic_and_not_of_its_night_house(clinic, thandi):
    desk = Client()
    desk.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path in ("/network/sheet/", "/network/map/"):
        said = desk.get(path).content.decode()
        assert "Salt River Clinic" in said
        assert "Bromwell" not in said
        assert PRIVATE not in said
