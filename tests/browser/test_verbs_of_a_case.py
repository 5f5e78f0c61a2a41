"""The verbs of the case page with keys alone, and what is typed in them while the page re-reads itself."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cases.models import Case, FollowUp
from tests.browser.conftest import NARROW, WIDE, give_password, sign_in
from tests.factories import NIGHT, make_caller, make_case, make_follow_up, make_shift

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rose(live_server, settings, monkeypatch, line, thandi, nomsa, sipho):
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    give_password(thandi)
    make_shift(line, nomsa)
    make_shift(line, sipho, since=NIGHT + timedelta(hours=6), until=NIGHT + timedelta(hours=12))
    case = make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)
    make_follow_up(case, due_at=NIGHT, owner=thandi)
    return case


@pytest.fixture
def sheet(windows, live_server, rose):
    window = windows(live_server.url)
    sign_in(window, "thandi")
    return window.open(f"/cases/{rose.ref}/")


def test_a_line_about_the_case_and_danger_are_two_keys_each(sheet, rose):
    sheet.keyboard.press("s")
    sheet.keyboard.type("four women, one van")
    sheet.keyboard.press("Enter")
    expect(sheet.locator(".case-summary")).to_contain_text("four women, one van")
    sheet.keyboard.press("u")
    sheet.keyboard.press("Enter")
    expect(sheet.locator(".case-head .state-now")).to_have_text("in danger or arrested")
    sheet.keyboard.press("u")
    sheet.keyboard.press("Enter")
    expect(sheet.locator(".case-head .state-now")).to_have_count(0)
    assert Case.objects.get(pk=rose.pk).summary == "four women, one van"


def test_what_is_due_is_postponed_with_keys_and_nothing_typed_is_lost_when_the_page_re_reads(sheet, rose):
    sheet.keyboard.press("p")
    sheet.keyboard.press("ArrowRight")
    why = sheet.get_by_label("Why, for the next person").first
    why.fill("she sleeps")
    sheet.evaluate("document.body.dispatchEvent(new CustomEvent('desk:poll'))")
    with sheet.expect_response(lambda response: "/story/" in response.url):  # the parts that nobody uses do re-read
        sheet.evaluate("document.body.dispatchEvent(new CustomEvent('desk:poll'))")
    expect(why).to_have_value("she sleeps")
    why.press("Enter")
    expect(sheet.locator("#toasts")).to_contain_text("Postponed")
    assert FollowUp.objects.get(case=rose).due_at == NIGHT + timedelta(hours=2)


def test_a_form_that_is_closed_lets_the_part_re_read_itself(sheet):
    sheet.get_by_text("Give to …").click()
    with sheet.expect_response(lambda response: "/promises/" in response.url and response.ok):
        sheet.get_by_text("Give to …").click()


def test_the_top_bar_says_who_is_on_call_where_there_is_room(sheet):
    expect(sheet.locator("#on-call")).to_contain_text("Nomsa until 08:10")
    sheet.set_viewport_size(NARROW)
    expect(sheet.locator("#on-call")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["desk", "telephone"])
def test_nothing_serious_where_everything_is_opened(windows, live_server, rose, size, scheme):
    Case.objects.filter(pk=rose.pk).update(urgency="danger")
    window = windows(live_server.url, size=size, scheme=scheme)
    sign_in(window, "thandi")
    page = window.open(f"/cases/{rose.ref}/")
    for part in (".case-summary", ".promise-more > .unfold"):
        for number in range(page.locator(part).count()):
            page.locator(part).nth(number).evaluate("each => { each.removeAttribute('name'); each.open = true; }")
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in violations] == []
    assert not page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth")
