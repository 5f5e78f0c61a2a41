"""A call rings while Thandi looks at the board: it is there without reload, and two keys open its case."""

import contextlib
import time
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from cases.models import Case
from helpline.dashboard import live
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.phones import ByHand, Caller, RingsOut
from tests.browser.conftest import NARROW, give_password, sign_in
from tests.factories import NIGHT
from tests.telephony.conformance.signing import CALLER, LINE, NOMSA, SIPHO, STATUS, VOICE, sign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, settings, monkeypatch, on_call, thandi):
    settings.PUBLIC_URL = live_server.url
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    give_password(thandi)
    return live_server.url


@pytest.fixture
def tell(desk, settings):
    """Return a function that posts one signed webhook to the running line and says when it was answered."""

    def post(path, **said):
        form = {
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "CallSid": "CA" + "7" * 32,
            "From": CALLER,
            "To": LINE,
            **said,
        }
        headers = {"X-Twilio-Signature": sign(settings.TWILIO_AUTH_TOKENS[0], desk + path, form)}
        request = urllib.request.Request(desk + path, urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status in {200, 204}
        return time.monotonic()

    return post


@pytest.mark.parametrize("size", [None, NARROW], ids=["at a desk", "on a telephone"])
def test_a_ringing_call_is_on_the_board_within_a_second_without_reload(desk, tell, windows, size):
    window = windows(desk, **({"size": size} if size else {}))
    page = sign_in(window, "thandi")
    expect(page.locator("#now-title")).to_be_visible()
    with page.expect_response(lambda response: response.url.endswith("/live/")):
        page.reload()
    page.evaluate("window.isTheSamePage = true")
    answered = tell(VOICE, CallStatus="ringing", Direction="inbound")
    page.locator(".call-ringing").wait_for(timeout=5000)
    assert time.monotonic() - answered < 1.0
    assert page.evaluate("window.isTheSamePage"), "the page was not loaded again"


def test_two_keys_open_the_screen_of_a_ringing_call(desk, tell, windows):
    page = sign_in(windows(desk), "thandi")
    tell(VOICE, CallStatus="ringing", Direction="inbound")
    page.locator(".call-ringing").wait_for()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{Case.objects.get().ref}/call/")
    expect(page.get_by_role("link", name="Whole case")).to_contain_text(Case.objects.get().ref)
    assert page.title() == "Desk"


def test_a_caller_who_hangs_up_leaves_the_board_and_stays_as_a_promise(desk, tell, windows):
    page = sign_in(windows(desk), "thandi")
    tell(VOICE, CallStatus="ringing", Direction="inbound")
    page.locator(".call-ringing").wait_for()
    tell(STATUS, CallStatus="completed", CallDuration="6", SequenceNumber="1")
    expect(page.locator(".call-ringing")).to_have_count(0)
    expect(page.get_by_text("Call back")).to_be_visible()


def test_where_the_live_stream_is_refused_the_board_asks_by_itself(desk, tell, windows, monkeypatch):
    full = live.Places(1)
    assert full.take()
    monkeypatch.setattr(live, "places", full)
    window = windows(desk)
    with window.page.expect_response(lambda response: response.url.endswith("/live/")) as refused:
        page = sign_in(window, "thandi")
    assert refused.value.status == 503
    expect(page.locator("#link-state")).to_have_attribute("data-link", "polling")
    tell(VOICE, CallStatus="ringing", Direction="inbound")
    page.locator(".call-ringing").wait_for(timeout=10_000)


@pytest.fixture
def make_network(desk, settings, monkeypatch):
    """Make the telephone network, whose clock the desk believes."""
    with contextlib.ExitStack() as stack:

        def make(**options):
            network = PracticeNetwork(
                account_sid=settings.TWILIO_ACCOUNT_SID,
                auth_token=settings.TWILIO_AUTH_TOKENS[0],
                public_url=desk,
                lines=[LINE],
                starts_at=NIGHT,
                **options,
            )
            monkeypatch.setattr("helpline.core.clock.now", lambda: network.at)
            return stack.enter_context(network)

        yield make


def test_a_call_goes_from_ringing_to_connected_to_the_last_hour_before_her_eyes(desk, make_network, windows):
    network = make_network(pace="real", askers=4)
    network.phones[NOMSA] = ByHand()
    page = sign_in(windows(desk), "thandi")
    page.evaluate("window.isTheSamePage = true")
    caller = network.call(from_=CALLER, to=LINE, caller=Caller(by_hand=True))
    expect(page.locator(".call-ringing")).to_contain_text("rings Nomsa")
    phone = network.leg(network.wait_for("  rings", within=30).about)
    network.pick_up(phone)
    network.wait_for("hears: This is the line. Press 1")
    network.press(phone, "1")
    expect(page.locator(".call-connected")).to_contain_text("with Nomsa")
    network.wait_for("talks with")
    network.hang_up(caller)
    expect(page.locator(".call")).to_have_count(0)
    expect(page.locator(".board-now")).to_contain_text("1 answered")
    assert page.evaluate("window.isTheSamePage")
    assert not network.transcript.problems()


def test_a_message_left_at_night_shows_with_its_promise_without_reload(desk, make_network, windows):
    network = make_network()
    network.phones[NOMSA] = network.phones[SIPHO] = RingsOut()
    page = sign_in(windows(desk), "thandi")
    expect(page.locator(".board-due")).to_contain_text("Nothing is due.")
    page.evaluate("window.isTheSamePage = true")
    network.call(from_=CALLER, to=LINE, caller=Caller(message=20))
    expect(page.locator(".board-tonight")).to_contain_text("1 message not heard", timeout=15_000)
    expect(page.locator(".due")).to_contain_text("Call back")
    page.keyboard.press(".")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    assert page.title() == "Desk"
