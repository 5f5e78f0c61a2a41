"""The demonstration: a line with its demo organisation, a story played on it, and then the line for whoever looks."""

import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from helpline.processes.broker import NoBroker
from helpline.processes.line import Line, NotStarted, take
from helpline.processes.places import Taken
from helpline.processes.supervisor import Child, Supervisor

ZONE = ZoneInfo("Africa/Johannesburg")  # of the demo organisation
NIGHT = time(2, 10)
CASES_TO_LOOK_AT = 40
LINES_SHOWN = 60  # of the processes' words, where a step failed
SIGN_INS = (
    ("counsellor", "at the desk"),
    ("paralegal1", "first on call at night"),
    ("paralegal2", "second on call"),
    ("coordinator", "makes the rota, last resort"),
    ("supervisor", "reads along"),
    ("admin", "keeps it running"),
)


@dataclass(frozen=True)
class Demo:
    """What the demonstration is asked for. `once`: end after the story, in a folder of its own."""

    root: Path
    folder: Path
    port: int
    once: bool
    socket: Path | None  # of the embedded broker in `folder`; None where another broker is named
    environment: Mapping[str, str]


def night_of(now: datetime) -> datetime:
    """Return ten past two of the present day, in the demo organisation's zone."""
    return datetime.combine(now.astimezone(ZONE).date(), NIGHT, ZONE)


def show(demo: Demo, now: datetime, out: IO[str]) -> int:
    """Prepare a line, play the story on it, tell it on `out`, and, unless `once`, stay up until a signal.

    Returns 0, or 1 where any step failed; then the processes' last words are told too.
    """
    with _place(demo, now) as line, (line.folder / "demo.log").open("w+") as log:
        try:
            with Supervisor(environment=line.environment, folder=demo.root, out=log) as supervisor:
                password = _prepare(line, supervisor, out, once=demo.once)
                _play(line, supervisor, out)
                _tell_how_to_come_in(line, password, out)
                if not demo.once:
                    _tell_how_to_go_on(line, out)
                    supervisor.keep([], until=lambda: False)
        except (NotStarted, NoBroker) as reason:
            log.seek(0)
            out.writelines(["\n── The processes' last words\n", *log.readlines()[-LINES_SHOWN:], f"\n{reason}\n"])
            return 1
    return 0


def _prepare(line: Line, supervisor: Supervisor, out: IO[str], *, once: bool) -> str:
    """Make the database with the demo organisation. Returns the password of its people. Raises NotStarted."""
    _tell(out, "Preparing a line with the demo organisation …")
    line.run_release(supervisor)
    line.start_broker(supervisor)
    said, ended = io.StringIO(), list[int]()
    # Whoever stays to look finds a line that has been at work; a single showing needs the organisation alone.
    cases = [] if once else ["--cases", str(CASES_TO_LOOK_AT)]
    step = Child("demo_data", [sys.executable, "manage.py", "demo_data", *cases], on_end=ended.append, out=said)
    supervisor.keep([step], until=lambda: bool(ended))
    found = re.search(r"^password: (\S+)$", said.getvalue(), re.MULTILINE)
    if ended != [0] or not found:
        raise NotStarted(f"The demo organisation could not be made:\n{said.getvalue()}")
    return found.group(1)


def _play(line: Line, supervisor: Supervisor, out: IO[str]) -> None:
    """Start the processes and play the story as one more of them. Raises NotStarted where it fails."""
    _tell(out, f"Starting {line.address} …")
    ended: list[int] = []
    story = Child("story", [sys.executable, "manage.py", "demo", "--story"], on_end=ended.append, out=out)
    supervisor.keep([*line.processes("127.0.0.1", is_practice=True), story], until=lambda: bool(ended))
    if ended != [0]:
        raise NotStarted("The demonstration was stopped." if supervisor.is_stopping else "The demonstration failed.")


def _tell_how_to_come_in(line: Line, password: str, out: IO[str]) -> None:
    people = "".join(f"   {name:<12} {what}\n" for name, what in SIGN_INS)
    _tell(out, f"\n── {line.address}/ is yours to try; sign in as\n{people}password: {password}")


def _tell_how_to_go_on(line: Line, out: IO[str]) -> None:
    named = ("PORT", "PRACTICE_PORT", "PRACTICE_NOW", "VAR_DIR", "REQUIRE_MFA")
    told = " ".join(f"{name}={line.environment[name]}" for name in named)
    _tell(out, f"Another call, from another terminal:\n   {told} .venv/bin/python manage.py practice busy")
    _tell(out, f"What the processes say: {line.folder / 'demo.log'}. Ctrl-C stops everything.")


def _tell(out: IO[str], line: str) -> None:
    out.write(f"{line}\n")
    out.flush()


@contextlib.contextmanager
def _place(demo: Demo, now: datetime) -> Iterator[Line]:
    """Take a folder and ports for the demonstration, and give them back at the end. Raises Taken where no port is free.

    The folder is a temporary one for a single showing, and where another line runs from the asked one.
    """
    environment = {
        **{name: value for name, value in demo.environment.items() if not name.startswith("TWILIO_")},
        "PRACTICE_NOW": night_of(now).isoformat(),
        "TIME_ZONE": ZONE.key,
        "REQUIRE_MFA": "false",
    }
    with contextlib.ExitStack() as stack:
        line = None
        if not demo.once:
            with contextlib.suppress(Taken):
                line = _take(demo, demo.folder, demo.socket, environment)
        if line is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="helpline-demo-")))
            line = _take(demo, folder, folder / "broker.sock" if demo.socket else None, environment)
        stack.callback(line.give_back)
        yield line


def _take(demo: Demo, folder: Path, socket: Path | None, environment: Mapping[str, str]) -> Line:
    return take(root=demo.root, folder=folder, port=demo.port, socket=socket, environment=environment, public_url="")
