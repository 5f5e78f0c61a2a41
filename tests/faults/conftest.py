"""A line of our own on a PostgreSQL of our own, which may be frozen, stopped and started again while calls come in."""

import os
import shutil
import signal
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis

from helpline.env import read_env
from tests import live, servers
from tests.telephony.conformance.signing import Gateway, Wire

PATIENCE = 60  # seconds, on a machine that does other things too


def wait_until(is_so, *, within=PATIENCE, what="it"):
    """Ask again and again: what other processes do tells nobody when it is done."""
    deadline = time.monotonic() + within
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"{what} did not come about within {within} s"
        time.sleep(0.05)
    return found


class Database:
    """A PostgreSQL with its own processes, which a test may stop as a broken machine would."""

    def __init__(self, folder):
        self.server = servers.PostgreSQL(folder / "postgresql")
        self.address = self.server.start()
        self._frozen = []

    def ask(self, sql, address):
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def freeze(self):
        """Every process stands still: connections stay open, new ones are taken by the kernel, nothing answers."""
        first = self.server.process.pid
        os.kill(first, signal.SIGSTOP)
        self._frozen = [first, *children_of(first)]
        for pid in self._frozen[1:]:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in reversed(self._frozen):
            os.kill(pid, signal.SIGCONT)
        self._frozen = []

    def stop(self):
        """Gone at once: connections break, new ones are refused."""
        self.server.stop()

    def start_again(self):
        self.server.launch(list(self.server.process.args), "postgres" if os.geteuid() == 0 else None)


def children_of(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == str(pid):
            found.append(int(stat.parent.name))
    return found


@pytest.fixture(scope="module")
def database():
    with tempfile.TemporaryDirectory(prefix="helpline-faults-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o711)  # PostgreSQL runs as somebody else where we are root
        database = Database(folder)
        yield database
        database.thaw()
        database.server.stop()
        shutil.rmtree(folder / "postgresql", ignore_errors=True)


class Broker:
    """A Redis of our own, which a test may empty and stop."""

    def __init__(self, folder):
        self.server = servers.Redis(folder / "redis")
        self.address = self.server.start()

    def forget_everything(self):
        redis.Redis.from_url(self.address).flushall()

    def stop(self):
        self.server.stop()

    def start_again(self):
        self.server.launch(list(self.server.process.args))


@pytest.fixture(scope="module")
def broker():
    with tempfile.TemporaryDirectory(prefix="helpline-broker-") as made:
        broker = Broker(Path(made))
        yield broker
        broker.stop()


@dataclass
class Line:
    """A started line with the demo organisation on duty, and the gateway that speaks to it."""

    live: live.LiveLine
    env: object
    gateway: Gateway
    slowest: float = field(default=0.0)

    @property
    def spooled(self):
        spool = self.env.var_dir / "spool"
        return sorted(path.name for path in spool.iterdir() if path.name != ".lock") if spool.is_dir() else []

    def ask(self, sql):
        with psycopg.connect(self.env.database_url, autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def count(self, sql):
        return self.ask(f"SELECT count(*) FROM {sql}")[0][0]

    def write_snapshot(self):
        """Web writes it every minute; a test need not wait so long."""
        write = (
            "from telephony.services import snapshot; from helpline.core import clock; snapshot.write(at=clock.now())"
        )
        self.manage_python(write)

    def manage_python(self, program):
        """Run a few statements with the application's own models, on the processes' database."""
        return self.live.manage("shell", "--no-imports", "-c", program)

    def start_another(self, name):
        """Start one more process of a kind."""
        first = self.live.processes.pop(name)
        self.live.start(name)
        self.live.processes[f"first {name}"] = first

    def kill(self, name):
        """End a process and its children as a power cut would."""
        process = self.live.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def redis(self):
        return redis.Redis.from_url(self.env.redis_url)


@contextmanager
def started(database, *names, **environment):
    """Start processes of the Procfile on this database, with the demo organisation in it."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DATABASE_URL", database.address)
        patch.setattr(live, "_template", None)
        running = stack.enter_context(live.serving(*names, **environment))
        running.manage("demo_data")
        env = read_env(running.environment, live.ROOT)
        gateway = Gateway(Wire(running.address), env.public_url, env.twilio_account_sid, env.twilio_auth_tokens[0])
        yield Line(running, env, gateway)


def is_answered(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
