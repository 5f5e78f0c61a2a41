"""Lerato plans the week with keys alone, and what she typed outlives her mistakes. A trainee plays a call."""

import pytest
from playwright.sync_api import expect

from helpline.core.rota.models import Shift
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.server import PracticeServer
from telephony.models import Call
from tests.browser.conftest import cookie_of
from tests.factories import NIGHT, make_shift
from tests.telephony.conformance.signing import LINE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(live_server, settings):
    settings.REQUIRE_MFA, settings.PUBLIC_URL = False, live_server.url
    return live_server.url


@pytest.fixture
def it_is_night(monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)


def focus_on(page, element):
    """Reach an element as keyboards do: Tab until it has the focus."""
    for _ in range(120):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab never comes there")


def test_lerato_covers_a_gap_with_keys_alone(house, it_is_night, windows, line, lerato, nomsa):
    cookie = cookie_of(lerato, house)
    page = windows(house, cookies=[cookie]).open("/rota/")
    gaps = page.locator(".gaps li")
    before = gaps.first.inner_text()
    focus_on(page, gaps.first.get_by_role("link", name="Find cover"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/shifts/new/**")
    who = page.get_by_label("Who")
    focus_on(page, who)
    page.keyboard.type("Nomsa")
    focus_on(page, page.get_by_role("button", name="Put on the rota"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/rota/?**")
    assert Shift.objects.get().person == nomsa
    assert before not in page.locator(".page").inner_text()


def test_a_mistake_on_the_page_of_a_line_keeps_what_was_typed(house, it_is_night, windows, line, lerato):
    cookie = cookie_of(lerato, house)
    page = windows(house, cookies=[cookie]).open(f"/lines/{line.ref}/")
    page.locator("[name=name]").fill("The night line")
    page.locator("[name=time_zone]").fill("Mars/Olympus")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Nothing is kept yet")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("The night line")
    expect(page.locator("[name=time_zone]")).to_have_value("Mars/Olympus")
    expect(page.locator(".field-error").first).to_be_visible()
    line.refresh_from_db()
    assert line.name == "Umbrella Line"
    page.locator("[name=time_zone]").fill("Africa/Maputo")
    page.get_by_role("button", name="Keep").click()
    page.wait_for_url("**/lines/**")
    line.refresh_from_db()
    assert (line.name, line.time_zone) == ("The night line", "Africa/Maputo")


@pytest.fixture
def exchange(house, settings, line, nomsa):
    """The practice network in real time, on the running application; Nomsa is on call now."""
    network = PracticeNetwork(
        account_sid=settings.TWILIO_ACCOUNT_SID,
        auth_token=settings.TWILIO_AUTH_TOKENS[0],
        public_url=house,
        lines=[LINE],
        starts_at=NIGHT,
        pace="real",
        askers=4,
    )
    make_shift(line, nomsa)
    with PracticeServer(network) as server:
        settings.TWILIO_API_URL = server.url
        yield network


def test_a_trainee_plays_both_ends_of_a_call_to_its_end(house, exchange, monkeypatch, windows, nomsa):
    monkeypatch.setattr("helpline.core.clock.now", lambda: exchange.at)
    cookie = cookie_of(nomsa, house)
    page = windows(house, cookies=[cookie]).open("/telephony/practice/")
    screen = page.locator("#practice-screen")
    page.get_by_label("The people on call").select_option("me")
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_role("button", name="Pick up").first.click(timeout=30_000)
    page.get_by_role("button", name="Press 1").first.click(timeout=20_000)
    expect(screen).to_contain_text("You are talking", timeout=15_000)
    page.locator(".practice > section").first.get_by_role("button", name="Hang up").click()
    expect(screen).to_contain_text("The call is over", timeout=15_000)
    exchange.wait_for("POST /telephony/voice/status/")
    call = Call.objects.get()
    assert (call.answered_by, call.outcome) == (nomsa, "answered")
