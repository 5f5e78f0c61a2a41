"""A Procfile is started as a whole: with live credentials the practice network rests, and ends nobody."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIVE = {
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": "x" * 32,
    "REQUIRE_MFA": "true",
    "DJANGO_SETTINGS_MODULE": "helpline.settings",
}


def test_with_live_credentials_the_practice_network_rests_until_it_is_stopped() -> None:
    running = subprocess.Popen(
        [sys.executable, "manage.py", "practice_network"],
        cwd=ROOT,
        env={**os.environ, **LIVE},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert "rests" in running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 0
    running.stdout.close()


def test_with_live_credentials_nothing_can_be_demonstrated() -> None:
    told = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once"],
        cwd=ROOT,
        env={**os.environ, **LIVE},
        capture_output=True,
        text=True,
    )
    assert told.returncode != 0
    assert "would ring real telephones" in told.stderr
