"""What each web process does beside answering: keep the snapshot fresh on its own disk, and read its spool in.

The worker does the same on its machine; a web process on another machine has a disk of its own.
"""

import logging
import threading

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from helpline.core import clock
from helpline.core.staff.models import Leaving
from telephony.services import snapshot, spool, sweeps

LOOK_EVERY = 3.0  # seconds
WRITE_EVERY = 20  # looks: a minute
log = logging.getLogger(__name__)


def start() -> threading.Event:
    """Start it in this process; set the event that is returned to stop it."""
    stop = threading.Event()
    threading.Thread(target=_keep, args=(stop,), name="keeper", daemon=True).start()
    return stop


def _keep(stop: threading.Event) -> None:
    look, left = 0, None
    while not stop.is_set():
        try:
            close_old_connections()
            before, left = left, Leaving.objects.order_by("-pk").values_list("pk", flat=True).first()
            if look % WRITE_EVERY == 0 or left != before:  # whoever has left is rung by no machine's plan
                snapshot.write(at=clock.now())
                sweeps.tell_what_was_put_aside(at=clock.now())
            if spool.count_kept():
                sweeps.read_spool()
            look += 1
        except (DatabaseError, InterfaceError, OSError) as away:
            log.warning("the keeper waits: %s", type(away).__name__)
        finally:
            connections.close_all()
        stop.wait(LOOK_EVERY)
