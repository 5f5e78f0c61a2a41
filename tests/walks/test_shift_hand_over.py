"""Two in the morning: Nomsa goes to sleep and Sipho takes the line. Through HTTP, and in Chromium on a desk and a telephone."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.models import FollowUp, ShiftHandOver
from cases.services import reminders
from helpline.core.outbox.models import Message
from helpline.dashboard.live import Places
from helpline.dashboard.tasks import watch_hand_overs
from tests.browser.conftest import NARROW, cookie_of
from tests.browser.conftest import windows as windows
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case, make_follow_up, make_shift

pytestmark = pytest.mark.django_db(transaction=True)
STORY = "quokka"
CANARIES = (STORY, "447700900261", "0261")


@pytest.fixture
def clock(monkeypatch):
    """A clock that the walk sets."""
    now = {"at": NIGHT - timedelta(minutes=20)}
    monkeypatch.setattr("helpline.core.clock.now", lambda: now["at"])
    return lambda minutes: now.update(at=NIGHT + timedelta(minutes=minutes)) or now["at"]


@pytest.fixture
def night(line, nomsa, sipho, thandi):
    """Nomsa is on until two, then Sipho. Four women are held, somebody waits for a call-back, a third has court at nine."""
    make_shift(line, nomsa, since=NIGHT - timedelta(hours=6), until=NIGHT)
    make_shift(line, sipho, since=NIGHT, until=NIGHT + timedelta(hours=6))
    caller = make_caller(number="+447700900261", code_name=STORY)
    held = make_case(
        line=line, caller=caller, owner=nomsa, urgency="danger", summary=f"{STORY} four women, a white van"
    )
    waits = make_case(line=line, caller=make_caller(), owner=nomsa)
    call_back = make_follow_up(
        waits, kind="call_back", owner=nomsa, due_at=NIGHT + timedelta(minutes=30), why=STORY,
        remind_at=NIGHT + timedelta(minutes=5),
    )  # fmt: skip
    nobody_s = make_follow_up(make_case(line=line), due_at=NIGHT + timedelta(minutes=10), because="text_came")
    return {"held": held, "waits": waits, "call_back": call_back, "nobody_s": nobody_s}


def told_of(follow_up):
    about = Message.objects.filter(template="staff/follow_up_due", about=follow_up.case.ref).order_by("pk")
    return [message.to_ref for message in about]


@pytest.fixture
def sit_down(settings):
    settings.REQUIRE_MFA = False

    def signed_in(person):
        desk = Client()
        desk.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return desk

    return signed_in


def test_nobody_presses_and_still_nothing_falls_between_two_people(night, line, clock, nomsa, sipho, naledi, sit_down):
    # 02:00. The shift ends. Nobody presses: the system opens the hand-over and tells Sipho by a text that names nothing.
    clock(1)
    watch_hand_overs()
    waits = ShiftHandOver.objects.get()
    assert (waits.giver, waits.taker, waits.items.count()) == (nomsa, sipho, 3)
    assert [(m.to_ref, m.words) for m in Message.objects.filter(template="staff/hand_over")] == [("sipho", {})]

    # 02:05. The call-back comes up. The rota says Sipho, but he has not accepted: Nomsa is told, and of nobody's too.
    reminders.remind_due(at=clock(11))
    assert told_of(night["call_back"]) == ["nomsa"]
    assert told_of(night["nobody_s"]) == ["nomsa"]

    # The board says so to everybody.
    assert "hand-over not yet accepted" in text_of(sit_down(naledi).get("/"))

    # 02:15 Sipho is told again; 02:30 the supervisor hears of it.
    for minute in (16, 31):
        clock(minute)
        watch_hand_overs()
    assert Message.objects.filter(template="staff/hand_over", to_ref="sipho").count() == 2
    assert Message.objects.filter(template="staff/alarm", to_ref="naledi").count() == 1

    # 02:40. Sipho wakes, opens the sheet on his phone: references and times, and nothing of a story.
    clock(40)
    his = sit_down(sipho)
    page = text_of(his.get("/hand-over/"))
    for one in (night["held"], night["waits"], night["nobody_s"].case):
        assert one.ref in page
    assert not any(word in page for word in CANARIES)
    assert his.get(f"/cases/{night['held'].ref}/").status_code == 404, "not his yet"

    # He has the call-back first, then all of it. It is written down who had what, and when.
    item = waits.items.get(kind="call_back")
    his.post(f"/hand-over/{waits.ref}/", {"item": item.ref})
    assert FollowUp.objects.get(pk=night["call_back"].pk).owner == sipho
    assert ShiftHandOver.objects.get().state == "offered"
    his.post(f"/hand-over/{waits.ref}/")
    waits.refresh_from_db()
    assert (waits.state, waits.answered_by, waits.answered_at) == ("accepted", sipho, NIGHT + timedelta(minutes=40))
    assert set(waits.items.values_list("taken_by__username", flat=True)) == {"sipho"}

    # From now on he is told, the stories are open to him, and the board has nothing more to say.
    reminders.remind_due(at=clock(45))
    assert told_of(night["call_back"])[-1] == "sipho"
    assert told_of(night["nobody_s"])[-1] == "sipho"
    assert STORY in text_of(his.get(f"/cases/{night['held'].ref}/"))
    assert "hand-over not yet accepted" not in text_of(sit_down(naledi).get("/"))


@pytest.mark.browser
def test_nomsa_hands_over_at_the_desk_and_sipho_accepts_on_his_telephone(
    night, line, clock, nomsa, sipho, live_server, settings, monkeypatch, windows
):
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.dashboard.live.places", Places(1000))
    address = live_server.url
    cookies = {person: cookie_of(person, address) for person in (nomsa, sipho)}
    clock(-20)
    hers = windows(address, cookies=[cookies[nomsa]])
    page = hers.open("/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/hand-over/")
    assert page.locator(".sheet-row").count() == 3
    assert page.locator("[name=sheet-taker]").input_value() == "sipho"
    page.locator("[name=sheet-note]").fill(f"{STORY}: ring her sister first")
    page.get_by_role("button", name="Hand over").click()
    page.get_by_text("Sipho has not accepted yet").wait_for()

    phone = windows(address, cookies=[cookies[sipho]], size=NARROW)
    his = phone.open("/")
    his.get_by_role("link", name="Open Umbrella Line").click()
    his.get_by_text("Nomsa hands this over to you").wait_for()
    assert f"{STORY}: ring her sister first" in his.locator(".sheet-note").inner_text()
    assert his.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    his.get_by_role("button", name=f"I have it {night['waits'].ref}").click()
    his.locator(".sheet-row.is-taken").wait_for()
    his.emulate_media(media="print")
    printed = his.locator("main").inner_text()
    assert night["held"].ref in printed
    for word in (*CANARIES, "custody", "court", "note"):
        assert word not in printed
    his.emulate_media(media="screen")
    his.get_by_role("button", name="I have all of it").click()
    his.get_by_text("You have it all").wait_for()

    page.reload()
    page.get_by_text("Nomsa → Sipho").wait_for()
    for window in (hers, phone):
        assert window.page.title() == "Desk"
