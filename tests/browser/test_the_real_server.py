"""The line as it is installed: its own server, settings, hashed files, worker and beat; and a call that comes in."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_a_call_shows_on_the_board_of_a_real_line(live_line, windows):
    password = live_line.manage("demo_data").split("password: ")[1].split()[0]
    window = windows(live_line.address.replace("127.0.0.1", "localhost"))
    page = sign_in(window, "counsellor", password=password)
    answer = page.goto(f"{window.address}/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    style = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    assert window.context.request.get(f"{window.address}{style}").headers["cache-control"].endswith("immutable")
    live_line.manage("practice", "nobody_answers")
    expect(page.get_by_text("1 message not heard")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Call back")).to_be_visible()
