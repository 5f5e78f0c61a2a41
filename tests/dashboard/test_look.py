"""The look: contrast worked out from the tokens, both nights alike, nothing that the content policy refuses."""

import re

import pytest
from django.conf import settings

CSS = settings.BASE_DIR / "helpline" / "static" / "helpline" / "css"
SCRIPTS = settings.BASE_DIR / "helpline" / "static" / "helpline" / "js"
TEMPLATES = settings.BASE_DIR / "templates"
TOKENS = (CSS / "tokens.css").read_text()


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def block_after(mark: str) -> list[str]:
    return [part.split("}")[0] for part in TOKENS.split(mark)[1:]]


DAY = colours(block_after("/* day */")[0])
NIGHT = colours(block_after("/* night */")[0])


def brightness(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


GROUNDS = ("ground", "raised", "sunk", "hover")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "accent", "amber", "blue", "green") for ground in GROUNDS),
    *(("ink-3", ground) for ground in ("ground", "raised", "sunk")),
    *((ink, soft) for ink in ("ink", "ink-2") for soft in ("accent-soft", "amber-soft", "blue-soft")),
    *(("accent", "accent-soft"), ("amber", "accent-soft"), ("amber", "amber-soft"), ("blue", "blue-soft")),
    *(("on-accent", "accent"), ("on-accent", "accent-deep"), ("on-button", "button")),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT)
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_text_can_be_read(theme, ink, ground):
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["ground", "raised", "sunk"])
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_the_edge_of_a_field_and_the_ring_of_the_focus_can_be_seen(theme, ground):
    assert contrast(theme["edge"], theme[ground]) >= 3
    assert contrast(theme["blue"], theme[ground]) >= 3


def test_the_night_is_the_same_by_choice_and_by_the_device():
    by_device, by_choice = ([line.strip() for line in block.splitlines()] for block in block_after("/* night */"))
    assert [line for line in by_device if line] == [line for line in by_choice if line]


# A file that a caller is given, opened without us: it carries its own look, and no policy of ours is there to refuse it.
GIVEN_AWAY = {TEMPLATES / "cases" / "keeping" / "package.html"}


def test_no_page_carries_what_the_content_policy_refuses():
    for page in set(TEMPLATES.rglob("*.html")) - GIVEN_AWAY:
        markup = page.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", markup), page
        for script in re.findall(r"<script\b[^>]*>", markup):
            assert "src=" in script or "nonce=" in script or 'type="application/json"' in script, page


def test_no_script_keeps_anything_in_the_browser():
    for script in SCRIPTS.glob("*.js"):
        assert not re.search(r"localStorage|sessionStorage|indexedDB|\beval\(|innerHTML", script.read_text()), script


def test_every_shape_that_a_page_asks_for_is_drawn():
    drawn = set(re.findall(r'id="i-([\w-]+)"', (TEMPLATES / "_parts" / "_icons.html").read_text()))
    asked = {name for page in TEMPLATES.rglob("*.html") for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())}
    assert asked <= drawn


def test_the_title_of_every_page_is_the_same():
    titles = {
        title
        for page in TEMPLATES.rglob("*.html")
        if not page.name.endswith(
            "_print.html"
        )  # what is set on paper and handed to its receiver is no page of the desk
        for title in re.findall(r"<head>.*?<title>(.*?)</title>", page.read_text(), re.S)
    }
    assert titles == {"Desk"}
