"""Hold every TwiML document that any test makes the application answer against the gateway's own schema and grammar."""

import importlib.util
from pathlib import Path

import pytest

from helpline.core.http.middleware import WebhookLane

CHECKER = Path(__file__).resolve().parent.parent.parent / "shared" / "gateway" / "check_twiml.py"
WHY_NOT = "the gateway's schema is not on this machine (../shared/gateway)"


def load_checker():
    """Return the checker's function (xml, kind) -> list of complaints; None where it is not on this machine."""
    if not CHECKER.exists():
        return None
    spec = importlib.util.spec_from_file_location("check_twiml", CHECKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


_check = load_checker()
_asked = WebhookLane.__call__
_complaints: list[str] = []
seen = {"documents": 0}


def _ask_and_check(self, request):
    response = _asked(self, request)
    if response.headers.get("Content-Type", "").startswith("text/xml"):
        kind = "messaging" if request.path_info.startswith("/telephony/sms/") else "voice"
        seen["documents"] += 1
        _complaints.extend(f"{request.path_info}: {complaint}" for complaint in _check(response.content, kind))
    return response


@pytest.fixture(autouse=True, scope="session")
def every_document_is_checked():
    """Look at every answer to the gateway, whichever test asked for it."""
    if _check is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WebhookLane, "__call__", _ask_and_check)
        yield


@pytest.fixture(autouse=True)
def no_document_is_wrong(every_document_is_checked):
    """Fail the test in which a document was wrong."""
    _complaints.clear()
    yield
    assert not _complaints, _complaints
