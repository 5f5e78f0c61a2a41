"""What happened, with keys alone, on a telephone too: write first, classify after, and no word is lost."""

import pytest
from playwright.sync_api import expect

from cases.models import Incident, IncidentDraft
from cases.services import incidents
from cases.services.incident_facts import Facts
from tests.browser.conftest import NARROW, WIDE, cookie_of
from tests.factories import NIGHT, make_caller, make_case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(live_server, settings, monkeypatch, line, thandi, naledi):
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    return live_server.url


@pytest.fixture
def rose(house, line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def told(rose, thandi):
    return incidents.record(case=rose, by=thandi, at=NIGHT, facts=Facts(narrative="They came at night."))


@pytest.fixture
def seat(house, windows):
    def sit(person, path="/", **how):
        return windows(house, cookies=[cookie_of(person, house)], **how).open(path)

    return sit


def tab_to(page, selector, most=40):
    """Press Tab until this element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_thandi_writes_a_raid_down_with_keys_alone(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/", size=WIDE)
    page.keyboard.press("i")
    page.keyboard.press("Enter")
    expect(page.locator("#id_narrative")).to_be_focused()
    page.keyboard.type("Police came and arrested four of us.")
    expect(page.locator("output#narrative-kept")).to_contain_text("kept")
    expect(page.locator(".suggested")).to_contain_text("“arrested”")
    expect(page.locator("#act-EMO_DETAIN")).not_to_be_checked()
    tab_to(page, "#act-EMO_DETAIN")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/new/" not in url)
    expect(page.locator("main")).to_contain_text("Arrested or detained without cause")
    kept = Incident.objects.get()
    assert kept.narrative == "Police came and arrested four of us."
    assert [act.code for act in kept.acts.all()] == ["EMO_DETAIN"]
    assert not IncidentDraft.objects.exists()


def test_what_is_ticked_stays_ticked_while_more_is_written(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/incidents/new/", size=NARROW)
    page.locator("#act-SEX_RAPE").check()
    page.locator("#id_narrative").press_sequentially("he choked me")
    expect(page.locator(".suggested")).to_contain_text("“choked”")
    expect(page.locator("#act-SEX_RAPE")).to_be_checked()
    assert not page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")


def test_what_was_typed_is_there_again_after_the_browser_was_gone(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/incidents/new/")
    page.locator("#id_narrative").press_sequentially("half a sentence")
    expect(page.locator("output#narrative-kept")).to_contain_text("kept")
    page.reload()
    expect(page.locator("#id_narrative")).to_have_value("half a sentence")


def test_more_than_a_megabyte_is_told_to_be_too_long_in_words(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/incidents/new/")
    page.route("**/acts/", lambda asked: asked.fulfill(status=200, body=""))  # of these words nothing is suggested
    page.evaluate(
        "() => { const field = document.getElementById('id_narrative'); field.value = 'long '.repeat(240000);"
        " field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    expect(page.locator("output#narrative-kept")).to_contain_text("Too long to be kept", timeout=30_000)
    page.get_by_role("button", name="Keep").first.click()
    expect(page.locator("h1")).to_contain_text("This is too long", timeout=30_000)
    assert not Incident.objects.exists()


def test_both_texts_stand_beside_each_other_where_somebody_was_faster(seat, rose, told, thandi, naledi):
    incidents.change(incident=told, by=naledi, at=NIGHT, facts=Facts(narrative="Naledi heard more."), version=1)
    Incident.objects.filter(pk=told.pk).update(version=7)
    page = seat(thandi, f"/cases/{rose.ref}/incidents/{told.ref}/edit/")
    page.locator("[name=version]").evaluate("field => { field.value = '1'; }")
    page.locator("#id_narrative").fill("Thandi heard this.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".incident-theirs")).to_contain_text("Naledi heard more.")
    expect(page.locator("#id_narrative")).to_have_value("Thandi heard this.")
    page.keyboard.press("Escape")
    page.locator("#id_narrative").press("Control+Enter")
    page.wait_for_url(lambda url: "/edit/" not in url)
    assert Incident.objects.get().narrative == "Thandi heard this."
