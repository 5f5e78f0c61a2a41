"""Her day in court: arranged, told again without a word that gives away, missed for want of a lift, offered again."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from cases.models import ContactRoute, FollowUp, Hearing
from cases.services.hearing_reminders import tell_due
from helpline.core import clock
from telephony.gateway.protocol import SentText
from telephony.services.delivery import deliver_due
from tests.browser.conftest import give_password, sign_in
from tests.browser.conftest import windows as windows  # a fixture
from tests.cases.clocks.conftest import local
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_safe_contact

NOW = local("2026-11-25T16:00")
ROSE, FRIEND, LAWYER = "+447700900271", "+447700900272", "+447700900121"


class Phones:
    """A gateway that takes every text and keeps it."""

    def __init__(self):
        self.texts = []

    def send_text(self, *, to, sender, body, status_callback, valid_for=None):
        self.texts.append((to, body))
        return SentText(sid=f"SM{len(self.texts):032x}", state="queued")


@pytest.fixture
def phones():
    return Phones()


@pytest.fixture
def rose(line, thandi, settings, monkeypatch):
    settings.REQUIRE_MFA = False
    monkeypatch.setattr(clock, "now", lambda: NOW)
    caller = make_caller(number=ROSE, code_name="Rose", at=NOW)
    make_safe_contact(caller, thandi, may_text=True, at=NOW)
    ContactRoute.objects.create(
        caller=caller, kind="companion", name="her friend", number=FRIEND, whose="other", may_text=True,
        confirmed_at=NOW, confirmed_by=thandi, created_at=NOW,
    )  # fmt: skip
    return caller


@pytest.fixture
def case(line, rose, thandi):
    return make_case(line=line, caller=rose, owner=thandi, at=NOW)


@pytest.mark.django_db
def test_a_day_in_court_that_she_could_not_come_to(case, rose, thandi, phones, monkeypatch):
    desk = Client()
    desk.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = f"/cases/{case.ref}/hearings/"

    def at(words):
        monkeypatch.setattr(clock, "now", lambda: local(words))
        tell_due(at=local(words))
        deliver_due(at=local(words), gateway=phones)

    # 1. Written down with who goes along, how she gets there, who minds the children.
    form = {
        "day_at": "2026-12-01T09:00", "court": "magistrate, court 4", "matter": "A 1/26", "transport": "Sipho drives at eight",
        "childcare": "her sister", "goes_along": rose.routes.get().ref, "lawyer": "Lawyer N.", "lawyer_number": LAWYER,
        "tell_caller": "on", "tell_companion": "on", "tell_lawyer": "on",
    }  # fmt: skip
    desk.post(page, form)
    assert list(FollowUp.objects.unfinished().values_list("kind", "due_at").order_by("due_at")) == [
        ("court", local("2026-11-30T09:00")), ("check", local("2026-12-01T13:00")),
    ]  # fmt: skip

    # 2. The day before at ten and on the morning each of them has one text, whatever sweeps run. No word gives away.
    for words in ("2026-11-30T09:59", "2026-11-30T10:00", "2026-11-30T10:01", "2026-12-01T07:00", "2026-12-01T07:01"):
        at(words)
    assert phones.texts == [
        *((to, "Reminder: tomorrow at 09:00.") for to in (ROSE, FRIEND, LAWYER)),
        *((to, "Reminder: today at 09:00.") for to in (ROSE, FRIEND, LAWYER)),
    ]

    # 3. The lift did not come. What stood in the way is written down; nobody counts it.
    at("2026-12-01T11:00")
    row = Hearing.objects.get()
    desk.post(f"{page}{row.ref}/", {"verb": "could_not_come", "reason": "transport", "note": "the car broke down"})
    said = text_of(desk.get(page))
    assert "no way to get there" in said
    offer = FollowUp.objects.unfinished().get()
    assert (offer.because, offer.owner, offer.due_at) == ("hearing_offer", thandi, local("2026-12-01T12:00"))

    # 4. The court sets another day: taken back, moved, everything that was arranged goes along, and all is told anew.
    desk.post(f"{page}{row.ref}/", {"verb": "take_back"})
    desk.post(f"{page}{row.ref}/", {"verb": "postpone", "day_at": "2026-12-08T10:00"})
    later = Hearing.objects.get(state="planned")
    assert (later.childcare, later.follows, later.lawyer_number) == ("her sister", row, LAWYER)
    at("2026-12-07T10:00")
    assert phones.texts[-3:] == [(to, "Reminder: tomorrow at 10:00.") for to in (ROSE, FRIEND, LAWYER)]

    # 5. She says that her phone is not safe any more: the morning's text does not leave, and a person is told why.
    rose.safe_contacts.update(may_text=False)
    at("2026-12-08T08:00")
    assert [to for to, _body in phones.texts[9:]] == [FRIEND, LAWYER]
    assert FollowUp.objects.unfinished().get(kind="task").because == "hearing_caller"

    # 6. It was held.
    at("2026-12-08T11:00")
    desk.post(f"{page}{later.ref}/", {"verb": "held", "note": "withdrawn: she is free"})
    assert "withdrawn: she is free" in text_of(desk.get(page))
    assert not FollowUp.objects.unfinished().exclude(kind="task").exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_same_at_the_desk_with_a_mouse(live_server, windows, case, rose, thandi):
    give_password(thandi)
    friend = rose.routes.get().ref
    window = windows(live_server.url)
    sign_in(window, "thandi")
    sheet = window.open(f"/cases/{case.ref}/")
    sheet.keyboard.press("h")
    sheet.keyboard.press("Enter")
    sheet.wait_for_url("**/hearings/")
    sheet.get_by_label("When").fill("2026-12-01T09:00")
    sheet.get_by_label("Which court").fill("magistrate")
    sheet.get_by_label("How they get there").fill("Sipho drives at eight")
    sheet.get_by_label("Who goes along", exact=False).first.select_option(friend)
    sheet.get_by_role("button", name="Write it down").click()
    article = sheet.get_by_role("article")
    expect(article).to_contain_text("to come")
    expect(article).to_contain_text("her friend")
    article.get_by_text("They could not come").click()
    article.get_by_label("What stood in the way").select_option("childcare")
    article.get_by_role("button", name="Write it down").click()
    expect(sheet.get_by_role("article")).to_contain_text("nobody for the children")
    expect(sheet.get_by_role("article")).to_contain_text("they could not come")
    window.open(f"/cases/{case.ref}/")
    expect(sheet.locator("#promises")).to_contain_text("They could not come to court: ask what would help")
