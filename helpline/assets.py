"""Copy the style sheets that we use out of ``node_modules`` into ``build/vendor``, from where they are served.

Run ``npm ci`` first, then ``python -m helpline.assets``. Nothing is fetched here. The comments that name a source map
are taken out, because the map is not shipped and the manifest storage refuses a file that names what is absent.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What is served, by its name below ``vendor/``, and where npm puts it.
WANTED: Mapping[str, str] = {
    "bootstrap/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/bootstrap.rtl.min.css": "bootstrap/dist/css/bootstrap.rtl.min.css",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
}

SOURCE_MAP = re.compile(
    r"^[ \t]*(?:/\*[#@][ \t]*sourceMappingURL=[^\n]*?\*/|//[#@][ \t]*sourceMappingURL=[^\n]*)[ \t]*$", re.M
)


class MissingAssetError(Exception):
    """A wanted file is not there; the text is a sentence for the person at the keyboard."""


def strip_source_map(text: str) -> str:
    """Return the text of a style sheet or script without its ``sourceMappingURL`` comments."""
    return SOURCE_MAP.sub("", text)


def copy_assets(modules: Path, vendor: Path, *, npm_is_here: bool) -> list[Path]:
    """Write every wanted file below `vendor` and return the paths written, in the order of `WANTED`.

    Writing is by rename, so that a server that runs meanwhile never reads half a file. Raises MissingAssetError, before
    anything is written, where npm has not fetched a wanted file yet.
    """
    absent = [source for source in WANTED.values() if not (modules / source).is_file()]
    if absent:
        advice = (
            "run `npm ci`" if npm_is_here else "install requirements/assets.txt, which brings npm, then run `npm ci`"
        )
        raise MissingAssetError(f"{absent[0]} is not in node_modules: {advice}, then this again.")
    written = []
    for name, source in WANTED.items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.{os.getpid()}")
        half.write_text(strip_source_map((modules / source).read_text(encoding="utf-8")), encoding="utf-8")
        half.replace(target)
        written.append(target)
    return written


def main() -> int:
    """Copy, say how many, and return the exit status: 0, or 1 where something is missing."""
    try:
        written = copy_assets(ROOT / "node_modules", ROOT / "build" / "vendor", npm_is_here=bool(shutil.which("npm")))
    except MissingAssetError as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    sys.stdout.write(f"{len(written)} files in build/vendor\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
