"""Signs of life: beat notes that it sent, the worker that it ran. One task shows both, each by its own note."""

from typing import Any

from celery import shared_task
from celery.signals import after_task_publish

from helpline.core.realtime import heartbeats


@shared_task(name="helpline.dashboard.tasks.note_beat")
def note_beat() -> None:
    """Run by the worker every ten seconds."""
    heartbeats.note("worker")


@after_task_publish.connect(sender="helpline.dashboard.tasks.note_beat")
def note_sending(**_kwargs: Any) -> None:
    """Run in the process that sends the task above, which is beat."""
    heartbeats.note("beat")
