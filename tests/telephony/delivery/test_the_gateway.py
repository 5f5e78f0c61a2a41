"""Our gateway against the practice network over HTTP: what it sends, and which of our errors each trouble becomes."""

import socket
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from telephony.gateway.errors import NotKnown, NotThere, Refused, ShutOut, TooBig, TryLater, Unreachable
from telephony.gateway.practice.legs import Recording
from telephony.gateway.practice.phones import Accepts, Caller, RingsOut
from telephony.gateway.practice.rest import RestRequest
from telephony.gateway.practice.texting import Broken, NeverAnswers, Refuses, SlowDown
from telephony.gateway.twilio_gateway import TwilioGateway
from tests.factories import NIGHT
from tests.servers import free_port
from tests.telephony.delivery.api_description import find_problems, needs_description
from tests.telephony.delivery.conftest import LINE, NOMSA, ZANELE

pytestmark = pytest.mark.django_db(transaction=True)


def send(gateway, body="Hello", to=ZANELE, **more):
    return gateway.send_text(to=to, sender=LINE, body=body, status_callback="http://localhost/status/", **more)


def test_a_text_is_sent_as_it_was_written(gateway, network):
    body = "  +27 & =100% 🌂\nשלום "
    sent = send(gateway, body)
    (text,) = network.texts.received_by(ZANELE)
    assert (text.sid, text.body, text.from_) == (sent.sid, body, LINE)
    assert sent.state == "queued"


def test_a_text_waits_at_the_gateway_only_as_long_as_it_is_valid(gateway, server):
    send(gateway, valid_for=timedelta(minutes=5, microseconds=3))
    send(gateway, valid_for=timedelta(days=3))
    send(gateway, valid_for=timedelta(seconds=-1))
    assert [request.get("ValidityPeriod") for request in server.rest.requests] == ["300", "36000", "1"]


def test_texts_to_one_number_are_found_again_oldest_first(gateway):
    first, second = send(gateway, "One"), send(gateway, "Two")
    send(gateway, "Three", to=NOMSA)
    found = gateway.find_texts(to=ZANELE, sender=LINE, since=NIGHT - timedelta(minutes=1))
    assert [(text.sid, text.body) for text in found] == [(first.sid, "One"), (second.sid, "Two")]
    assert gateway.find_texts(to=ZANELE, sender=LINE, since=NIGHT + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [(Refuses(code=21610), Refused), (SlowDown(), TryLater), (Broken(), NotKnown), (NeverAnswers(), NotKnown)],
)
def test_each_trouble_has_its_own_error_and_nothing_is_tried_twice(gateway, server, behaviour, error):
    server.network.texting[ZANELE] = behaviour
    with pytest.raises(error) as raised:
        send(gateway)
    assert len(server.rest.requests) == 1
    assert ZANELE not in repr(raised.value)


def test_the_code_of_a_refusal_is_told(gateway, network):
    network.texting[ZANELE] = Refuses(code=21614)
    with pytest.raises(Refused) as raised:
        send(gateway)
    assert raised.value.code == 21614


def test_a_gateway_that_is_not_there_was_not_reached(settings):
    gateway = TwilioGateway(account_sid="AC1", tokens=["x"], api_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        send(gateway)


def test_an_answer_that_breaks_off_may_have_been_a_text(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up():
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.close()

        Thread(target=hang_up, daemon=True).start()
        gateway = TwilioGateway(
            account_sid="AC1", tokens=["x"], api_url=f"http://127.0.0.1:{listener.getsockname()[1]}"
        )
        with pytest.raises(NotKnown):
            send(gateway)


def test_the_older_token_is_used_while_the_newer_is_not_accepted_yet(server, settings):
    account, (token,) = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS
    rolled = TwilioGateway(account_sid=account, tokens=["not-yet", token], api_url=server.url)
    send(rolled)
    assert len(server.network.texts.received_by(ZANELE)) == 1
    rolled.check_credentials()
    with pytest.raises(ShutOut):
        send(TwilioGateway(account_sid=account, tokens=["wrong"], api_url=server.url))
    with pytest.raises(ShutOut):
        TwilioGateway(account_sid=account, tokens=["wrong"], api_url=server.url).check_credentials()


@pytest.fixture
def left(server):
    """A message of five seconds that a caller left."""
    recording = Recording("RE" + "1" * 32, "CA" + "1" * 32, "RecordVerb", NIGHT, seconds=5, status="completed")
    server.network.shelf.recordings[recording.sid] = recording
    return recording


def test_a_recording_is_fetched_by_its_id_or_its_address_and_deleted_once(gateway, server, left):
    by_id = gateway.fetch_recording(left.sid, most_bytes=1_000_000)
    by_address = gateway.fetch_recording(server.network.webhooks.recording_url(left), most_bytes=1_000_000)
    assert by_id == by_address
    assert by_id.mime == "audio/x-wav"
    assert by_id.content.startswith(b"RIFF")
    gateway.delete_recording(left.sid)
    gateway.delete_recording(left.sid)
    with pytest.raises(NotThere):
        gateway.fetch_recording(left.sid, most_bytes=1_000_000)


def test_a_file_that_is_too_big_is_not_read(gateway, left):
    with pytest.raises(TooBig):
        gateway.fetch_recording(left.sid, most_bytes=1000)


def test_a_leg_that_rings_is_cancelled_and_one_that_is_over_is_left(gateway, network):
    network.phones[NOMSA] = RingsOut()
    leg = network.call(from_=ZANELE, to=LINE, caller=Caller())
    network.settle()
    assert gateway.cancel_call(leg.sid) is False
    assert gateway.get_call(leg.sid).status in {"completed", "failed", "canceled"}
    gateway.end_call(leg.sid)
    with pytest.raises(Refused):
        gateway.move_call(leg.sid, "http://localhost/elsewhere/")
    with pytest.raises(NotThere):
        gateway.get_call("CA" + "9" * 32)
    with pytest.raises(NotThere):
        gateway.get_call("../Messages")


class _Elsewhere(BaseHTTPRequestHandler):
    """A host that is not the gateway's, where a file may lie."""

    def do_GET(self):
        self.server.heard.append((self.path, self.headers.get("Authorization")))
        if self.path.startswith("/to/"):
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{self.path.removeprefix('/to/')}/file")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/PNG; charset=binary")
        self.end_headers()
        for _ in range(64):
            self.wfile.write(b"x" * 1024)

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    servers = []

    def start():
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
        server.heard = []
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_file_is_followed_to_where_it_lies_and_our_credentials_stay_behind(elsewhere):
    own, other = elsewhere(), elsewhere()
    gateway = TwilioGateway(account_sid="AC1", tokens=["secret"], api_url=f"http://127.0.0.1:{own.server_port}")
    found = gateway.fetch_media(f"http://127.0.0.1:{own.server_port}/to/{other.server_port}", most_bytes=100_000)
    assert (found.mime, len(found.content)) == ("image/png", 64 * 1024)
    assert own.heard[0][1].startswith("Basic ")
    assert other.heard == [("/file", None)]


def test_a_file_without_a_length_is_not_read_beyond_the_limit(elsewhere):
    own = elsewhere()
    gateway = TwilioGateway(account_sid="AC1", tokens=["secret"], api_url=f"http://127.0.0.1:{own.server_port}")
    with pytest.raises(TooBig):
        gateway.fetch_media(f"http://127.0.0.1:{own.server_port}/file", most_bytes=10_000)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "https://10.0.0.5/x",
        "http://api.twilio.com/x",
        "https://localhost/x",
        "file:///etc/passwd",
        "https://metadata.internal/x",
    ],
)
def test_nobody_sends_us_to_an_address_inside_our_own_network(url):
    with pytest.raises(Refused):
        TwilioGateway(account_sid="AC1", tokens=["x"]).fetch_media(url, most_bytes=10)


@needs_description
def test_everything_we_send_is_in_twilios_api_description(gateway, server, left):
    sent = send(gateway, valid_for=timedelta(hours=1))
    gateway.find_texts(to=ZANELE, sender=LINE, since=NIGHT)
    gateway.delete_recording(left.sid)
    gateway.delete_media(f"{server.url}/2010-04-01/Accounts/{'AC' + '0' * 32}/Messages/{sent.sid}/Media/ME{'0' * 32}")
    gateway.check_credentials()
    server.network.phones[NOMSA] = Accepts()
    leg = server.network.call(from_=ZANELE, to=LINE, caller=Caller())
    gateway.get_call(leg.sid)
    gateway.end_call(leg.sid)
    gateway.cancel_call(leg.sid)
    with pytest.raises(Refused):
        gateway.move_call("CA" + "9" * 32, "https://line.example.org/telephony/voice/")
    assert len(server.rest.requests) == 9
    assert find_problems(server.rest.requests) == []


@needs_description
def test_a_request_with_a_slip_in_it_is_noticed():
    def request(method, path, form):
        return RestRequest(method, f"/2010-04-01/Accounts/AC{'0' * 32}{path}", form=form)

    good = [("To", ZANELE), ("From", LINE), ("Body", "x")]
    wrong = [
        request("POST", "/Messages.json", [*good, ("StatusCalback", "https://x")]),
        request("POST", "/Messages.json", [("From", LINE), ("Body", "x")]),
        request("POST", "/Messages.json", [*good, ("ValidityPeriod", "soon")]),
        request("POST", "/Messages.json", good[:1]),
        request("POST", f"/Calls/CA{'0' * 32}.json", [("Status", "nonsense")]),
        request("PATCH", "/Messages.json", good),
    ]
    assert all(find_problems([each]) for each in wrong)
    assert find_problems([request("POST", "/Messages.json", good)]) == []
