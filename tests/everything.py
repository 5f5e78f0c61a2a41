"""Every check and every test, one after the other, each result told: `make test`; with `--checks`, `make check`.

The tests come last, so that their closing line is the last word. The exit status is 0 only where everything passed.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Part:
    """One thing that can fail, its name for people and its command (after the Python that runs us)."""

    name: str
    command: tuple[str, ...]

    def run(self) -> bool:
        say(f"── {self.name}")
        return subprocess.run([sys.executable, "-m", *self.command], cwd=ROOT).returncode == 0


# Imports, migrations and lock files are looked at by tests/architecture.
STYLE = (
    Part("ruff", ("ruff", "check", "--quiet", ".")),
    Part("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    Part("types", ("mypy", "--no-error-summary")),
)
ARCHITECTURE = Part("architecture", ("pytest", "-q", "tests/architecture"))
# Two workers halve the time of a suite of minutes. A file stays on one worker: its servers are started once.
TESTS = Part("tests", ("pytest", "-q", "-n", "2", "--dist", "loadfile"))


def run_all(parts: tuple[Part, ...]) -> bool:
    """Run every part, whatever became of the one before. Returns True where all passed."""
    results = []
    for part in parts:
        began = time.monotonic()
        passed = part.run()
        results.append((part.name, passed, time.monotonic() - began))
    for name, passed, seconds in results:
        say(f"{'passed' if passed else 'FAILED'}  {name}, {seconds:.0f} s")
    return all(passed for _, passed, _ in results)


def main(only_checks: bool) -> int:
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # Both workers must come to the same tests in the same order, also where somebody parametrizes by a set.
    os.environ.setdefault("PYTHONHASHSEED", "0")
    if only_checks:
        return 0 if run_all((*STYLE, ARCHITECTURE)) else 1
    are_clean = run_all(STYLE)
    are_true = TESTS.run()
    if not are_clean:
        sys.stderr.write("The tests' result stands above; but a check before them failed.\n")
    return 0 if are_clean and are_true else 1


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(only_checks="--checks" in sys.argv[1:]))
