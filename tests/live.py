"""The Procfile's own processes on a real PostgreSQL and a real Redis, for tests that want nothing pretended.

`with serving("web", "worker", "beat") as line:` gives a migrated, empty database, started processes and their address;
all of it is gone at the end. `live_line` is the whole line, once per test file.
"""

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from helpline.processes.procfile import read_procfile
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 60.0  # seconds, on a machine that does other things too
FIRST_DATABASE_OF_REDIS = 8  # those below belong to the workers of pytest-xdist

_template: str | None = None


@dataclass
class LiveLine:
    """A started line: where it answers, what its processes were told, and the processes by their name."""

    address: str
    environment: dict[str, str]
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def manage(self, *words: str, status: int = 0) -> str:
        """Run a command of `manage.py` beside the processes and return what it printed. Fails where its status is another."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        """Start one of the Procfile's processes, its output in a file that a failing test shows."""
        command = read_procfile(ROOT / "Procfile", self.environment, host="127.0.0.1")[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """Ask a process to stop and wait until it has."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{name} did not stop within 20 s\n{self.said(name)}")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait_until_it_answers(self, path: str = "/healthz", status: int = 200) -> None:
        """Wait until an address answers with a status. Fails with what the processes said after a minute."""
        deadline = time.monotonic() + STARTS_WITHIN
        seen: object = None
        host = urlsplit(self.environment["PUBLIC_URL"]).netloc
        request = urllib.request.Request(f"{self.address}{path}", headers={"Host": host})
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    seen = answer.status
            except urllib.error.HTTPError as refusal:
                seen = f"{refusal.code} {refusal.read()[:2000]!r}"
                if refusal.code == status:
                    return
            except OSError as problem:
                seen = problem
            if seen == status:
                return
            time.sleep(0.1)  # a server that is not there yet tells nobody when it comes
        told = "\n".join(f"--- {name}\n{self.said(name)}" for name in self.processes)
        pytest.fail(f"{path} answers {seen}\n{told}")


@contextlib.contextmanager
def serving(*names: str, **environment: str) -> Iterator[LiveLine]:
    """Start the named processes on an empty, migrated database; `environment` is added to what they are told."""
    with tempfile.TemporaryDirectory(prefix="helpline-live-") as made:
        folder, port, practice_port = Path(made), free_port(), free_port()
        told = {
            **os.environ,
            "VAR_DIR": str(folder / "var"),
            "PORT": str(port),
            "PRACTICE_PORT": str(practice_port),
            "PUBLIC_URL": f"http://localhost:{port}",
            "REDIS_URL": redis_of_its_own(),
            "DJANGO_SETTINGS_MODULE": "helpline.settings",
            "WEB_WORKERS": "2",
            **environment,
        }
        told["DATABASE_URL"] = database = new_database(told)
        line = LiveLine(f"http://127.0.0.1:{port}", told, folder)
        try:
            line.manage("release")
            for name in names:
                line.start(name)
            if "web" in names:
                line.wait_until_it_answers()
            yield line
        finally:
            for name in list(line.processes):
                line.stop(name)
            drop_database(database)


@pytest.fixture(scope="module")
def live_line() -> Iterator[LiveLine]:
    """The whole line: web, worker, beat and the practice network, for the tests of one file."""
    with serving("web", "worker", "beat", "practice") as line:
        yield line


def new_database(told: dict[str, str]) -> str:
    """Make a database with every migration applied, and return its address. The first is migrated, the next are copies."""
    global _template
    if _template is None:
        template = f"live_{secrets.token_hex(6)}"
        run_sql(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
            cwd=ROOT,
            env={**told, "DATABASE_URL": address_of(template)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        _template = template
    name = f"live_{secrets.token_hex(6)}"
    run_sql(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_template)))
    return address_of(name)


def drop_database(address: str) -> None:
    name = urlsplit(address).path.removeprefix("/")
    run_sql(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run_sql(statement: sql.Composed) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


def address_of(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


def redis_of_its_own() -> str:
    """Return a numbered database of the tests' Redis that belongs to this worker's live lines alone."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{FIRST_DATABASE_OF_REDIS + worker % 8}"
