"""The Procfile is what everybody starts: a platform, honcho, and our own supervisor."""

import sys
from pathlib import Path

import pytest

from helpline.processes.procfile import read_procfile

PROCFILE = Path(__file__).parents[2] / "Procfile"


def test_the_contract_s_four_processes_are_there_and_the_practice_network() -> None:
    assert list(read_procfile(PROCFILE, {"PORT": "8123"}, host="127.0.0.1")) == [
        *("release", "web", "worker", "beat", "practice"),
    ]


def test_web_listens_to_this_machine_alone_where_it_is_told_so() -> None:
    web = read_procfile(PROCFILE, {"PORT": "8123"}, host="127.0.0.1")["web"]
    assert web[:3] == [sys.executable, "-m", "gunicorn"]
    assert web[-2:] == ["--bind", "127.0.0.1:8123"]


@pytest.mark.parametrize("line", ["web gunicorn", "web:", "web: rm -rf var"])
def test_a_line_that_starts_nothing_of_ours_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "Procfile").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="Procfile"):
        read_procfile(tmp_path / "Procfile", {}, host="127.0.0.1")
