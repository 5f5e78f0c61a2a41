"""Published files that lie beside the project in ../shared: facts to test against, none of them ours to copy."""

from pathlib import Path

import pytest


def _find(name):
    found = [parent / "shared" / "data" / name for parent in Path(__file__).parents]
    return next((one for one in found if one.exists()), found[0])


HSDS = _find("hsds3_examples")
OHANA_BAD = _find("ohana_bad_input_csv")
OHANA_SAMPLE = _find("ohana_sample_csv")
needs_hsds = pytest.mark.skipif(not HSDS.exists(), reason="the published files of HSDS are not here (../shared)")
needs_ohana = pytest.mark.skipif(not OHANA_BAD.exists(), reason="the published files of Ohana are not here (../shared)")
