"""The sweep that forgets. It carries nothing and may run twice, late, or be killed: rows say what is due."""

from celery import shared_task

from helpline.core import clock
from helpline.core.forgetting import purge, tombstones
from helpline.core.staff.erasure import forget_sign_ins

SECONDS = 60.0  # of work at a time; the next sweep goes on. A task is ended by force after 120


@shared_task
def forget_what_is_due() -> None:
    """Remove what is past its time; a long run is done in pieces."""
    at = clock.now()
    purge.purge(at=at, resume=True, seconds=SECONDS)
    forget_sign_ins(now=at)


@shared_task
def keep_tombstones() -> None:
    """Write the tombstones to the disk of this machine, from where they are copied away with the backups."""
    tombstones.write_file()
