"""The house rules that a machine can look after."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 500  # lines; beyond that it is usually two subjects
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# A machine's own folders, and where packages come from: each installation has its own.
OF_ONE_MACHINE = re.compile(
    r"/(?:work|root|home/\w+)/|/tmp/\w|(?:pypi|npmjs|registry\.)[\w.]*\.(?:org|com)|index-url|find-links"
)
MAY_SPEAK_OF_THEM = {"LICENSE", "tests/architecture/test_house.py", "CONTRIBUTING.md"}


@cache
def tracked_files() -> list[Path]:
    """Return what the repository holds; what an archive without git holds cannot be told from what was made."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_imports_go_down_the_walk() -> None:
    told = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_has_a_hash_for_every_package_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    pins = re.findall(r"^(\S+==\S+)(.*(?:\n[ ].*)*)", text, re.MULTILINE)
    assert pins
    assert [name for name, rest in pins if "--hash=sha256:" not in rest] == []


def test_what_the_demonstration_installs_is_what_was_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))

    assert pins("embedded") - pins("dev") == set()
    assert pins("base") - pins("embedded") == set()


def test_no_file_speaks_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        if name in MAY_SPEAK_OF_THEM or path.suffix in {".png", ".mo", ".wav", ".ico"}:
            continue
        found += [f"{name}: {hit.group()}" for hit in OF_ONE_MACHINE.finditer(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_python_file_has_grown_into_two() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in tracked_files()
        if path.suffix == ".py" and "migrations" not in path.parts
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_secret_is_tracked() -> None:
    kept = [path.name for path in tracked_files() if path.suffix in {".pem", ".key", ".sqlite3"} or path.name == ".env"]
    assert kept == []
