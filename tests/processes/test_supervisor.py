"""The supervisor keeps what it started up and leaves nothing behind."""

import io
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from helpline.processes.supervisor import Child, Supervisor


def supervise(folder: Path) -> tuple[Supervisor, io.StringIO]:
    out = io.StringIO()
    return Supervisor(environment=dict(os.environ), folder=folder, out=out), out


def has_ended(pid: int) -> bool:
    """Wait up to five seconds for the end of a process that is not a child of ours."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(process):
        return bool(select.select([process], [], [], 5)[0])


def test_a_step_runs_to_its_end_and_its_status_is_told(tmp_path: Path) -> None:
    supervisor, out = supervise(tmp_path)
    with supervisor:
        assert supervisor.run_step("release", ["sh", "-c", "echo made; exit 3"]) == 3
    assert out.getvalue() == "release  │ made\n"


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    supervisor, _ = supervise(tmp_path)
    starts = tmp_path / "starts"
    web = Child("web", ["sh", "-c", f"echo x >> {starts}; echo up; exec sleep 60"])
    with supervisor:
        supervisor.keep([web], until=starts.exists, within=10)
        assert web.process is not None
        web.process.kill()
        assert supervisor.keep([], until=lambda: starts.read_text() == "x\nx\n", within=10)


def test_what_a_killed_child_had_started_ends_with_it(tmp_path: Path) -> None:
    supervisor, out = supervise(tmp_path)
    worker = Child("worker", ["sh", "-c", "sleep 60 & echo $!; wait"])
    with supervisor:
        supervisor.keep([worker], until=lambda: "│" in out.getvalue(), within=10)
        pool = int(out.getvalue().split()[-1])
        assert worker.process is not None
        worker.process.kill()
        supervisor.keep([], until=lambda: "starts again" in out.getvalue(), within=10)
        assert has_ended(pool)


def test_nothing_is_left_when_it_ends_and_the_broker_goes_last(tmp_path: Path) -> None:
    supervisor, out = supervise(tmp_path)
    say_when_stopped = "trap 'echo {} stopped; exit' TERM; echo up; while :; do sleep 0.05; done"
    broker = Child("broker", ["sh", "-c", say_when_stopped.format("broker")], ends_last=True, ready_when=b"up")
    web = Child("web", ["sh", "-c", say_when_stopped.format("web")], ready_when=b"up")
    with supervisor:
        assert supervisor.keep([broker, web], until=lambda: broker.is_ready and web.is_ready, within=10)
    assert out.getvalue().splitlines()[-2:] == ["web      │ web stopped", "broker   │ broker stopped"]
    assert broker.process is None
    assert web.process is None


def test_a_signal_stops_everything(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from helpline.processes.supervisor import Child, Supervisor\n"
        "with Supervisor(environment=os.environ, folder=Path('.'), out=sys.stdout) as line:\n"
        "    line.keep([Child('web', ['sh', '-c', 'echo $$; exec sleep 60'])], until=lambda: False)\n"
        "print('stopped')\n"
    )
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    web = int(running.stdout.readline().split()[-1])
    running.send_signal(signal.SIGTERM)
    assert running.communicate(timeout=20)[0] == "stopped\n"
    assert running.returncode == 0
    assert has_ended(web)


def test_children_do_not_outlive_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from helpline.processes.supervisor import Child, Supervisor\n"
        "with Supervisor(environment=os.environ, folder=Path('.'), out=sys.stdout) as line:\n"
        f"    line.keep([Child('web', ['sh', '-c', 'trap \"echo told > {told}; exit\" TERM; echo up;"
        " while :; do sleep 0.05; done'])], until=lambda: False)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert "up" in running.stdout.readline()
    running.kill()
    running.communicate(timeout=20)
    assert told.read_text() == "told\n"  # waits until the child writes it
