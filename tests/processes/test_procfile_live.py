"""The Procfile's own processes, on PostgreSQL and Redis."""

import pytest

from tests.live import LiveLine

pytestmark = pytest.mark.live


def test_web_worker_and_beat_come_up_and_answer(live_line: LiveLine) -> None:
    live_line.wait_until_it_answers("/healthz")
    assert all(process.poll() is None for process in live_line.processes.values())
