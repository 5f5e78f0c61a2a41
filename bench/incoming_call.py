"""An incoming call through the whole product, beside the floor, on one PostgreSQL, in rounds that take turns.

Prints calls per second and percentiles for each round, the ratio in each, and the statements that one call costs (new
number, known number, withheld, forged), at two sizes of the tables. Read the ratios, not the absolute figures: this
machine may be shared; the share of time stolen by others is told with each round.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
FLOOR_TOKEN = "floor-token"
HANG_UP_EVERY = 0.25  # seconds; else everybody on call is busy after two calls and nothing is rung any more


def set_up(callers: int) -> dict[str, str]:
    """Start the servers, make both databases, fill them, and return the environment of the product."""
    told = {**os.environ, **servers.environment(servers.start_keeper()), "WEB_WORKERS": "2", "LOG_LEVEL": "ERROR"}
    told.pop("DJANGO_SETTINGS_MODULE", None)
    told["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
    told["VAR_DIR"] = tempfile.mkdtemp(prefix="helpline-bench-")
    told["PUBLIC_URL"] = "http://localhost:8000"
    parts = urlsplit(told["DATABASE_URL"])
    told["FLOOR_DATABASE_URL"] = urlunsplit(parts._replace(path="/floor"))
    told["FLOOR_PUBLIC_URL"] = "http://localhost:8000"
    with psycopg.connect(told["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE floor")
    run(["-m", "bench.floor"], told)
    run(["manage.py", "release"], told)
    run(["manage.py", "demo_data", "--password", "bench-password-only"], told)
    run(["-m", "bench.seed", "--callers", str(callers)], told)
    return told


def run(words: list[str], told: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=told, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


@contextmanager
def serve(application: str, told: dict[str, str], path: str) -> Iterator[str]:
    """Serve with the product's own server and configuration on a free port, and stop it at the end."""
    port = servers.free_port()
    config = [] if application.startswith("bench") else ["--config", "helpline/processes/gunicorn.py"]
    plain = ["--worker-class", "gthread", "--workers", "2", "--threads", "16"] if not config else []
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), application, *config, *plain, "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}{path}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
            continue
        return
    sys.exit("the server did not start")


def steal() -> float:
    """Seconds stolen from this machine by others so far, over all cores."""
    return int(Path("/proc/stat").read_text().split()[8]) / os.sysconf("SC_CLK_TCK")


def load(
    address: str, told: dict[str, str], *, token: str, seconds: float, seed: int, callers: int
) -> dict[str, object]:
    account = credentials(told)["account"]
    before, began = steal(), time.monotonic()
    done = subprocess.run(
        [
            sys.executable, "-m", "bench.load", address, "--public-url", told["PUBLIC_URL"], "--token", token,
            "--account", account, "--seconds", str(seconds), "--seed", str(seed), "--callers", str(callers),
        ],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    figures: dict[str, object] = json.loads(done.stdout)
    figures["steal"] = round((steal() - before) / ((time.monotonic() - began) * (os.cpu_count() or 1)), 3)
    return figures


def credentials(told: dict[str, str]) -> dict[str, str]:
    said: dict[str, str] = json.loads(run(["-m", "bench.seed", "--credentials"], told))
    return said


@contextmanager
def people_hang_up(told: dict[str, str]) -> Iterator[None]:
    """Let every call that was rung end soon after: people on call are free again, as they are at 200 calls a week."""
    quiet = subprocess.Popen([sys.executable, "-m", "bench.seed", "--hang-up", str(HANG_UP_EVERY)], cwd=ROOT, env=told)
    try:
        yield
    finally:
        quiet.terminate()
        quiet.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--callers", type=int, default=10_000)
    options = parser.parse_args()
    try:
        told = set_up(options.callers)
        token = credentials(told)["token"]
        print(run(["-m", "bench.statements"], told), end="")
        ratios, tails = [], []
        with (
            serve("bench.floor:application", told, "/call") as floor,
            serve("helpline.wsgi", told, "/telephony/voice/") as product,
            people_hang_up(told),
        ):
            for number in range(options.rounds):
                figures = {}
                for name, address, key in (("floor", floor, FLOOR_TOKEN), ("product", product, token)):
                    figures[name] = load(
                        address, told, token=key, seconds=options.seconds, seed=number + 1, callers=options.callers
                    )
                    print(f"round {number + 1}  {name:8} {json.dumps(figures[name])}", flush=True)
                ratios.append(figures["product"]["per_second"] / figures["floor"]["per_second"])  # type: ignore[operator]
                tails.append(figures["product"]["p99_ms"] / figures["floor"]["p99_ms"])  # type: ignore[operator]
        print(run(["-m", "bench.statements"], told), end="")
        print(
            f"calls per second, product to floor: median {statistics.median(ratios):.2f} of {[round(r, 2) for r in ratios]}"
        )
        print(f"p99, product to floor: median {statistics.median(tails):.2f} of {[round(t, 2) for t in tails]}")
    finally:
        servers.stop_keeper()


if __name__ == "__main__":
    main()
