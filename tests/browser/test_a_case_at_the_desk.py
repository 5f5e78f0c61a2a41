"""What Thandi does on the page of a case, with keys alone where she can."""

import pytest
from playwright.sync_api import expect

from cases.models import Note
from tests.browser.conftest import give_password, sign_in
from tests.factories import NIGHT, make_caller, make_case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rose(live_server, settings, monkeypatch, line, thandi):
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    give_password(thandi)
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def sheet(windows, live_server, rose):
    window = windows(live_server.url)
    sign_in(window, "thandi")
    return window.open(f"/cases/{rose.ref}/")


def test_what_is_typed_is_kept_before_any_button_is_pressed(sheet, rose):
    words = "four women, a van, the old bridge"
    with sheet.expect_response(lambda response: "/draft/" in response.url and response.ok):
        sheet.keyboard.press("n")
        sheet.keyboard.type(words)
    sheet.reload()
    expect(sheet.locator("textarea").first).to_have_value(words)
    assert Note.objects.get(case=rose).is_draft
    sheet.locator("textarea").first.press("Control+Enter")
    expect(sheet.get_by_text(words)).to_be_visible()
    expect(sheet.locator("textarea").first).to_have_value("")


def test_unknown_means_no_until_somebody_asks_and_writes_it_down(sheet):
    expect(sheet.get_by_text("text: no")).to_be_visible()


def test_keys_show_their_list_and_never_act_inside_a_field(sheet, rose):
    sheet.keyboard.press("Shift+?")
    expect(sheet.get_by_role("dialog").first).to_be_visible()
    sheet.keyboard.press("Escape")
    sheet.locator("textarea").first.click()
    sheet.keyboard.type("gb")
    assert sheet.url.endswith(f"/cases/{rose.ref}/")


def test_after_signing_out_the_back_key_shows_nothing(sheet, rose):
    sheet.keyboard.press("Escape")
    sheet.keyboard.press("Escape")
    sheet.wait_for_url("**/accounts/login/**")
    sheet.go_back()
    expect(sheet.get_by_text("Rose")).to_have_count(0)
