"""Texts that want to be more than words: they are shown as they were written, and nothing happens."""

import json
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.conftest import NARROW, cookie_of
from tests.factories import NIGHT
from tests.telephony.conformance.signing import CALLER, LINE, sign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sms" / "hostile_bodies.json"
OURS = [
    "<script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "<img src=x onerror=alert(1)>",
    "{{ 7|add:7 }} {% csrf_token %}",
    "<a href=javascript:alert(1) hx-get=/accounts/logout/ hx-trigger=load>here</a>",
    "\u202egnp.exe",
    "\x00null",
    "الشرطة أخذتني",
    "W" * 1600,
]


def bodies():
    more = json.loads(SHARED.read_text())["bodies"] if SHARED.is_file() else []
    return list(dict.fromkeys([*OURS, *more]))


@pytest.fixture
def thread(live_server, settings, monkeypatch, on_call, thandi):
    """One number has sent them all; the case is Thandi's."""
    settings.REQUIRE_MFA, settings.PUBLIC_URL = False, live_server.url
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    address = f"{live_server.url}/telephony/sms/"
    for place, body in enumerate(bodies()):
        form = {
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "MessageSid": f"SM{place:032x}",
            "From": CALLER,
            "To": LINE,
            "Body": body,
            "NumMedia": "0",
        }
        headers = {"X-Twilio-Signature": sign(settings.TWILIO_AUTH_TOKENS[0], address, form)}
        with urllib.request.urlopen(
            urllib.request.Request(address, urlencode(form).encode(), headers), timeout=10
        ) as told:
            assert told.status == 200
    case = Case.objects.get()
    case.owner = thandi
    case.save()
    return case


def test_every_text_is_shown_literally_and_none_of_them_does_anything(thread, live_server, windows, thandi):
    cookie = cookie_of(thandi, live_server.url)
    window = windows(live_server.url, size=NARROW, cookies=[cookie])
    page = window.open(f"/cases/{thread.ref}/")
    expect(page.locator(".entry-text").first).to_be_visible()
    shown = [words.strip() for words in page.locator(".entry-text .entry-words").all_text_contents()]
    for body in OURS:
        assert body.replace("\x00", "␀").replace("\u202e", "⟨←⟩") in shown
    assert page.locator(".entry-text").locator("script, svg[onload], img, a").count() == 0
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert page.url.endswith(f"/cases/{thread.ref}/")
