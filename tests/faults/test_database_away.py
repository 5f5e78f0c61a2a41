"""PostgreSQL stands still, or is gone, in the middle of calls: callers still reach somebody, and nothing is lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpline.core.privacy.references import new_opaque
from tests.faults.conftest import started, wait_until
from tests.telephony.conformance.signing import CALLER, FALLBACK, LERATO, NOMSA, SIPHO, STATUS, VOICE, Gateway, read
from tests.twiml import load_checker

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
NIGHT = "2026-11-23T02:10:00+02:00"
LONGEST_ANSWER = 1.0  # seconds; the contract's figure
LONGEST_ANSWER_IN_A_CROWD = 4.0  # seconds: the first pages wait for two; the gateway gives up after 15
check = load_checker()


@pytest.fixture(scope="module")
def line(database):
    with started(database, "web", PRACTICE_NOW=NIGHT, WEB_WORKERS="1", WEB_THREADS="8") as line:
        line.write_snapshot()
        yield line


@pytest.fixture(autouse=True)
def the_line_is_well(line):
    """Begin once the trouble of the test before is over: for two seconds after a failure nobody tries again."""

    def goes_through():
        sid = f"CA{new_opaque()}"
        document = read(line.gateway.ring(CallSid=sid, From="+447700900299"))
        line.gateway.status("completed", CallSid=sid, From="+447700900299")
        return "Gather" in document.verbs and not line.spooled

    wait_until(goes_through, what="an ordinary call")


def sid_of(number):
    return f"CA{number:032x}"


def everything(gateway: Gateway, document, number):
    """One request of every kind that the gateway sends, for one call that is under way and one that begins."""
    call = gateway.said(CallSid=sid_of(number), CallStatus="in-progress")
    whisper, leg_status = document.phone(NOMSA)
    leg = gateway.of_leg(NOMSA, sid=sid_of(number + 1), parent=sid_of(number))
    recorded = {
        "RecordingSid": f"RE{number:032x}",
        "RecordingUrl": "https://api.example.org/x",
        "RecordingDuration": "9",
    }
    text = gateway.said(CallSid=None, MessageSid=f"SM{number:032x}", Body="Are you there?", NumMedia="0")
    return [
        (VOICE, gateway.said(CallSid=sid_of(number + 2), From="+447700900203")),
        ("/telephony/voice/pressed/", call | {"Digits": "5"}),
        (whisper, leg),
        (whisper.replace("whisper", "accept"), leg | {"Digits": "2"}),
        (leg_status, leg | {"CallStatus": "completed", "CallDuration": "6", "SequenceNumber": "2"}),
        (document.path("Dial"), call | {"DialCallStatus": "no-answer", "DialCallSid": sid_of(number + 1)}),
        ("/telephony/voice/prompt/", call),
        ("/telephony/voice/recorded/", call | recorded),
        ("/telephony/voice/recording/", call | recorded | {"RecordingStatus": "completed"}),
        (FALLBACK, gateway.said(CallSid=sid_of(number + 3), ErrorCode="11205", ErrorUrl=gateway.public_url + VOICE)),
        (STATUS, call | {"CallStatus": "completed", "CallDuration": "40", "SequenceNumber": "3"}),
        ("/telephony/sms/", text),
        ("/telephony/sms/status/", text | {"MessageStatus": "delivered"}),
        (f"/telephony/sms/status/{new_opaque()}/", text | {"MessageStatus": "sent"}),
    ]  # fmt: skip


def ask_everything(line, document, number):
    """Send it all and return how long the slowest answer took; each must be one that the gateway can use."""
    slowest = 0.0
    for path, said in everything(line.gateway, document, number):
        began = time.monotonic()
        answer = line.gateway.post(path, said)
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status_code in {200, 204}, (path, answer.status_code)
        if answer.status_code == 200:
            kind = "messaging" if "/sms/" in path else "voice"
            assert check is None or check(answer.content, kind) == [], path
        if path == VOICE:
            assert read(answer).numbers == [NOMSA, SIPHO, LERATO], "the people on call are rung from the disk"
    return slowest


def is_all_read_in(line, number):
    """Everything that was said while the database was away is in it: each thing once, none put aside."""
    assert not [name for name in line.spooled if name.endswith(".bad")], line.live.said("web")
    if line.spooled:
        return False
    for sid in (sid_of(number), sid_of(number + 2), sid_of(number + 3)):
        assert line.count(f"telephony_call WHERE sid = '{sid}'") == 1
    assert line.count(f"telephony_recording WHERE sid = 'RE{number:032x}'") == 1
    assert line.count(f"telephony_text WHERE sid = 'SM{number:032x}'") == 1
    assert line.ask(f"SELECT state, outcome FROM telephony_call WHERE sid = '{sid_of(number)}'") == [
        ("ended", "voicemail")
    ]
    return True


def ring(line, number):
    document = read(line.gateway.ring(CallSid=sid_of(number), From=CALLER))
    assert document.numbers == [NOMSA]
    return document


def test_while_it_stands_still_every_webhook_is_answered_well_within_a_second(line, database):
    document = ring(line, 0x100)
    database.freeze()
    try:
        slowest = ask_everything(line, document, 0x100)
    finally:
        database.thaw()
    assert slowest < LONGEST_ANSWER
    wait_until(lambda: is_all_read_in(line, 0x100), what="reading in")


def test_pages_that_wait_for_it_do_not_keep_a_caller_waiting(line, database):
    """More boards are open than the web process has threads, and each asks again and again."""
    document = ring(line, 0x400)
    a_session = {"Cookie": "desk=of-somebody-who-is-signed-in"}
    with ThreadPoolExecutor(24) as boards:
        boards.submit(line.gateway.client.get, "/", headers=a_session).result()
        database.freeze()
        try:
            opened = [boards.submit(line.gateway.client.get, "/board/now/", headers=a_session) for _ in range(48)]
            slowest = ask_everything(line, document, 0x400)
            answers = {page.result().status_code for page in opened}
        finally:
            database.thaw()
    assert slowest < LONGEST_ANSWER_IN_A_CROWD
    assert answers == {500}
    wait_until(lambda: not line.spooled, what="reading in")


def test_while_it_is_gone_every_webhook_is_answered_well_within_a_second(line, database):
    document = ring(line, 0x200)
    database.stop()
    try:
        slowest = ask_everything(line, document, 0x200)
    finally:
        database.start_again()
    assert slowest < LONGEST_ANSWER
    wait_until(lambda: is_all_read_in(line, 0x200), what="reading in")


def test_after_it_was_restarted_the_first_caller_is_answered_from_it_and_not_from_the_disk(line, database):
    """Every thread of a web process still holds a connection that is dead: nobody need notice."""
    line.gateway.ring(CallSid=sid_of(0x300))
    line.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    for number in range(0x310, 0x310 + 20):
        assert "Gather" in read(line.gateway.ring(CallSid=sid_of(number))).verbs
        assert line.count(f"telephony_call WHERE sid = '{sid_of(number)}'") == 1
