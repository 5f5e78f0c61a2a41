"""One night with words that stand for a caller, through the Procfile's own processes; then we look for them everywhere.

Everything a page of a case shows to whoever may read it is left out; everything else that a thief, a log reader or a
neighbour at the next desk could get hold of is looked through.
"""

import json
import re
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis
import requests

from telephony.gateway.practice.control import PracticeControl
from telephony.gateway.practice.phones import Caller, RingsOut
from tests.faults.conftest import Database, started, wait_until
from tests.privacy import canary_incidents
from tests.privacy.searching import Canaries, scan_folder, scan_redis, scan_tables
from tests.telephony.conformance.signing import LINE, NOMSA, SIPHO, VOICE, read

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
NIGHT = "2026-11-23T02:10:00+02:00"
PHONE = "+447700900247"
WORDS = {
    "phone": "7700900247",
    "code name": "Zebrafinch Nine",
    "code word": "marmalade lighthouse",
    "pronouns": "xyrself-canary",
    "summary": "held in a quokka station",
    "note": "she told of the pangolin raid",
    "draft": "half a wombat sentence",
    "text": "please send an armadillo",
    "answer": "the capybara is on her way",
    "promise": "ring about the okapi hearing",
    "hand-over": "mind the axolotl matter",
    "say": "tell him it is the tapir shop",
    "who_hears": "the ocelot after six",
    "voicemail_words": "ring the lemur bakery",
    "stop_word": "dugong-stop",
    "name": "Aunt Kinkajou",
    "place": "behind the potoroo gate",
    "may_know": "that I sing in the bilby choir",
    "route number": "7700900246",
    "court name": "Mx Quetzalcourt",
    "asked": "he said he is the binturong lawyer",
    "wrong word": "cassowary-typed-as-word",
    "sought": "7700900248",
    "wrong name": "narwhal-typed-as-name",
    "wrong password": "gharial-typed-as-password",
    "forged": "7700900249",
    "kept on disk": "numbat while all is away",
    **canary_incidents.WORDS,
}
OTHERS = {"password": "", "token": "", "session": ""}  # filled in by the walk


@dataclass
class Walk:
    """What was done and what came of it, apart from what stands on the pages of the case."""

    line: object
    urls: list = field(default_factory=list)
    titles: list = field(default_factory=list)
    events: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    broker: list = field(default_factory=list)
    spool: set = field(default_factory=set)


@pytest.fixture(scope="module")
def database():
    with tempfile.TemporaryDirectory(prefix="helpline-canaries-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o711)
        database = Database(folder)
        yield database
        database.thaw()
        database.server.stop()


class Browser(requests.Session):
    """A member of staff at a browser, every address and title noted."""

    def __init__(self, walk, address):
        super().__init__()
        self.walk, self.address = walk, address
        self.hooks["response"] = [self.note]

    def note(self, response, **_):
        self.walk.urls += [response.url, response.headers.get("Location", "")]
        if "html" in response.headers.get("Content-Type", ""):
            self.walk.titles += re.findall(r"<title>(.*?)</title>", response.text.partition("</head>")[0], re.S)
        if response.status_code >= 400:
            self.walk.errors.append(f"{response.status_code} {response.headers} {response.text}")

    def open(self, path, **headers):
        return self.get(self.address + path, timeout=30, headers=headers)

    def send(self, path, **form):  # type: ignore[override]
        if isinstance(path, requests.PreparedRequest):
            return super().send(path, **form)
        token = self.cookies.get("desk-csrf", "")
        headers = {"X-CSRFToken": token, "Referer": self.address}
        return self.post(self.address + path, data=form, timeout=30, headers=headers)

    def sign_in(self, name, password):
        self.open("/accounts/login/")
        return self.send("/accounts/login/", login=name, password=password)


@pytest.fixture(scope="module")
def walk(database):
    with started(database, "web", "worker", "beat", "practice", PRACTICE_NOW=NIGHT, WEB_WORKERS="1") as line:
        walk = Walk(line)
        listen_to_broker(walk)
        go_through_the_night(walk, database)
        yield walk


def listen_to_broker(walk):
    """Everything that passes Redis from now on: tasks with their arguments, live news, counters."""
    listening = threading.Event()

    def listen():
        with suppress(redis.ConnectionError), walk.line.redis().monitor() as monitor:
            listening.set()
            for said in monitor.listen():
                walk.broker.append(said["command"])

    threading.Thread(target=listen, daemon=True).start()
    assert listening.wait(10)


def go_through_the_night(walk, database):
    line = walk.line
    OTHERS["password"] = (
        line.live.manage("demo_data", "--password", "an-ocelot-sleeps-here-42").rpartition(": ")[2].strip()
    )
    OTHERS["token"] = line.live.manage("issue_api_token", "counsellor").strip()
    line.write_snapshot()
    network = PracticeControl(line.env.twilio_api_url, line.env.twilio_auth_tokens[0], timeout=30)
    wait_until(network.is_there, what="the practice network")
    network.set_phones({NOMSA: RingsOut(), SIPHO: RingsOut()})
    network.call(from_=PHONE, to=LINE, caller=Caller(message=12))
    network.settle(within=60)
    network.text(from_=PHONE, to=LINE, body=WORDS["text"])
    network.settle(within=60)
    wait_until(lambda: line.count("telephony_recording WHERE state = 'kept' AND deleted_at_provider_at IS NOT NULL"))
    case = line.ask("SELECT ref FROM cases_case ORDER BY id LIMIT 1")[0][0]
    work_at_the_desk(walk, case)
    wait_until(lambda: not line.count("outbox_message WHERE state = 'waiting' AND not_before <= now()"))
    forge(walk)
    break_things(walk, database)


def work_at_the_desk(walk, case):
    line = walk.line
    thandi = Browser(walk, line.live.address)
    for _ in range(3):
        thandi.sign_in(WORDS["wrong name"], WORDS["wrong password"])
        thandi.sign_in("counsellor", WORDS["wrong password"])
        thandi.sign_in(PHONE, WORDS["wrong password"])
    line.redis().delete(*line.redis().keys("*axes*") or ["nothing"])
    line.ask("DELETE FROM axes_accessattempt WHERE username = 'counsellor' RETURNING 1")
    assert thandi.sign_in("counsellor", OTHERS["password"]).url.endswith("/")
    OTHERS["session"] = thandi.cookies["desk"]
    stream = thandi.get(f"{line.live.address}/live/", stream=True, timeout=60, headers={"Accept": "text/event-stream"})
    threading.Thread(target=listen_to_news, args=(walk, stream), daemon=True).start()
    page, here = thandi.open(f"/cases/{case}/"), f"/cases/{case}"
    assert WORDS["text"] in page.text, "the walk reads what it looks for"
    thandi.send(f"{here}/take/")
    number = re.search(rf"{here}/numbers/(\w+)/", page.text)[1]
    for path, form in (
        (
            "caller/",
            {
                "caller-code_name": WORDS["code name"],
                "caller-pronouns": WORDS["pronouns"],
                "caller-code_word": WORDS["code word"],
            },
        ),
        ("draft/", {"body": WORDS["draft"]}),
        ("note/", {"body": WORDS["note"]}),
        (f"numbers/{number}/", {"reason": "check"}),
        (
            f"contact/numbers/{number}/",
            {
                "whose": "own",
                "may_text": "on",
                "may_call": "on",
                "voicemail": "vague",
                "good_for_days": "90",
                **{name: WORDS[name] for name in ("say", "who_hears", "voicemail_words", "stop_word")},
            },
        ),
        (
            "contact/routes/",
            {
                "kind": "peer",
                "whose": "other",
                "voicemail": "none",
                "good_for_days": "90",
                "number": "+44" + WORDS["route number"],
                **{name: WORDS[name] for name in ("name", "place", "may_know")},
            },
        ),
        ("contact/names/", {"kind": "court", "court-name": WORDS["court name"], "court-say_in": ["court"]}),
        ("contact/asked/", {"said": WORDS["asked"]}),
        ("contact/find/", {"reference": "HL-2222", "word": WORDS["wrong word"]}),
        (f"contact/numbers/{number}/call/", {}),
        ("text/", {"body": WORDS["answer"], "key": "k"}),
        ("follow-ups/", {"promise-kind": "task", "promise-soon": "60", "promise-why": WORDS["promise"]}),
        ("hand-over/", {"hand-taker": "paralegal1", "hand-note": WORDS["hand-over"]}),
        ("draft/", {"body": WORDS["draft"]}),
    ):
        assert thandi.send(f"{here}/{path}", **form).status_code < 400, path
    lerato = Browser(walk, line.live.address)
    lerato.sign_in("coordinator", OTHERS["password"])
    canary_incidents.write_down(thandi, lerato, here)
    ask_the_api(walk, case)
    for path in ("/", "/cases/", "/calls/", "/texts/", "/rota/", "/me/", here + "/", f"{here}/story/", "/board/due/"):
        thandi.open(path)
    sound = re.search(r"/messages/\w+/", thandi.open(here + "/").text)[0]
    assert thandi.open(sound).status_code == 200
    thandi.send("/cases/search/", q="+44" + WORDS["sought"])
    thandi.open("/cases/HL-2222/")
    thandi.open("/no/such/page/")
    thandi.send("/accounts/logout/")


def listen_to_news(walk, stream):
    with suppress(requests.RequestException):  # the line is stopped in the end
        walk.events.extend(stream.iter_lines())


def ask_the_api(walk, case):
    program = Browser(walk, walk.line.live.address)
    program.headers["Authorization"] = f"Token {OTHERS['token']}"
    for path in (
        "calls",
        "texts",
        "callers",
        "cases",
        f"cases/{case}",
        "follow-ups",
        "incidents",
        "staff",
        "lines",
        "cases/HL-2222",
    ):
        program.open(f"/api/v1/{path}/")
    there = f"{program.address}/api/v1"
    program.patch(f"{there}/cases/{case}/", json={"summary": WORDS["summary"]}, timeout=30)
    program.post(f"{there}/cases/search/", json={"q": "+44" + WORDS["sought"]}, timeout=30)
    program.post(f"{there}/follow-ups/", json={"case": case, "due_at": WORDS["sought"]}, timeout=30)
    program.headers["Authorization"] = "Token " + WORDS["wrong password"]
    program.open("/api/v1/cases/")


def forge(walk):
    said = walk.line.gateway.said(From="+44" + WORDS["forged"], Body=WORDS["forged"])
    for signature in ("wrong", "", False, WORDS["forged"]):
        for path in (VOICE, "/telephony/sms/", "/telephony/voice/status/"):
            assert walk.line.gateway.post(path, said, signature=signature).status_code == 403


def break_things(walk, database):
    """A statement of a webhook and one of the worker fail; then the whole database is away while people call and write."""
    line = walk.line
    begins = line.gateway.said
    run(line, "ALTER TABLE telephony_text ADD CONSTRAINT broken CHECK (sid NOT LIKE 'SMbroken%')")
    run(line, "ALTER TABLE outbox_message ADD CONSTRAINT broken CHECK (template <> 'staff/follow_up_due') NOT VALID")
    run(line, "UPDATE cases_followup SET remind_at = '2026-11-23T00:00Z' WHERE state = 'due'")
    broken = begins(CallSid=None, MessageSid="SMbroken", Body=WORDS["text"], From=PHONE, NumMedia="0")
    assert line.gateway.post("/telephony/sms/", broken).status_code == 200
    wait_until(lambda: [name for name in line.spooled if name.endswith(".bad")], what="putting aside")
    wait_until(lambda: "IntegrityError" in line.live.said("worker"), what="a task that fails")
    database.freeze()
    try:
        answer = line.gateway.ring(CallSid="CAaway", From=PHONE)
        assert read(answer).numbers
        away = begins(CallSid=None, MessageSid="SMaway", Body=WORDS["kept on disk"], From=PHONE, NumMedia="0")
        line.gateway.post("/telephony/sms/", away)
        nobody = Browser(walk, line.live.address)
        nobody.cookies.set("desk", OTHERS["session"])
        assert nobody.open("/cases/").status_code >= 500
        walk.spool = scan_folder(line.env.var_dir, canaries_of(WORDS))
        assert line.spooled
    finally:
        database.thaw()
    wait_until(lambda: all(name.endswith(".bad") for name in line.spooled), what="reading in")


def run(line, statement):
    with psycopg.connect(line.env.database_url, autocommit=True) as connection:
        connection.execute(statement)


def canaries_of(words):
    return Canaries(**words)


@pytest.fixture(scope="module")
def everything(walk):
    return Canaries(**WORDS, **OTHERS)


@pytest.fixture(scope="module")
def words(walk):
    return Canaries(**WORDS)


def test_no_table_and_no_column_holds_a_word_or_a_number_or_a_way_in(walk, everything):
    found, read = scan_tables(walk.line.env.database_url, everything)
    assert read > 2000, "there was something to look through"
    assert found == set()


def test_the_words_do_lie_in_the_tables_sealed_and_open_with_the_keys(walk):
    """Otherwise the scan above would find nothing because nothing was kept."""
    ask = (
        "from cases.models import *; from telephony.models import *; import json; print(json.dumps("
        "[n.body for n in Note.objects.all()] + [c.code_name for c in Caller.objects.all()] + [n.number for n in "
        "Number.objects.all()] + [t.body for t in Text.objects.all()] + [c.summary for c in Case.objects.all()]"
        " + [i.narrative for i in Incident.objects.all()] + [p.badge for p in Perpetrator.objects.all()]"
        " + [s.name for s in Station.objects.all()] + [t.body for t in AdvocacyText.objects.all()]))"
    )
    kept = json.loads(walk.line.live.manage("shell", "--no-imports", "-c", ask).strip().splitlines()[-1])
    for name in (
        "note",
        "draft",
        "code name",
        "text",
        "answer",
        "summary",
        "kept on disk",
        "narrative",
        "officer",
        "twin",
        "station name",
    ):
        assert WORDS[name] in kept, name
    assert PHONE in kept


def test_redis_holds_nothing_and_nothing_ever_passed_it(walk, everything):
    found, read = scan_redis(walk.line.redis(), everything)
    assert read > 3
    assert found == set()
    assert any("note_beat" in said for said in walk.broker), "tasks were seen on their way"
    assert any("helpline-live" in said for said in walk.broker), "live news was seen on its way"
    assert {name for said in walk.broker for name in everything.found_in(said)} == set()


def test_no_log_of_any_process_holds_a_word(walk, everything):
    for process in ("web", "worker", "beat", "practice"):
        said = walk.line.live.said(process)
        assert everything.found_in(said) == set(), process
        assert "DETAIL" not in said, "an error of the database quotes its row"
    assert "kept on disk" in walk.line.live.said("web"), "the web process had something to tell"


def test_no_address_that_anybody_opened_holds_a_word(walk, everything):
    assert len(walk.urls) > 60
    assert everything.found_in(" ".join(walk.urls)) == set()


def test_every_page_is_called_desk_and_nothing_else(walk):
    assert set(walk.titles) == {"Desk"}


def test_live_news_is_a_kind_and_a_reference(walk, everything):
    news = [json.loads(said.removeprefix(b"data: ")) for said in walk.events if said.startswith(b"data: ")]
    assert len(news) > 5
    for one in news:
        assert set(one) == {"kind", "ref"}
        assert re.fullmatch(r"[A-Z0-9-]{1,24}", one["ref"])
    assert everything.found_in(b"\n".join(walk.events)) == set()


def test_no_error_page_holds_a_word(walk, everything):
    assert {int(error.split()[0]) for error in walk.errors} >= {400, 401, 404, 500}
    # A form that was refused shows its writer what she typed; everything else shows nobody anything.
    told = [error for error in walk.errors if int(error.split()[0]) not in {409, 422}]
    assert {name for error in told for name in everything.found_in(error)} <= {"sought"}


def test_what_lies_on_the_disk_is_sealed_while_the_database_is_away_and_after(walk, words):
    found, read = walk.spool
    assert read >= 3, "the snapshot and two requests"
    assert found == set()
    assert scan_folder(walk.line.env.var_dir, words)[0] == set()
    duty = Canaries(nomsa=NOMSA[1:], sipho=SIPHO[1:])
    assert scan_folder(walk.line.env.var_dir, duty)[0] == set()
