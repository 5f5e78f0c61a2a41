"""A passkey in a real browser: set up once, then it lets its owner in alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests import machine

PASSWORD = "umbrellas in the rain, all red"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PLATFORM_KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server, nomsa, settings):
    """A desk that wants a second factor, where Nomsa has a password. All rows are made before Chromium is there:
    its loop in the thread of the test would get a database connection of its own, which nobody closes.
    """
    settings.REQUIRE_MFA = True
    nomsa.set_password(PASSWORD)
    nomsa.save()
    return live_server.url


@pytest.fixture
def window(address):
    """A window of Chromium on a machine that can tell its owner by a finger; what it complains of fails the test."""
    chromium: Path | None = machine.CHROMIUM.find()
    assert chromium is not None, "make test installs Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=list(FLAGS))
        page = browser.new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM_KEY})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        yield page
        browser.close()
        assert complaints == []


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Name").fill("nomsa")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_nomsa_sets_up_a_passkey_and_next_time_it_alone_lets_her_in(window, address):
    sign_in(window, address)
    window.wait_for_url("**/accounts/2fa/")
    window.get_by_role("link", name="Add a passkey").click()
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Go on").click()
    window.get_by_label("What you call it").fill("my phone")
    window.get_by_role("button", name="Add it").click()
    window.wait_for_url("**/recovery-codes/")
    assert window.locator(".secret-list li").count() == 10

    window.goto(f"{address}/me/")
    window.get_by_role("main").get_by_role("button", name="Sign out").click()
    window.wait_for_url("**/accounts/login/")
    window.goto(f"{address}/accounts/login/?next=/me/")
    window.get_by_role("button", name="Use a passkey").click()
    window.wait_for_url(f"{address}/me/")
    assert window.get_by_role("heading", name="My page").is_visible()


def test_with_a_passkey_set_up_the_password_alone_does_not_let_anybody_in(window, address):
    sign_in(window, address)
    window.get_by_role("link", name="Add a passkey").click()
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Go on").click()
    window.get_by_label("What you call it").fill("my phone")
    window.get_by_role("button", name="Add it").click()
    window.wait_for_url("**/recovery-codes/")
    window.context.clear_cookies()

    sign_in(window, address)
    window.wait_for_url("**/accounts/2fa/authenticate/**")
    window.goto(f"{address}/me/")
    assert "/accounts/" in window.url
    assert window.get_by_role("heading", name="My page").count() == 0
