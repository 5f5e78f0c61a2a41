"""A case from hand to hand: who is called may be asked, what is safe is written down, and no one is found without a word."""

import time

import pytest
from playwright.sync_api import expect

from cases.models import Case, Note
from helpline.core.audit.models import Entry
from tests.browser.conftest import cookie_of
from tests.factories import NIGHT, make_caller, make_case, make_note

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
def seat(house, windows, rose):
    """Return a function that gives somebody a window, signed in, on a page."""

    def sit(person, path="/", **how):
        cookie = cookie_of(person, house)
        return windows(house, cookies=[cookie], **how).open(path)

    return sit


def test_thandi_asks_what_is_safe_writes_it_down_and_sees_it_over_the_case(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/")
    safe = page.locator(".safe")
    expect(safe).to_contain_text("text: no")
    safe.get_by_role("link", name="ask and write down").click()
    page.get_by_label("a shared phone").check()
    page.get_by_label("It may be texted").check()
    page.get_by_label("If somebody else answers").fill("the salon")
    page.get_by_label("Monday").fill("01:00-05:00")
    page.get_by_role("button", name="They confirmed this").click()
    page.wait_for_url("**/contact/#*")
    page.goto(page.url.split("contact/")[0])
    expect(safe).to_contain_text("text: yes, now, until")
    expect(safe).to_contain_text("the salon")
    expect(safe).to_contain_text("confirmed")


def test_a_number_is_hidden_until_somebody_says_why(seat, rose, thandi):
    whole = str(rose.number.number)
    page = seat(thandi, f"/cases/{rose.ref}/")
    assert whole not in page.content()
    page.locator(".number-why summary").first.click()
    page.locator(".number-why button").first.click()
    expect(page.locator(".number-shown").first).to_have_attribute("role", "status")
    digits = "".join(filter(str.isdigit, page.locator(".number-shown").first.inner_text()))
    assert digits
    assert whole.endswith(digits.lstrip("0"))
    assert Entry.objects.filter(verb__contains="number").exists()


def test_thandi_hands_over_and_it_is_hers_until_naledi_accepts(seat, rose, thandi, naledi):
    giver = seat(thandi, f"/cases/{rose.ref}/")
    taker = seat(naledi, "/")
    giver.get_by_text("Hand over", exact=True).click()
    giver.get_by_label("To", exact=True).select_option(label="Naledi")
    giver.get_by_label("What they must know").fill("Her sister waits at the court.")
    giver.get_by_role("button", name="Offer").click()
    expect(giver.get_by_text("Offered to Naledi")).to_be_visible()
    expect(giver.locator(".case-head")).to_contain_text("yours")
    expect(taker.locator(".board-tonight")).to_contain_text("Thandi hands you")
    taker.get_by_role("button", name="Accept").click()
    taker.wait_for_url(f"**/cases/{rose.ref}/")
    expect(taker.locator(".case-head")).to_contain_text("yours")


def test_a_case_is_opened_without_a_call_and_two_people_in_it_are_kept_apart(seat, thandi):
    page = seat(thandi, "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("new case")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/new/")
    page.get_by_label("What you hear").fill("Her flatmate was taken at noon.")
    page.get_by_label("How", exact=True).select_option("walk_in")
    page.get_by_label("Code name", exact=False).first.fill("Blue")
    page.get_by_label("It is about somebody else").check()
    page.get_by_label("Code name of whom it is about").fill("Green")
    page.get_by_role("button", name="Open the case").click()
    expect(page.locator("h1")).to_contain_text("Blue")
    expect(page.get_by_text("Her flatmate was taken at noon.")).to_be_visible()
    expect(page.get_by_text("“Green”")).to_be_visible()
    assert "Blue" not in page.title()


@pytest.fixture
def again(house, rose, line, thandi):
    """Rose's number calls again: a case of its own, for nobody knows yet who holds the phone."""
    make_note(rose, thandi, "the old bridge")
    return make_case(line=line, caller=rose.caller, possibly_known=True, owner=thandi)


def test_the_same_number_shows_nothing_of_before_until_a_deliberate_step(seat, again, rose, thandi):
    page = seat(thandi, f"/cases/{again.ref}/")
    expect(page.get_by_text("Possibly known.")).to_be_visible()
    assert rose.ref not in page.content()
    assert "Rose" not in page.content()
    page.get_by_label("The word they said").fill("wrong")
    page.get_by_role("button", name="Check the word").click()
    expect(page.get_by_text("Possibly known.")).to_be_visible()
    assert rose.ref not in page.content()
    page.get_by_text("No word, but I am sure").click()
    page.get_by_role("button", name="I am sure, open them").click()
    expect(page.get_by_role("link", name=rose.ref)).to_be_visible()
    page.get_by_text("Go on there", exact=True).click()
    page.get_by_label("I am sure without it").check()
    page.get_by_role("button", name="Join, and go on there").click()
    page.wait_for_url(f"**/cases/{rose.ref}/")
    assert Case.objects.get(ref=again.ref).joined_into.ref == rose.ref


def test_day_turns_to_night_and_stays_so_on_the_next_page(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("Control+k")
    page.keyboard.type("night")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(page.url.replace(f"/cases/{rose.ref}/", "/rota/"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground


def test_one_key_leaves_for_the_weather_and_signs_out(seat, house, windows, rose, thandi):
    cookie = cookie_of(thandi, house)
    window = windows(house, cookies=[cookie], may_ask=["www.yr.no"])
    window.context.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    page = window.open(f"/cases/{rose.ref}/")
    with page.expect_request("**/accounts/logout/"):
        page.keyboard.press("q")
    page.wait_for_url("https://www.yr.no/")
    # The page is left before the sign-in has ended, which a busy machine takes a moment for.
    deadline = time.monotonic() + 10
    while "/accounts/login/" not in page.url and time.monotonic() < deadline:
        page.goto(f"{house}/cases/{rose.ref}/")
    assert "/accounts/login/" in page.url


def test_without_a_connection_the_page_says_so_and_keeps_what_is_typed(house, windows, rose, thandi):
    window = windows(house, cookies=[cookie_of(thandi, house)])
    page = window.open(f"/cases/{rose.ref}/")
    expect(page.locator("#link-state")).to_have_attribute("data-link", "well")
    page.context.set_offline(True)
    page.locator("#note").fill("they took her bag")
    expect(page.locator("#note-form output")).to_contain_text("No connection")
    expect(page.locator("#link-state")).to_contain_text("no connection since")
    page.context.set_offline(False)
    expect(page.locator("#note-form output")).to_contain_text("only you see it yet", timeout=10_000)
    assert [note.body for note in Note.objects.filter(case=rose, is_draft=True)] == ["they took her bag"]
    window.wrong.clear()  # without a connection the browser complains, and rightly
