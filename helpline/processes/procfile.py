"""The Procfile: the one place that says which processes there are and how each is started."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

# Started through the Python that runs us, so that no virtual environment needs to be active.
AS_MODULES = {"python": [], "gunicorn": ["-m", "gunicorn"], "celery": ["-m", "celery"]}


def read_procfile(path: Path, environment: Mapping[str, str], *, host: str) -> dict[str, list[str]]:
    """Return the command of each process by name, in the file's order.

    `$PORT` and the like are filled in from the environment; `host` stands in for 0.0.0.0, which the file has for a
    machine that serves others. Raises ValueError for a line that is not `name: command` and for a program that is
    neither Python, gunicorn nor Celery.
    """
    commands = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, command = line.partition(":")
        words = shlex.split(Template(command).safe_substitute(environment).replace("0.0.0.0", host))  # noqa: S104
        if not colon or not words or words[0] not in AS_MODULES:
            raise ValueError(f"Procfile: cannot start {name.strip()!r}")
        commands[name.strip()] = [sys.executable, *AS_MODULES[words[0]], *words[1:]]
    return commands
