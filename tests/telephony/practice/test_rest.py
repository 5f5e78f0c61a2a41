"""The REST side, asked with Twilio's own library: calls, texts and recordings, and what is refused."""

import http.client
import threading

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from telephony.gateway.practice.legs import Status
from telephony.gateway.practice.phones import Accepts, ByHand, Caller, RingsOut
from telephony.gateway.practice.server import PracticeServer
from telephony.gateway.practice.texting import Broken, Delivers, Fails, NeverAnswers, SlowDown, Undelivered
from tests.telephony.practice.conftest import ACCOUNT, LINE, NOMSA, RUTH, make_network
from tests.telephony.practice.scripted_app import TOKEN, twiml


def client_of(server):
    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = server.url
    return client


@pytest.fixture
def client(server):
    return client_of(server)


@pytest.fixture
def send(app, client):
    def send(to=RUTH, body="We will ring you at nine.", **more):
        return client.messages.create(to=to, from_=LINE, body=body, status_callback=f"{app.url}/sms-status", **more)

    return send


def statuses(app):
    return [form["MessageStatus"] for form in app.at("/sms-status")]


def test_a_text_is_queued_then_sent_then_delivered_and_told_so(app, server, send):
    text = send()
    assert (text.status, text.direction, text.num_segments) == ("queued", "outbound-api", "1")
    server.network.settle()
    assert statuses(app) == ["sent", "delivered"]
    assert app.at("/sms-status")[1]["MessageSid"] == text.sid
    assert all(heard.well_signed for heard in app.heard)
    assert text.fetch().status == "delivered"


def test_a_text_that_does_not_arrive_says_why(app, server, send):
    server.network.texting[RUTH] = Undelivered(code=30005)
    text = send()
    server.network.settle()
    assert statuses(app) == ["sent", "undelivered"]
    assert app.at("/sms-status")[1]["ErrorCode"] == "30005"
    assert (text.fetch().error_code, text.fetch().error_message) == (30005, "Unknown destination handset")


def test_a_text_that_fails_never_leaves(app, server, send):
    server.network.texting[RUTH] = Fails(code=30008)
    send()
    server.network.settle()
    assert statuses(app) == ["failed"]


def test_the_callbacks_may_come_before_the_answer(app, server, send):
    server.network.texting[RUTH] = Delivers(before_answer=True)
    text = send()
    assert statuses(app) == ["sent", "delivered"]
    assert text.status == "queued"


def test_the_callbacks_may_come_backwards_and_twice(app, server, send):
    server.network.texting[RUTH] = Delivers(backwards=True, twice=True)
    text = send()
    server.network.settle()
    assert statuses(app) == ["delivered", "delivered", "sent", "sent"]
    assert text.fetch().status == "delivered"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"from_": "+447700900999"}, 21606),
        ({"to": "12"}, 21211),
        ({"to": LINE}, 21266),
        ({"body": ""}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"status_callback": "soon"}, 21609),
    ],
)
def test_a_text_is_refused_with_twilio_s_number(more, code, client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**{"to": RUTH, "from_": LINE, "body": "Hello.", **more})
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_after_stop_every_text_to_that_phone_is_refused_until_start(server, send):
    server.network.text(from_=RUTH, to=LINE, body=" stop ")
    server.network.settle()
    with pytest.raises(TwilioRestException, match="unsubscribed") as refused:
        send()
    assert refused.value.code == 21610
    server.network.text(from_=RUTH, to=LINE, body="START")
    assert send().status == "queued"


def test_slow_down_is_said_as_often_as_asked_and_then_it_goes(server, send):
    server.network.texting[RUTH] = SlowDown(times=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as refused:
            send()
        assert (refused.value.status, refused.value.code) == (429, 20429)
    assert send().status == "queued"
    assert len(server.network.texts.received_by(RUTH)) == 1


@pytest.mark.parametrize(("accepts", "arrived"), [(False, 0), (True, 1)])
def test_their_fault_may_or_may_not_have_sent_the_text(accepts, arrived, client, server, send):
    server.network.texting[RUTH] = Broken(accepts=accepts)
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert refused.value.status == 500
    assert len(client.messages.list(to=RUTH)) == arrived


def test_a_request_may_never_be_answered_though_the_text_is_sent(app, server):
    server.network.texting[RUTH] = NeverAnswers(accepts=True)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.3)
    headers = {"Authorization": "Basic " + _basic(), "Content-Type": "application/x-www-form-urlencoded"}
    body = f"To=%2B{RUTH[1:]}&From=%2B{LINE[1:]}&Body=Hello"
    connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", body, headers)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    assert [text.body for text in server.network.texts.received_by(RUTH)] == ["Hello"]


def _basic():
    import base64

    return base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


def test_texts_are_listed_by_number_and_day_newest_first(client, server, send):
    send(body="one")
    send(body="two")
    send(to=NOMSA, body="three")
    assert [text.body for text in client.messages.list(to=RUTH)] == ["two", "one"]
    assert [text.body for text in client.messages.list(page_size=1)] == ["three", "two", "one"]
    assert client.messages.list(date_sent_after=server.network.at.replace(year=2027)) == []


def test_a_text_may_be_blanked_and_forgotten(client, send):
    text = send()
    assert text.update(body="").body == ""
    assert text.delete()
    with pytest.raises(TwilioRestException) as gone:
        client.messages(text.sid).fetch()
    assert gone.value.status == 404


@pytest.mark.parametrize(("account", "token"), [(ACCOUNT, "wrong"), ("AC" + "1" * 32, TOKEN)])
def test_wrong_credentials_are_refused(account, token, server):
    client = Client(account, token)
    client.api.base_url = server.url
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=RUTH, from_=LINE, body="Hello.")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_a_call_from_rest_rings_the_phone_and_plays_what_it_is_given(app, client, server):
    server.network.phones[NOMSA] = Accepts(after=4, key="1")
    app.answers |= {
        "/reminder": twiml('<Gather numDigits="1" action="/read"><Say>Press 1.</Say></Gather>'),
        "/read": twiml(),
    }
    events = ["initiated", "ringing", "answered", "completed"]
    call = client.calls.create(
        to=NOMSA,
        from_=LINE,
        url=f"{app.url}/reminder",
        status_callback=f"{app.url}/progress",
        status_callback_event=events,
    )
    server.network.settle()
    assert app.at("/read")[0]["Digits"] == "1"
    assert app.at("/reminder")[0]["Direction"] == "outbound-api"
    assert [form["CallStatus"] for form in app.at("/progress")] == ["initiated", "ringing", "in-progress", "completed"]
    assert call.fetch().status == "completed"


def test_a_call_from_rest_that_nobody_picks_up_ends_after_its_timeout(app, client, server):
    server.network.phones[NOMSA] = RingsOut()
    client.calls.create(
        to=NOMSA, from_=LINE, twiml=twiml("<Say>Hello.</Say>"), timeout=25, status_callback=f"{app.url}/progress"
    )
    server.network.settle()
    assert [form["CallStatus"] for form in app.at("/progress")] == ["no-answer"]
    assert (server.network.at - server.network.exchange.clock.starts_at).total_seconds() == 25


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+447700900999"}, 21210),
        ({"url": "soon"}, 21205),
    ],
)
def test_a_call_is_refused_with_twilio_s_number(more, code, client):
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**{"to": NOMSA, "from_": LINE, "url": "http://127.0.0.1:1/", **more})
    assert refused.value.code == code


@pytest.fixture
def held(app):
    """A network whose time stands still, so that a call stays as it is."""
    with PracticeServer(make_network(app, pace="held")) as server:
        yield server


def test_a_ringing_call_is_canceled_and_a_finished_one_cannot_be(held):
    held.network.phones[NOMSA] = ByHand()
    client = client_of(held)
    call = client.calls.create(to=NOMSA, from_=LINE, twiml=twiml("<Pause length='60'/>"))
    held.network.advance(1)
    held.network.settle()
    assert call.fetch().status == Status.RINGING
    call.update(status="canceled")
    held.network.settle()
    assert call.fetch().status == Status.CANCELED
    with pytest.raises(TwilioRestException) as refused:
        call.update(status="completed")
    assert refused.value.code == 21220


def test_a_live_call_is_ended_or_sent_elsewhere(app, held):
    app.answers["/telephony/voice/"] = twiml("<Pause length='600'/>")
    app.answers["/elsewhere"] = twiml("<Say>Somebody is coming.</Say>", "<Pause length='600'/>")
    leg = held.network.call(from_=RUTH, to=LINE)
    held.network.settle()
    client = client_of(held)
    client.calls(leg.sid).update(url=f"{app.url}/elsewhere")
    held.network.settle()
    assert leg.heard == ["Somebody is coming."]
    client.calls(leg.sid).update(status="completed")
    held.network.settle()
    assert leg.status is Status.COMPLETED


def leave_message(app, server):
    app.answers["/telephony/voice/"] = twiml(f"<Record action='{app.url}/left'/>")
    app.answers["/left"] = twiml()
    server.network.call(from_=RUTH, to=LINE, caller=Caller(message=3))
    server.network.settle()
    return app.at("/left")[0]


def fetch(server, url, *, signed_in=True):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request(
        "GET", url.removeprefix(server.url), headers={"Authorization": f"Basic {_basic()}"} if signed_in else {}
    )
    response = connection.getresponse()
    return response.status, response.read()


def test_a_recording_is_sound_behind_a_password_and_gone_once_deleted(app, client, server):
    left = leave_message(app, server)
    assert fetch(server, left["RecordingUrl"], signed_in=False)[0] == 401
    for form in ("", ".wav", ".mp3"):
        status, sound = fetch(server, left["RecordingUrl"] + form)
        assert (status, sound[:4]) == (200, b"RIFF")
    assert client.recordings(left["RecordingSid"]).fetch().duration == "3"
    assert client.recordings(left["RecordingSid"]).delete()
    assert fetch(server, left["RecordingUrl"])[0] == 404
    assert client.recordings.list() == []


def test_a_recording_may_not_be_ready_at_first(app, server):
    server.rest.recording_missing_times = 2
    left = leave_message(app, server)
    assert [fetch(server, left["RecordingUrl"])[0] for _ in range(3)] == [404, 404, 200]


def test_pictures_in_a_text_are_behind_the_same_password(app, server):
    server.network.text(from_=RUTH, to=LINE, body="", media=[("image/png", b"picture")])
    server.network.settle()
    (form,) = app.at("/telephony/sms/")
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "image/png", "")
    assert form["MessageSid"].startswith("MM")
    assert fetch(server, form["MediaUrl0"]) == (200, b"picture")
    assert fetch(server, form["MediaUrl0"], signed_in=False)[0] == 401


def test_every_request_is_kept_also_the_refused_ones(server, send):
    with pytest.raises(TwilioRestException):
        send(body="")
    send()
    assert [(request.method, request.get("Body")) for request in server.rest.requests] == [
        ("POST", ""),
        ("POST", "We will ring you at nine."),
    ]


def test_the_server_stops_at_once_even_while_a_request_is_never_answered(app):
    server = PracticeServer(make_network(app)).start()
    server.network.texting[RUTH] = NeverAnswers()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    headers = {"Authorization": "Basic " + _basic(), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", f"To=%2B{RUTH[1:]}", headers)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    stopping.join(timeout=10)
    assert not stopping.is_alive()
