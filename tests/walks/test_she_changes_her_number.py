"""Rose has lost her phone and writes from a new one. Nobody takes her for somebody else, and nothing more goes to the old one."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cases.models import Case, FollowUp, Number
from helpline.core.outbox.models import Message
from telephony.models import Text
from telephony.services import sweeps
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
LINE, OLD, NEW = "+18885550100", "+447700900200", "+447700900270"
IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(7)]
CARD = {"whose": "own", "may_text": "on", "voicemail": "none", "good_for_days": "90"}


@pytest.fixture
def rose(line, thandi):
    """Rose may be texted in the morning; a text to her waits for it."""
    caller = make_caller(number=OLD, code_name="Rose", code_word="Lemon tree", at=NIGHT - timedelta(days=9))
    make_safe_contact(caller, thandi, may_text=True, hours=IN_THE_MORNING)
    return make_case(line=line, caller=caller, owner=thandi, at=NIGHT - timedelta(days=9))


def morning_comes(network, gateway):
    """Go on to ten o'clock, when her hours begin, and let everything leave that may."""
    network.advance((NIGHT + timedelta(hours=7, minutes=51) - network.at).total_seconds())
    deliver_due(at=network.at, gateway=gateway)
    network.settle()


def test_through_the_pages(network, gateway, sent_to, rose, thandi, sit_down):
    desk = sit_down(thandi)
    story = f"/cases/{rose.ref}/"
    desk.post(f"{story}text/", {"body": "Please ring when you can.", "number": rose.number.ref, "key": "K1"})
    deliver_due(at=network.at, gateway=gateway)
    assert "not now" in text_of(desk.get(story))
    assert Message.objects.get(key="written-K1").state == "waiting"

    # In the night she writes from a phone that nobody knows. It is a case of its own, and tells nothing of Rose.
    network.text(from_=NEW, to=LINE, body="hi its me, he took my phone")
    network.settle()
    tonight = Case.objects.get(number=Number.objects.latest("pk"))
    page = text_of(desk.get(f"/cases/{tonight.ref}/contact/"))
    assert "Rose" not in page

    # She has the reference that she was given, and her word. The first word that Thandi understands is wrong.
    find = f"/cases/{tonight.ref}/contact/find/"
    wrong = text_of(desk.post(find, {"reference": rose.ref, "word": "melon tree"}, follow=True))
    assert "do not belong together" in wrong
    assert "Rose" not in text_of(desk.get(f"/cases/{tonight.ref}/"))
    desk.post(find, {"reference": rose.ref.lower(), "word": "lemon tree"})
    assert "Rose" in text_of(desk.get(f"/cases/{tonight.ref}/"))

    # Her old phone is in his hand: nothing more goes there, what waits is taken back.
    contact = f"/cases/{rose.ref}/contact/"
    told = desk.post(f"{contact}numbers/{rose.number.ref}/do/", {"verb": "end", "because": "lost"}, follow=True)
    assert "1 waiting texts were taken back" in text_of(told)
    morning_comes(network, gateway)
    assert sent_to(OLD) == sent_to(NEW) == []
    sweeps.show_what_was_taken_back(at=network.at)
    assert "canceled" in text_of(desk.get(story))

    # He writes from it. Nothing is answered, and he learns nothing.
    network.text(from_=OLD, to=LINE, body="who is this")
    network.settle()
    deliver_due(at=network.at, gateway=gateway)
    network.settle()
    assert sent_to(OLD) == []

    # She says what is safe on the new one. What waited follows her only after her word.
    new = Number.objects.exclude(pk=rose.number_id).get()
    assert desk.post(f"{contact}numbers/{new.ref}/", CARD).status_code == 302
    change = rose.caller.number_changes.get()
    send_on = f"{contact}left/{change.ref}/"
    desk.post(send_on, {"to": new.ref, "word": "apple"})
    assert not Message.objects.filter(to_ref=new.ref).exists()
    desk.post(send_on, {"to": new.ref, "word": "Lemon tree"})
    deliver_due(at=network.at, gateway=gateway)
    network.settle()
    assert sent_to(NEW) == ["Please ring when you can."]
    assert sent_to(OLD) == []

    # What was stays explained: the number that she left, why, and when.
    page = text_of(desk.get(contact))
    assert "the phone is lost, stolen or taken" in page
    assert "What waited went on to ••• 270" in page


@pytest.mark.browser
def test_at_a_desk(settings, network, rose, thandi, windows):
    settings.REQUIRE_MFA = False
    network.text(from_=NEW, to=LINE, body="hi its me, he took my phone")
    network.settle()
    tonight = Case.objects.exclude(pk=rose.pk).get()
    address = settings.PUBLIC_URL
    page = windows(address, cookies=[cookie_of(thandi, address)]).open(f"/cases/{tonight.ref}/contact/")
    page.get_by_text("They rang before, from another number").click()
    page.get_by_label("Reference").fill(rose.ref)
    page.get_by_label("The word they said").fill("melon tree")
    page.get_by_role("button", name="Check both").click()
    expect(page.locator("body")).to_contain_text("do not belong together")
    page.get_by_text("They rang before, from another number").click()
    page.get_by_label("Reference").fill(rose.ref)
    page.get_by_label("The word they said").fill("lemon tree")
    page.get_by_role("button", name="Check both").click()
    expect(page.locator("body")).to_contain_text("This number is now one of theirs")

    old = page.locator(f"#number-{rose.number.ref}")
    old.get_by_text("No longer theirs", exact=True).click()
    old.get_by_label("the phone is lost, stolen or taken").check()
    old.get_by_role("button", name="Nothing more goes there").click()
    expect(page.locator(f"#number-{rose.number.ref}")).to_contain_text("no longer theirs")

    new = Number.objects.exclude(pk=rose.number_id).get()
    page.locator(f"#number-{new.ref}").get_by_role("link", name="Change").click()
    page.get_by_label("It may be texted").check()
    page.get_by_role("button", name="They confirmed this").click()
    expect(page.locator(f"#number-{new.ref}")).to_contain_text("Text: yes, now")
    page.goto(f"{address}/cases/{tonight.ref}/")
    expect(page.locator(".safe")).to_contain_text("text: yes, now")
    expect(page.locator(".safe")).to_contain_text("Nothing more goes there.")
    assert FollowUp.objects.filter(because="number_ended").exists()
    assert Text.objects.filter(direction="outbound").count() == 0
