"""Nomsa signs in with her password and the code of her telephone; without the code she gets nowhere."""

import base64
import hashlib
import hmac
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, give_password, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STEP = 30  # seconds, RFC 6238


@pytest.fixture
def door(live_server, settings, nomsa):
    settings.REQUIRE_MFA = True
    give_password(nomsa)
    return live_server.url


def code_of(secret, *, step=0):
    """The six digits of RFC 6238 for this half minute, or for one that is `step` later."""
    counter = (int(time.time()) // STEP + step).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def set_up_app(page):
    """Go through the first sign-in; return the secret and the recovery codes that are shown."""
    page.wait_for_url("**/accounts/2fa/")
    page.get_by_role("main").get_by_role("link", name="Set up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("No camera?").click()
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("Type the code").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/recovery-codes/")
    return secret, page.locator(".secret-list li").all_inner_texts()


def sign_out(page):
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/accounts/login/**")


def test_nomsa_sets_up_her_app_and_from_then_on_needs_its_code(door, windows):
    window = windows(door)
    page = sign_in(window, "nomsa")
    page.goto(f"{door}/rota/")
    assert "/accounts/2fa/" in page.url, "without a second factor there is no way past setting it up"
    secret, recovery = set_up_app(page)
    assert len(recovery) == 10
    page.goto(f"{door}/")
    expect(page.locator("#now-title")).to_be_visible()

    sign_out(page)
    page = sign_in(window, "nomsa")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    right = code_of(secret, step=1)
    page.get_by_label("Code from").fill(f"{(int(right) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".field-error")).to_be_visible()
    told = window.context.request.get(f"{door}/rota/")
    assert "/accounts/" in told.url, "a wrong code opens nothing"
    page.get_by_label("Code from").fill(right)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#now-title")).to_be_visible()

    sign_out(page)
    page = sign_in(window, "nomsa")
    page.get_by_label("Code from").fill(recovery[0].strip())
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#now-title")).to_be_visible()


def test_a_wrong_password_says_so_and_keeps_the_name(door, windows):
    page = windows(door).open("/accounts/login/")
    page.get_by_label("Name").fill("nomsa")
    page.get_by_label("Password").fill("not this one at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("nomsa")
    expect(page.get_by_label("Password")).to_have_value("")
