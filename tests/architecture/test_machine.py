"""A machine without the servers that the tests need is told so in one line."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_where_nothing_may_be_installed_one_line_says_what_to_install(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "tests/machine.py"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "Redis, Chromium" in told.stderr


def test_where_everything_is_there_nothing_is_said() -> None:
    told = subprocess.run([sys.executable, "tests/machine.py"], cwd=ROOT, capture_output=True, text=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
