"""From the ring to the wrap-up: two keys, one field, three presses, and nothing that was typed is lost."""

import urllib.request
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from cases.models import Case, FollowUp, InformationCard, InformationSound, Note
from cases.services import information
from telephony.models import Call
from tests.browser.conftest import cookie_of
from tests.cases.test_information import wav
from tests.factories import NIGHT, make_call, make_caller, make_case, make_follow_up
from tests.telephony.conformance.signing import CALLER, LINE, STATUS, VOICE, sign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(live_server, settings, monkeypatch, on_call, thandi):
    settings.PUBLIC_URL = live_server.url
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    return live_server.url


@pytest.fixture
def seat(house, windows):
    """Return a function that gives somebody a window, signed in, on a page."""

    def sit(person, path="/", **how):
        return windows(house, cookies=[cookie_of(person, house)], **how).open(path)

    return sit


@pytest.fixture
def rose(house, line, thandi):
    """Rose is on the phone with Thandi."""
    case = make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)
    make_call(case, state="connected", answered_by=thandi)
    return case


@pytest.fixture
def tell(house, settings):
    """Return a function that posts one signed webhook to the running line."""

    def post(path, **said):
        form = {
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "CallSid": "CA" + "7" * 32,
            "From": CALLER,
            "To": LINE,
            **said,
        }
        headers = {"X-Twilio-Signature": sign(settings.TWILIO_AUTH_TOKENS[0], house + path, form)}
        request = urllib.request.Request(house + path, urlencode(form).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status in {200, 204}

    return post


def type_and_wait(page, words):
    with page.expect_response(lambda response: response.url.endswith("/draft/") and response.ok):
        page.keyboard.type(words)


def test_a_call_from_the_ring_to_an_empty_board_without_a_mouse(seat, tell, thandi):
    page = seat(thandi)
    tell(VOICE, CallStatus="ringing", Direction="inbound")
    page.locator(".call-ringing").wait_for()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/call/")
    expect(page.locator("#call-state")).to_contain_text("Ringing")
    expect(page.get_by_text("New caller.")).to_be_visible()
    type_and_wait(page, "four women, one van")
    tell(STATUS, CallStatus="completed", CallDuration="60", SequenceNumber="1")
    expect(page.locator("#call-state")).to_contain_text("Over")
    page.keyboard.press("Alt+w")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/"))
    page.locator("#now-title").wait_for()
    expect(page.locator(".call")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Information only: written up.")
    expect(page.locator("#toasts")).to_contain_text("what is safe on this number")
    note = Note.objects.get()
    assert (note.body, note.is_draft) == ("four women, one van", False)
    assert Call.objects.get().kind == "information"


def test_the_last_words_before_the_third_press_are_in_the_note(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    page.keyboard.type("and her phone was kept")
    page.keyboard.press("Alt+w")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.locator("#now-title").wait_for()
    assert Note.objects.get(case=rose, is_draft=False).body == "and her phone was kept"
    assert FollowUp.objects.unfinished().get(case=rose).kind == "safety"


def test_outside_the_field_the_letter_alone_is_enough(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    page.locator("#note").blur()
    page.keyboard.press("w")
    page.keyboard.press("0")
    expect(page.locator("input[value=listened]")).to_be_checked()
    expect(page.locator("#step option").first).to_contain_text("look again in 30 minutes")


def test_a_slip_is_undone_and_the_words_are_back_in_the_field(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    type_and_wait(page, "she whispers")
    page.get_by_label("wrong number").click()
    expect(page.locator("#toasts")).to_contain_text("it is closed")
    assert Case.objects.get(pk=rose.pk).state == "closed"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_url("**/call/")
    expect(page.locator("#note")).to_have_value("she whispers")
    assert Case.objects.get(pk=rose.pk).state == "open"


def test_what_it_is_about_is_kept_with_one_tap_while_it_goes_on(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    with page.expect_response(lambda response: response.url.endswith("/kind/") and response.ok):
        page.get_by_label("HIV or STI question").click()
    assert Call.objects.get(case=rose).kind == "hiv_sti"
    assert page.url.endswith("/call/")


def test_the_five_steps_open_when_a_call_is_abusive(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    expect(page.get_by_text("If it goes on I end this call.")).to_be_hidden()
    page.get_by_label("abusive").click()
    expect(page.get_by_text("If it goes on I end this call.")).to_be_visible()


def test_words_typed_while_a_note_is_on_its_way_stay_in_the_field(seat, rose, thandi):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    type_and_wait(page, "the first part")
    page.route("**/note/", lambda route: (page.keyboard.type(" and the second"), route.continue_()))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#note")).to_have_value("and the second")
    expect(page.locator("#note-form output")).to_contain_text("kept, only you see it yet")
    assert sorted(Note.objects.values_list("is_draft", flat=True)) == [False, True]


def test_without_a_connection_the_words_stay_and_are_kept_when_it_is_back(house, windows, rose, thandi):
    window = windows(house, cookies=[cookie_of(thandi, house)])
    page = window.open(f"/cases/{rose.ref}/call/")
    expect(page.locator("#link-state")).to_have_attribute("data-link", "well")
    page.context.set_offline(True)
    page.keyboard.type("they took her bag")
    expect(page.locator("#note-form output")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator("#note-form output")).to_contain_text("only you see it yet", timeout=10_000)
    assert Note.objects.get(case=rose).body == "they took her bag"
    window.wrong.clear()  # without a connection the browser complains, and rightly


def test_after_a_sign_out_the_words_stay_until_somebody_signs_in_again(house, windows, rose, thandi):
    cookie, again = cookie_of(thandi, house), cookie_of(thandi, house)
    kept = list(Session.objects.values_list("session_key", flat=True))
    window = windows(house, cookies=[cookie])
    page = window.open(f"/cases/{rose.ref}/call/")
    page.context.clear_cookies()
    page.keyboard.type("they took her bag")
    expect(page.locator("#note-form output")).to_contain_text("You are signed out")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:poll'))")
    expect(page.locator("#note")).to_have_value("they took her bag")
    page.context.add_cookies([again])
    other = page.context.new_page()
    other.goto(f"{house}/me/")  # the page in another tab brings the form's own token, as a sign-in does
    expect(page.locator("#note-form output")).to_contain_text("only you see it yet", timeout=10_000)
    assert Note.objects.get(case=rose).body == "they took her bag"
    assert len(kept) == 2
    window.wrong.clear()


def test_a_ring_is_offered_on_another_page_and_the_cursor_stays_where_it_is(seat, rose, thandi, line):
    other = make_case(line=line, caller=make_caller())
    make_call(other, state="ringing").legs.create(person=thandi, step=0, rang_at=NIGHT)
    page = seat(thandi, f"/cases/{rose.ref}/")
    page.locator("#note").click()
    offer = page.locator("#offer .offer")
    expect(offer).to_contain_text("Rings for you")
    page.keyboard.type("go on")
    expect(page.locator("#note")).to_have_value("go on")
    assert other.ref not in offer.inner_text()
    page.locator("#note").fill("")
    page.wait_for_timeout(800)  # the emptied field is kept as well: nothing may be left that the browser asks about
    page.locator("#note").blur()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{other.ref}/call/")


def test_nomsa_sees_where_the_call_is_and_the_field_opens_when_it_is_hers(seat, tell, nomsa, line):
    case = make_case(line=line, caller=make_caller())
    call = make_call(case, state="ringing")
    page = seat(nomsa, f"/cases/{case.ref}/call/")
    expect(page.locator("#note")).to_have_count(0)
    Case.objects.filter(pk=case.pk).update(owner=nomsa)
    Call.objects.filter(pk=call.pk).update(state="connected", answered_by=nomsa, answered_at=NIGHT)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('desk:poll'))")
    expect(page.locator("#note")).to_be_focused()
    expect(page.locator("#call-state")).to_contain_text("with you")


def test_after_the_word_the_screen_shows_what_stands_open(seat, thandi, line):
    caller = make_caller(code_name="Rose", code_word="lemon tree")
    before = make_case(line=line, caller=caller, owner=thandi)
    make_follow_up(before, kind="court", due_at=NIGHT, owner=thandi)
    again = make_case(line=line, caller=caller, possibly_known=True, owner=thandi)
    make_call(again, state="connected", answered_by=thandi)
    page = seat(thandi, f"/cases/{again.ref}/call/")
    assert before.ref not in page.content()
    assert "Rose" not in page.content()
    page.get_by_label("The word they said").fill("lemon tree")
    page.get_by_role("button", name="Check the word").click()
    expect(page.locator(".call-known")).to_contain_text("Before court")
    expect(page.locator(".call-known")).to_contain_text(before.ref)
    assert page.url.endswith(f"/cases/{again.ref}/call/")


@pytest.fixture
def cards(lerato):
    """Two cards, as Lerato wrote them."""
    common = {"language": "en", "source": "Own practice", "by": lerato, "at": NIGHT}
    information.write(topic="arrest", words="Ask for a lawyer.", **common)
    information.write(topic="raid", words="Are you safe where you stand?", **common)


def test_what_can_be_said_opens_by_key_and_the_note_stays_as_it_is(seat, rose, thandi, cards):
    page = seat(thandi, f"/cases/{rose.ref}/call/")
    page.keyboard.type("they are at the door")
    page.evaluate("window.isTheSamePage = true")
    page.keyboard.press("Alt+i")
    page.keyboard.type("rai")
    expect(page.get_by_text("Arrest", exact=True)).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Are you safe where you stand?")).to_be_visible()
    page.keyboard.press("Alt+n")
    page.keyboard.type(", four of them")
    expect(page.locator("#note")).to_have_value("they are at the door, four of them")
    assert page.evaluate("window.isTheSamePage"), "the page was not loaded again"
    expect(page.locator("#note-form output")).to_contain_text("only you see it yet")


def test_a_recording_of_the_browser_s_becomes_what_a_telephone_plays(house, windows, lerato, cards, tmp_path):
    recording = tmp_path / "voice.wav"
    recording.write_bytes(wav(1, rate=44100))
    card = InformationCard.objects.get(topic="raid")
    page = windows(house, cookies=[cookie_of(lerato, house)]).open(f"/information/{card.ref}/")
    page.locator("#sound").set_input_files(recording)
    expect(page.get_by_role("button", name="Take it")).to_be_enabled()
    sizes = page.evaluate("document.querySelector('#sound').files[0].size")
    assert abs(sizes - 16044) < 50, "the browser itself has made it small"
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("audio")).to_have_count(1)
    assert InformationSound.objects.get().seconds == 1


def test_no_voice_from_elsewhere_reads_a_card_aloud(house, windows, thandi, rose, cards):
    window = windows(house, cookies=[cookie_of(thandi, house)])
    window.page.add_init_script(
        "speechSynthesis.getVoices = () => [{ localService: false, lang: 'en-US', name: 'far away' }];"
    )
    page = window.open(f"/cases/{rose.ref}/call/")
    page.get_by_text("Arrest", exact=True).click()
    expect(page.locator("[data-aloud]").first).to_be_hidden()
