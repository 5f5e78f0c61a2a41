"""Her husband has the phone: he answers it, he asks, he texts. He learns nothing, nothing more goes there, and she is asked."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cases.models import FollowUp, Number, SomebodyAsked
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from telephony.services.delivery import deliver_due
from tests.browser.conftest import cookie_of
from tests.browser.conftest import windows as windows
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import NIGHT, make_caller, make_case, make_safe_contact
from tests.telephony.delivery.conftest import gateway as gateway
from tests.telephony.delivery.conftest import network as network
from tests.telephony.delivery.conftest import sent_to as sent_to
from tests.telephony.delivery.conftest import server as server

pytestmark = pytest.mark.django_db(transaction=True)
LINE, PHONE = "+18885550100", "+447700900200"
TEN_O_CLOCK = NIGHT + timedelta(hours=7, minutes=50)
IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(7)]


@pytest.fixture
def rose(line, thandi, naledi):
    """Rose may be called and texted in the morning, on a phone that her husband picks up too."""
    caller = make_caller(number=PHONE, code_name="Rose", code_word="Lemon tree")
    make_safe_contact(
        caller, thandi, whose="shared", may_call=True, may_text=True, hours=IN_THE_MORNING, say="Is this the bakery?",
        who_hears="her husband, at any time",
    )  # fmt: skip
    return make_case(line=line, caller=caller, owner=thandi)


def test_through_the_pages(network, gateway, sent_to, rose, thandi, naledi, sit_down):
    desk = sit_down(thandi)
    contact, number = f"/cases/{rose.ref}/contact/", f"/cases/{rose.ref}/contact/numbers/{rose.number.ref}/"

    # 02:10. Thandi wants to ring back: not at this hour. The number stays shut, and a task is due when it is right.
    night = desk.post(f"{number}call/")
    assert night.status_code == 403
    assert "Do not call" in text_of(night)
    assert PHONE not in text_of(night)
    task = FollowUp.objects.get(because="call_not_safe")
    assert task.due_at == TEN_O_CLOCK

    # 10:00. The page says who may hear, and what is said to him, before she dials.
    network.advance((TEN_O_CLOCK + timedelta(minutes=1) - network.at).total_seconds())
    page = text_of(desk.post(f"{number}call/"))
    for words in (PHONE, "her husband, at any time", "Is this the bakery?", "hang up, leave nothing"):
        assert words in page

    # He answers. She asks for the bakery and hangs up. He rings the line and asks for his wife: neither yes nor no.
    desk.post(f"{contact}asked/", {"said": "A man. He says that his wife calls us."})
    assert SomebodyAsked.objects.get().case == rose
    assert Alarm.objects.get(kind="somebody_asked").about == rose.ref
    assert "A man." not in str([message.words for message in Message.objects.all()])
    assert naledi.username in Message.objects.values_list("to_ref", flat=True)

    # A text to her waits already. He texts: he is told nothing, and nothing more goes there.
    desk.post(f"/cases/{rose.ref}/text/", {"body": "Can you talk?", "number": rose.number.ref, "key": "K1"})
    network.text(from_=PHONE, to=LINE, body="This is her husband. Who is this?")
    network.settle()
    deliver_due(at=network.at, gateway=gateway)
    network.settle()
    assert sent_to(PHONE) == []
    assert Number.objects.get().held_because == "impostor"
    page = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "Somebody else may have this phone. Nothing goes there." in page
    assert f"{number}call/" not in page
    assert desk.post(f"{number}call/").status_code == 403
    refused = desk.post(
        f"/cases/{rose.ref}/text/", {"body": "Hello?", "number": rose.number.ref, "key": "K2"}, follow=True
    )
    assert "Somebody else may have this phone" in text_of(refused)
    assert FollowUp.objects.filter(because="text_not_safe").exists()
    assert FollowUp.objects.filter(because="held_impostor", is_urgent=True).exists()

    # He tries a word. It is wrong, and is answered like every other.
    network.text(from_=PHONE, to=LINE, body="the code word is apple")
    network.settle()
    deliver_due(at=network.at, gateway=gateway)
    assert sent_to(PHONE) == []

    # She comes by, says her word, and takes texts away for good. What she says now holds.
    desk.post(f"{number}do/", {"verb": "release", "how": "code_word", "word": "lemon tree"})
    desk.post(
        number, {"whose": "shared", "may_call": "on", "voicemail": "none", "good_for_days": "7", "hours_0": "12-13"}
    )
    page = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "text: no" in page
    assert "call: not now" in page
    assert "Mon 12:00–13:00" in page


@pytest.mark.browser
def test_at_a_desk(settings, network, rose, thandi, windows):
    settings.REQUIRE_MFA = False
    address = settings.PUBLIC_URL
    network.advance((TEN_O_CLOCK + timedelta(minutes=1) - network.at).total_seconds())
    page = windows(address, cookies=[cookie_of(thandi, address)]).open(f"/cases/{rose.ref}/")
    strip = page.locator(".safe")
    expect(strip).to_contain_text("call: yes, now, until")
    expect(strip).to_contain_text("her husband, at any time")
    strip.get_by_role("button", name="call back").click()
    expect(page.locator("body")).to_contain_text(PHONE)
    expect(page.locator("body")).to_contain_text("Is this the bakery?")

    page.goto(f"{address}/cases/{rose.ref}/contact/")
    expect(page.locator("#asked")).to_contain_text("We never say who calls here")
    page.get_by_text("Note that somebody asked").click()
    page.get_by_label("Who they said they were").fill("A man. He says that his wife calls us.")
    page.get_by_role("button", name="They asked, and were told nothing").click()
    expect(page.locator("#asked")).to_contain_text("A man.")

    network.text(from_=PHONE, to=LINE, body="This is her husband. Who is this?")
    network.settle()
    page.goto(f"{address}/cases/{rose.ref}/")
    expect(page.locator(".safe")).to_contain_text("Somebody else may have this phone. Nothing goes there.")
    expect(page.locator(".safe").get_by_role("button", name="call back")).to_have_count(0)

    page.goto(f"{address}/cases/{rose.ref}/contact/")
    page.get_by_label("The word they said").first.fill("lemon tree")
    page.get_by_role("button", name="Check the word").click()
    expect(page.locator(f"#number-{rose.number.ref}")).to_contain_text("Call: yes, now")
