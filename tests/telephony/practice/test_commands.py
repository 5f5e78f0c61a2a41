"""`manage.py practice` and `manage.py practice_network`, as somebody at a keyboard uses them."""

import json
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from telephony.gateway.practice.server import PracticeServer
from tests.servers import free_port
from tests.telephony.practice.conftest import ACCOUNT, make_network
from tests.telephony.practice.scripted_app import TOKEN, twiml

ROOT = Path(__file__).parents[3]


@pytest.fixture
def here(app, settings):
    """An installation whose application is the scripted one, and whose network would be on a free port."""
    settings.PUBLIC_URL, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS = app.url, ACCOUNT, [TOKEN]
    settings.TWILIO_API_URL = f"http://127.0.0.1:{free_port()}"
    return settings


def practice(*words):
    out = StringIO()
    call_command("practice", *words, stdout=out)
    return out.getvalue()


def test_without_a_name_every_scenario_is_listed_with_a_sentence():
    lines = practice().splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("after_hours ")
    assert all(line.endswith(".") for line in lines)


def test_a_text_is_played_on_a_network_of_its_own_and_told(here):
    told = practice("text").splitlines()
    assert told[0].startswith("Somebody texts the line")
    assert any("POST /telephony/sms/" in line for line in told)
    assert told[-1] == "as expected"


def test_a_network_that_already_listens_is_used(app, here):
    with PracticeServer(make_network(app)) as server:
        here.TWILIO_API_URL = server.url
        practice("text")
        assert any("texts:" in line for line in server.network.transcript.lines())


def test_an_expectation_that_fails_is_a_status_other_than_0(app, here, capsys):
    app.answers["/telephony/voice/"] = twiml("<Say>Closed.</Say>")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("practice", "after_hours", "--json", stdout=out)
    assert ended.value.code == 1
    told = json.loads(out.getvalue())
    assert (told["scenario"], told["ok"]) == ("after_hours", False)
    assert any("+447700900112" in sentence for sentence in told["failed"])
    assert told["events"][0]["text"].startswith("calls ")


@pytest.mark.parametrize("address", ["https://api.twilio.com", "", "http://192.0.2.1:80", "http://127.0.0.1"])
def test_nothing_is_practised_where_the_gateway_is_a_real_one(address, here):
    here.TWILIO_API_URL = address
    with pytest.raises(CommandError, match="not on this machine"):
        practice("text")


def test_another_installation_s_network_is_left_alone(app, here):
    with PracticeServer(make_network(app)) as server:
        here.TWILIO_API_URL, here.TWILIO_AUTH_TOKENS = server.url, ["another token"]
        with pytest.raises(CommandError, match="Another installation's"):
            practice("text")
        assert server.network.transcript.after() == []


def test_an_unknown_scenario_is_answered_with_the_known_ones(here):
    with pytest.raises(CommandError, match="hangs_up_early"):
        practice("nonsense")


def test_the_network_serves_until_it_is_stopped_and_then_ends(tmp_path):
    port = free_port()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "helpline.settings", "PRACTICE_PORT": str(port),
                   "VAR_DIR": str(tmp_path)}  # fmt: skip
    command = [sys.executable, "manage.py", "practice_network"]
    serving = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    assert f"practice network at http://127.0.0.1:{port}" in serving.stdout.readline()
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=10) == 0  # measured 0.6 s under load on two cores
    serving.stdout.close()
