"""The practice phone page: Nomsa plays the caller, and the phone that is rung, in her browser."""

import pytest
from django.urls import reverse

from telephony.gateway.practice.phones import Accepts, ByHand, RingsOut
from telephony.gateway.practice.server import PracticeServer
from telephony.views.practice import NUMBERS, WITHHELD
from tests.telephony.practice.conftest import LINE, NOMSA, SIPHO, WHISPER, accepting_one, dial, make_network, number
from tests.telephony.practice.scripted_app import TOKEN, twiml

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(app, settings, line):
    """A practice network in real time where the settings say that it is; the line says a menu and rings Nomsa."""
    app.answers |= {
        "/telephony/voice/": twiml('<Gather numDigits="1" action="/key" timeout="600"><Say>Press 9.</Say></Gather>'),
        "/key": twiml(dial(number(NOMSA), timeout=600)),
        "/whisper": WHISPER,
        "/accept": accepting_one,
        "/after": twiml(),
    }
    with PracticeServer(make_network(app, pace="real", askers=4)) as server:
        settings.TWILIO_API_URL, settings.TWILIO_AUTH_TOKENS = server.url, [TOKEN]
        yield server.network


@pytest.fixture
def phone(client, nomsa):
    client.force_login(nomsa)

    def use(verb=None, **form):
        if verb is None:
            return client.get(reverse("telephony:practice_phone"))
        return client.post(reverse(f"telephony:practice_{verb}"), form, headers={"HX-Request": "true"})

    return use


@pytest.fixture
def call(phone, line):
    def call(**form):
        return phone("call", **{"line": line.ref, "number": NUMBERS[0], "people": "me", **form})

    return call


def test_the_page_offers_the_lines_and_numbers_and_says_that_nothing_is_real(phone, network, line):
    shown = phone().content.decode()
    assert line.name in shown
    assert NUMBERS[0] in shown
    assert "Nothing here reaches a real telephone." in shown


def test_a_whole_call_is_played_with_both_phones(phone, call, network):
    call()
    network.wait_for("hears: Press 9.", within=5)
    assert "Press 9." in phone().content.decode()
    phone("press", keys="9")
    leg = network.wait_for("rings", within=5).about
    assert "Pick up" in phone().content.decode()
    phone("pick_up", leg=leg)
    network.wait_for("hears: Press 1.", within=5)
    phone("press", leg=leg, keys="1")
    network.wait_for("talks with", within=5)
    assert "You are talking" in phone().content.decode()
    phone("hang_up")
    network.wait_for("leg ends: completed", within=5)
    network.wait_for("POST /telephony/voice/status/", within=5)
    assert "The call is over" in phone().content.decode()


@pytest.mark.parametrize(
    ("people", "first", "second"),
    [
        ("second", RingsOut(), Accepts(after=4)),
        ("first", Accepts(after=4), RingsOut()),
        ("nobody", RingsOut(), RingsOut()),
        ("me", ByHand(), ByHand()),
    ],
)
def test_the_people_on_call_do_what_was_chosen(people, first, second, call, network):
    call(people=people)
    assert (network.phones[NOMSA], network.phones[SIPHO]) == (first, second)


def test_a_withheld_number_may_be_practised_too(app, call, network):
    call(number=WITHHELD)
    network.wait_for("hears: Press 9.", within=5)
    assert app.at("/telephony/voice/")[0]["From"] == WITHHELD


@pytest.mark.parametrize("wrong", [{"number": "+27110000000"}, {"people": "everybody"}, {"line": "none"}])
def test_what_the_page_does_not_offer_calls_nobody(wrong, call, network):
    assert "not possible" in call(**wrong).content.decode()
    assert network.shelf.legs == {}


def test_nomsa_cannot_press_keys_in_a_call_that_is_not_hers(phone, call, network):
    other = network.call(from_="+447700900299", to=LINE)
    call()
    network.wait_for("hears: Press 9.", within=5)
    assert "not possible" in phone("press", leg=other.sid, keys="9").content.decode()
    assert not any("presses" in line for line in network.transcript.lines())


def test_a_text_is_sent_and_stands_on_the_page(app, phone, network, line):
    shown = phone("text", line=line.ref, number=NUMBERS[1], body="Can <b>somebody</b> ring me?").content.decode()
    assert "Can &lt;b&gt;somebody&lt;/b&gt; ring me?" in shown
    network.wait_for("POST /telephony/sms/", within=5)


def test_a_screen_that_has_seen_everything_is_not_sent_again(client, phone, network):
    phone()
    seen = len(network.transcript.after())
    screen = reverse("telephony:practice_screen")
    assert client.get(screen, {"seen": seen}).status_code == 204
    assert client.get(screen, {"seen": seen + 1}).status_code == 200


def test_without_scripts_a_form_leads_back_to_the_page(client, nomsa, network, line):
    client.force_login(nomsa)
    answer = client.post(reverse("telephony:practice_text"), {"line": line.ref, "number": NUMBERS[0], "body": "Hello"})
    assert answer.headers["Location"] == reverse("telephony:practice_phone")


def test_where_no_network_answers_the_page_says_how_to_start_one(phone, settings, line):
    settings.TWILIO_API_URL = "http://127.0.0.1:1"
    assert "manage.py practice_network" in phone().content.decode()
    assert "does not answer" in phone("press", keys="1").content.decode()


def test_a_call_that_the_network_forgot_is_forgotten_by_the_page(client, phone, network):
    phone()
    session = client.session
    session["practice_call"] = "CA" + "0" * 32
    session.save()
    assert phone().status_code == 200
    assert "practice_call" not in client.session


def test_a_stranger_is_sent_to_the_door(client, network):
    answer = client.get(reverse("telephony:practice_phone"))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]
