"""What the tests need from the system: found, or installed from Debian's packages, or asked for in one line.

`python3 tests/machine.py` runs before anything else, so it uses the standard library alone.
"""

import contextlib
import ctypes.util
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WAIT_SECONDS = 15 * 60


@dataclass(frozen=True)
class Need:
    """Something the tests start or draw with: its name for people, its programs or libraries, and Debian's packages."""

    name: str
    programs: tuple[str, ...]
    packages: tuple[str, ...]
    libraries: tuple[str, ...] = ()  # all of them, instead of a program

    def find(self) -> Path | None:
        """Return the first of its programs that is there: on the path, or where Debian keeps PostgreSQL's."""
        if self.libraries:
            files = [ctypes.util.find_library(library) for library in self.libraries]
            return Path(str(files[0])) if all(files) else None
        newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(place.parent.name))
        path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, newest_first)])
        found = (shutil.which(program, path=path) for program in self.programs)
        return next((Path(program) for program in found if program), None)


POSTGRESQL = Need("PostgreSQL", ("pg_ctl",), ("postgresql",))
REDIS = Need("Redis", ("redis-server", "valkey-server"), ("redis-server",))
CHROMIUM = Need("Chromium", ("chromium", "chromium-browser", "google-chrome"), ("chromium", "fonts-dejavu-core"))
PANGO = Need(
    "Pango",
    (),
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    libraries=("pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset"),
)
NEEDS = (POSTGRESQL, REDIS, CHROMIUM, PANGO)


def missing() -> list[Need]:
    return [need for need in NEEDS if not need.find()]


def main() -> None:
    """Install what is missing where we may, else say in one line what to install and end with status 1."""
    if not missing():
        return
    sudo = may_install()
    if sudo is None:
        sys.exit(f"Please install, then run this again: {', '.join(need.name for need in missing())}.")
    with alone():
        install(missing(), sudo)
    if missing():
        sys.exit(f"Could not install {', '.join(need.name for need in missing())}: please do, then run this again.")


def may_install() -> list[str] | None:
    """Return what to put before `apt-get`: nothing for root, sudo where it asks no password, None where neither."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True).returncode == 0:
        return sudo
    return None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold this machine's lock on installing for the tests: two clones may be tested side by side."""
    place = Path(tempfile.gettempdir()) / "helpline-packages.lock"
    with contextlib.suppress(FileExistsError):  # another user's file may be locked, but not be opened to write
        os.close(os.open(place, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o644))
    with place.open() as lock:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    sys.exit(
                        f"Another test run has been installing packages for {WAIT_SECONDS // 60} minutes. Is it stuck?"
                    )
                time.sleep(1)  # flock tells nobody when it is let go
        yield


def install(needs: list[Need], sudo: list[str]) -> None:
    if not needs:  # the run that held the lock before us brought them
        return
    packages = [package for need in needs for package in need.packages]
    sys.stdout.write(f"· Installing {' '.join(packages)}\n")
    sys.stdout.flush()
    apt = [
        *sudo,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        f"DPkg::Lock::Timeout={WAIT_SECONDS}",
    ]
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        told = subprocess.run([*apt, *step], capture_output=True, text=True)
        if told.returncode:
            sys.stderr.write(told.stdout + told.stderr)


if __name__ == "__main__":
    main()
