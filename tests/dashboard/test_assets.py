"""The style library: copied out of what npm fetched, without the comments that would break the manifest."""

import json

import pytest
from django.conf import settings

from helpline import assets


@pytest.fixture
def modules(tmp_path):
    folder = tmp_path / "node_modules"
    for source in assets.WANTED.values():
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text("a{b:c}\n/*# sourceMappingURL=x.css.map */\n")
    return folder


def test_every_wanted_file_is_copied_without_the_name_of_its_map(modules, tmp_path):
    written = assets.copy_assets(modules, tmp_path / "vendor", npm_is_here=True)
    assert [path.relative_to(tmp_path / "vendor").as_posix() for path in written] == list(assets.WANTED)
    assert {path.read_text().strip() for path in written} == {"a{b:c}"}


def test_a_comment_at_the_end_of_a_script_goes_too():
    assert assets.strip_source_map("x()\n//# sourceMappingURL=chart.umd.min.js.map\n").strip() == "x()"


@pytest.mark.parametrize(("npm_is_here", "advice"), [(True, "npm ci"), (False, "requirements/assets.txt")])
def test_what_is_missing_is_said_before_anything_is_written(tmp_path, npm_is_here, advice):
    with pytest.raises(assets.MissingAssetError, match=advice):
        assets.copy_assets(tmp_path, tmp_path / "vendor", npm_is_here=npm_is_here)
    assert not (tmp_path / "vendor").exists()


def test_the_lock_file_names_no_registry_and_pins_every_package():
    lock = json.loads((settings.BASE_DIR / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in packages)
    wanted = json.loads((settings.BASE_DIR / "package.json").read_text())["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())
