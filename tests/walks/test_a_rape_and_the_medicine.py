"""A client raped her last night. What can still help has an end; she hears until when, decides, and is asked how she is."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from cases.models import Clock, FollowUp, Incident
from cases.services import reminders
from helpline.core import clock
from helpline.core.outbox.models import Message
from tests.browser.conftest import give_password, sign_in
from tests.browser.conftest import windows as windows  # a fixture
from tests.cases.clocks.conftest import local
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_safe_contact

CALLED = local("2026-11-25T09:00")  # Wednesday morning
IN_HER_WORDS = "He was a client. He held me down. It was some time between ten and two."


class Time:
    """What the clocks on the wall show, for every page."""

    def __init__(self, monkeypatch):
        self.now = CALLED
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def move_to(self, words):
        self.now = local(words)


@pytest.fixture
def time(monkeypatch):
    return Time(monkeypatch)


@pytest.fixture
def case(line, thandi, time, settings):
    settings.REQUIRE_MFA = False
    rose = make_caller(number="+447700900261", code_name="Rose", at=CALLED)
    make_safe_contact(rose, thandi, may_call=True, at=CALLED)
    return make_case(line=line, caller=rose, owner=thandi, at=CALLED)


@pytest.fixture
def desk(thandi, case):
    browser = Client()
    browser.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def told():
    return list(Message.objects.order_by("pk").values_list("to_ref", "template"))


@pytest.mark.django_db
def test_a_rape_by_a_client_from_her_words_to_the_week_after(desk, case, time, thandi, naledi):
    # 1. What she tells is written down first, with an uncertain time. Nothing starts by itself.
    happened = {
        "narrative": IN_HER_WORDS, "acts": ["SEX_RAPE"], "when": "at", "earliest_at": "2026-11-24T22:00",
        "latest_at": "2026-11-25T02:00", "who-TOTAL_FORMS": "0", "who-INITIAL_FORMS": "0",
    }  # fmt: skip
    desk.post(f"/cases/{case.ref}/incidents/new/", happened)
    incident = Incident.objects.get()
    assert incident.earliest_at == local("2026-11-24T22:00")
    assert not Clock.objects.exists()

    # 2. The page offers; Thandi asks Rose, who wants the medicine and not the traces.
    page = f"/cases/{case.ref}/clocks/"
    assert "do they want that?" in text_of(desk.get(page))
    filled = {
        "rules": ["PEP_HIV", "EC_LNG"], "earliest_at": "2026-11-24T22:00", "latest_at": "2026-11-25T02:00",
        "key": f"inc-{incident.ref}",
    }  # fmt: skip
    said = text_of(desk.post(page, filled, follow=True))
    assert "Friday 27 November 2026, 22:00" in said  # 72 hours from the earliest moment
    assert "2 days 13 h left" in said

    # 3. The case shows it in words, a shape and a picture; the promise is for the evening, not for the night.
    sheet = text_of(desk.get(f"/cases/{case.ref}/"))
    assert "Medicine against HIV (PEP)" in sheet
    assert "% of the time has passed." in sheet
    assert "Reach them: ring ••• 261" in sheet.replace('<span dir="auto">', "").replace("</span>", "")
    window = FollowUp.objects.get(
        because="window_ends", why__isnull=False, key__contains=Clock.objects.get(rule="PEP_HIV").ref
    )
    assert window.due_at == local("2026-11-25T19:30")

    # 4. Nobody has kept it: Thandi is told twice, then the supervisor.
    for minutes in (0, 30, 60, 90):
        reminders.remind_due(at=window.due_at + timedelta(minutes=minutes))
    assert [to for to, _template in told()] == ["thandi"] * 4 + ["naledi"] * 2  # two windows
    assert {template for _to, template in told()} == {"staff/follow_up_due"}

    # 5. She says that it was later: what was promised moves along, nothing is promised twice.
    pep = Clock.objects.get(rule="PEP_HIV")
    form = {"earliest_at": "2026-11-25T01:00", "latest_at": "2026-11-25T02:00"}
    desk.post(f"{page}{pep.ref}/", form)
    pep.refresh_from_db()
    assert pep.ends_at == local("2026-11-28T01:00")
    assert FollowUp.objects.unfinished().filter(key__contains=pep.ref).count() == 1

    # 6. To the second: in time, and after it the words are "go anyway".
    for seconds, words in ((-1, "time to act"), (0, "time to act"), (1, "perhaps over: go now"), (3601, "go anyway")):
        time.now = pep.ends_at + timedelta(seconds=seconds)
        assert words in text_of(desk.get(page)), seconds

    # 7. In truth she went on Wednesday evening: it stops, and its promise with it.
    time.move_to("2026-11-25T21:00")
    for row in Clock.objects.all():
        desk.post(f"{page}{row.ref}/", {"verb": "stop", "because": "seen", "note": "at the clinic by the taxi rank"})
    assert not FollowUp.objects.unfinished().filter(kind="window").exists()

    # 8. She agrees to be asked how she is: one press.
    desk.post(f"/cases/{case.ref}/usual/", {"usual": ["day", "week", "month"], "agreed": "yes"})
    due = FollowUp.objects.unfinished().order_by("due_at").values_list("because", "due_at")
    assert list(due) == [
        ("usual_day", local("2026-11-27T08:00")), ("usual_week", local("2026-12-03T08:00")),
        ("usual_month", local("2026-12-26T08:00")),
    ]  # fmt: skip


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_same_at_the_desk_with_a_mouse(live_server, windows, case, time, thandi):
    give_password(thandi)
    window = windows(live_server.url)
    sign_in(window, "thandi")
    sheet = window.open(f"/cases/{case.ref}/")
    sheet.keyboard.press("k")
    sheet.keyboard.press("Enter")
    sheet.wait_for_url("**/clocks/")
    sheet.get_by_label("Medicine against HIV (PEP)").check()
    sheet.get_by_label("When, or the earliest it can have been").fill("2026-11-24T22:00")
    sheet.get_by_label("The latest it can have been").fill("2026-11-25T02:00")
    sheet.get_by_role("button", name="Start", exact=True).click()
    article = sheet.get_by_role("article")
    expect(article).to_contain_text("time is running")
    expect(article).to_contain_text("2 days 13 h left")
    expect(article.get_by_role("img")).to_have_attribute("aria-label", "15 % of the time has passed.")
    window.open(f"/cases/{case.ref}/")
    expect(sheet.locator("#panel-clocks")).to_be_visible()
    sheet.get_by_role("link", name="open the clocks of this case").click()
    sheet.get_by_text("Stop it", exact=True).first.click()
    sheet.get_by_label("Why it stops").select_option("not_wanted")
    sheet.get_by_role("button", name="Stop it").click()
    expect(sheet.get_by_role("article")).to_contain_text("they do not want it")
