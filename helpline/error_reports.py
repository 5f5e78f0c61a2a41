"""Reports of errors to a Sentry of the house, off unless `SENTRY_DSN` is set, and without anything that people said.

Only the kind of error and the places in the code leave: no message, no values, no request, no user, no trail of events.
The library is not among our requirements: who wants it installs `sentry-sdk` beside them.
"""

import importlib
from typing import Any

_KEPT = ("event_id", "timestamp", "platform", "level", "release", "environment")
_KEPT_OF_FRAME = ("filename", "function", "lineno", "module")


def scrub(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Return a report that holds only what `_KEPT` names, and of each error its kind and the places it passed."""
    kinds = [
        {
            "type": error.get("type"),
            "stacktrace": {
                "frames": [
                    {name: frame[name] for name in _KEPT_OF_FRAME if name in frame}
                    for frame in (error.get("stacktrace") or {}).get("frames", [])
                ]
            },
        }
        for error in (event.get("exception") or {}).get("values", [])
    ]
    return {**{name: event[name] for name in _KEPT if name in event}, "exception": {"values": kinds}}


def begin(dsn: str) -> None:
    """Start sending reports. Raises ImportError where the library is not installed."""
    sentry = importlib.import_module("sentry_sdk")
    sentry.init(
        dsn=dsn, before_send=scrub, send_default_pii=False, max_breadcrumbs=0, include_local_variables=False,
        traces_sample_rate=0.0, auto_session_tracking=False, max_request_body_size="never",
    )  # fmt: skip
