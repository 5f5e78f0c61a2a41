"""A picture that was cleaned is still the picture, and stands upright: Chromium paints it, before and after."""

import base64

import pytest

from cases.picture_data import strip
from tests import samples
from tests.browser.conftest import chromium

pytestmark = pytest.mark.browser
PAINT = """kind => { const c = document.createElement("canvas"); c.width = 40; c.height = 20; const p = c.getContext("2d");
 p.fillStyle = "#c00"; p.fillRect(0, 0, 40, 20); return c.toDataURL(kind).split(",")[1]; }"""
LOOK = """async source => { const i = new Image(); i.src = source; await i.decode(); const c = document.createElement("canvas");
 c.width = i.naturalWidth; c.height = i.naturalHeight; const p = c.getContext("2d"); p.drawImage(i, 0, 0);
 return [i.naturalWidth, i.naturalHeight, p.getImageData(5, 5, 1, 1).data[0] > 180]; }"""


def planted(kind, content):
    """Put a place into a picture as a telephone does, for a JPEG also that it lies on its side."""
    if kind == "jpeg":
        return content[:2] + samples.part(0xE1, samples.exif(b"quokka street", 6)) + content[2:] + b"quokka film"
    return content[:33] + samples.chunk(b"tEXt", b"Comment\0quokka street") + content[33:]


@pytest.mark.parametrize(("kind", "size"), [("jpeg", [20, 40, True]), ("png", [40, 20, True])])
def test_a_cleaned_picture_is_the_picture(kind, size):
    with chromium() as browser:
        page = browser.new_page()
        seen = {}
        original = planted(kind, base64.b64decode(page.evaluate(PAINT, f"image/{kind}")))
        for name, content in (("before", original), ("after", strip(original, kind))):
            source = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
            seen[name] = page.evaluate(LOOK, source)
        assert seen == {"before": size, "after": size}
        assert b"quokka" not in strip(original, kind)
