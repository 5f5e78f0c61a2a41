"""Texts from people: what the application is told, and what the network answers by itself."""

import pytest

from telephony.gateway.practice.legs import Address, Line
from telephony.gateway.practice.texting import segments_of
from tests.telephony.practice.conftest import LINE, RUTH, make_network
from tests.telephony.practice.scripted_app import Says, twiml


def text(network, body):
    sent = network.text(from_=RUTH, to=LINE, body=body)
    network.settle()
    return sent


def test_a_text_reaches_the_line_whole_and_signed(app, network):
    body = "They took Amina \u202eto the station\nplease\x00 ring 🙏  "
    sent = text(network, body)
    (form,) = app.at("/telephony/sms/")
    assert (form["Body"], form["From"], form["To"], form["NumMedia"]) == (body, RUTH, LINE, "0")
    assert {form["MessageSid"], form["SmsSid"], form["SmsMessageSid"]} == {sent.sid}
    assert form["SmsStatus"] == "received"
    assert app.heard[0].well_signed


def test_an_answer_of_204_is_no_answer_to_the_person(app, network):
    app.answers["/telephony/sms/"] = Says(status=204, content_type="")
    text(network, "Hello")
    assert network.transcript.problems() == []
    assert network.texts.received_by(RUTH) == []


def test_a_message_in_the_answer_goes_back_to_the_person(app, network):
    app.answers["/telephony/sms/"] = twiml("<Message>We have it.</Message>")
    text(network, "Hello")
    (reply,) = network.texts.received_by(RUTH)
    assert (reply.body, reply.direction, reply.status) == ("We have it.", "outbound-reply", "delivered")


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "Unsubscribe", "cancel", "END", "quit", "optout", "revoke", "STOPALL"]
)
def test_a_stop_word_alone_opts_out_and_the_text_arrives_all_the_same(word, app, network):
    text(network, word)
    assert (LINE, RUTH) in network.texts.opted_out
    assert app.at("/telephony/sms/")[0]["Body"] == word


@pytest.mark.parametrize("words", ["cancel my lawyer", "please stop him", "Stop.", "the end"])
def test_a_stop_word_among_others_does_not(words, network):
    text(network, words)
    assert network.texts.opted_out == set()


def test_a_text_that_our_address_fails_goes_to_the_fallback(app):
    app.answers |= {"/telephony/sms/": Says(status=500), "/sms-fallback": twiml()}
    line = Line(
        LINE,
        Address(f"{app.url}/x"),
        sms=Address(f"{app.url}/telephony/sms/"),
        sms_fallback=Address(f"{app.url}/sms-fallback"),
    )
    with make_network(app, lines=[line]) as network:
        text(network, "Hello")
    assert app.at("/sms-fallback")[0]["ErrorCode"] == "11200"


@pytest.mark.parametrize(
    ("body", "segments"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("ш" * 70, 1), ("ш" * 71, 2), ("🙏" * 35, 1), ("🙏" * 36, 2), ("a" * 1599 + "🙏", 24), ("", 1)],
)  # fmt: skip
def test_segments_are_counted_as_the_network_charges_them(body, segments):
    assert segments_of(body) == segments


def test_a_number_that_is_not_ours_is_not_texted(network):
    with pytest.raises(ValueError, match="none of our lines"):
        network.text(from_=RUTH, to="+18885550999", body="Hello")
