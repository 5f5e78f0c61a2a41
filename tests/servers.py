"""PostgreSQL and Redis of our own for one run of the tests: free ports, a temporary folder, nothing left behind.

Loaded with `-p tests.servers`, before Django's settings are read. The servers belong to a keeper, a process that waits
for the end of its standard input: it stops them when the run ends, however it ends, a kill -9 included.
Workers of pytest-xdist, and every process that a test starts, inherit the addresses.
"""

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import machine

ROOT = Path(__file__).resolve().parent.parent
STARTED = "HELPLINE_TEST_SERVERS"
# What a person at the keyboard may have set for the product, and no test may obey.
OF_THE_PERSON = (
    *("ALLOWED_HOSTS", "LOG_LEVEL", "PORT", "PRACTICE_NOW", "PRACTICE_PORT", "SENTRY_DSN", "TWILIO_ACCOUNT_SID"),
    *("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_API_URL", "TWILIO_APP_SID", "TWILIO_AUTH_TOKEN"),
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start before pytest-django looks at the settings, which is in this same hook: a wrapper goes first."""
    if STARTED not in os.environ:
        for name in OF_THE_PERSON:
            os.environ.pop(name, None)
        os.environ.update(environment(start_keeper()))
    return (yield)


def pytest_unconfigure() -> None:
    stop_keeper()


_keeper: subprocess.Popen[str] | None = None


def start_keeper() -> dict[str, str]:
    """Start the servers and return their addresses. Ends the run with a sentence where one is missing or does not start."""
    global _keeper
    absent = [need.name for need in (machine.POSTGRESQL, machine.REDIS) if not need.find()]
    if absent:
        pytest.exit(f"The tests need {' and '.join(absent)}: `make test` installs them, or says what to install.", 2)
    _keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for pytest, which then ends the keeper
    )
    assert _keeper.stdout is not None
    addresses = _keeper.stdout.readline()
    if not addresses:
        pytest.exit("The tests' own PostgreSQL or Redis did not start; the reason stands above.", 2)
    started: dict[str, str] = json.loads(addresses)
    return started


def stop_keeper() -> None:
    global _keeper
    if _keeper is not None:
        _keeper.communicate()  # closes its input, which is its sign to stop, and waits until it has
        _keeper = None


def environment(addresses: dict[str, str]) -> dict[str, str]:
    """Return the environment that settings are read from in tests: real servers, keys made for this run alone."""
    return {
        STARTED: addresses["folder"],
        "DATABASE_URL": addresses["database"],
        "REDIS_URL": addresses["redis"],
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": f"t1:{new_key()}",
        "INDEX_KEYS": f"t1:{new_key()}",
        "VAR_DIR": f"{addresses['folder']}/var",
        "PUBLIC_URL": "http://localhost:8000",
        "TIME_ZONE": "Africa/Johannesburg",
        "DEFAULT_REGION": "ZA",
        "DEBUG": "false",
        # Tests of the second factor switch it on for themselves; all others are about something else.
        "REQUIRE_MFA": "false",
        # Playwright's own loop runs in the thread of the test, which Django would otherwise refuse.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def free_port() -> int:
    """Return a port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# What follows runs in the keeper.


def keep() -> None:
    """Start both servers in a new folder, print their addresses, wait for the end of the input, stop, remove the folder."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="helpline-tests-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else where we are root
    running: list[Server] = []
    try:
        postgresql = PostgreSQL(folder / "postgresql")
        running.append(postgresql)
        database = postgresql.start()
        redis = Redis(folder / "redis")
        running.append(redis)
        addresses = {"folder": str(folder), "database": database, "redis": redis.start()}
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        for server in reversed(running):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A program with a folder of its own, which says "ready to accept connections" when it is."""

    at_once = signal.SIGKILL

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)

    def launch(self, command: list[str], user: str | None = None) -> None:
        """Start the program and wait until it is ready. Exits with what it said where it ends before."""
        self.process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **as_user(user),
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line.decode(errors="replace"))
            if b"eady to accept connections" in line:
                # Somebody must go on reading, or it stops when the pipe is full.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        sys.exit(f"{Path(command[0]).name} did not start: {''.join(said)}")

    def stop(self) -> None:
        """Stop it at once; whatever it holds is thrown away."""
        if self.process is not None:
            self.process.send_signal(self.at_once)
            self.process.wait()


class PostgreSQL(Server):
    """A cluster with a password, a port of the loopback address, and nothing that keeps data through a power cut."""

    at_once = signal.SIGQUIT  # its own word for an immediate stop, which takes its children along

    def start(self) -> str:
        """Return its address, as DATABASE_URL has it, once it answers."""
        found = machine.POSTGRESQL.find()
        assert found is not None
        programs, data = found.resolve().parent, self.folder / "data"
        owner = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        password, port = secrets.token_hex(16), free_port()
        secret = self.folder / "password"
        secret.write_text(password)
        if owner:
            shutil.chown(self.folder, owner, owner)
            shutil.chown(secret, owner)
        made = subprocess.run(
            [
                *(str(programs / "initdb"), "--username=helpline", f"--pwfile={secret}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", f"--pgdata={data}"),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            **as_user(owner),
        )
        if made.returncode:
            sys.exit(f"initdb: {made.stdout}{made.stderr}")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.launch([str(programs / "postgres"), "-D", str(data), *settings], owner)
        return f"postgresql://helpline:{password}@127.0.0.1:{port}/postgres"


class Redis(Server):
    """A server without persistence on a port of the loopback address."""

    def start(self) -> str:
        """Return its address, as REDIS_URL has it, once it answers."""
        found = machine.REDIS.find()
        assert found is not None
        port = free_port()
        options = {
            "bind": "127.0.0.1",
            "port": port,
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "dir": self.folder,
        }
        self.launch([str(found), *(part for name, value in options.items() for part in (f"--{name}", str(value)))])
        return f"redis://127.0.0.1:{port}/0"


def as_user(name: str | None) -> dict[str, Any]:
    """Return what `subprocess` needs to run a program as somebody else, or as ourselves where no name is given."""
    return {"user": name, "group": name, "extra_groups": []} if name else {}


if __name__ == "__main__":
    keep()
