"""One whole line on this machine: places held, environment made, broker and processes kept up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from helpline.processes import broker
from helpline.processes.places import Held, Taken, hold_folder, hold_port
from helpline.processes.procfile import read_procfile
from helpline.processes.supervisor import Child, Supervisor

FIRST_PRACTICE_PORT = 8019  # as in the environment, so that a command in another terminal finds the network
BROKER_ANSWERS_WITHIN = 10.0  # seconds; measured 0.05; longer where many tasks are read back


class NotStarted(Exception):
    """The line does not start; the text is a sentence for the person at the keyboard."""


@dataclass
class Line:
    """Where a line runs from and on which ports. Made by `take`, ended by `give_back`."""

    root: Path
    folder: Path
    port: int
    socket: Path | None  # of the embedded broker; None where REDIS_URL names another
    environment: dict[str, str]
    held: list[Held] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.environment["PUBLIC_URL"]

    def give_back(self) -> None:
        for held in self.held:
            held.release()

    def run_release(self, supervisor: Supervisor) -> None:
        """Bring database and static files to this version. Raises NotStarted where that fails."""
        if supervisor.run_step("release", self.commands("127.0.0.1")["release"]):
            raise NotStarted("The release step failed; the reason stands above.")

    def commands(self, host: str) -> dict[str, list[str]]:
        return read_procfile(self.root / "Procfile", self.environment, host=host)

    def start_broker(self, supervisor: Supervisor) -> None:
        """Start the embedded broker, where one is needed, and wait until it answers. Raises NotStarted after 10 s."""
        if self.socket is None:
            return
        command = broker.command(self.socket, self.folder / "broker")
        child = Child("broker", command, ends_last=True, ready_when=broker.READY)
        if not supervisor.keep([child], until=lambda: child.is_ready, within=BROKER_ANSWERS_WITHIN):
            raise NotStarted("The embedded broker does not answer; the reason stands above.")

    def processes(self, host: str, *, is_practice: bool) -> list[Child]:
        """Return what is kept up: everything in the Procfile but `release`, the practice network only in practice."""
        left_out = {"release"} if is_practice else {"release", "practice"}
        return [Child(name, command) for name, command in self.commands(host).items() if name not in left_out]


def take(
    *, root: Path, folder: Path, port: int, socket: Path | None, environment: Mapping[str, str], public_url: str
) -> Line:
    """Hold a folder and two free ports, from `port` on, and make the environment that all processes share.

    `socket` is where an embedded broker shall listen, None where there is another. `public_url` is blank where this
    machine's own address will do. Raises Taken.
    """
    held: list[Held] = []
    try:
        held.append(hold_folder(folder))
        held.append(hold_port(port))
        held.append(hold_port(int(environment.get("PRACTICE_PORT") or FIRST_PRACTICE_PORT)))
    except Taken:
        for each in held:
            each.release()
        raise
    web, practice = held[1].number, held[2].number
    shared = {
        **environment,
        "VAR_DIR": str(folder),
        "PORT": str(web),
        "PRACTICE_PORT": str(practice),
        "PUBLIC_URL": public_url or f"http://localhost:{web}",
        "PYTHONUNBUFFERED": "1",
        **({"REDIS_URL": f"unix://{socket}"} if socket else {}),
    }
    return Line(root=root, folder=folder, port=web, socket=socket, environment=shared, held=held)


def run(line: Line, *, host: str, is_practice: bool, out: IO[str]) -> int:
    """Release, start and keep a line up until a signal ends it. Returns the exit status."""
    with Supervisor(environment=line.environment, folder=line.root, out=out) as supervisor:
        try:
            line.run_release(supervisor)
            line.start_broker(supervisor)
        except NotStarted as reason:
            if not supervisor.is_stopping:
                out.write(f"{reason}\n")
                return 1
        out.write(f"The line starts at {line.address}; Ctrl-C stops it.\n")
        supervisor.keep(line.processes(host, is_practice=is_practice), until=lambda: False)
    return 0
