"""The clocks that run on a case, beside its story."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.models import Case
from cases.services.clock_words import show_all
from cases.services.clocks import read_clocks
from helpline.core.staff.models import User

MOST_SHOWN = 4


def read(case: Case, user: User, at: datetime) -> Mapping[str, Any] | None:
    """Return the clocks that end first, and how many more there are; None where none runs. Two statements."""
    running = read_clocks(case, at, running_only=True)
    if not running:
        return None
    return {"clocks": show_all(running, at)[:MOST_SHOWN], "more": max(0, len(running) - MOST_SHOWN)}
