"""What a person can set or start is written down."""

import re
import subprocess
from pathlib import Path

import pytest

from helpline.env import SECRET_NAMES

ROOT = Path(__file__).parents[2]
READERS = re.compile(
    r"""(?:text|boolean|parse|_read_ring)\(\s*(?:read, )?"([A-Z][A-Z_]+)"|environ\.get\("([A-Z_]+)\""""
)
READ_IN = ("helpline/env.py", "helpline/settings.py", "helpline/processes/gunicorn.py")


def settings_that_are_read() -> set[str]:
    found = {name for place in READ_IN for pair in READERS.findall((ROOT / place).read_text()) for name in pair if name}
    return found | set(SECRET_NAMES)


def test_every_setting_that_is_read_stands_in_the_set_up_paper_and_in_the_example() -> None:
    names = settings_that_are_read()
    assert {"DATABASE_URL", "PUBLIC_URL", "WEB_THREADS", "PRACTICE_NOW"} <= names
    for paper in ("docs/run/set-up.md", ".env.example"):
        text = (ROOT / paper).read_text()
        assert {name for name in names if not re.search(rf"\b{name}\b", text)} == set(), paper


def test_the_papers_name_no_setting_that_nobody_reads() -> None:
    named = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named - settings_that_are_read() == set()


def test_every_target_of_make_is_explained() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    assert {"demo", "test", "check", "run", "figures", "lock"} <= set(targets)
    assert [target for target in targets if f"make {target} " not in told] == []


def commands() -> list[str]:
    places = [
        place
        for app in ("helpline", "telephony", "cases", "referrals")
        for place in ROOT.glob(f"{app}/**/commands/*.py")
    ]
    return sorted(place.stem for place in places if place.stem != "__init__")


@pytest.mark.parametrize("command", commands())
def test_every_command_stands_in_the_papers(command: str) -> None:
    papers = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    assert any(re.search(rf"\b{command}\b", paper.read_text()) for paper in papers)


@pytest.mark.parametrize(
    "paper", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda paper: paper.name
)
def test_a_link_from_one_paper_to_another_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", paper.read_text())
    assert [link for link in links if not (paper.parent / link).exists()] == []
