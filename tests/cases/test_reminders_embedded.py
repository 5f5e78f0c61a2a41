"""The one-command installation keeps its rows in a file: there, too, each reminder is given once, by two processes at once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import NIGHT, make_case, make_line, make_person
from cases.models import FollowUp
nomsa = make_person("nomsa", "paralegal", duty_phone="+447700900111")
case = make_case(line=make_line(), owner=nomsa)
FollowUp.objects.bulk_create(
    FollowUp(case=case, kind="task", due_at=NIGHT, owner=nomsa, remind_at=NIGHT, created_at=NIGHT) for _ in range(300)
)
"""
# Each says that it is ready and waits for a line, so that both begin at the same moment.
SWEEP = """
from tests.factories import NIGHT
from cases.services.reminders import remind_due
print("ready", flush=True)
input()
given = 0
while number := remind_due(at=NIGHT, limit=20):
    given += number
print(given)
"""


@pytest.fixture
def embedded(tmp_path):
    """The environment of an installation with a database in a file of its own."""
    ours = {"DATABASE_URL", "SECRET_KEY", "FIELD_KEYS", "INDEX_KEYS", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "helpline.settings"}


def start(environment, program):
    words = [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"]
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finish(process, said=""):
    told, _ = process.communicate(said, timeout=120)
    assert process.returncode == 0
    return told


def test_two_processes_on_one_file_give_each_reminder_once(embedded):
    finish(start(embedded, SEED))
    sweepers = [start(embedded, SWEEP) for _ in range(2)]
    assert [sweeper.stdout.readline() for sweeper in sweepers] == ["ready\n"] * 2
    for sweeper in sweepers:
        sweeper.stdin.write("go\n")
        sweeper.stdin.flush()
    assert sum(int(finish(sweeper)) for sweeper in sweepers) == 300
    with closing(sqlite3.connect(Path(embedded["VAR_DIR"], "helpline.sqlite3"))) as file:
        assert file.execute("SELECT count(*) FROM outbox_message").fetchall() == [(300,)]
        assert file.execute("SELECT DISTINCT reminders FROM cases_followup").fetchall() == [(1,)]
