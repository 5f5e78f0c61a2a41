"""Signs of life: beat notes that it sent, the worker that it ran. One task shows both, each by its own note.

And what hangs on several apps at once: the hand-over of a shift.
"""

import logging
from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import after_task_publish

from cases.services import handover, shift_change
from helpline.core import clock
from helpline.core.postgresql.away import is_away
from helpline.core.realtime import heartbeats
from helpline.dashboard import sheet

log = logging.getLogger(__name__)


@shared_task(name="helpline.dashboard.tasks.note_beat")
def note_beat() -> None:
    """Run by the worker every ten seconds."""
    heartbeats.note("worker")


@shared_task
def watch_hand_overs() -> None:
    """Open the hand-over of a shift that ended, say again that one waits, let offers go that nobody answers."""
    at = clock.now()
    for step in (_open_sheets, _tell_waiting, _expire_offers):
        try:
            step(at)
        except Exception as broken:  # one that breaks does not keep the others waiting
            if is_away(broken):
                raise  # the database is away: so is the next step
            log.exception("a step of hand-over broke: %s", type(broken).__name__)


def _open_sheets(at: datetime) -> None:
    sheet.open_after_changes(at)


def _tell_waiting(at: datetime) -> None:
    shift_change.tell_waiting(at=at)


def _expire_offers(at: datetime) -> None:
    handover.expire_due(at=at)


@after_task_publish.connect(sender="helpline.dashboard.tasks.note_beat")
def note_sending(**_kwargs: Any) -> None:
    """Run in the process that sends the task above, which is beat."""
    heartbeats.note("beat")
