"""Make `.venv` from a lock file and fetch the style library: `python3 requirements/install.py embedded|dev`.

Runs before anything is installed, so it uses the standard library alone. Safe to run twice and side by side: a lock
with a time-out surrounds the work, and a stamp with the hash of what was installed makes the second run a look.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
VENV = ROOT / ".venv"
NODE_VENV = BUILD / "node"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (
    18  # the style library's own tools are not run, but `npm ci` of older versions reads no lock file of today
)
WAIT_SECONDS = 20 * 60  # a cold installation took 64 s where it was measured; a slow line may take ten times that
# A larger set holds the smaller one at the same versions (a test compares them), so having it is having both.
HOLDS = {"embedded": ["embedded"], "dev": ["dev", "embedded"], "assets": ["assets"]}


def main(name: str) -> None:
    use_a_new_enough_python()
    with alone("installation"):
        install(VENV, name)
        fetch_assets()


def use_a_new_enough_python() -> None:
    """Go on in a newer Python where `python3` is too old and a newer one lies beside it; end with a sentence otherwise."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(19, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit("Python 3.11 or later is needed; name it with PYTHON=/path/to/python3.")


@contextlib.contextmanager
def alone(what: str) -> Iterator[None]:
    """Hold the lock on this folder's installation. Exits with a sentence where another holds it for too long."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{what}.lock").open("w") as lock:
        deadline = time.monotonic() + WAIT_SECONDS
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    sys.exit(f"Another {what} has held {lock.name} for {WAIT_SECONDS // 60} minutes. Is it stuck?")
                if not told:
                    say(f"Another {what} is under way; waiting for it.")
                    told = True
                time.sleep(0.5)  # flock tells nobody when it is let go
        yield


def install(venv: Path, name: str) -> None:
    """Bring a virtual environment to what a lock file says, with every hash checked. Exits where that fails."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = Stamp(venv)
    fingerprint = digest(lock)
    if stamp.holds(name, fingerprint):
        return
    if not stamp.is_usable():
        say(f"Making {venv.relative_to(ROOT)}")
        run(
            [sys.executable, "-m", "venv", "--clear", str(venv)], "Python's venv did not work (on Debian: python3-venv)"
        )
    say(f"Installing what requirements/{name}.txt names")
    stamp.begin()
    run(
        [
            *(str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--require-hashes", "-r", str(lock)),
        ],
        "pip could not install the pinned packages",
    )
    stamp.finish({each: digest(ROOT / "requirements" / f"{each}.txt") for each in HOLDS[name]})


class Stamp:
    """What is known to be whole in a virtual environment: hash per lock file, and the place it was made for.

    An installation that was broken off leaves `begun` behind, and the environment is made anew.
    """

    def __init__(self, venv: Path) -> None:
        self.venv = venv
        self.file = venv / "installed.json"
        self.begun = venv / "installing"

    def read(self) -> "dict[str, str]":
        try:
            found = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}
        # Scripts inside carry the address of their folder: a clone that was moved is installed anew.
        return found if found.get("at") == str(self.venv) else {}

    def holds(self, name: str, fingerprint: str) -> bool:
        return self.read().get(name) == fingerprint and not self.begun.exists()

    def is_usable(self) -> bool:
        if self.begun.exists() or (self.file.exists() and not self.read()):
            return False
        python = self.venv / "bin" / "python"
        return (
            python.exists()
            and subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode == 0
        )

    def begin(self) -> None:
        self.begun.touch()

    def finish(self, fingerprints: "dict[str, str]") -> None:
        self.file.write_text(json.dumps({**self.read(), **fingerprints, "at": str(self.venv)}, indent=1))
        self.begun.unlink()


def fetch_assets() -> None:
    """Fetch the style library by its lock file and lay it into `build/vendor`. Exits where that fails."""
    stamp = BUILD / "vendor.txt"
    made_of = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "helpline" / "assets.py"]
    fingerprint = " ".join(digest(part) for part in made_of)
    if stamp.exists() and stamp.read_text() == fingerprint and (BUILD / "vendor").is_dir():
        return
    npm = find_npm()
    say("Fetching the style library")
    path = f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run([str(npm), "ci", "--silent"], "npm could not fetch the pinned packages", PATH=path)
    run([sys.executable, "-I", "helpline/assets.py"], "The style library could not be laid out")
    stamp.write_text(fingerprint)


def find_npm() -> Path:
    """Return an npm that works: the machine's own, else one that comes as a Python package."""
    own, node = shutil.which("npm"), shutil.which("node")
    if own and node:
        told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        if told.split(".")[0].isdigit() and int(told.split(".")[0]) >= OLDEST_NODE:
            return Path(own)
    install(NODE_VENV, "assets")
    return NODE_VENV / "bin" / "npm"


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def run(command: "list[str]", otherwise: str, **environment: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment})
    if done.returncode:
        sys.exit(f"{otherwise}: exit status {done.returncode}.")


def say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("embedded", "dev"):
        sys.exit("usage: install.py embedded|dev")
    main(sys.argv[1])
