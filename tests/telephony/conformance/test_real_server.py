"""What only the server as it is installed can show: cases 1, 3, 13, 14, 17 and 21, on gunicorn with two workers."""

import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.live import LiveLine, free_port, serving
from tests.telephony.conformance.conftest import all_at_once
from tests.telephony.conformance.signing import CALLER, LERATO, NOMSA, SIPHO, STATUS, VOICE, Gateway, Wire, read, sign

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
PUBLIC = "https://line.example.org"
ACCOUNT, TOKEN = "AC" + "a" * 32, "t" * 32
INSTALLED = {
    "PUBLIC_URL": PUBLIC,
    "ALLOWED_HOSTS": "line.example.org,127.0.0.1",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_API_URL": "http://127.0.0.1:9",
    "PRACTICE_NOW": "2026-11-23T02:10:00+02:00",
    "FORWARDED_ALLOW_IPS": "127.0.0.1",
}


@pytest.fixture(scope="module")
def line():
    """A line with the demo organisation on duty; the workers have just started and have answered nobody yet."""
    with serving(**INSTALLED) as line:
        line.manage("demo_data")
        line.start("web")
        line.wait_until_it_answers()
        yield line


@pytest.fixture
def gateway(line):
    return gateway_to(line)


def gateway_to(line):
    """The gateway behind our proxy, which speaks HTTPS outside and passes everything on by HTTP."""
    return Gateway(Wire(line.address), PUBLIC, ACCOUNT, TOKEN)


def ask(line, sql, *values):
    with psycopg.connect(line.environment["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute(sql, values).fetchall()


def test_case_01_a_worker_that_has_just_started_answers_its_first_caller_within_a_second(line):
    """First of this file: several callers, so that each worker has one of them as its first."""
    began = time.monotonic()
    asks = [lambda gateway, place=place: gateway.ring(CallSid=f"CA01{place}", From="Anonymous") for place in range(6)]
    answers = all_at_once(*asks, make_gateway=lambda: gateway_to(line))
    assert time.monotonic() - began < 1
    assert [read(answer).verbs[0] for answer in answers] == ["Gather"] * 6


def test_case_03_two_workers_that_are_asked_at_the_same_moment_make_one_record(line):
    answers = all_at_once(*[lambda gateway: gateway.ring(CallSid="CA03")] * 8, make_gateway=lambda: gateway_to(line))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.content for answer in answers}) == 1
    assert ask(line, "SELECT count(*) FROM telephony_call WHERE sid = 'CA03'") == [(1,)]


def login_page(line, **headers):
    return Wire(line.address).get("/accounts/login/", headers={"Host": "line.example.org", **headers})


def test_case_13_a_trusted_proxy_is_believed_that_the_gateway_came_by_https_and_a_stranger_is_not(line, tmp_path):
    by_https = {"X-Forwarded-Proto": "https"}
    told = {**line.environment, "PORT": str(free_port()), "FORWARDED_ALLOW_IPS": "192.0.2.1"}
    strangers = LiveLine(f"http://127.0.0.1:{told['PORT']}", told, tmp_path)
    strangers.start("web")
    try:
        strangers.wait_until_it_answers()
        assert login_page(line, **by_https).status_code == 200
        assert login_page(strangers, **by_https).status_code == 301
        for server in (line, strangers):
            gateway = gateway_to(server)
            assert gateway.post(VOICE, gateway.said(CallSid="CA13"), headers=by_https).status_code == 200
            by_http = sign(TOKEN, f"http://line.example.org{VOICE}", gateway.said())
            for headers in ({"X-Forwarded-Proto": "http"}, {}, by_https):
                assert gateway.post(VOICE, gateway.said(), signature=by_http, headers=headers).status_code == 403
            # Nor is anybody believed about the host.
            foreign = {"X-Forwarded-Host": "evil.example.org"}
            signed = sign(TOKEN, f"https://evil.example.org{VOICE}", gateway.said())
            assert gateway.post(VOICE, gateway.said(), signature=signed, headers=foreign).status_code == 403
    finally:
        strangers.stop("web")


@pytest.mark.parametrize(
    "host", ["evil.example.org", "line.example.org.evil.example.org", "line.example.org@evil.example.org"]
)
def test_case_14_a_foreign_host_is_refused_by_the_server_too(host, gateway):
    assert gateway.post(VOICE, gateway.said(), host=host).status_code == 400


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
def test_case_17_the_server_refuses_other_methods(method, gateway, line):
    answer = Wire(line.address).ask(method, VOICE, {"Host": "line.example.org"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")


@contextmanager
def away(line):
    """The database takes no connection, and those that were open are gone."""
    address = urlsplit(line.environment["DATABASE_URL"])
    name, elsewhere = address.path.removeprefix("/"), urlunsplit(address._replace(path="/postgres"))
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


def kept(line):
    return [path for path in line.folder.glob("var/spool/*") if path.is_file()]


def test_case_21_without_a_database_callers_are_answered_from_the_disk_and_recorded_once_it_is_back(line, gateway):
    line.manage(
        "shell",
        "-c",
        "from telephony.services import snapshot; from helpline.core import clock; snapshot.write(at=clock.now())",
    )
    with away(line):
        for _ in range(3):
            began = time.monotonic()
            answer = gateway.ring(CallSid="CA21")
            assert time.monotonic() - began < 1
            document = read(answer)
            assert document.numbers == [NOMSA, SIPHO, LERATO]
            assert "Record" in document.verbs
            assert "localhost" not in answer.content.decode()
        said = gateway.said(CallSid="CA21", RecordingSid="RE21", RecordingDuration="9", CallStatus="completed")
        assert read(gateway.post(document.path("Record"), said)).verbs == ["Hangup"]
        gateway.status("completed", CallSid="CA21", CallDuration="40", path=STATUS)
        files = kept(line)
        assert len(files) == 5
        for file in files:
            assert file.stat().st_mode & 0o077 == 0
            for secret in (CALLER, CALLER.lstrip("+"), "CA21", "RE21", "CallSid"):
                assert secret.encode() not in file.read_bytes()
                assert secret not in file.name
    deadline = time.monotonic() + 30
    while kept(line):
        assert time.monotonic() < deadline, [path.name for path in kept(line)]
        time.sleep(0.1)  # both workers look into the folder every few seconds, and tell nobody
    found = ask(line, "SELECT id, state, outcome, anomalies::text, number_id FROM telephony_call WHERE sid = 'CA21'")
    assert len(found) == 1
    pk, state, outcome, anomalies, number = found[0]
    assert (state, outcome, anomalies) == ("ended", "voicemail", '["answered from the snapshot"]')
    assert number is not None
    assert ask(
        line, "SELECT f.kind FROM cases_followup f JOIN telephony_call c ON c.case_id = f.case_id WHERE c.id = %s", pk
    ) == [("call_back",)]
    assert ask(line, "SELECT seconds FROM telephony_recording WHERE call_id = %s", pk) == [(9,)]
    assert ask(line, "SELECT count(*) FROM telephony_callevent WHERE call_id = %s", pk) == [(2,)]
