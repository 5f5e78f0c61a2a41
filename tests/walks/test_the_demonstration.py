"""What somebody sees who has just found us: `make demo ONCE=1`, embedded and on real servers, both at the same time."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import drop_database, new_database, redis_of_its_own
from tests.servers import free_port

pytestmark = pytest.mark.live
ROOT = Path(__file__).parents[2]
OF_THE_TESTS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "PUBLIC_URL", "TIME_ZONE", "REQUIRE_MFA"),
    *("DJANGO_SETTINGS_MODULE", "VAR_DIR"),
)
STEPS = (
    r"rang paralegal1: no-answer",
    r"rang paralegal2: accepted",
    r"call answered by paralegal2, case HL-\w{4,}",
    r"follow-up for \w+: [\w ]+, due \w{3} \d\d:\d\d",
    r"text to a lawyer, \+44770090012[1-4]: “A lawyer is needed: arrest, Woodstock, isiXhosa\. Reply ([A-Z]\d[A-Z]) yes or \1 no by",
    r"text from \+44770090012[1-4]: “[A-Z]\d[A-Z] yes”",
    r"\n   .+ accepted at \w{3} \d\d:\d\d",
    r"text to \w+, \+447700900\d{3}: “.+”",
    r"password: \S{12,}",
)


def show(var_dir: Path, port: int, **environment: str) -> "subprocess.Popen[str]":
    ours = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--once", "--port", str(port)],
        cwd=ROOT,
        env={**ours, **environment, "VAR_DIR": str(var_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_night_s_call_becomes_a_case_and_a_promise_in_two_demonstrations_at_once(tmp_path: Path) -> None:
    keys = {name: os.environ[name] for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS")}
    servers = {**keys, "REDIS_URL": redis_of_its_own(), "DJANGO_SETTINGS_MODULE": "helpline.settings"}
    servers["DATABASE_URL"] = database = new_database({**os.environ, **servers})
    port = free_port()
    shown = [show(tmp_path / "embedded", port), show(tmp_path / "servers", port, **servers)]
    try:
        told = [each.communicate(timeout=240)[0] for each in shown]
    finally:
        for each in shown:
            each.terminate()
        drop_database(database)
    for one, text in zip(shown, told, strict=True):
        places = [(match.start() if (match := re.search(step, text)) else None) for step in STEPS]
        assert one.returncode == 0, text
        assert None not in places, text
        assert places == sorted(place for place in places if place is not None), text
    assert len({re.search(r"http://localhost:\d+", text)[0] for text in told}) == 2  # type: ignore[index]
